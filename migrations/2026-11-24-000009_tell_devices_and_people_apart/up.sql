-- What one row of a report says stays what it says. What the person comes to on all devices stands beside it, so that rows
-- taken for one person by mistake can be taken apart again, also when their times are gone.
ALTER TABLE import_participants
    ADD COLUMN precision text,
    ADD COLUMN head integer NOT NULL DEFAULT 0,
    ADD COLUMN person_present_seconds integer,
    ADD COLUMN person_in_session_seconds integer,
    ADD COLUMN person_attended boolean,
    ADD CONSTRAINT import_participants_head_of_a_group CHECK (head >= 0),
    ADD CONSTRAINT import_participants_person_seconds_positive CHECK (person_present_seconds >= 0 AND person_in_session_seconds >= 0);
UPDATE import_participants AS one
    SET precision = import.precision, person_present_seconds = one.present_seconds, person_in_session_seconds = one.in_session_seconds,
        person_attended = one.attended
    FROM attendance_imports AS import
    WHERE import.organisation_id = one.organisation_id AND import.id = one.import_id;
ALTER TABLE import_participants
    ALTER COLUMN precision SET NOT NULL,
    ALTER COLUMN person_attended SET NOT NULL;
COMMENT ON COLUMN import_participants.precision IS 'What the times of the row are worth; without intervals its segment only says from when to when.';
COMMENT ON COLUMN import_participants.head IS 'Which of the people of its registration: 0 the contact, n the n-th who came along.';
COMMENT ON COLUMN import_participants.person_attended IS 'Like the seconds: of the person on all devices; attended itself is of this row alone.';

ALTER TABLE attendance_imports ADD COLUMN read_as bytea;
COMMENT ON COLUMN attendance_imports.read_as IS 'Digest of how the caller wanted it read. The same file read otherwise is read anew.';
CREATE INDEX attendance_imports_reverted ON attendance_imports (reverted_at) WHERE state = 'reverted';

-- What a seminar keeps no longer is looked for again and again.
CREATE INDEX import_participants_timed ON import_participants (organisation_id, import_id) WHERE segments IS NOT NULL;
