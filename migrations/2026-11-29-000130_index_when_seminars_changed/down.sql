DROP INDEX seminars_by_change;
