CREATE TABLE headcounts (
    organisation_id uuid NOT NULL,
    id uuid NOT NULL,
    seminar_id uuid NOT NULL,
    value bigint,
    qualifier text NOT NULL,
    unit text NOT NULL,
    channel text,
    method text NOT NULL,
    source text,
    stated_as text,
    basis boolean NOT NULL,
    recorded_by uuid REFERENCES accounts (id),
    recorded_at timestamptz NOT NULL,
    PRIMARY KEY (organisation_id, id),
    CONSTRAINT headcounts_of_seminar FOREIGN KEY (organisation_id, seminar_id) REFERENCES seminars (organisation_id, id),
    CONSTRAINT headcounts_value_bounded CHECK (value BETWEEN 0 AND 10000000),
    CONSTRAINT headcounts_unknown_has_no_value CHECK ((qualifier = 'unknown') = (value IS NULL)),
    CONSTRAINT headcounts_qualifier_known CHECK (qualifier IN ('exact', 'about', 'more_than', 'at_least', 'less_than', 'at_most', 'unknown')),
    CONSTRAINT headcounts_unit_known CHECK (unit IN ('participants', 'viewers', 'companies', 'questions')),
    CONSTRAINT headcounts_channel_known CHECK (channel IN ('onsite', 'online', 'livestream')),
    CONSTRAINT headcounts_method_known CHECK (method IN ('counted', 'estimated', 'platform', 'reported'))
);
COMMENT ON TABLE headcounts IS 'Statements of how many came, in their own words. Several may exist; one per unit and channel is the basis of reports.';
COMMENT ON COLUMN headcounts.channel IS 'NULL: the seminar as a whole, without a split.';
COMMENT ON COLUMN headcounts.stated_as IS 'The words of the source: über 130 Teilnehmende.';
CREATE INDEX headcounts_by_seminar ON headcounts (organisation_id, seminar_id, id);
CREATE UNIQUE INDEX headcounts_one_basis ON headcounts (organisation_id, seminar_id, unit, coalesce(channel, '')) WHERE basis;
