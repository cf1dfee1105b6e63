DROP INDEX registrations_not_erased;
