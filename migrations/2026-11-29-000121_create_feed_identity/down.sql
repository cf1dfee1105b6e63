DROP TABLE feed_identity;
