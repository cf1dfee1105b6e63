CREATE TABLE attendance_rules (
    organisation_id uuid NOT NULL,
    seminar_id uuid NOT NULL,
    min_seconds integer NOT NULL DEFAULT 600,
    min_sessions integer,
    opens_minutes integer NOT NULL DEFAULT 120,
    bridge_gap_seconds integer NOT NULL DEFAULT 60,
    clip_to_session boolean NOT NULL DEFAULT true,
    keep_times boolean NOT NULL DEFAULT false,
    count_joins boolean NOT NULL DEFAULT false,
    team jsonb NOT NULL DEFAULT '[]',
    CONSTRAINT attendance_rules_one_per_seminar PRIMARY KEY (organisation_id, seminar_id),
    CONSTRAINT attendance_rules_of_seminar FOREIGN KEY (organisation_id, seminar_id) REFERENCES seminars (organisation_id, id) ON DELETE CASCADE,
    CONSTRAINT attendance_rules_min_seconds_bounded CHECK (min_seconds BETWEEN 0 AND 86400),
    CONSTRAINT attendance_rules_min_sessions_positive CHECK (min_sessions > 0),
    CONSTRAINT attendance_rules_opens_bounded CHECK (opens_minutes BETWEEN 0 AND 1440),
    CONSTRAINT attendance_rules_gap_bounded CHECK (bridge_gap_seconds BETWEEN 0 AND 3600)
);
COMMENT ON TABLE attendance_rules IS 'Who counts as having been there. One row per seminar, changed with it.';
COMMENT ON COLUMN attendance_rules.min_seconds IS 'Whoever was present for less than this in a session did not attend it. Where nobody measured, presence is enough.';
COMMENT ON COLUMN attendance_rules.min_sessions IS 'How many sessions a certificate needs; NULL: all of them.';
COMMENT ON COLUMN attendance_rules.opens_minutes IS 'How long before the start of a session the door opens.';
COMMENT ON COLUMN attendance_rules.bridge_gap_seconds IS 'A shorter absence is none: reconnecting, being made a panellist.';
COMMENT ON COLUMN attendance_rules.clip_to_session IS 'Whether only time inside the session counts.';
COMMENT ON COLUMN attendance_rules.keep_times IS 'Whether join and leave times are kept, not only how long somebody was there.';
COMMENT ON COLUMN attendance_rules.count_joins IS 'Whether entering the online room by the personal link counts as having been there.';
COMMENT ON COLUMN attendance_rules.team IS 'Who belongs to the seminar and is no participant: [{name, email, role: staff|speaker}].';
INSERT INTO attendance_rules (organisation_id, seminar_id) SELECT organisation_id, id FROM seminars;
