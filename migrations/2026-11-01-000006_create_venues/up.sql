CREATE TABLE venues (
    organisation_id uuid NOT NULL REFERENCES organisations (id),
    id uuid NOT NULL,
    name text,
    street text,
    postal_code text,
    locality text NOT NULL,
    country text NOT NULL DEFAULT 'DE',
    also_known_as text[] NOT NULL DEFAULT '{}',
    name_key text NOT NULL,
    version bigint NOT NULL DEFAULT 1,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    PRIMARY KEY (organisation_id, id),
    CONSTRAINT venues_name_unique UNIQUE (organisation_id, name_key),
    CONSTRAINT venues_country_shape CHECK (country ~ '^[A-Z]{2}$'),
    CONSTRAINT venues_names_whole CHECK (array_position(also_known_as, NULL) IS NULL)
);
COMMENT ON TABLE venues IS 'Places, also abroad. A place without a name is a locality.';
COMMENT ON COLUMN venues.name_key IS 'Name and locality folded: Digital Church and DIGITAL Church in Aachen are one.';
CREATE INDEX venues_by_id ON venues (id);
