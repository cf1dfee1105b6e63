CREATE TABLE registrations (
    organisation_id uuid NOT NULL,
    id uuid NOT NULL,
    seminar_id uuid NOT NULL,
    channel text NOT NULL,
    state text NOT NULL,
    seats integer NOT NULL DEFAULT 1,
    waiting_ticket bigint,
    confirm_by timestamptz,
    offered_until timestamptz,
    given_name text NOT NULL,
    family_name text NOT NULL,
    email text NOT NULL,
    email_key text NOT NULL,
    company text,
    phone text,
    language text NOT NULL,
    search_text text NOT NULL,
    entered_by uuid REFERENCES accounts (id),
    cancelled_at timestamptz,
    cancelled_by text,
    cancel_reason text,
    version bigint NOT NULL DEFAULT 1,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    PRIMARY KEY (organisation_id, id),
    CONSTRAINT registrations_for_channel FOREIGN KEY (organisation_id, seminar_id, channel) REFERENCES channels (organisation_id, seminar_id, channel),
    CONSTRAINT registrations_state_known CHECK (state IN ('pending', 'confirmed', 'waitlisted', 'offered', 'applied', 'rejected', 'cancelled', 'expired')),
    CONSTRAINT registrations_seats_positive CHECK (seats > 0),
    CONSTRAINT registrations_waiting_has_ticket CHECK (state <> 'waitlisted' OR waiting_ticket IS NOT NULL),
    CONSTRAINT registrations_pending_has_deadline CHECK (state <> 'pending' OR confirm_by IS NOT NULL),
    CONSTRAINT registrations_offer_has_deadline CHECK (state <> 'offered' OR offered_until IS NOT NULL),
    CONSTRAINT registrations_cancelled_by_known CHECK (cancelled_by IN ('registrant', 'organiser', 'system')),
    CONSTRAINT registrations_cancelled_whole CHECK ((state = 'cancelled') = (cancelled_at IS NOT NULL AND cancelled_by IS NOT NULL))
);
COMMENT ON TABLE registrations IS 'One person''s claim on one seminar through one channel. Whether the person came is not a state of it.';
COMMENT ON COLUMN registrations.waiting_ticket IS 'Drawn when the person joined the waiting list; the lower one is served first.';
COMMENT ON COLUMN registrations.entered_by IS 'The member who entered it; NULL: the person, on the public page.';
CREATE UNIQUE INDEX registrations_one_per_person ON registrations (organisation_id, seminar_id, email_key)
    WHERE state IN ('pending', 'confirmed', 'waitlisted', 'offered', 'applied');
CREATE INDEX registrations_by_id ON registrations (id);
CREATE INDEX registrations_by_seminar ON registrations (organisation_id, seminar_id, id);
CREATE INDEX registrations_waiting ON registrations (organisation_id, seminar_id, channel, waiting_ticket) WHERE state = 'waitlisted';
