-- Open data says when a year was last changed; those few that were taken back are looked up beside the last that came.
CREATE INDEX check_ins_voided ON check_ins (organisation_id, seminar_id, voided_at) WHERE voided_at IS NOT NULL;
