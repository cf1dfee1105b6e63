-- Whoever was forgotten stays as a number: what is due is looked for among those who were not. By itself: a migration that locks what
-- a running service writes after this table, and then this one, would end in a deadlock with it.
CREATE INDEX registrations_not_erased ON registrations (organisation_id, seminar_id) WHERE personal_data <> 'erased';
