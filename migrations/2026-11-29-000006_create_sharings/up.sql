CREATE TABLE sharings (
    organisation_id uuid NOT NULL,
    id uuid NOT NULL,
    seminar_id uuid NOT NULL,
    recipient_id uuid NOT NULL REFERENCES organisations (id),
    purpose text NOT NULL,
    begun_at timestamptz NOT NULL,
    ended_at timestamptz,
    PRIMARY KEY (organisation_id, id),
    CONSTRAINT sharings_of_seminar FOREIGN KEY (organisation_id, seminar_id) REFERENCES seminars (organisation_id, id) ON DELETE CASCADE,
    CONSTRAINT sharings_with_another CHECK (recipient_id <> organisation_id),
    CONSTRAINT sharings_ordered CHECK (ended_at >= begun_at)
);
COMMENT ON TABLE sharings IS 'With which other organisation a seminar shares its registrations, and for what (GDPR, articles 13 and 26). Ended, not deleted.';
COMMENT ON COLUMN sharings.recipient_id IS 'Who may read them.';
COMMENT ON COLUMN sharings.purpose IS 'As it is shown to those who register, before they do.';
COMMENT ON COLUMN sharings.ended_at IS 'From then on nothing is disclosed under it.';
CREATE UNIQUE INDEX sharings_one_in_force ON sharings (organisation_id, seminar_id, recipient_id) WHERE ended_at IS NULL;
CREATE INDEX sharings_by_seminar ON sharings (organisation_id, seminar_id, id);
CREATE INDEX sharings_by_recipient ON sharings (recipient_id, seminar_id);

CREATE TABLE sharing_notices (
    organisation_id uuid NOT NULL,
    registration_id uuid NOT NULL,
    sharing_id uuid NOT NULL,
    at timestamptz NOT NULL,
    CONSTRAINT sharing_notices_once PRIMARY KEY (organisation_id, registration_id, sharing_id),
    CONSTRAINT sharing_notices_of_registration FOREIGN KEY (organisation_id, registration_id)
        REFERENCES registrations (organisation_id, id) ON DELETE CASCADE,
    CONSTRAINT sharing_notices_of_sharing FOREIGN KEY (organisation_id, sharing_id) REFERENCES sharings (organisation_id, id)
);
COMMENT ON TABLE sharing_notices IS 'Of which sharings a person was told before registering. Who was not told is not shared.';
CREATE INDEX sharing_notices_by_sharing ON sharing_notices (organisation_id, sharing_id, registration_id);

CREATE TABLE disclosures (
    organisation_id uuid NOT NULL,
    id uuid NOT NULL,
    seminar_id uuid NOT NULL,
    registration_id uuid NOT NULL,
    sharing_id uuid NOT NULL,
    recipient_id uuid NOT NULL REFERENCES organisations (id),
    state text NOT NULL,
    actor_kind text NOT NULL,
    actor_id uuid NOT NULL,
    at timestamptz NOT NULL,
    PRIMARY KEY (organisation_id, id),
    CONSTRAINT disclosures_of_registration FOREIGN KEY (organisation_id, registration_id) REFERENCES registrations (organisation_id, id),
    CONSTRAINT disclosures_under_sharing FOREIGN KEY (organisation_id, sharing_id) REFERENCES sharings (organisation_id, id),
    CONSTRAINT disclosures_state_known CHECK (state IN ('confirmed', 'cancelled')),
    CONSTRAINT disclosures_actor_known CHECK (actor_kind IN ('account', 'api_client'))
);
COMMENT ON TABLE disclosures IS 'Each time a registration was handed to another organisation, written with the answer (GDPR, article 15). Append-only.';
COMMENT ON COLUMN disclosures.state IS 'confirmed: name, address and company were in the answer; cancelled: only that the recipient is to forget them.';
COMMENT ON COLUMN disclosures.actor_id IS 'The account or API client of the recipient that asked.';
CREATE INDEX disclosures_by_seminar ON disclosures (organisation_id, seminar_id, id);
CREATE INDEX disclosures_by_registration ON disclosures (organisation_id, registration_id, sharing_id, id);
