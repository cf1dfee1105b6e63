DROP INDEX registrations_not_erased;
DROP INDEX webhook_deliveries_failed;
DROP INDEX mails_dead;
