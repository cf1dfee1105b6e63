DROP INDEX journal_feed;
