CREATE TABLE api_clients (
    organisation_id uuid NOT NULL REFERENCES organisations (id),
    id uuid NOT NULL,
    name text NOT NULL,
    scopes text[] NOT NULL,
    revoked_at timestamptz,
    last_used_at timestamptz,
    version bigint NOT NULL DEFAULT 1,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    PRIMARY KEY (organisation_id, id),
    CONSTRAINT api_clients_scopes_known CHECK (scopes <@ ARRAY['seminars:read', 'seminars:write', 'registrations:read',
        'registrations:write', 'attendance:write', 'reports:read']),
    CONSTRAINT api_clients_scopes_some CHECK (cardinality(scopes) > 0),
    CONSTRAINT api_clients_scopes_whole CHECK (array_position(scopes, NULL) IS NULL)
);
COMMENT ON TABLE api_clients IS 'The machines of an organisation, each with what it may do. A revoked one stays, because the journal names it.';
COMMENT ON COLUMN api_clients.last_used_at IS 'When it last fetched an access token, which lives ten minutes.';
CREATE INDEX api_clients_by_id ON api_clients (id);

CREATE TABLE api_client_secrets (
    organisation_id uuid NOT NULL,
    client_id uuid NOT NULL,
    id uuid NOT NULL,
    secret_hash bytea NOT NULL,
    created_at timestamptz NOT NULL,
    expires_at timestamptz,
    last_used_at timestamptz,
    PRIMARY KEY (organisation_id, client_id, id),
    CONSTRAINT api_client_secrets_of_client FOREIGN KEY (organisation_id, client_id) REFERENCES api_clients (organisation_id, id),
    CONSTRAINT api_client_secrets_are_digests CHECK (octet_length(secret_hash) = 32)
);
COMMENT ON TABLE api_client_secrets IS 'SHA-256 of secrets of 256 random bits. At most two of a client are valid at once: the new one, and the one it takes the place of.';
COMMENT ON COLUMN api_client_secrets.expires_at IS 'NULL: until it is rotated.';
