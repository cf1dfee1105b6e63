DROP INDEX mails_by_address;
