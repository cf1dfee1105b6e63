DROP TABLE headcounts;
