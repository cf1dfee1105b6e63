DROP TABLE refresh_tokens;
DROP TABLE members;
DROP TABLE accounts;
