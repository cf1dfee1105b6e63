-- Who asks what is known of them, or is to be forgotten, has mails to their address among those of years.
CREATE INDEX mails_by_address ON mails (organisation_id, lower(recipient)) WHERE registration_id IS NOT NULL;
