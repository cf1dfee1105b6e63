//! Every record that names somebody: what it is kept for, from when its period counts, and what of it is due.

use chrono::{DateTime, NaiveDate, Utc};
use diesel::prelude::*;
use diesel::sql_types::{Array, BigInt, Date, Integer, Nullable, Text, Timestamptz, Uuid as SqlUuid};
use uuid::Uuid;

use crate::auth::OrganisationId;
use crate::base::problem::Result;
use crate::privacy::model::{AccessRetention, Due, HeldSeminar, Purpose, Standing};
use crate::privacy::rules::{fixed, period};
use crate::seminars::SeminarId;

/// `counted_from` NULL: nobody knows yet when the event is over. `at_once`: it was to be erased already and was kept for a
/// funder only.
const RETAINED: &str = "WITH ended AS (
    SELECT s.organisation_id, s.id,
        CASE WHEN s.status <> 'postponed' THEN coalesce(
            (SELECT max(greatest(one.starts_at, one.ends_at, (one.starts_on + 1)::timestamp AT TIME ZONE one.time_zone))
             FROM sessions AS one WHERE one.organisation_id = s.organisation_id AND one.seminar_id = s.id),
            (s.within_to + 1)::timestamp AT TIME ZONE 'Europe/Berlin', s.begins_at) END AS at,
        (SELECT max(hold.until) FROM retention_holds AS hold
         WHERE hold.organisation_id = s.organisation_id AND hold.released_at IS NULL
           AND (hold.seminar_id = s.id OR EXISTS (SELECT FROM seminar_collections AS c
                WHERE c.organisation_id = s.organisation_id AND c.seminar_id = s.id AND c.collection_id = hold.collection_id))) AS held_until
    FROM seminars AS s)
SELECT 'registration' AS kind, r.organisation_id, r.seminar_id, r.id AS object_id, 0 AS position,
    CASE WHEN r.state = 'expired' AND r.email_confirmed_at IS NULL AND r.waiting_ticket IS NULL THEN 'unconfirmed'
         WHEN r.state IN ('confirmed', 'pending') THEN 'participation'
         ELSE 'not_admitted' END AS purpose,
    CASE WHEN r.state = 'expired' AND r.email_confirmed_at IS NULL AND r.waiting_ticket IS NULL THEN r.updated_at ELSE ended.at END AS counted_from,
    CASE WHEN r.state = 'confirmed' THEN ended.held_until END AS held_until,
    r.personal_data = 'restricted' AS at_once
FROM registrations AS r JOIN ended ON ended.organisation_id = r.organisation_id AND ended.id = r.seminar_id
WHERE r.personal_data <> 'erased'
UNION ALL
SELECT 'check_in', c.organisation_id, c.seminar_id, c.id, 0, 'participation', ended.at, ended.held_until, false
FROM check_ins AS c JOIN ended ON ended.organisation_id = c.organisation_id AND ended.id = c.seminar_id
WHERE c.method = 'walk_in' AND coalesce(c.given_name, c.family_name, c.company, c.email) IS NOT NULL
UNION ALL
SELECT 'import_participant', p.organisation_id, i.seminar_id, p.import_id, p.position, 'participation', ended.at, ended.held_until, false
FROM import_participants AS p
JOIN attendance_imports AS i ON i.organisation_id = p.organisation_id AND i.id = p.import_id
JOIN ended ON ended.organisation_id = i.organisation_id AND ended.id = i.seminar_id
WHERE i.state = 'confirmed' AND (p.display_names <> '[]' OR p.email IS NOT NULL)
UNION ALL
SELECT 'import', i.organisation_id, i.seminar_id, i.id, 0, 'undecided_reports', coalesce(i.reverted_at, i.uploaded_at), NULL, false
FROM attendance_imports AS i WHERE i.state <> 'confirmed'
UNION ALL
SELECT 'mail', m.organisation_id, m.seminar_id, m.id, 0, 'mails', coalesce(m.sent_at, m.created_at), NULL, false
FROM mails AS m WHERE m.state <> 'queued'
UNION ALL
SELECT 'consent', c.organisation_id, r.seminar_id, c.id, 0, 'consents', coalesce(c.withdrawn_at, c.given_at), NULL, false
FROM consents AS c JOIN registrations AS r ON r.organisation_id = c.organisation_id AND r.id = c.registration_id
WHERE r.personal_data = 'erased'
UNION ALL
SELECT 'sensitive_answer', a.organisation_id, r.seminar_id, a.registration_id, 0, 'sensitive_answers',
    (a.delete_on - 7)::timestamp AT TIME ZONE 'Europe/Berlin', NULL, false
FROM sensitive_answers AS a JOIN registrations AS r ON r.organisation_id = a.organisation_id AND r.id = a.registration_id";

/// Each with its deadline. A hold moves it behind its last day.
const DATED: &str = "SELECT retained.*, period.days,
    CASE WHEN at_once AND held_until IS NULL THEN now.at
         WHEN at_once THEN (held_until + 1)::timestamp AT TIME ZONE 'Europe/Berlin'
         WHEN counted_from IS NOT NULL THEN greatest(counted_from + days * interval '1 day',
             (held_until + 1)::timestamp AT TIME ZONE 'Europe/Berlin') END AS deadline,
    coalesce(held_until >= (now.at AT TIME ZONE 'Europe/Berlin')::date, false) AS is_held
    FROM retained JOIN period USING (organisation_id, purpose) CROSS JOIN (SELECT $3 AS at) AS now";

/// The period of each purpose in each organisation: its own, else the default.
const PERIOD: &str =
    "SELECT organisations.id AS organisation_id, standard.purpose, coalesce(own.days, standard.days) AS days
    FROM organisations CROSS JOIN unnest($1, $2) AS standard (purpose, days)
    LEFT JOIN retention_periods AS own ON own.organisation_id = organisations.id AND own.purpose = standard.purpose";

fn dated(rest: &str) -> String {
    format!("WITH retained AS ({RETAINED}), period AS ({PERIOD}), dated AS ({DATED}) {rest}")
}

fn purposes() -> Vec<&'static str> {
    Purpose::ALL.iter().map(|purpose| purpose.as_str()).collect()
}

fn days() -> Vec<i32> {
    Purpose::ALL.iter().map(|purpose| period(*purpose).days).collect()
}

/// How the records of one organisation, or of all, stand now. A record whose deadline passed is due; a day later it is overdue.
pub fn standings(
    conn: &mut PgConnection,
    organisation: Option<OrganisationId>,
    now: DateTime<Utc>,
) -> Result<Vec<Standing>> {
    let query = dated(
        "SELECT period.purpose, min(period.days) AS days, count(dated.kind) AS kept,
             count(*) FILTER (WHERE dated.is_held) AS held,
             count(*) FILTER (WHERE dated.kind IS NOT NULL AND dated.deadline IS NULL) AS undated,
             count(*) FILTER (WHERE dated.deadline <= $3) AS due,
             count(*) FILTER (WHERE dated.deadline <= $3 - interval '1 day') AS overdue,
             min(dated.deadline) FILTER (WHERE dated.deadline > $3) AS next
         FROM period LEFT JOIN dated ON dated.organisation_id = period.organisation_id AND dated.purpose = period.purpose
         WHERE period.organisation_id = coalesce($4, period.organisation_id) GROUP BY period.purpose",
    );
    let mut all = diesel::sql_query(query)
        .bind::<Array<Text>, _>(purposes())
        .bind::<Array<Integer>, _>(days())
        .bind::<Timestamptz, _>(now)
        .bind::<Nullable<SqlUuid>, _>(organisation.map(|one| one.0))
        .load::<Standing>(conn)?;
    all.sort_by_key(|one| one.purpose);
    Ok(all)
}

/// What is due and no other room does by itself, without what is to be passed over; registrations first, for what is known by
/// them goes with them.
pub fn due(conn: &mut PgConnection, now: DateTime<Utc>, passed_over: &[Uuid], limit: i64) -> Result<Vec<Due>> {
    let query = dated(
        "SELECT organisation_id, kind, seminar_id, object_id FROM dated WHERE deadline <= $3 AND purpose = ANY ($4)
           AND object_id <> ALL ($6)
         ORDER BY kind <> 'registration', organisation_id, seminar_id, kind, object_id, position LIMIT $5",
    );
    let ours = Purpose::ALL
        .iter()
        .filter(|purpose| !fixed(**purpose))
        .map(|purpose| purpose.as_str());
    Ok(diesel::sql_query(query)
        .bind::<Array<Text>, _>(purposes())
        .bind::<Array<Integer>, _>(days())
        .bind::<Timestamptz, _>(now)
        .bind::<Array<Text>, _>(ours.collect::<Vec<_>>())
        .bind::<BigInt, _>(limit)
        .bind::<Array<SqlUuid>, _>(passed_over)
        .load(conn)?)
}

/// Until when each of these is kept.
pub fn retention_of(
    conn: &mut PgConnection,
    organisation: OrganisationId,
    ids: &[Uuid],
    now: DateTime<Utc>,
) -> Result<Vec<AccessRetention>> {
    let query = dated(
        "SELECT DISTINCT kind AS record, object_id AS id, purpose, deadline AS until, held_until FROM dated
         WHERE organisation_id = $4 AND object_id = ANY ($5) AND kind <> 'import' ORDER BY kind, object_id",
    );
    Ok(diesel::sql_query(query)
        .bind::<Array<Text>, _>(purposes())
        .bind::<Array<Integer>, _>(days())
        .bind::<Timestamptz, _>(now)
        .bind::<SqlUuid, _>(organisation.0)
        .bind::<Array<SqlUuid>, _>(ids.to_vec())
        .load(conn)?)
}

#[derive(QueryableByName)]
struct HeldRow {
    #[diesel(sql_type = SqlUuid)]
    seminar_id: SeminarId,
    #[diesel(sql_type = Date)]
    until: NaiveDate,
}

/// Which of the seminars are held today, and until when.
pub fn held(
    conn: &mut PgConnection,
    organisation: OrganisationId,
    seminars: &[SeminarId],
    today: NaiveDate,
) -> Result<Vec<HeldSeminar>> {
    let rows = diesel::sql_query(
        "SELECT asked.id AS seminar_id, max(hold.until) AS until FROM unnest($2) AS asked (id)
         JOIN retention_holds AS hold ON hold.organisation_id = $1 AND hold.released_at IS NULL AND hold.until >= $3
           AND (hold.seminar_id = asked.id OR EXISTS (SELECT FROM seminar_collections AS c WHERE c.organisation_id = $1
                AND c.seminar_id = asked.id AND c.collection_id = hold.collection_id))
         GROUP BY asked.id ORDER BY asked.id",
    )
    .bind::<SqlUuid, _>(organisation.0)
    .bind::<Array<SqlUuid>, _>(seminars.iter().map(|one| one.0).collect::<Vec<_>>())
    .bind::<Date, _>(today)
    .load::<HeldRow>(conn)?;
    let held = rows.into_iter().map(|row| HeldSeminar {
        seminar: row.seminar_id,
        until: row.until,
    });
    Ok(held.collect())
}
