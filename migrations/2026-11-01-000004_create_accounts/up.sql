CREATE TABLE accounts (
    id uuid PRIMARY KEY,
    email text NOT NULL,
    email_key text NOT NULL,
    name text NOT NULL,
    language text NOT NULL DEFAULT 'de',
    password_hash text NOT NULL,
    platform_admin boolean NOT NULL DEFAULT false,
    disabled_at timestamptz,
    version bigint NOT NULL DEFAULT 1,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    CONSTRAINT accounts_email_unique UNIQUE (email_key)
);
COMMENT ON TABLE accounts IS 'People who log in. Registrants have no account.';
COMMENT ON COLUMN accounts.email_key IS 'The address trimmed and case-folded.';
COMMENT ON COLUMN accounts.password_hash IS 'argon2id, PHC string.';

CREATE TABLE members (
    organisation_id uuid NOT NULL REFERENCES organisations (id),
    account_id uuid NOT NULL REFERENCES accounts (id),
    role text NOT NULL,
    version bigint NOT NULL DEFAULT 1,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    CONSTRAINT members_one_per_account PRIMARY KEY (organisation_id, account_id),
    CONSTRAINT members_role_known CHECK (role IN ('admin', 'organiser', 'front_desk', 'reporter'))
);
COMMENT ON TABLE members IS 'Who acts for an organisation, and as what.';
CREATE INDEX members_by_account ON members (account_id);

CREATE TABLE refresh_tokens (
    token_hash bytea PRIMARY KEY,
    family_id uuid NOT NULL,
    account_id uuid NOT NULL REFERENCES accounts (id),
    issued_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    used_at timestamptz,
    revoked_at timestamptz,
    CONSTRAINT refresh_tokens_are_digests CHECK (octet_length(token_hash) = 32)
);
COMMENT ON TABLE refresh_tokens IS 'Opaque refresh tokens, hashed. Rotated on use; one used twice revokes its family.';
CREATE INDEX refresh_tokens_by_family ON refresh_tokens (family_id);
CREATE INDEX refresh_tokens_by_account ON refresh_tokens (account_id);
CREATE INDEX refresh_tokens_by_expiry ON refresh_tokens (expires_at);
