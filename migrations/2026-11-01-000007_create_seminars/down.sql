DROP TABLE schedule_changes;
DROP TABLE external_refs;
DROP TABLE seminar_collections;
DROP TABLE parties;
DROP TABLE channels;
DROP TABLE sessions;
DROP TABLE seminars;
