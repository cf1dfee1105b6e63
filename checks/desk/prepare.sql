-- The seminars to measure on, copied from :first, which was made over HTTP, and registrations that are there already.
\set ON_ERROR_STOP on
BEGIN;
\ir ../copies.sql

-- What a mail says of its seminar after the id: one session, as the service writes it.
CREATE TABLE desk_facts AS
    SELECT '", "title": "' || s.title || '", "status": "scheduled", "organisation": "' || o.name || '", "contact_email": null, '
        || '"sequence": 0, "sessions": [{"id": "' || t.id || '", "title": null, "starts_at": "2029-05-07T18:00:00+02:00", '
        || '"ends_at": "2029-05-07T20:00:00+02:00", "date_precision": "minute", "time_zone": "Europe/Berlin", "place": null, '
        || '"online_platform": null}], "dropped_sessions": []}, "change": null, "minimum": null, "registration": {"id": "' AS facts
    FROM seminars s JOIN organisations o ON o.id = s.organisation_id JOIN sessions t ON t.seminar_id = s.id WHERE s.id = :'first';

-- The id of a made-up registration: by time, as the service's are, the same throughout a transaction.
CREATE FUNCTION desk_id(random bigint) RETURNS uuid LANGUAGE sql STABLE RETURN
    (lpad(to_hex((extract(epoch FROM now()) * 1000)::bigint), 12, '0') || '70008' || lpad(to_hex(random), 15, '0'))::uuid;

-- Registrations of the last weeks on the seminars to spread over, with everything that belongs to them.
CREATE TEMPORARY TABLE people ON COMMIT DROP AS
    SELECT s.organisation_id, s.id AS seminar_id, n, now() - n * interval '3 seconds' AS at,
        (lpad(to_hex((extract(epoch FROM now()) * 1000)::bigint - n * 3000), 12, '0') || substr(gen_random_uuid()::text, 14))::uuid AS id
    FROM generate_series(1, :ballast) n
    JOIN seminars s ON s.id = ('5eed0000-0000-7000-8000-' || 100000000000 + n % :seminars)::uuid
    ORDER BY n DESC;
INSERT INTO registrations (organisation_id, id, seminar_id, channel, state, seats, given_name, family_name, email, email_key,
        company, language, search_text, email_confirmed_at, created_at, updated_at)
    SELECT organisation_id, id, seminar_id, 'onsite', 'confirmed', 1, 'Sabine', 'Offermann', address, address,
        'Nadelwerk Eifel GmbH', 'de', E'sabine \n offermann \n nadelwerk eifel gmbh', at, at, at
    FROM people, concat('teilnehmende.alt.', n, '@example.org') AS address;
UPDATE channels SET taken = held FROM (SELECT seminar_id, count(*) AS held FROM people GROUP BY 1) p
    WHERE channels.seminar_id = p.seminar_id;
INSERT INTO journal (id, organisation_id, at, actor_kind, action, object_kind, object_id, data)
    SELECT id, organisation_id, at, 'anonymous', 'registration.created', 'registration', id,
        jsonb_build_object('seminar_id', seminar_id, 'channel', 'onsite', 'state', 'pending', 'seats', 1, 'version', 1)
    FROM people;
INSERT INTO mails (organisation_id, id, kind, language, recipient, recipient_name, registration_id, seminar_id, data, state,
        attempts, due_at, created_at, sent_at)
    SELECT organisation_id, id, 'confirm_address', 'de', concat('teilnehmende.alt.', n, '@example.org'), 'Sabine Offermann', id,
        seminar_id, ('{"seminar": {"id": "' || seminar_id || facts || id || '"}}')::jsonb, 'sent', 1, at, at, at
    FROM people, desk_facts;
INSERT INTO idempotency_keys (key, request, created_at, location, body)
    SELECT sha256(id::text::bytea), sha256(n::text::bytea), now(), '/api/v1/registrations/' || id,
        jsonb_build_object('id', id, 'state', 'pending', 'channel', 'onsite', 'confirm_by', at)
    FROM people;
COMMIT;
VACUUM ANALYZE;
