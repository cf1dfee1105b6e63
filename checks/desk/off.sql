-- Channels that do not count what they hold, or hold more than they have. No row: all is well.
SELECT c.seminar_id, c.capacity, c.taken, held, c.waiting, queue
FROM channels c LEFT JOIN (
    SELECT organisation_id, seminar_id, channel,
        sum(seats) FILTER (WHERE state IN ('pending', 'confirmed', 'offered')) AS held,
        count(*) FILTER (WHERE state = 'waitlisted') AS queue
    FROM registrations GROUP BY 1, 2, 3) r USING (organisation_id, seminar_id, channel)
WHERE c.taken <> coalesce(held, 0) OR c.waiting <> coalesce(queue, 0) OR c.taken > c.capacity + c.overbooked
LIMIT 5;
