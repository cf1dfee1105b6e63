CREATE TABLE admissions (
    organisation_id uuid NOT NULL,
    seminar_id uuid NOT NULL,
    admission text NOT NULL DEFAULT 'first_come',
    confirmation text NOT NULL DEFAULT 'email',
    confirm_hours integer NOT NULL DEFAULT 24,
    offer_hours integer NOT NULL DEFAULT 24,
    capacity_unit text NOT NULL DEFAULT 'persons',
    max_persons integer NOT NULL DEFAULT 5,
    contact_email text,
    minimum_participants integer,
    decide_by timestamptz,
    below_minimum text NOT NULL DEFAULT 'notify',
    decided_at timestamptz,
    questions jsonb NOT NULL DEFAULT '[]',
    consent_texts jsonb NOT NULL DEFAULT '[]',
    CONSTRAINT admissions_one_per_seminar PRIMARY KEY (organisation_id, seminar_id),
    CONSTRAINT admissions_of_seminar FOREIGN KEY (organisation_id, seminar_id) REFERENCES seminars (organisation_id, id) ON DELETE CASCADE,
    CONSTRAINT admissions_admission_known CHECK (admission IN ('first_come', 'selection')),
    CONSTRAINT admissions_confirmation_known CHECK (confirmation IN ('email', 'none')),
    CONSTRAINT admissions_hours_bounded CHECK (confirm_hours BETWEEN 1 AND 336 AND offer_hours BETWEEN 1 AND 336),
    CONSTRAINT admissions_unit_known CHECK (capacity_unit IN ('persons', 'companies')),
    CONSTRAINT admissions_max_persons_bounded CHECK (max_persons BETWEEN 1 AND 100),
    CONSTRAINT admissions_minimum_positive CHECK (minimum_participants > 0),
    CONSTRAINT admissions_minimum_whole CHECK ((minimum_participants IS NULL) = (decide_by IS NULL)),
    CONSTRAINT admissions_below_minimum_known CHECK (below_minimum IN ('notify', 'cancel'))
);
COMMENT ON TABLE admissions IS 'How a seminar takes registrations. One row per seminar, changed with it.';
COMMENT ON COLUMN admissions.admission IS 'first_come: a free seat is the next person''s; selection: people apply and the organiser chooses.';
COMMENT ON COLUMN admissions.confirmation IS 'email: the address is confirmed before the seat is; none: the seat is confirmed at once.';
COMMENT ON COLUMN admissions.offer_hours IS 'How long a freed seat is held for the first who waits; shorter near the start.';
COMMENT ON COLUMN admissions.capacity_unit IS 'What a seat of the channels is: a person, or a company with all the persons it brings.';
COMMENT ON COLUMN admissions.max_persons IS 'How many persons one registration may bring, the contact included.';
COMMENT ON COLUMN admissions.contact_email IS 'Reply-To of the seminar''s mails; the organiser is told there. NULL: its organisers and admins.';
COMMENT ON COLUMN admissions.decided_at IS 'When it was decided whether the minimum was reached; once.';
COMMENT ON COLUMN admissions.questions IS 'What is asked at registration: [{id, kind, label {de, en}, options, required, channels, sensitive}].';
COMMENT ON COLUMN admissions.consent_texts IS 'What consent is asked for: [{purpose, version, text {de, en}}]. Never a condition for a seat (GDPR, article 7(4)).';
CREATE INDEX admissions_to_decide ON admissions (decide_by) WHERE decide_by IS NOT NULL AND decided_at IS NULL;
INSERT INTO admissions (organisation_id, seminar_id) SELECT organisation_id, id FROM seminars;
