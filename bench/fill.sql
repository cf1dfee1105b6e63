-- Ten years of a large tenant, from copies of the seminar :first, which was made over HTTP: :seminars of them, nine years behind
-- us and one ahead, and :registrations registrations spread evenly over them. With one more seminar, ...200000000000, that
-- everybody wants. Who fills two databases with different numbers gets the same shape twice.
\set ON_ERROR_STOP on
SET synchronous_commit = off;
SET maintenance_work_mem = '512MB';
-- As the service folds what is searched, as far as these words need it.
CREATE FUNCTION pg_temp.folded(words text) RETURNS text LANGUAGE sql IMMUTABLE RETURN translate(lower(words), 'äöüé', 'aoue');
BEGIN;
\ir ../checks/copies.sql

-- What a copy becomes. The day goes with the number: the programme was written down in the order of time.
CREATE TEMPORARY TABLE plan ON COMMIT DROP AS
SELECT copies.id, n, day, (day < current_date) AS over, concat((ARRAY['Fördermittel für Gründungen', 'Nachfolge im Handwerk',
        'Cybersicherheit für kleine Betriebe', 'Übergang zur Kreislaufwirtschaft', 'Exportförderung', 'Der erste Arbeitsvertrag',
        'Patente und Marken'])[1 + n % 7], ' ', n) AS title
FROM (SELECT n, ('5eed0000-0000-7000-8000-' || 100000000000 + n)::uuid AS id,
        current_date - 3285 + (n::bigint * 3650 / :seminars)::integer AS day FROM generate_series(0, :seminars - 1) n) numbers
JOIN copies USING (id);
CREATE UNIQUE INDEX ON plan (id);
ANALYZE plan;
UPDATE sessions SET starts_at = day + time '16:00', ends_at = day + time '18:00', starts_on = day FROM plan WHERE seminar_id = plan.id;
UPDATE seminars SET title = plan.title, begins_at = day + time '16:00', published_on = day - 60, created_at = day - 70,
        updated_at = day - 60, status = CASE WHEN n % 12 = 5 THEN 'cancelled' WHEN over THEN 'held' ELSE 'scheduled' END,
        search_text = pg_temp.folded(plan.title) || E' \n ' || seminars.search_text
    FROM plan WHERE seminars.id = plan.id;
-- As they were told to whoever follows.
INSERT INTO journal (id, organisation_id, at, actor_kind, action, object_kind, object_id, data)
    SELECT gen_random_uuid(), organisation_id, published_on, 'system', 'seminar.published', 'seminar', id, '{"version": 2}'
    FROM seminars JOIN plan USING (id) ORDER BY n;
-- Kept as long as may be: else the service would be forgetting nine years while it is measured.
INSERT INTO retention_periods (organisation_id, purpose, days, updated_at)
    SELECT DISTINCT organisation_id, purpose, 3660, now()
    FROM seminars JOIN plan USING (id), unnest(ARRAY['participation', 'not_admitted', 'unconfirmed', 'mails']) AS purpose;
COMMIT;

-- Millions of rows: their indexes are made afterwards, and what they refer to is known to be there.
BEGIN;
CREATE TEMPORARY TABLE indexes AS
    SELECT indexrelid::regclass AS name, pg_get_indexdef(indexrelid) AS definition FROM pg_index
    WHERE indrelid = 'registrations'::regclass AND NOT indisprimary
        AND NOT EXISTS (SELECT 1 FROM pg_constraint WHERE conindid = indexrelid);
DO $$ DECLARE one record; BEGIN FOR one IN SELECT name FROM indexes LOOP EXECUTE format('DROP INDEX %s', one.name); END LOOP; END $$;
SET LOCAL session_replication_role = replica;
INSERT INTO registrations (organisation_id, id, seminar_id, channel, state, seats, given_name, family_name, email, email_key,
        company, language, search_text, cancelled_at, cancelled_by, email_confirmed_at, created_at, updated_at)
    SELECT organisation_id, (lpad(to_hex((extract(epoch FROM at) * 1000)::bigint + place), 12, '0') || '70008' || lpad(to_hex(number), 15, '0'))::uuid,
        seminar_id, 'onsite', CASE WHEN gone THEN 'cancelled' ELSE 'confirmed' END, 1, given, family, address, address,
        'Nadelwerk Eifel GmbH', 'de', pg_temp.folded(given || E' \n ' || family || E' \n nadelwerk eifel gmbh'),
        CASE WHEN gone THEN at END, CASE WHEN gone THEN 'registrant' END, at, at, at
    FROM (SELECT organisation_id, id AS seminar_id, begins_at - interval '30 days' AS at, :registrations / :seminars AS many,
            right(id::text, 11)::bigint AS n FROM seminars WHERE id::text LIKE '5eed0000-0000-7000-8000-1%') these,
        generate_series(0, many - 1) place, LATERAL (SELECT n * many + place AS number, (n * many + place) % 20 = 7 AS gone) numbered,
        LATERAL (SELECT (ARRAY['Anna', 'Jürgen', 'Leyla', 'Marek', 'Sabine', 'Théo', 'Ulrike', 'Wolfgang'])[1 + number % 8] AS given,
            (ARRAY['Müller', 'Yildiz', 'Kowalski', 'Schmitz', 'Offermann', 'Jansen', 'Lürken', 'Breuer'])[1 + number / 8 % 8]
                || number % 997 AS family, concat('teilnehmende.', number, '@example.org') AS address) person
    ORDER BY n, place;
DO $$ DECLARE one record; BEGIN FOR one IN SELECT definition FROM indexes LOOP EXECUTE one.definition; END LOOP; END $$;
UPDATE channels SET taken = held FROM (SELECT seminar_id, count(*) AS held FROM registrations WHERE state = 'confirmed' GROUP BY 1) of
    WHERE channels.seminar_id = of.seminar_id;
-- Of those that are over five of each came.
INSERT INTO check_ins (organisation_id, id, seminar_id, session_id, scan_id, method, channel, registration_id, at, received_at)
    SELECT organisation_id, gen_random_uuid(), seminar_id, session_id, gen_random_uuid(), 'scan', 'onsite', one.id, starts_at, starts_at
    FROM (SELECT organisation_id, seminar_id, id AS session_id, starts_at FROM sessions WHERE starts_on < current_date
            AND seminar_id::text LIKE '5eed0000-0000-7000-8000-1%') past,
        LATERAL (SELECT r.id FROM registrations r WHERE r.organisation_id = past.organisation_id AND r.seminar_id = past.seminar_id
            AND r.state = 'confirmed' ORDER BY r.id LIMIT 5) one;
COMMIT;
VACUUM ANALYZE;
SELECT format('%s seminars, %s registrations, %s check-ins, %s', (SELECT count(*) FROM seminars), (SELECT count(*) FROM registrations),
    (SELECT count(*) FROM check_ins), pg_size_pretty(pg_database_size(current_database())));
