DROP INDEX mails_dead;
