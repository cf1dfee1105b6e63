DROP INDEX import_participants_timed;
DROP INDEX attendance_imports_reverted;
ALTER TABLE attendance_imports DROP COLUMN read_as;
ALTER TABLE import_participants
    DROP COLUMN precision,
    DROP COLUMN head,
    DROP COLUMN person_present_seconds,
    DROP COLUMN person_in_session_seconds,
    DROP COLUMN person_attended;
