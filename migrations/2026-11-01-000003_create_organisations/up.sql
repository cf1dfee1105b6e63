CREATE TABLE organisations (
    id uuid PRIMARY KEY,
    slug text NOT NULL,
    name text NOT NULL,
    also_known_as text[] NOT NULL DEFAULT '{}',
    homepage text,
    version bigint NOT NULL DEFAULT 1,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    CONSTRAINT organisations_slug_unique UNIQUE (slug),
    CONSTRAINT organisations_slug_shape CHECK (slug ~ '^[a-z0-9]+(-[a-z0-9]+)*$'),
    CONSTRAINT organisations_names_whole CHECK (array_position(also_known_as, NULL) IS NULL)
);
COMMENT ON TABLE organisations IS 'Tenants, and everyone who takes part in a seminar as a party.';
COMMENT ON COLUMN organisations.also_known_as IS 'Other spellings: AGIT mbH, IHK.';
