DROP TABLE reminders;
DROP TABLE joins;
DROP TABLE reviews;
DROP TABLE consents;
DROP TABLE sensitive_answers;
ALTER TABLE channels RESET (fillfactor);
DROP INDEX sessions_by_start;
DROP INDEX channels_waited_for;
DROP INDEX registrations_offered_until;
DROP INDEX registrations_confirm_by;
COMMENT ON COLUMN registrations.seats IS NULL;
ALTER TABLE registrations
    DROP COLUMN persons,
    DROP COLUMN companions,
    DROP COLUMN answers,
    DROP COLUMN email_confirmed_at,
    DROP COLUMN held_up_since,
    DROP COLUMN kept_at;
