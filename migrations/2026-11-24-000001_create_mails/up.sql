CREATE TABLE mails (
    organisation_id uuid NOT NULL,
    id uuid NOT NULL,
    kind text NOT NULL,
    language text NOT NULL,
    recipient text NOT NULL,
    recipient_name text NOT NULL,
    registration_id uuid,
    seminar_id uuid,
    data jsonb NOT NULL,
    once text,
    state text NOT NULL DEFAULT 'queued',
    attempts integer NOT NULL DEFAULT 0,
    due_at timestamptz NOT NULL,
    created_at timestamptz NOT NULL,
    sent_at timestamptz,
    last_error text,
    PRIMARY KEY (organisation_id, id),
    CONSTRAINT mails_once_unique UNIQUE (organisation_id, once),
    CONSTRAINT mails_state_known CHECK (state IN ('queued', 'sent', 'dead')),
    CONSTRAINT mails_attempts_positive CHECK (attempts >= 0),
    CONSTRAINT mails_sent_whole CHECK ((state = 'sent') = (sent_at IS NOT NULL))
);
COMMENT ON TABLE mails IS 'The outbox: one row a mail, written in the transaction of what it tells, delivered afterwards.';
COMMENT ON COLUMN mails.registration_id IS 'Whose personal links the mail carries. The links themselves are made when it is sent and are stored nowhere.';
COMMENT ON COLUMN mails.data IS 'The facts as they were when it was written; what the template says of them is decided when it is sent.';
COMMENT ON COLUMN mails.once IS 'A name for what is to be said only once, such as one reminder of one session.';
COMMENT ON COLUMN mails.due_at IS 'When it is tried next. A worker that takes it moves this into the future: that is its lease.';
CREATE INDEX mails_due ON mails (due_at, id) WHERE state = 'queued';
CREATE INDEX mails_by_registration ON mails (organisation_id, registration_id) WHERE registration_id IS NOT NULL;
