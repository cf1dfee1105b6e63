CREATE TABLE check_ins (
    organisation_id uuid NOT NULL,
    id uuid NOT NULL,
    seminar_id uuid NOT NULL,
    session_id uuid NOT NULL,
    scan_id uuid NOT NULL,
    direction text NOT NULL DEFAULT 'in',
    method text NOT NULL,
    channel text NOT NULL,
    registration_id uuid,
    persons integer NOT NULL DEFAULT 1,
    given_name text,
    family_name text,
    company text,
    email text,
    email_key text,
    forced boolean NOT NULL DEFAULT false,
    offline boolean NOT NULL DEFAULT false,
    at timestamptz NOT NULL,
    received_at timestamptz NOT NULL,
    device text,
    account_id uuid,
    voided_at timestamptz,
    voided_by uuid,
    void_reason text,
    version bigint NOT NULL DEFAULT 1,
    PRIMARY KEY (organisation_id, id),
    CONSTRAINT check_ins_of_seminar FOREIGN KEY (organisation_id, seminar_id) REFERENCES seminars (organisation_id, id),
    CONSTRAINT check_ins_of_registration FOREIGN KEY (organisation_id, registration_id) REFERENCES registrations (organisation_id, id),
    CONSTRAINT check_ins_direction_known CHECK (direction IN ('in', 'out')),
    CONSTRAINT check_ins_method_known CHECK (method IN ('scan', 'code', 'found', 'walk_in', 'signature', 'manual')),
    CONSTRAINT check_ins_channel_known CHECK (channel IN ('onsite', 'online')),
    CONSTRAINT check_ins_persons_positive CHECK (persons > 0),
    CONSTRAINT check_ins_void_whole CHECK ((voided_at IS NULL) = (void_reason IS NULL)),
    CONSTRAINT check_ins_somebody CHECK ((registration_id IS NULL) = (method = 'walk_in'))
);
COMMENT ON TABLE check_ins IS 'Who came through the door, one scan or tick a row. Append-only: what was wrong is voided, not deleted.';
COMMENT ON COLUMN check_ins.scan_id IS 'Made by the device, so that a scan that is sent again is the same scan.';
COMMENT ON COLUMN check_ins.registration_id IS 'NULL: a walk-in, who is named here.';
COMMENT ON COLUMN check_ins.persons IS 'How many came in with this scan: a group may come one by one.';
COMMENT ON COLUMN check_ins.forced IS 'The front desk let them in although something spoke against it.';
COMMENT ON COLUMN check_ins.offline IS 'Recorded by a device on its own and sent later: it happened, whatever the rules say.';
COMMENT ON COLUMN check_ins.at IS 'When it happened, by the device''s clock where it was offline.';
CREATE UNIQUE INDEX check_ins_one_per_scan ON check_ins (organisation_id, scan_id);
CREATE INDEX check_ins_by_seminar ON check_ins (organisation_id, seminar_id, id);
CREATE INDEX check_ins_by_registration ON check_ins (organisation_id, registration_id) WHERE registration_id IS NOT NULL;
