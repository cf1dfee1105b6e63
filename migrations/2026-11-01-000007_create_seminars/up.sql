CREATE TABLE seminars (
    organisation_id uuid NOT NULL REFERENCES organisations (id),
    id uuid NOT NULL,
    title text NOT NULL,
    kind text NOT NULL,
    language text NOT NULL,
    description text,
    audience text NOT NULL,
    status text NOT NULL,
    begins_at timestamptz NOT NULL,
    within_from date,
    within_to date,
    waiting_list boolean NOT NULL,
    waiting_list_limit integer,
    registration_opens_at timestamptz,
    registration_closes_at timestamptz,
    published_on date,
    calendar_sequence integer NOT NULL DEFAULT 0,
    search_text text NOT NULL,
    source_quote text,
    version bigint NOT NULL DEFAULT 1,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    PRIMARY KEY (organisation_id, id),
    CONSTRAINT seminars_kind_known CHECK (kind IN ('seminar', 'workshop', 'talk', 'course', 'info_event', 'kickoff', 'award',
        'company_visit', 'consultation_hour', 'fair', 'networking')),
    CONSTRAINT seminars_audience_known CHECK (audience IN ('public', 'internal')),
    CONSTRAINT seminars_status_known CHECK (status IN ('draft', 'scheduled', 'postponed', 'cancelled', 'held')),
    CONSTRAINT seminars_within_whole CHECK ((within_from IS NULL) = (within_to IS NULL) AND within_to >= within_from),
    CONSTRAINT seminars_window_ordered CHECK (registration_closes_at > registration_opens_at),
    CONSTRAINT seminars_waiting_list_limit_positive CHECK (waiting_list_limit > 0),
    CONSTRAINT seminars_published_known CHECK (status = 'draft' OR published_on IS NOT NULL)
);
COMMENT ON TABLE seminars IS 'The announced offers. What happened to a date is in schedule_changes.';
COMMENT ON COLUMN seminars.within_from IS 'The span the source speaks of, where it gives no date and there is no session.';
COMMENT ON COLUMN seminars.begins_at IS 'Start of the first session, else of the span, else the day it was written down: what lists are ordered by.';
COMMENT ON COLUMN seminars.published_on IS 'The day it was announced, or by which it is known to have been.';
COMMENT ON COLUMN seminars.calendar_sequence IS 'SEQUENCE of RFC 5545: rises with every change of plan.';
COMMENT ON COLUMN seminars.search_text IS 'Everything one may search by, folded.';
CREATE INDEX seminars_by_id ON seminars (id);
CREATE INDEX seminars_by_begin ON seminars (begins_at, id);

CREATE TABLE sessions (
    organisation_id uuid NOT NULL,
    seminar_id uuid NOT NULL,
    id uuid NOT NULL,
    title text,
    starts_at timestamptz NOT NULL,
    ends_at timestamptz,
    date_precision text NOT NULL,
    time_zone text NOT NULL,
    starts_on date NOT NULL,
    venue_id uuid,
    online_platform text,
    join_url text,
    PRIMARY KEY (organisation_id, seminar_id, id),
    CONSTRAINT sessions_of_seminar FOREIGN KEY (organisation_id, seminar_id) REFERENCES seminars (organisation_id, id) ON DELETE CASCADE,
    CONSTRAINT sessions_at_venue FOREIGN KEY (organisation_id, venue_id) REFERENCES venues (organisation_id, id),
    CONSTRAINT sessions_precision_known CHECK (date_precision IN ('minute', 'day')),
    CONSTRAINT sessions_ordered CHECK (ends_at > starts_at)
);
COMMENT ON TABLE sessions IS 'Time blocks of a seminar. While it is postponed they are the dates that no longer hold.';
COMMENT ON COLUMN sessions.starts_at IS 'With precision day: the midnight at which the day begins there.';
COMMENT ON COLUMN sessions.starts_on IS 'The calendar day in the session''s own time zone: what periods and months are counted by.';
COMMENT ON COLUMN sessions.join_url IS 'For the registrant only; never public.';
CREATE INDEX sessions_by_day ON sessions (starts_on, seminar_id);
CREATE INDEX sessions_by_venue ON sessions (organisation_id, venue_id);

CREATE TABLE channels (
    organisation_id uuid NOT NULL,
    seminar_id uuid NOT NULL,
    channel text NOT NULL,
    offered boolean NOT NULL DEFAULT true,
    capacity integer,
    taken integer NOT NULL DEFAULT 0,
    overbooked integer NOT NULL DEFAULT 0,
    waiting integer NOT NULL DEFAULT 0,
    waiting_ticket bigint NOT NULL DEFAULT 0,
    CONSTRAINT channels_one_per_kind PRIMARY KEY (organisation_id, seminar_id, channel),
    CONSTRAINT channels_of_seminar FOREIGN KEY (organisation_id, seminar_id) REFERENCES seminars (organisation_id, id) ON DELETE CASCADE,
    CONSTRAINT channels_channel_known CHECK (channel IN ('onsite', 'online', 'livestream')),
    CONSTRAINT channels_capacity_positive CHECK (capacity > 0),
    CONSTRAINT channels_counts_positive CHECK (taken >= 0 AND waiting >= 0 AND overbooked >= 0),
    CONSTRAINT channels_never_overbooked CHECK (taken <= capacity + overbooked),
    CONSTRAINT channels_livestream_without_seats CHECK (channel <> 'livestream' OR (capacity IS NULL AND taken = 0 AND waiting = 0))
);
COMMENT ON TABLE channels IS 'The ways to take part, with their seats. One row per seminar and channel: every seat is given under its lock.';
COMMENT ON COLUMN channels.offered IS 'False once the seminar has moved away from it; the row stays for the registrations it has had.';
COMMENT ON COLUMN channels.capacity IS 'NULL: as many as come.';
COMMENT ON COLUMN channels.taken IS 'Seats held: pending, confirmed and offered registrations.';
COMMENT ON COLUMN channels.overbooked IS 'How far an organiser lowered the capacity below the seats taken, on purpose. Nobody lost a seat by it.';
COMMENT ON COLUMN channels.waiting_ticket IS 'The last number drawn on the waiting list; drawn under the lock, so numbers are in commit order.';

CREATE TABLE parties (
    organisation_id uuid NOT NULL,
    seminar_id uuid NOT NULL,
    position integer NOT NULL,
    role text NOT NULL,
    party_organisation_id uuid REFERENCES organisations (id),
    name text,
    PRIMARY KEY (organisation_id, seminar_id, position),
    CONSTRAINT parties_of_seminar FOREIGN KEY (organisation_id, seminar_id) REFERENCES seminars (organisation_id, id) ON DELETE CASCADE,
    CONSTRAINT parties_role_known CHECK (role IN ('lead', 'co_organiser', 'contributor', 'host', 'funder', 'speaker')),
    CONSTRAINT parties_named_once CHECK ((party_organisation_id IS NULL) <> (name IS NULL))
);
COMMENT ON TABLE parties IS 'Who takes part in offering a seminar: an organisation, or a name where it is none of ours.';
CREATE INDEX parties_by_organisation ON parties (party_organisation_id, seminar_id);

CREATE TABLE seminar_collections (
    organisation_id uuid NOT NULL,
    seminar_id uuid NOT NULL,
    collection_id uuid NOT NULL,
    PRIMARY KEY (organisation_id, seminar_id, collection_id),
    CONSTRAINT seminar_collections_of_seminar FOREIGN KEY (organisation_id, seminar_id) REFERENCES seminars (organisation_id, id) ON DELETE CASCADE,
    CONSTRAINT seminar_collections_of_collection FOREIGN KEY (organisation_id, collection_id) REFERENCES collections (organisation_id, id)
);
COMMENT ON TABLE seminar_collections IS 'Which seminar belongs to which collections.';
CREATE INDEX seminar_collections_by_collection ON seminar_collections (organisation_id, collection_id);

CREATE TABLE external_refs (
    organisation_id uuid NOT NULL,
    system text NOT NULL,
    external_id text NOT NULL,
    seminar_id uuid NOT NULL,
    url text,
    CONSTRAINT external_refs_unique PRIMARY KEY (organisation_id, system, external_id),
    CONSTRAINT external_refs_of_seminar FOREIGN KEY (organisation_id, seminar_id) REFERENCES seminars (organisation_id, id) ON DELETE CASCADE
);
COMMENT ON TABLE external_refs IS 'What a seminar is called elsewhere: in a partner''s calendar, in the paper it comes from.';
CREATE INDEX external_refs_by_seminar ON external_refs (organisation_id, seminar_id);

CREATE TABLE schedule_changes (
    organisation_id uuid NOT NULL,
    id uuid NOT NULL,
    seminar_id uuid NOT NULL,
    kind text NOT NULL,
    reason_code text NOT NULL,
    public_text text,
    before jsonb NOT NULL,
    after jsonb NOT NULL,
    before_on date,
    at timestamptz NOT NULL,
    account_id uuid,
    PRIMARY KEY (organisation_id, id),
    CONSTRAINT schedule_changes_of_seminar FOREIGN KEY (organisation_id, seminar_id) REFERENCES seminars (organisation_id, id) ON DELETE CASCADE,
    CONSTRAINT schedule_changes_kind_known CHECK (kind IN ('cancelled', 'postponed', 'rescheduled', 'moved_online', 'moved_onsite', 'venue_changed')),
    CONSTRAINT schedule_changes_reason_known CHECK (reason_code IN ('pandemic', 'low_demand', 'speaker', 'weather', 'force_majeure', 'other', 'unknown'))
);
COMMENT ON TABLE schedule_changes IS 'Every change of plan of a published seminar: a fact with reason and history, not a state.';
COMMENT ON COLUMN schedule_changes.before_on IS 'The first day it was planned for before the change; reports count the change there.';
CREATE INDEX schedule_changes_by_seminar ON schedule_changes (organisation_id, seminar_id, id);
CREATE INDEX schedule_changes_by_day ON schedule_changes (before_on);
