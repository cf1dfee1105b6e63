CREATE TABLE stated_totals (
    organisation_id uuid NOT NULL REFERENCES organisations (id),
    id uuid NOT NULL,
    source text NOT NULL,
    period_from date NOT NULL,
    period_to date NOT NULL,
    figure text NOT NULL,
    before date,
    value bigint,
    qualifier text NOT NULL,
    stated_as text,
    stated_at timestamptz NOT NULL,
    PRIMARY KEY (organisation_id, id),
    CONSTRAINT stated_totals_figure_known CHECK (figure IN ('offered', 'held', 'not_held')),
    CONSTRAINT stated_totals_qualifier_known CHECK (qualifier IN ('exact', 'about', 'more_than', 'at_least', 'less_than', 'at_most', 'unknown')),
    CONSTRAINT stated_totals_unknown_has_no_value CHECK ((value IS NULL) = (qualifier = 'unknown')),
    CONSTRAINT stated_totals_says_something CHECK (value IS NOT NULL OR stated_as IS NOT NULL),
    CONSTRAINT stated_totals_value_in_range CHECK (value BETWEEN 0 AND 10000000),
    CONSTRAINT stated_totals_period_in_order CHECK (period_from <= period_to),
    CONSTRAINT stated_totals_before_in_period CHECK (before IS NULL OR (before BETWEEN period_from AND period_to AND figure = 'held'))
);
COMMENT ON TABLE stated_totals IS 'What a source says of a whole programme without naming the seminars. Set beside what is counted, never added to it.';
COMMENT ON COLUMN stated_totals.before IS 'Only what was held before this day.';
COMMENT ON COLUMN stated_totals.stated_as IS 'The words of the source.';
CREATE UNIQUE INDEX stated_totals_by_id ON stated_totals (id);
CREATE INDEX stated_totals_by_period ON stated_totals (organisation_id, period_from, period_to);
