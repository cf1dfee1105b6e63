CREATE TABLE pushes (
    organisation_id uuid NOT NULL,
    system text NOT NULL,
    external_id text NOT NULL,
    seminar_id uuid NOT NULL,
    sent jsonb NOT NULL,
    decided jsonb NOT NULL,
    at timestamptz NOT NULL,
    CONSTRAINT pushes_one_per_id PRIMARY KEY (organisation_id, system, external_id),
    CONSTRAINT pushes_of_seminar FOREIGN KEY (organisation_id, seminar_id) REFERENCES seminars (organisation_id, id) ON DELETE CASCADE
);
COMMENT ON TABLE pushes IS 'What another system said last of a seminar that it keeps here under its own id.';
COMMENT ON COLUMN pushes.sent IS 'The members as they were sent: what is sent again unchanged is no wish to change anything.';
COMMENT ON COLUMN pushes.decided IS 'The members as they stood here after that: what stands otherwise now was decided here since.';
CREATE INDEX pushes_by_seminar ON pushes (organisation_id, seminar_id);
