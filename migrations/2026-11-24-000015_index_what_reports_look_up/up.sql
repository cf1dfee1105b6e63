-- A report looks up, of one organisation: what has a session in the period, what was to be on one of its days, what is
-- known to lie in it without a day, and what is still ahead.
CREATE INDEX sessions_by_tenant_and_day ON sessions (organisation_id, starts_on, seminar_id);
DROP INDEX schedule_changes_by_day;
CREATE INDEX schedule_changes_by_day ON schedule_changes (organisation_id, before_on, seminar_id) WHERE before_on IS NOT NULL;
CREATE INDEX seminars_by_span ON seminars (organisation_id, within_to) WHERE within_to IS NOT NULL;
CREATE INDEX seminars_by_status ON seminars (organisation_id, status, published_on);
