DROP INDEX seminars_by_status;
DROP INDEX seminars_by_span;
DROP INDEX schedule_changes_by_day;
CREATE INDEX schedule_changes_by_day ON schedule_changes (before_on);
DROP INDEX sessions_by_tenant_and_day;
