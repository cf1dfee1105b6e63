-- After the rush: seats held, people waiting, different tickets, how far overbooked.
SELECT sum(seats) FILTER (WHERE state IN ('pending', 'confirmed', 'offered')), count(*) FILTER (WHERE state = 'waitlisted'),
    count(DISTINCT waiting_ticket) FILTER (WHERE state = 'waitlisted'),
    greatest(sum(seats) FILTER (WHERE state IN ('pending', 'confirmed', 'offered')) - 100, 0)
FROM registrations WHERE seminar_id = :'rush';
