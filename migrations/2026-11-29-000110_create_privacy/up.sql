ALTER TABLE registrations
    ADD COLUMN personal_data text NOT NULL DEFAULT 'kept',
    ADD CONSTRAINT registrations_personal_data_known CHECK (personal_data IN ('kept', 'restricted', 'erased'));
COMMENT ON COLUMN registrations.personal_data IS 'erased: only what figures are made of is left; restricted: it was to be erased and has to be kept for a funder (GDPR, article 18).';

CREATE TABLE erasures (
    organisation_id uuid NOT NULL REFERENCES organisations (id),
    id uuid NOT NULL,
    at timestamptz NOT NULL,
    actor_kind text NOT NULL,
    actor_id uuid,
    reason text,
    objects jsonb NOT NULL,
    cancelled integer NOT NULL,
    PRIMARY KEY (organisation_id, id),
    CONSTRAINT erasures_reason_known CHECK (reason IN ('no_longer_needed', 'consent_withdrawn', 'objection', 'unlawful', 'legal_obligation'))
);
COMMENT ON TABLE erasures IS 'What was erased because somebody asked, by ids only, so that it can be erased again after a restore from a backup. Append-only.';
COMMENT ON COLUMN erasures.objects IS '{registrations, restricted: [id], check_ins: [id], import_participants: [{import, position}], mails: how many}.';
CREATE INDEX erasures_by_time ON erasures (at, id);

CREATE TABLE retention_periods (
    organisation_id uuid NOT NULL REFERENCES organisations (id),
    purpose text NOT NULL,
    days integer,
    version bigint NOT NULL DEFAULT 1,
    updated_at timestamptz NOT NULL,
    PRIMARY KEY (organisation_id, purpose),
    CONSTRAINT retention_periods_bounded CHECK (days BETWEEN 0 AND 3660)
);
COMMENT ON TABLE retention_periods IS 'How long an organisation keeps records of a purpose, where it does not keep to the default.';
COMMENT ON COLUMN retention_periods.days IS 'NULL: the default again.';

CREATE TABLE retention_holds (
    organisation_id uuid NOT NULL REFERENCES organisations (id),
    id uuid NOT NULL,
    seminar_id uuid,
    collection_id uuid,
    until date NOT NULL,
    reason text NOT NULL,
    version bigint NOT NULL DEFAULT 1,
    created_at timestamptz NOT NULL,
    released_at timestamptz,
    PRIMARY KEY (organisation_id, id),
    CONSTRAINT retention_holds_of_seminar FOREIGN KEY (organisation_id, seminar_id) REFERENCES seminars (organisation_id, id) ON DELETE CASCADE,
    CONSTRAINT retention_holds_of_collection FOREIGN KEY (organisation_id, collection_id) REFERENCES collections (organisation_id, id) ON DELETE CASCADE,
    CONSTRAINT retention_holds_of_one CHECK ((seminar_id IS NULL) <> (collection_id IS NULL))
);
COMMENT ON TABLE retention_holds IS 'Until when a funder may ask who took part in a seminar or in all of a collection: nothing about who came is erased before (GDPR, article 17(3)).';
COMMENT ON COLUMN retention_holds.until IS 'The last day.';
CREATE INDEX retention_holds_by_seminar ON retention_holds (organisation_id, seminar_id) WHERE released_at IS NULL;
CREATE INDEX retention_holds_by_collection ON retention_holds (organisation_id, collection_id) WHERE released_at IS NULL;
