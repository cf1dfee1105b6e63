-- Copies of the seminar :first, which was made over HTTP, for whoever includes this: within its transaction.
-- 1000000000nn: those to spread over, :seminars of them; 200000000000: one more, the hot one.
CREATE TEMPORARY TABLE copies ON COMMIT DROP AS
    SELECT ('5eed0000-0000-7000-8000-' || number)::uuid AS id
    FROM (SELECT 100000000000 + n AS number FROM generate_series(0, :seminars - 1) n UNION ALL SELECT 200000000000) numbers;
CREATE FUNCTION pg_temp.copies_of(first uuid, of regclass, member text, own text DEFAULT '-') RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE format('INSERT INTO %1$s SELECT (jsonb_populate_record(one, jsonb_build_object(%2$L, copies.id, %3$L, gen_random_uuid()))).*
        FROM %1$s one, copies WHERE one.%2$I = $1', of, member, own) USING first;
END $$;
SELECT pg_temp.copies_of(:'first', 'seminars', 'id');
SELECT pg_temp.copies_of(:'first', 'sessions', 'seminar_id', 'id');
SELECT pg_temp.copies_of(:'first', 'channels', 'seminar_id');
SELECT pg_temp.copies_of(:'first', 'admissions', 'seminar_id');
SELECT pg_temp.copies_of(:'first', 'attendance_rules', 'seminar_id');
SELECT pg_temp.copies_of(:'first', 'parties', 'seminar_id');
