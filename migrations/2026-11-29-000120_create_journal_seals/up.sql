CREATE TABLE journal_seals (
    chain uuid NOT NULL,
    number bigint NOT NULL,
    entries integer NOT NULL,
    total bigint NOT NULL,
    members bytea NOT NULL,
    previous bytea NOT NULL,
    digest bytea NOT NULL,
    last_transaction bigint NOT NULL,
    last_entry uuid NOT NULL,
    sealed_at timestamptz NOT NULL,
    PRIMARY KEY (chain, number),
    CONSTRAINT journal_seals_numbered CHECK (number > 0),
    CONSTRAINT journal_seals_members_whole CHECK (entries > 0 AND octet_length(members) = 48 * entries),
    CONSTRAINT journal_seals_digests_whole CHECK (octet_length(previous) = 32 AND octet_length(digest) = 32)
);
COMMENT ON TABLE journal_seals IS 'The journal sealed batch by batch: of each organisation one chain, in which every seal holds the digest of the one before.';
COMMENT ON COLUMN journal_seals.chain IS 'Whose entries: an organisation, or 00000000-0000-0000-0000-000000000000 for the entries without one.';
COMMENT ON COLUMN journal_seals.total IS 'How many entries of the chain are sealed with this one.';
COMMENT ON COLUMN journal_seals.members IS 'What was sealed, in the order of the journal: of each entry its id (16 bytes) and its SHA-256 (32 bytes).';
COMMENT ON COLUMN journal_seals.previous IS 'The digest of the seal before; zeros in the first.';
COMMENT ON COLUMN journal_seals.last_transaction IS 'With last_entry: where the next seal begins. In no digest, because numbers of transactions are moved when the database is restored.';
-- The audit log reads an organisation, the newest first; or what somebody did.
CREATE INDEX journal_by_time ON journal (organisation_id, at, id);
CREATE INDEX journal_by_actor ON journal (actor_id, at, id) WHERE actor_id IS NOT NULL;
