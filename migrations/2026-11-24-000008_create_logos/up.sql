CREATE TABLE logos (
    organisation_id uuid NOT NULL REFERENCES organisations (id),
    name text NOT NULL,
    description text NOT NULL,
    image bytea NOT NULL,
    version bigint NOT NULL DEFAULT 1,
    updated_at timestamptz NOT NULL,
    CONSTRAINT logos_one_per_name PRIMARY KEY (organisation_id, name),
    CONSTRAINT logos_bounded CHECK (octet_length(image) <= 262144)
);
COMMENT ON TABLE logos IS 'What stands above printed lists and certificates: the office''s own, its funders''.';
COMMENT ON COLUMN logos.name IS 'A slug: eu, land-nrw.';
COMMENT ON COLUMN logos.description IS 'What is read aloud instead of the picture.';
COMMENT ON COLUMN logos.image IS 'PNG.';
