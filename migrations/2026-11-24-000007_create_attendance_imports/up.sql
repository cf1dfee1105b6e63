CREATE TABLE attendance_imports (
    organisation_id uuid NOT NULL,
    id uuid NOT NULL,
    seminar_id uuid NOT NULL,
    session_id uuid NOT NULL,
    channel text NOT NULL,
    state text NOT NULL,
    format text NOT NULL,
    encoding text NOT NULL,
    delimiter text NOT NULL,
    date_order text,
    precision text NOT NULL,
    time_zone text NOT NULL,
    sha256 bytea NOT NULL,
    file_name text,
    row_count integer NOT NULL,
    ignored jsonb NOT NULL DEFAULT '{}',
    warnings jsonb NOT NULL DEFAULT '[]',
    covers_from timestamptz,
    covers_to timestamptz,
    uploaded_by uuid,
    uploaded_at timestamptz NOT NULL,
    confirmed_by uuid,
    confirmed_at timestamptz,
    reverted_by uuid,
    reverted_at timestamptz,
    version bigint NOT NULL DEFAULT 1,
    PRIMARY KEY (organisation_id, id),
    CONSTRAINT attendance_imports_of_seminar FOREIGN KEY (organisation_id, seminar_id) REFERENCES seminars (organisation_id, id),
    CONSTRAINT attendance_imports_state_known CHECK (state IN ('previewed', 'confirmed', 'reverted')),
    CONSTRAINT attendance_imports_channel_known CHECK (channel IN ('onsite', 'online')),
    CONSTRAINT attendance_imports_hash_is_digest CHECK (octet_length(sha256) = 32),
    CONSTRAINT attendance_imports_confirmed_known CHECK (state = 'previewed' OR confirmed_at IS NOT NULL),
    CONSTRAINT attendance_imports_reverted_known CHECK ((state = 'reverted') = (reverted_at IS NOT NULL))
);
COMMENT ON TABLE attendance_imports IS 'Uploaded reports of platforms. The file itself is not kept, only what was read from it.';
COMMENT ON COLUMN attendance_imports.covers_from IS 'The first and the last moment the file speaks of: files that do not overlap are added, others are not.';
CREATE UNIQUE INDEX attendance_imports_once ON attendance_imports (organisation_id, seminar_id, session_id, sha256);
CREATE INDEX attendance_imports_by_seminar ON attendance_imports (organisation_id, seminar_id, id);
CREATE INDEX attendance_imports_open ON attendance_imports (uploaded_at) WHERE state = 'previewed';

CREATE TABLE import_participants (
    organisation_id uuid NOT NULL,
    import_id uuid NOT NULL,
    position integer NOT NULL,
    person_key text NOT NULL,
    display_names jsonb NOT NULL,
    email text,
    email_key text,
    role text NOT NULL,
    match_status text NOT NULL,
    match_method text,
    registration_id uuid,
    candidates jsonb NOT NULL DEFAULT '[]',
    flags jsonb NOT NULL DEFAULT '[]',
    decided_by uuid,
    segments jsonb,
    reported_seconds integer,
    present_seconds integer,
    in_session_seconds integer,
    attended boolean NOT NULL,
    CONSTRAINT import_participants_in_order PRIMARY KEY (organisation_id, import_id, position),
    CONSTRAINT import_participants_of_import FOREIGN KEY (organisation_id, import_id)
        REFERENCES attendance_imports (organisation_id, id) ON DELETE CASCADE,
    CONSTRAINT import_participants_of_registration FOREIGN KEY (organisation_id, registration_id)
        REFERENCES registrations (organisation_id, id),
    CONSTRAINT import_participants_status_known CHECK (match_status IN ('matched', 'proposed', 'ambiguous', 'unmatched', 'ignored', 'staff', 'speaker')),
    CONSTRAINT import_participants_matched_to_somebody CHECK (match_status <> 'matched' OR registration_id IS NOT NULL),
    CONSTRAINT import_participants_seconds_positive CHECK (present_seconds >= 0 AND in_session_seconds >= 0 AND reported_seconds >= 0)
);
COMMENT ON TABLE import_participants IS 'The persons of a report, each once, and whom they were found to be.';
COMMENT ON COLUMN import_participants.person_key IS 'email:… or name:…, by which one person is recognised in several files.';
COMMENT ON COLUMN import_participants.registration_id IS 'Whom it is taken for; with status proposed: whom it may be.';
COMMENT ON COLUMN import_participants.segments IS 'Join and leave times: [[from, to]]. Dropped at confirmation unless the seminar keeps them.';
CREATE INDEX import_participants_by_registration ON import_participants (organisation_id, registration_id) WHERE registration_id IS NOT NULL;
