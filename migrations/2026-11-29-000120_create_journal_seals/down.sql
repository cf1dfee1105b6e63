DROP INDEX journal_by_actor;
DROP INDEX journal_by_time;
DROP TABLE journal_seals;
