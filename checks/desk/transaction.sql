-- One registration, one transaction: each statement by itself, as a plain service writes it.
\set n random(:low, :high)
\set r random(1, 1000000000000000)
BEGIN;
SELECT capacity, taken, overbooked, waiting, waiting_ticket, offered FROM channels
    WHERE organisation_id = :organisation AND seminar_id = (:prefix::text || :n::text)::uuid AND channel = 'onsite' FOR NO KEY UPDATE;
UPDATE channels SET taken = taken + 1
    WHERE organisation_id = :organisation AND seminar_id = (:prefix::text || :n::text)::uuid AND channel = 'onsite';
INSERT INTO registrations (organisation_id, id, seminar_id, channel, state, seats, waiting_ticket, confirm_by, offered_until, given_name,
        family_name, email, email_key, company, phone, language, search_text, entered_by, cancelled_at, cancelled_by, cancel_reason,
        version, created_at, updated_at, persons, companions, answers, email_confirmed_at, held_up_since, kept_at)
    VALUES (:organisation, desk_id(:r), (:prefix::text || :n::text)::uuid, 'onsite', 'pending', 1, NULL, now() + interval '1 day', NULL, 'Jürgen',
        'Schmitz', 'teilnehmende.' || :r::text || '@example.org', 'teilnehmende.' || :r::text || '@example.org',
        'Nadelwerk Eifel GmbH', NULL, 'de', E'jurgen \n schmitz \n nadelwerk eifel gmbh', NULL::uuid, NULL::timestamptz,
        NULL, NULL, 1, now(), now(), 1, '[]'::jsonb, '{}'::jsonb, NULL::timestamptz, NULL::timestamptz, NULL::timestamptz);
INSERT INTO journal (id, organisation_id, at, actor_kind, actor_id, action, object_kind, object_id, data)
    VALUES (desk_id(:r), :organisation, now(), 'anonymous', NULL::uuid, 'registration.created', 'registration', desk_id(:r),
        ('{"seminar_id": "' || (:prefix::text || :n::text)::uuid::text || '", "channel": "onsite", "state": "pending", "seats": 1, "version": 1}')::jsonb);
INSERT INTO mails (organisation_id, id, kind, language, recipient, recipient_name, registration_id, seminar_id, data, once, due_at,
        created_at)
    VALUES (:organisation, desk_id(:r), 'confirm_address', 'de', 'teilnehmende.' || :r::text || '@example.org', 'Jürgen Schmitz', desk_id(:r), (:prefix::text || :n::text)::uuid,
        ('{"seminar": {"id": "' || (:prefix::text || :n::text)::uuid::text || :facts::text || desk_id(:r)::text || '", "state": "pending", "channel": "onsite", "given_name": "Jürgen", '
        || '"family_name": "Schmitz", "persons": 1, "waitlist_position": null, "confirm_by": "' || now() + interval '1 day' || '", "offered_until": null}}')::jsonb, NULL, now(), now());
INSERT INTO idempotency_keys (key, request, created_at, location, etag, body)
    VALUES (sha256(('anonymous' || :r::text)::bytea), sha256(('POST' || :r::text)::bytea), now(), '/api/v1/registrations/' || desk_id(:r)::text, NULL,
        ('{"id": "' || desk_id(:r)::text || '", "state": "pending", "channel": "onsite", "confirm_by": "' || now() + interval '1 day' || '"}')::jsonb);
COMMIT;
