DROP TABLE report_snapshots;
DROP TABLE counting_rules;
DROP FUNCTION refuse_change();
