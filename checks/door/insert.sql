-- One scan, one INSERT, one transaction.
\set n random(1, :people)
\set seminar :base + :n % :seminars
\set person :base + :n
\set r random(1, 1000000000000000)
\set q random(1, 1000000000000000)
INSERT INTO door_plain (organisation_id, id, seminar_id, session_id, scan_id, direction, method, channel, registration_id, persons,
        forced, offline, at, received_at, device, account_id)
    VALUES (:organisation, door_id(:r), ('5eed0000-0000-7000-8000-' || (:seminar)::text)::uuid, :session, door_id(:q), 'in',
        'scan', 'onsite', ('5eed0000-0000-7000-9000-' || (:person)::text)::uuid, 1, false, false, now(), now(), 'Tür Nord', :account);
