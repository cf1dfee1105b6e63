COMMENT ON COLUMN erasures.objects IS '{registrations, restricted: [id], check_ins: [id], import_participants: [{import, position}], mails: how many}.';
DROP INDEX import_participants_by_address;
DROP INDEX check_ins_by_address;
