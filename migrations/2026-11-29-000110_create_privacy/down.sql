DROP TABLE retention_holds;
DROP TABLE retention_periods;
DROP TABLE erasures;
ALTER TABLE registrations DROP COLUMN personal_data;
