CREATE TABLE feed_identity (
    singleton boolean PRIMARY KEY DEFAULT true,
    id uuid NOT NULL,
    since timestamptz NOT NULL,
    CONSTRAINT feed_identity_is_one CHECK (singleton)
);
COMMENT ON TABLE feed_identity IS 'One row: which feed this is. Every place in the change feed names it; after a restore there is a new one, and the places of the old are good no more.';
INSERT INTO feed_identity (id, since) VALUES (gen_random_uuid(), now());
