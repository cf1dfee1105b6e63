-- The monitoring counts what was given up at each of its looks; it is next to nothing among all that went.
CREATE INDEX mails_dead ON mails (id) WHERE state = 'dead';
CREATE INDEX webhook_deliveries_failed ON webhook_deliveries (created_at) WHERE state = 'failed';
-- Whoever was forgotten stays as a number: what is due is looked for among those who were not.
CREATE INDEX registrations_not_erased ON registrations (organisation_id, seminar_id) WHERE personal_data <> 'erased';
