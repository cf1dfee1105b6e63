CREATE TABLE tickets (
    organisation_id uuid NOT NULL,
    registration_id uuid NOT NULL,
    seminar_id uuid NOT NULL,
    code_hash bytea NOT NULL,
    CONSTRAINT tickets_one_per_registration PRIMARY KEY (organisation_id, registration_id),
    CONSTRAINT tickets_of_registration FOREIGN KEY (organisation_id, registration_id)
        REFERENCES registrations (organisation_id, id) ON DELETE CASCADE,
    CONSTRAINT tickets_hash_is_digest CHECK (octet_length(code_hash) = 32)
);
COMMENT ON TABLE tickets IS 'By which code somebody is let in. The code itself is made anew each time it is shown and is stored nowhere.';
COMMENT ON COLUMN tickets.code_hash IS 'SHA-256 of the organisation''s id and the code.';
CREATE UNIQUE INDEX tickets_by_code ON tickets (organisation_id, code_hash);
