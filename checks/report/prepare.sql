-- Ten years of a programme, 2016 to 2025: :seminars seminars of one organisation, in the order in which they were written
-- down, a tenth as many of another that no report here asks for, and who was there. Deterministic, so that two programs
-- can be compared byte by byte.
\set ON_ERROR_STOP on
BEGIN;
SET LOCAL synchronous_commit = off;

-- By time, as the service's ids are; `n` tells those of one moment apart.
CREATE FUNCTION pg_temp.id_at(at timestamptz, n bigint) RETURNS uuid LANGUAGE sql IMMUTABLE RETURN
    (lpad(to_hex((extract(epoch FROM at) * 1000)::bigint), 12, '0') || '70008' || lpad(to_hex(n), 15, '0'))::uuid;

CREATE TEMPORARY TABLE partners ON COMMIT DROP AS
    SELECT row_number() OVER (ORDER BY slug) - 1 AS n, id FROM organisations WHERE slug <> 'staedteregion-aachen';

INSERT INTO collections (organisation_id, id, kind, name, name_key, own_chapter, created_at, updated_at)
    SELECT o.id, pg_temp.id_at('2015-06-01', n), (ARRAY['series', 'programme', 'umbrella'])[1 + n % 3], 'Reihe ' || n,
        'reihe ' || n, n % 10 = 0, '2015-06-01', '2015-06-01'
    FROM organisations o, generate_series(1, 30) n WHERE o.slug = 'staedteregion-aachen';

-- What each seminar is to be, told once.
CREATE TEMPORARY TABLE plan ON COMMIT DROP AS
SELECT o.id AS organisation_id, owner, n, day, day - 56 AS published_on, pg_temp.id_at(day - 70, 10 * n + owner) AS id,
    CASE WHEN n % 20 < 14 THEN 'held' WHEN n % 20 < 16 THEN 'cancelled' WHEN n % 20 < 18 THEN 'postponed' ELSE 'scheduled' END AS status,
    -- Of one in a hundred only the month is known.
    n % 100 = 57 AS undated, CASE WHEN n % 7 < 3 THEN '{onsite}' WHEN n % 7 < 5 THEN '{online}' ELSE '{onsite,online}' END::text[] AS channels
FROM (VALUES (0, 'staedteregion-aachen', :seminars), (1, 'ihk-aachen', :seminars / 10)) owners (owner, slug, many)
JOIN organisations o USING (slug), generate_series(0, many - 1) n, LATERAL (SELECT date '2016-01-01' + (n::bigint * 3653 / many)::integer AS day) days;
CREATE INDEX ON plan (n);
ANALYZE plan;

INSERT INTO seminars (organisation_id, id, title, kind, language, audience, status, begins_at, within_from, within_to, waiting_list,
        published_on, search_text, created_at, updated_at)
    SELECT organisation_id, id, title, 'seminar', 'de', CASE WHEN n % 25 = 3 THEN 'internal' ELSE 'public' END, status, day,
        CASE WHEN undated THEN date_trunc('month', day)::date END, CASE WHEN undated THEN date_trunc('month', day)::date + 27 END,
        false, published_on, lower(title), published_on, published_on
    FROM plan, concat((ARRAY['Fördermittel für Gründungen', 'Nachfolge im Handwerk', 'Cybersicherheit für kleine Betriebe',
        'Übergang zur Kreislaufwirtschaft'])[1 + n % 4], ' ', n) AS title ORDER BY id;
INSERT INTO sessions (organisation_id, seminar_id, id, starts_at, ends_at, date_precision, time_zone, starts_on)
    SELECT organisation_id, id, pg_temp.id_at(day - 70, 100000 * k + n), starts, starts + interval '2 hours', 'minute', 'Europe/Berlin', day + 7 * k
    FROM plan, generate_series(0, CASE WHEN n % 7 = 2 THEN 2 ELSE 0 END) k, LATERAL (SELECT (day + 7 * k + time '18:00') AT TIME ZONE 'Europe/Berlin' AS starts) s
    WHERE NOT undated ORDER BY id, k;
INSERT INTO channels (organisation_id, seminar_id, channel, offered)
    SELECT organisation_id, id, channel, n % 50 <> 9 OR channel = channels[1] FROM plan, unnest(channels) channel ORDER BY id;
INSERT INTO admissions (organisation_id, seminar_id) SELECT organisation_id, id FROM plan ORDER BY id;
-- One in a hundred counts who pressed "join".
INSERT INTO attendance_rules (organisation_id, seminar_id, count_joins) SELECT organisation_id, id, n % 100 = 50 FROM plan ORDER BY id;
INSERT INTO parties (organisation_id, seminar_id, position, role, party_organisation_id, name)
    SELECT * FROM (
        SELECT organisation_id, id, 0, 'lead', CASE WHEN n % 5 < 3 THEN organisation_id ELSE (SELECT p.id FROM partners p WHERE p.n = plan.n % 12) END, NULL
            FROM plan WHERE n % 11 <> 0
        UNION ALL SELECT organisation_id, plan.id, 1, 'co_organiser', p.id, NULL FROM plan JOIN partners p ON p.n = (plan.n / 3) % 12 WHERE plan.n % 3 = 0
        UNION ALL SELECT organisation_id, id, 2, 'contributor', NULL, 'Verein ' || n % 200 FROM plan WHERE n % 4 = 1
        UNION ALL SELECT organisation_id, id, 3, 'speaker', NULL, 'Vortragende Person ' || n % 500 FROM plan WHERE n % 2 = 0) taking
    ORDER BY 2, 3;
INSERT INTO seminar_collections (organisation_id, seminar_id, collection_id)
    SELECT plan.organisation_id, plan.id, c.id FROM plan JOIN collections c ON c.organisation_id = plan.organisation_id
        AND (n % 2 = 0 AND c.name = 'Reihe ' || 1 + n % 30 OR n % 10 = 4 AND c.name = 'Reihe ' || 2 + n / 10 % 14 * 2)
    WHERE owner = 0 ORDER BY 2;
INSERT INTO schedule_changes (organisation_id, id, seminar_id, kind, reason_code, before, after, before_on, at)
    SELECT organisation_id, pg_temp.id_at(day - 20, 100 * n + owner), id,
        CASE status WHEN 'cancelled' THEN 'cancelled' WHEN 'postponed' THEN 'postponed' ELSE 'rescheduled' END,
        (ARRAY['pandemic', 'low_demand', 'speaker', 'weather', 'other', 'unknown'])[1 + n % 6], '{}', '{}',
        -- Those that were held on another day had been planned up to three months before.
        CASE WHEN undated THEN NULL WHEN status IN ('cancelled', 'postponed') THEN day ELSE day - 10 - n % 80 END, day - 20
    FROM plan WHERE status IN ('cancelled', 'postponed') OR status = 'held' AND n % 10 = 1 ORDER BY id;
INSERT INTO headcounts (organisation_id, id, seminar_id, value, qualifier, unit, channel, method, stated_as, basis, recorded_at)
    SELECT organisation_id, pg_temp.id_at(day + 1, 100 * n + 10 * k + owner), id, CASE WHEN qualifier = 'unknown' THEN NULL ELSE 5 + n % 180 END, qualifier,
        unit, channel, 'reported', CASE WHEN qualifier = 'unknown' THEN 'nicht gezählt' ELSE qualifier || ' ' || (5 + n % 180) END, basis, day + 1
    FROM plan, LATERAL (SELECT (ARRAY['exact', 'exact', 'about', 'more_than', 'at_least', 'exact', 'less_than', 'at_most', 'unknown'])[1 + n % 9] AS qualifier) q,
        LATERAL (VALUES
            (0, 'participants', CASE WHEN n % 3 = 0 THEN channels[1] END, true, n % 5 <> 0),
            (1, 'participants', channels[2], true, n % 3 = 0 AND cardinality(channels) = 2 AND n % 5 <> 0),
            (2, 'viewers', 'livestream', true, n % 10 = 4),
            (3, 'companies', NULL, true, n % 20 = 8),
            (4, 'participants', NULL, false, n % 5 = 2)) stated (k, unit, channel, basis, said)
    WHERE status = 'held' AND said ORDER BY id, k;

-- Every fifth seminar took registrations here, ten each; of those held half came through the door.
INSERT INTO registrations (organisation_id, id, seminar_id, channel, state, seats, given_name, family_name, email, email_key, company, language,
        search_text, email_confirmed_at, created_at, updated_at)
    SELECT organisation_id, pg_temp.id_at(day - 30, 1000 * n + 10 * k + owner), id, channels[1], 'confirmed', 1, 'Sabine', 'Offermann', address, address,
        'Nadelwerk Eifel GmbH', 'de', 'sabine offermann nadelwerk eifel gmbh', day - 30, day - 30, day - 30
    FROM plan, generate_series(0, 9) k, concat('teilnehmende.', n, '.', k, '@example.org') AS address WHERE n % 5 = 0 ORDER BY id, k;
INSERT INTO check_ins (organisation_id, id, seminar_id, session_id, scan_id, method, channel, registration_id, at, received_at)
    SELECT plan.organisation_id, pg_temp.id_at(day, 1000 * n + 10 * k + owner), plan.id, session.id, pg_temp.id_at(day, 1000 * n + 10 * k + owner), 'scan', 'onsite',
        pg_temp.id_at(day - 30, 1000 * n + 10 * k + owner), session.starts_at - interval '5 minutes', session.starts_at
    FROM plan JOIN sessions session ON session.organisation_id = plan.organisation_id AND session.seminar_id = plan.id AND session.starts_on = plan.day,
        generate_series(0, 6) k
    WHERE status = 'held' AND n % 5 = 0 ORDER BY 2;
INSERT INTO joins (organisation_id, id, registration_id, session_id, at)
    SELECT plan.organisation_id, pg_temp.id_at(day, 1000 * n + 10 * k + owner), pg_temp.id_at(day - 30, 1000 * n + 10 * k + owner), session.id, session.starts_at
    FROM plan JOIN sessions session ON session.organisation_id = plan.organisation_id AND session.seminar_id = plan.id AND session.starts_on = plan.day,
        generate_series(0, 9) k
    WHERE n % 100 = 50 ORDER BY 2;
-- One in fifty has a platform's report of twenty, some of whom are known by their address.
INSERT INTO attendance_imports (organisation_id, id, seminar_id, session_id, channel, state, format, encoding, delimiter, precision, time_zone, sha256,
        row_count, uploaded_at, confirmed_at)
    SELECT plan.organisation_id, pg_temp.id_at(day + 1, 10 * n + owner), plan.id, session.id, 'online', 'confirmed', 'zoom', 'utf-8', ',', 'duration', 'Europe/Berlin',
        sha256(n::text::bytea), 20, day + 1, day + 1
    FROM plan JOIN sessions session ON session.organisation_id = plan.organisation_id AND session.seminar_id = plan.id AND session.starts_on = plan.day
    WHERE status = 'held' AND n % 50 IN (5, 6) ORDER BY 2;
INSERT INTO import_participants (organisation_id, import_id, position, person_key, display_names, email, email_key, role, match_status, precision,
        reported_seconds, present_seconds, in_session_seconds, attended, person_present_seconds, person_in_session_seconds, person_attended)
    SELECT organisation_id, pg_temp.id_at(day + 1, 10 * n + owner), k, 'email:' || address, jsonb_build_array('Person ' || k), address, address, 'attendee', 'unmatched',
        'duration', 3600, 3600, 3600, true, 3600, 3600, true
    FROM plan, generate_series(0, 19) k, concat('teilnehmende.', n, '.', k, '@example.org') AS address
    WHERE status = 'held' AND n % 50 IN (5, 6) AND NOT undated ORDER BY 2, 3;
COMMIT;
VACUUM ANALYZE;
