-- Whether somebody came whose registration does not say so, and where an address is known without one.
CREATE INDEX check_ins_by_address ON check_ins (organisation_id, email_key) WHERE email_key IS NOT NULL;
CREATE INDEX import_participants_by_address ON import_participants (organisation_id, email_key) WHERE email_key IS NOT NULL;
COMMENT ON COLUMN erasures.objects IS '{registrations, restricted, cancelled: [id], check_ins: [id], import_participants: [{import, position}], held: [{seminar, until}], mails: how many, mail_ids: [id]}.';
