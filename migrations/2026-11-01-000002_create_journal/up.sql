CREATE TABLE journal (
    id uuid PRIMARY KEY,
    organisation_id uuid,
    at timestamptz NOT NULL,
    transaction bigint NOT NULL DEFAULT (pg_current_xact_id()::text::bigint),
    actor_kind text NOT NULL,
    actor_id uuid,
    action text NOT NULL,
    object_kind text NOT NULL,
    object_id uuid NOT NULL,
    data jsonb NOT NULL,
    CONSTRAINT journal_actor_kind_known CHECK (actor_kind IN ('anonymous', 'registrant', 'account', 'api_client', 'system')),
    CONSTRAINT journal_action_shape CHECK (action ~ '^[a-z_]+\.[a-z_]+$')
);
COMMENT ON TABLE journal IS 'One append-only entry per effect, written in its transaction. Audit log, change feed and webhooks read it.';
COMMENT ON COLUMN journal.transaction IS 'The writing transaction: the change feed is ordered by it and shows only what lies below the oldest running one.';
COMMENT ON COLUMN journal.data IS 'What changed. Ids and facts of the programme, never names or addresses of people.';
CREATE INDEX journal_by_transaction ON journal (organisation_id, transaction, id);
CREATE INDEX journal_by_object ON journal (object_id, id);
