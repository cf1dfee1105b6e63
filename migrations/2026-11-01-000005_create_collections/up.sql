CREATE TABLE collections (
    organisation_id uuid NOT NULL REFERENCES organisations (id),
    id uuid NOT NULL,
    kind text NOT NULL,
    name text NOT NULL,
    name_key text NOT NULL,
    description text,
    starts_on date,
    ends_on date,
    funder text,
    own_chapter boolean NOT NULL DEFAULT false,
    version bigint NOT NULL DEFAULT 1,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    PRIMARY KEY (organisation_id, id),
    CONSTRAINT collections_name_unique UNIQUE (organisation_id, name_key),
    CONSTRAINT collections_kind_known CHECK (kind IN ('series', 'programme', 'umbrella')),
    CONSTRAINT collections_span_ordered CHECK (ends_on >= starts_on)
);
COMMENT ON TABLE collections IS 'What seminars belong to: series (Format), programme (Projekt), umbrella (Rahmen).';
COMMENT ON COLUMN collections.name_key IS 'The name folded: one spelling of one name.';
COMMENT ON COLUMN collections.own_chapter IS 'Reported in a chapter of its own; the counting rule „overview“ leaves its seminars out.';
CREATE INDEX collections_by_id ON collections (id);
