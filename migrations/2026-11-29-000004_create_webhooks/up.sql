CREATE TABLE webhooks (
    organisation_id uuid NOT NULL REFERENCES organisations (id),
    id uuid NOT NULL,
    url text NOT NULL,
    events text[] NOT NULL,
    description text,
    disabled_at timestamptz,
    disabled_reason text,
    failing_since timestamptz,
    generation integer NOT NULL DEFAULT 1,
    first_generation integer NOT NULL DEFAULT 1,
    former_until timestamptz,
    last_number bigint NOT NULL DEFAULT 0,
    position_transaction bigint NOT NULL,
    position_entry uuid NOT NULL,
    held_until timestamptz NOT NULL,
    turn uuid,
    version bigint NOT NULL DEFAULT 1,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    PRIMARY KEY (organisation_id, id),
    CONSTRAINT webhooks_disabled_whole CHECK ((disabled_at IS NULL) = (disabled_reason IS NULL)),
    CONSTRAINT webhooks_disabled_reason_known CHECK (disabled_reason IN ('by_admin', 'gone', 'failing')),
    CONSTRAINT webhooks_generations_in_order CHECK (first_generation BETWEEN 1 AND generation),
    CONSTRAINT webhooks_former_whole CHECK (first_generation = generation OR former_until IS NOT NULL)
);
COMMENT ON TABLE webhooks IS 'Where an organisation wants to be told what happened. Its secret is derived from its id and generation and stands nowhere.';
COMMENT ON COLUMN webhooks.events IS 'The types of events it is told of; none: all.';
COMMENT ON COLUMN webhooks.failing_since IS 'The first failure since it last took a delivery.';
COMMENT ON COLUMN webhooks.generation IS 'Goes up with each rotation of the secret.';
COMMENT ON COLUMN webhooks.first_generation IS 'The oldest generation that still signs beside the present one, until former_until.';
COMMENT ON COLUMN webhooks.last_number IS 'How many deliveries were written for it.';
COMMENT ON COLUMN webhooks.position_transaction IS 'With position_entry: how far it has read the change feed.';
COMMENT ON COLUMN webhooks.held_until IS 'Nobody else delivers to it before: the lease of whoever has the turn, and a rest where nobody answered.';
COMMENT ON COLUMN webhooks.turn IS 'Who has the turn to deliver to it.';
CREATE UNIQUE INDEX webhooks_by_id ON webhooks (id);

CREATE TABLE webhook_deliveries (
    organisation_id uuid NOT NULL,
    webhook_id uuid NOT NULL,
    id uuid NOT NULL,
    number bigint NOT NULL,
    event text NOT NULL,
    subject uuid NOT NULL,
    happened_at timestamptz NOT NULL,
    data jsonb NOT NULL,
    state text NOT NULL DEFAULT 'pending',
    attempts integer NOT NULL DEFAULT 0,
    due_at timestamptz NOT NULL,
    attempted_at timestamptz,
    outcome text,
    status integer,
    delivered_at timestamptz,
    created_at timestamptz NOT NULL,
    PRIMARY KEY (organisation_id, id),
    CONSTRAINT webhook_deliveries_of_webhook
        FOREIGN KEY (organisation_id, webhook_id) REFERENCES webhooks (organisation_id, id) ON DELETE CASCADE,
    CONSTRAINT webhook_deliveries_in_order UNIQUE (organisation_id, webhook_id, number),
    CONSTRAINT webhook_deliveries_state_known CHECK (state IN ('pending', 'delivered', 'failed')),
    CONSTRAINT webhook_deliveries_delivered_whole CHECK ((state = 'delivered') = (delivered_at IS NOT NULL)),
    CONSTRAINT webhook_deliveries_attempts_positive CHECK (attempts >= 0),
    CONSTRAINT webhook_deliveries_small CHECK (octet_length(data::text) < 18000)
);
COMMENT ON TABLE webhook_deliveries IS 'One event on its way to one webhook, repeated under one id until it is taken or given up. Ids and facts of the programme, nothing about a person.';
COMMENT ON COLUMN webhook_deliveries.number IS 'Its place among the deliveries of its webhook.';
COMMENT ON COLUMN webhook_deliveries.subject IS 'What it is about: of one subject the next is tried when the one before is done.';
COMMENT ON COLUMN webhook_deliveries.outcome IS 'What became of the last attempt, in a word; of the answer nothing is kept but its status.';
CREATE INDEX webhook_deliveries_pending ON webhook_deliveries (organisation_id, webhook_id, subject, number) WHERE state = 'pending';
CREATE INDEX webhook_deliveries_done ON webhook_deliveries (created_at) WHERE state <> 'pending';
