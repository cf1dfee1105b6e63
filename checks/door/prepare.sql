-- Seminars whose door is open, copied from :first, which was made over HTTP, and whoever comes to them.
\set ON_ERROR_STOP on
BEGIN;
\ir ../copies.sql

-- Ids that pgbench can reckon: :people of the one seminar, as many spread over the others.
INSERT INTO registrations (organisation_id, id, seminar_id, channel, state, seats, given_name, family_name, email, email_key,
        company, language, search_text, email_confirmed_at, created_at, updated_at)
    SELECT s.organisation_id, ('5eed0000-0000-7000-9000-' || number)::uuid, s.id, 'onsite', 'confirmed', 1, 'Sabine', 'Offermann',
        address, address, 'Nadelwerk Eifel GmbH', 'de', 'sabine offermann nadelwerk eifel gmbh', now(), now(), now()
    FROM (SELECT 200000000000 + n AS number, 200000000000 AS seminar FROM generate_series(1, :people) n
        UNION ALL SELECT 100000000000 + n, 100000000000 + n % :seminars FROM generate_series(1, :people) n) people
    JOIN seminars s ON s.id = ('5eed0000-0000-7000-8000-' || seminar)::uuid,
    concat('teilnehmende.', number, '@example.org') AS address;

-- What pgbench writes to: the columns, defaults, checks, keys and indexes of check_ins.
CREATE TABLE door_plain (LIKE check_ins INCLUDING ALL);
ALTER TABLE door_plain ADD FOREIGN KEY (organisation_id, seminar_id) REFERENCES seminars (organisation_id, id),
    ADD FOREIGN KEY (organisation_id, registration_id) REFERENCES registrations (organisation_id, id);
-- By time, as the service's ids are.
CREATE FUNCTION door_id(random bigint) RETURNS uuid LANGUAGE sql STABLE RETURN
    (lpad(to_hex((extract(epoch FROM clock_timestamp()) * 1000)::bigint), 12, '0') || '70008' || lpad(to_hex(random), 15, '0'))::uuid;
COMMIT;
VACUUM ANALYZE;
