DROP INDEX check_ins_voided;
