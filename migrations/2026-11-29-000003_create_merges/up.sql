-- One event that two organisations announced. The fact stands with the seminar, because the public list must know it; how it
-- came about stands apart.
ALTER TABLE seminars
    ADD COLUMN merged_into_organisation_id uuid,
    ADD COLUMN merged_into uuid,
    ADD CONSTRAINT seminars_merged_into_known FOREIGN KEY (merged_into_organisation_id, merged_into) REFERENCES seminars (organisation_id, id),
    ADD CONSTRAINT seminars_merged_into_whole CHECK ((merged_into_organisation_id IS NULL) = (merged_into IS NULL)),
    ADD CONSTRAINT seminars_merged_into_another CHECK (merged_into <> id),
    ADD CONSTRAINT seminars_merged_announced CHECK (merged_into IS NULL OR status <> 'draft');
COMMENT ON COLUMN seminars.merged_into IS 'The seminar that stands for this one in lists and reports: the same event, announced by another organisation or twice.';
CREATE INDEX seminars_merged ON seminars (merged_into) WHERE merged_into IS NOT NULL;

CREATE TABLE merges (
    id uuid PRIMARY KEY,
    seminar_organisation_id uuid NOT NULL,
    seminar_id uuid NOT NULL,
    into_organisation_id uuid NOT NULL,
    into_id uuid NOT NULL,
    seminar_consented_at timestamptz,
    seminar_consented_by uuid,
    into_consented_at timestamptz,
    into_consented_by uuid,
    merged_at timestamptz,
    undone_at timestamptz,
    undone_by uuid,
    CONSTRAINT merges_of_seminar FOREIGN KEY (seminar_organisation_id, seminar_id) REFERENCES seminars (organisation_id, id),
    CONSTRAINT merges_into_seminar FOREIGN KEY (into_organisation_id, into_id) REFERENCES seminars (organisation_id, id),
    CONSTRAINT merges_of_two CHECK (seminar_id <> into_id),
    CONSTRAINT merges_somebody_consented CHECK (seminar_consented_at IS NOT NULL OR into_consented_at IS NOT NULL),
    CONSTRAINT merges_with_both_consents CHECK (merged_at IS NULL OR (seminar_consented_at IS NOT NULL AND into_consented_at IS NOT NULL))
);
COMMENT ON TABLE merges IS 'Who wanted two seminars to be one event, and when: proposed, consented, undone. Kept as history.';
COMMENT ON COLUMN merges.undone_at IS 'When it was taken back: a proposal or a merge. An open row has none.';
CREATE UNIQUE INDEX merges_open ON merges (seminar_id, into_id) WHERE undone_at IS NULL;
CREATE INDEX merges_into_open ON merges (into_id) WHERE undone_at IS NULL;
