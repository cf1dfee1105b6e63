DROP TABLE merges;
DROP INDEX seminars_merged;
ALTER TABLE seminars
    DROP COLUMN merged_into_organisation_id,
    DROP COLUMN merged_into;
