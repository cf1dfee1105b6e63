ALTER TABLE registrations
    ADD COLUMN persons integer NOT NULL DEFAULT 1,
    ADD COLUMN companions jsonb NOT NULL DEFAULT '[]',
    ADD COLUMN answers jsonb NOT NULL DEFAULT '{}',
    ADD COLUMN email_confirmed_at timestamptz,
    ADD COLUMN held_up_since timestamptz,
    ADD COLUMN kept_at timestamptz,
    ADD CONSTRAINT registrations_persons_positive CHECK (persons > 0);
COMMENT ON COLUMN registrations.seats IS 'What it takes of the channel''s capacity: its persons, or 1 where companies are counted.';
COMMENT ON COLUMN registrations.persons IS 'The contact and everybody it brings.';
COMMENT ON COLUMN registrations.companions IS 'Who comes along by name, in order: {given_name, family_name}. Who comes without one is in persons only.';
COMMENT ON COLUMN registrations.answers IS 'By question; sensitive ones are in sensitive_answers.';
COMMENT ON COLUMN registrations.held_up_since IS 'Since when free seats are saved up for this waiting group; others pass it when that has taken too long.';
COMMENT ON COLUMN registrations.kept_at IS 'When the person said that the new date suits them.';
CREATE INDEX registrations_confirm_by ON registrations (confirm_by) WHERE state = 'pending';
CREATE INDEX registrations_offered_until ON registrations (offered_until) WHERE state = 'offered';
-- Each seat that is given changes such a row; with room on its page the change needs no new index entries.
ALTER TABLE channels SET (fillfactor = 50);
CREATE INDEX sessions_by_start ON sessions (starts_at);
CREATE INDEX channels_waited_for ON channels (organisation_id, seminar_id, channel) WHERE waiting > 0;

CREATE TABLE sensitive_answers (
    organisation_id uuid NOT NULL,
    registration_id uuid NOT NULL,
    question text NOT NULL,
    answer jsonb NOT NULL,
    delete_on date NOT NULL,
    CONSTRAINT sensitive_answers_one_per_question PRIMARY KEY (organisation_id, registration_id, question),
    CONSTRAINT sensitive_answers_of_registration FOREIGN KEY (organisation_id, registration_id)
        REFERENCES registrations (organisation_id, id) ON DELETE CASCADE
);
COMMENT ON TABLE sensitive_answers IS 'What may tell of health or belief (GDPR, article 9): diet, assistance. Shown to organisers, exported nowhere by itself, deleted on its day.';
CREATE INDEX sensitive_answers_by_day ON sensitive_answers (delete_on);

CREATE TABLE consents (
    organisation_id uuid NOT NULL,
    id uuid NOT NULL,
    registration_id uuid NOT NULL,
    purpose text NOT NULL,
    text_version text NOT NULL,
    text_hash bytea NOT NULL,
    language text NOT NULL,
    given_at timestamptz NOT NULL,
    withdrawn_at timestamptz,
    PRIMARY KEY (organisation_id, id),
    CONSTRAINT consents_of_registration FOREIGN KEY (organisation_id, registration_id)
        REFERENCES registrations (organisation_id, id) ON DELETE CASCADE,
    CONSTRAINT consents_hash_is_digest CHECK (octet_length(text_hash) = 32)
);
COMMENT ON TABLE consents IS 'Who agreed to what, in which words, when; and when they took it back (GDPR, article 7).';
COMMENT ON COLUMN consents.text_hash IS 'SHA-256 of the text as it was shown.';
CREATE UNIQUE INDEX consents_one_in_force ON consents (organisation_id, registration_id, purpose) WHERE withdrawn_at IS NULL;

CREATE TABLE reviews (
    organisation_id uuid NOT NULL,
    registration_id uuid NOT NULL,
    account_id uuid NOT NULL REFERENCES accounts (id),
    score integer,
    note text,
    updated_at timestamptz NOT NULL,
    CONSTRAINT reviews_one_per_reviewer PRIMARY KEY (organisation_id, registration_id, account_id),
    CONSTRAINT reviews_of_registration FOREIGN KEY (organisation_id, registration_id)
        REFERENCES registrations (organisation_id, id) ON DELETE CASCADE,
    CONSTRAINT reviews_score_bounded CHECK (score BETWEEN 0 AND 10),
    CONSTRAINT reviews_say_something CHECK (score IS NOT NULL OR note IS NOT NULL)
);
COMMENT ON TABLE reviews IS 'What reviewers think of an application: one row per reviewer.';

CREATE TABLE joins (
    organisation_id uuid NOT NULL,
    id uuid NOT NULL,
    registration_id uuid NOT NULL,
    session_id uuid NOT NULL,
    at timestamptz NOT NULL,
    PRIMARY KEY (organisation_id, id),
    CONSTRAINT joins_of_registration FOREIGN KEY (organisation_id, registration_id)
        REFERENCES registrations (organisation_id, id) ON DELETE CASCADE
);
COMMENT ON TABLE joins IS 'Somebody pressed "join" on the page behind their personal link. Append-only.';
CREATE INDEX joins_by_registration ON joins (organisation_id, registration_id);

CREATE TABLE reminders (
    organisation_id uuid NOT NULL,
    session_id uuid NOT NULL,
    kind text NOT NULL,
    starts_at timestamptz NOT NULL,
    at timestamptz NOT NULL,
    CONSTRAINT reminders_once PRIMARY KEY (organisation_id, session_id, kind, starts_at),
    CONSTRAINT reminders_kind_known CHECK (kind IN ('day', 'hour'))
);
COMMENT ON TABLE reminders IS 'Which session''s registrants were reminded, of which start.';
