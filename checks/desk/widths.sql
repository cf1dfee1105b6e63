-- Whether pgbench writes the rows the service writes: their average size by who wrote them. pgbench's ids are those of
-- desk_id(), those of the ballast are of version 4.
SELECT '-', 'rows', 'registration', 'journal', 'mail', 'key'
UNION ALL
SELECT who, count(*)::text, round(avg(pg_column_size(r.*)))::text, round(avg(pg_column_size(j.*)))::text,
    coalesce(round(avg(pg_column_size(m.*)))::text, '-'), round(avg(pg_column_size(k.*)))::text
FROM (SELECT CASE WHEN id::text LIKE '%-7000-8%' THEN 'pgbench' ELSE 'service' END AS who, *
    FROM registrations WHERE id::text LIKE '________-____-7%' AND state <> 'waitlisted'
    ORDER BY id DESC LIMIT 20000) named
JOIN registrations r USING (organisation_id, id)
JOIN journal j ON j.object_id = named.id
JOIN idempotency_keys k ON k.location = '/api/v1/registrations/' || named.id
LEFT JOIN mails m ON m.organisation_id = named.organisation_id AND m.registration_id = named.id
GROUP BY who;
