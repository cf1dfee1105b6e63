DROP TABLE import_participants;
DROP TABLE attendance_imports;
