-- One registration, one transaction: everything in one statement and one round trip.
\set n random(:low, :high)
\set r random(1, 1000000000000000)
WITH seat AS (
    UPDATE channels SET taken = taken + 1
    WHERE organisation_id = :organisation AND seminar_id = (:prefix::text || :n::text)::uuid AND channel = 'onsite'
        AND offered AND waiting = 0 AND (capacity IS NULL OR taken < capacity)
    RETURNING organisation_id, seminar_id, desk_id(:r) AS id
), registration AS (
    INSERT INTO registrations (organisation_id, id, seminar_id, channel, state, seats, waiting_ticket, confirm_by, offered_until, given_name,
        family_name, email, email_key, company, phone, language, search_text, entered_by, cancelled_at, cancelled_by, cancel_reason,
        version, created_at, updated_at, persons, companions, answers, email_confirmed_at, held_up_since, kept_at)
    SELECT organisation_id, id, seminar_id, 'onsite', 'pending', 1, NULL, now() + interval '1 day', NULL, 'Jürgen',
        'Schmitz', 'teilnehmende.' || :r::text || '@example.org', 'teilnehmende.' || :r::text || '@example.org',
        'Nadelwerk Eifel GmbH', NULL, 'de', E'jurgen \n schmitz \n nadelwerk eifel gmbh', NULL::uuid, NULL::timestamptz,
        NULL, NULL, 1, now(), now(), 1, '[]'::jsonb, '{}'::jsonb, NULL::timestamptz, NULL::timestamptz, NULL::timestamptz
    FROM seat
), entry AS (
    INSERT INTO journal (id, organisation_id, at, actor_kind, actor_id, action, object_kind, object_id, data)
    SELECT id, organisation_id, now(), 'anonymous', NULL::uuid, 'registration.created', 'registration', id,
        ('{"seminar_id": "' || seminar_id::text || '", "channel": "onsite", "state": "pending", "seats": 1, "version": 1}')::jsonb
    FROM seat
), letter AS (
    INSERT INTO mails (organisation_id, id, kind, language, recipient, recipient_name, registration_id, seminar_id, data, once, due_at,
        created_at)
    SELECT organisation_id, id, 'confirm_address', 'de', 'teilnehmende.' || :r::text || '@example.org', 'Jürgen Schmitz', id, seminar_id,
        ('{"seminar": {"id": "' || seminar_id::text || :facts::text || id::text || '", "state": "pending", "channel": "onsite", "given_name": "Jürgen", '
        || '"family_name": "Schmitz", "persons": 1, "waitlist_position": null, "confirm_by": "' || now() + interval '1 day' || '", "offered_until": null}}')::jsonb, NULL, now(), now()
    FROM seat
)
INSERT INTO idempotency_keys (key, request, created_at, location, etag, body)
    SELECT sha256(('anonymous' || :r::text)::bytea), sha256(('POST' || :r::text)::bytea), now(), '/api/v1/registrations/' || id::text, NULL,
        ('{"id": "' || id::text || '", "state": "pending", "channel": "onsite", "confirm_by": "' || now() + interval '1 day' || '"}')::jsonb
    FROM seat;
