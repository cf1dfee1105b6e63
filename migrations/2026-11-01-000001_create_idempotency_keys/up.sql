CREATE TABLE idempotency_keys (
    key bytea PRIMARY KEY,
    request bytea NOT NULL,
    created_at timestamptz NOT NULL,
    location text,
    etag text,
    body jsonb,
    CONSTRAINT idempotency_keys_are_digests CHECK (octet_length(key) = 32 AND octet_length(request) = 32)
);
COMMENT ON TABLE idempotency_keys IS 'Idempotency-Keys with the first answer, written in the transaction of the effect; kept 24 hours.';
COMMENT ON COLUMN idempotency_keys.key IS 'SHA-256 of caller and key.';
COMMENT ON COLUMN idempotency_keys.request IS 'SHA-256 of method, path and body: tells another request with the same key.';
CREATE INDEX idempotency_keys_by_age ON idempotency_keys (created_at);
