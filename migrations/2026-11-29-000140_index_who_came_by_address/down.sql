DROP INDEX import_participants_by_address;
DROP INDEX check_ins_by_address;
