//! Every record that names somebody: what it is kept for, from when its period counts, and what of it is due.

use std::collections::HashSet;

use chrono::{DateTime, NaiveDate, Utc};
use diesel::pg::Pg;
use diesel::prelude::*;
use diesel::query_builder::{BoxedSqlQuery, SqlQuery};
use diesel::sql_types::{Array, BigInt, Date, Integer, Text, Timestamptz, Uuid as SqlUuid};
use uuid::Uuid;

use crate::auth::OrganisationId;
use crate::base::problem::{Error, Result};
use crate::privacy::model::{AccessRetention, Due, HeldSeminar, Purpose, Standing};
use crate::privacy::rules::period;
use crate::registrations::RegistrationId;
use crate::schema::organisations;
use crate::seminars::SeminarId;

/// When each seminar of the organisation is over, and until when it is held. `at` NULL: nobody knows yet. What has been postponed
/// for a year without a new date is over: nothing is kept for ever.
const ENDED: &str = "SELECT s.id,
        CASE WHEN s.status = 'postponed' THEN
            (SELECT one.at FROM (
                SELECT coalesce(max(change.at), s.updated_at) + interval '1 year' AS at FROM schedule_changes AS change
                WHERE change.organisation_id = s.organisation_id AND change.seminar_id = s.id AND change.kind = 'postponed') AS one
             WHERE one.at <= $3)
        ELSE coalesce(
            (SELECT max(greatest(one.starts_at, one.ends_at, (one.starts_on + 1)::timestamp AT TIME ZONE one.time_zone))
             FROM sessions AS one WHERE one.organisation_id = s.organisation_id AND one.seminar_id = s.id),
            (s.within_to + 1)::timestamp AT TIME ZONE 'Europe/Berlin', s.begins_at) END AS at,
        held.until AS held_until
    FROM seminars AS s LEFT JOIN (
        SELECT id, max(until) AS until FROM (
            SELECT seminar_id AS id, until FROM retention_holds
            WHERE organisation_id = $4 AND released_at IS NULL AND seminar_id IS NOT NULL
            UNION ALL
            SELECT c.seminar_id, hold.until FROM retention_holds AS hold
            JOIN seminar_collections AS c ON c.organisation_id = hold.organisation_id AND c.collection_id = hold.collection_id
            WHERE hold.organisation_id = $4 AND hold.released_at IS NULL) AS one GROUP BY id) AS held ON held.id = s.id
    WHERE s.organisation_id = $4";

/// Whether the person of registration `r` came, whatever became of the registration: who gave a seat back, or waited, may stand
/// at the door all the same. Whoever comes under its address is taken for them.
const CAME: &str = "(EXISTS (SELECT FROM check_ins AS c
        WHERE c.organisation_id = r.organisation_id AND c.registration_id = r.id AND c.voided_at IS NULL)
    OR EXISTS (SELECT FROM check_ins AS c WHERE c.organisation_id = r.organisation_id AND c.email_key = r.email_key
        AND c.seminar_id = r.seminar_id AND c.voided_at IS NULL)
    OR EXISTS (SELECT FROM import_participants AS p
        JOIN attendance_imports AS i ON i.organisation_id = p.organisation_id AND i.id = p.import_id
        WHERE p.organisation_id = r.organisation_id AND p.registration_id = r.id AND p.match_status = 'matched' AND i.state = 'confirmed')
    OR EXISTS (SELECT FROM import_participants AS p
        JOIN attendance_imports AS i ON i.organisation_id = p.organisation_id AND i.id = p.import_id
        WHERE p.organisation_id = r.organisation_id AND p.email_key = r.email_key AND i.seminar_id = r.seminar_id
          AND p.match_status NOT IN ('ignored', 'staff', 'speaker') AND i.state = 'confirmed'))";

/// The records of the organisation by kind, in the order in which they are forgotten: registrations first, for what is known
/// by them goes with them. Where something has to be looked up it is fenced, so that it is looked up once. `at_once`: it was to be erased already and was kept for a funder only.
const RETAINED: [(&str, &str); 8] = [
    (
        "registration",
        "SELECT 'registration' AS kind, r.seminar_id, r.id AS object_id, 'participation' AS purpose, ended.at AS counted_from,
             ended.held_until, r.personal_data = 'restricted' AS at_once
         FROM registrations AS r JOIN ended ON ended.id = r.seminar_id
         WHERE r.organisation_id = $4 AND r.personal_data <> 'erased' AND r.state = 'confirmed'",
    ),
    (
        "registration",
        "SELECT 'registration' AS kind, r.seminar_id, r.id AS object_id,
             CASE WHEN r.state = 'pending' OR seen.came THEN 'participation' WHEN seen.unconfirmed THEN 'unconfirmed' ELSE 'not_admitted' END AS purpose,
             CASE WHEN seen.unconfirmed AND NOT seen.came THEN r.updated_at ELSE ended.at END AS counted_from,
             CASE WHEN seen.came THEN ended.held_until END AS held_until,
             r.personal_data = 'restricted' AS at_once
         FROM registrations AS r JOIN ended ON ended.id = r.seminar_id
         CROSS JOIN LATERAL (
             SELECT {came} AS came,
                 r.state = 'expired' AND r.email_confirmed_at IS NULL AND r.waiting_ticket IS NULL AS unconfirmed
             OFFSET 0) AS seen
         WHERE r.organisation_id = $4 AND r.personal_data <> 'erased' AND r.state <> 'confirmed'",
    ),
    (
        "check_in",
        "SELECT 'check_in' AS kind, c.seminar_id, c.id AS object_id, 'participation' AS purpose, ended.at AS counted_from,
             ended.held_until, false AS at_once
         FROM check_ins AS c JOIN ended ON ended.id = c.seminar_id
         WHERE c.organisation_id = $4 AND c.method = 'walk_in' AND coalesce(c.given_name, c.family_name, c.company, c.email) IS NOT NULL",
    ),
    (
        "import_participant",
        "SELECT 'import_participant' AS kind, i.seminar_id, p.import_id AS object_id, 'participation' AS purpose,
             ended.at AS counted_from, ended.held_until, false AS at_once
         FROM import_participants AS p
         JOIN attendance_imports AS i ON i.organisation_id = p.organisation_id AND i.id = p.import_id
         JOIN ended ON ended.id = i.seminar_id
         WHERE p.organisation_id = $4 AND i.state = 'confirmed' AND (p.display_names <> '[]' OR p.email IS NOT NULL)",
    ),
    (
        "mail",
        "SELECT 'mail' AS kind, m.seminar_id, m.id AS object_id, 'mails' AS purpose,
             coalesce(m.sent_at, m.created_at) AS counted_from, NULL::date AS held_until, false AS at_once
         FROM mails AS m WHERE m.organisation_id = $4 AND m.state <> 'queued'",
    ),
    (
        "consent",
        "SELECT 'consent' AS kind, r.seminar_id, c.id AS object_id, 'consents' AS purpose,
             coalesce(c.withdrawn_at, c.given_at) AS counted_from, NULL::date AS held_until, false AS at_once
         FROM consents AS c JOIN registrations AS r ON r.organisation_id = c.organisation_id AND r.id = c.registration_id
         WHERE c.organisation_id = $4 AND r.personal_data = 'erased'",
    ),
    // The rest other rooms forget by themselves.
    (
        "import",
        "SELECT 'import' AS kind, i.seminar_id, i.id AS object_id, 'undecided_reports' AS purpose,
             coalesce(i.reverted_at, i.uploaded_at) AS counted_from, NULL::date AS held_until, false AS at_once
         FROM attendance_imports AS i WHERE i.organisation_id = $4 AND i.state <> 'confirmed'",
    ),
    (
        "sensitive_answer",
        "SELECT 'sensitive_answer' AS kind, r.seminar_id, a.registration_id AS object_id, 'sensitive_answers' AS purpose,
             (a.delete_on - 7)::timestamp AT TIME ZONE 'Europe/Berlin' AS counted_from, NULL::date AS held_until, false AS at_once
         FROM sensitive_answers AS a JOIN registrations AS r ON r.organisation_id = a.organisation_id AND r.id = a.registration_id
         WHERE a.organisation_id = $4",
    ),
];

/// How many of them are forgotten here.
pub const OURS: usize = 6;

/// What the log calls one of them.
pub fn kind(nth: usize) -> &'static str {
    RETAINED.get(nth).map_or("", |(kind, _)| kind)
}

/// Each with its deadline. A hold moves it behind its last day.
const DATED: &str = "SELECT retained.*,
    CASE WHEN at_once AND held_until IS NULL THEN $3
         WHEN at_once THEN (held_until + 1)::timestamp AT TIME ZONE 'Europe/Berlin'
         WHEN counted_from IS NOT NULL THEN greatest(counted_from + days * interval '1 day',
             (held_until + 1)::timestamp AT TIME ZONE 'Europe/Berlin') END AS deadline,
    coalesce(held_until >= ($3 AT TIME ZONE 'Europe/Berlin')::date, false) AS is_held
    FROM retained JOIN period USING (purpose)";

/// The period of each purpose: the organisation's own, else the default.
const PERIOD: &str =
    "SELECT standard.purpose, coalesce(own.days, standard.days) AS days FROM unnest($1, $2) AS standard (purpose, days)
    LEFT JOIN retention_periods AS own ON own.organisation_id = $4 AND own.purpose = standard.purpose";

type Asked = BoxedSqlQuery<'static, Pg, SqlQuery>;

/// About records of these kinds of one organisation: what others keep is not looked at.
fn dated(of: &[(&str, &str)], organisation: OrganisationId, now: DateTime<Utc>, rest: &str) -> Asked {
    let kinds = of.iter().map(|(_, records)| *records).collect::<Vec<_>>();
    let retained = kinds.join(" UNION ALL ").replace("{came}", CAME);
    let purposes = Purpose::ALL.iter().map(|purpose| purpose.as_str());
    let days = Purpose::ALL.iter().map(|purpose| period(*purpose).days);
    diesel::sql_query(format!(
        "WITH ended AS MATERIALIZED ({ENDED}), retained AS ({retained}), period AS ({PERIOD}), dated AS ({DATED}) {rest}"
    ))
    .into_boxed()
    .bind::<Array<Text>, _>(purposes.collect::<Vec<_>>())
    .bind::<Array<Integer>, _>(days.collect::<Vec<_>>())
    .bind::<Timestamptz, _>(now)
    .bind::<SqlUuid, _>(organisation.0)
}

/// Everybody who may keep something.
pub fn keepers(conn: &mut PgConnection) -> Result<Vec<OrganisationId>> {
    Ok(organisations::table
        .order(organisations::id)
        .select(organisations::id)
        .load(conn)?)
}

/// How the records of an organisation stand now. A record whose deadline passed is due; a day later it is overdue. Each kind
/// is counted by a statement of its own, so that none takes too long.
pub fn standings(conn: &mut PgConnection, organisation: OrganisationId, now: DateTime<Utc>) -> Result<Vec<Standing>> {
    let mut all = Vec::<Standing>::new();
    for one in &RETAINED {
        let query = dated(
            std::slice::from_ref(one),
            organisation,
            now,
            // The fence: otherwise each deadline is reckoned once for every number.
            "SELECT period.purpose, period.days, coalesce(kept, 0) AS kept, coalesce(held, 0) AS held, coalesce(undated, 0) AS undated,
                 coalesce(due, 0) AS due, coalesce(overdue, 0) AS overdue, next
             FROM period LEFT JOIN (
                 SELECT purpose, count(*) AS kept, count(*) FILTER (WHERE is_held) AS held,
                     count(*) FILTER (WHERE deadline IS NULL) AS undated, count(*) FILTER (WHERE deadline <= $3) AS due,
                     count(*) FILTER (WHERE deadline <= $3 - interval '1 day') AS overdue,
                     min(deadline) FILTER (WHERE deadline > $3) AS next
                 FROM (SELECT purpose, deadline, is_held FROM dated OFFSET 0) AS one GROUP BY purpose) AS counted USING (purpose)",
        );
        let mut of_kind = query.load::<Standing>(conn)?;
        of_kind.sort_by_key(|one| one.purpose);
        if all.is_empty() {
            all = of_kind;
        } else {
            // Every purpose is in each.
            for (sum, more) in all.iter_mut().zip(of_kind) {
                sum.add(&more);
            }
        }
    }
    Ok(all)
}

/// What of an organisation is due of the `nth` kind, without what is to be passed over; so many at most, and a seminar's
/// together.
pub fn due(
    conn: &mut PgConnection,
    organisation: OrganisationId,
    now: DateTime<Utc>,
    nth: usize,
    passed_over: &[Uuid],
    limit: usize,
) -> Result<Vec<Due>> {
    let query = dated(
        RETAINED.get(nth..=nth).unwrap_or_default(),
        organisation,
        now,
        "SELECT kind, seminar_id, object_id FROM dated WHERE deadline <= $3 AND object_id <> ALL ($5)
         ORDER BY CASE WHEN kind NOT IN ('mail', 'consent') THEN seminar_id END LIMIT $6",
    );
    let query = query
        .bind::<Array<SqlUuid>, _>(passed_over.to_vec())
        .bind::<BigInt, _>(i64::try_from(limit).map_err(Error::internal)?);
    Ok(query.load(conn)?)
}

/// Which of these are due all the same, now that nobody else decides on their seminar.
pub fn still_due(
    conn: &mut PgConnection,
    organisation: OrganisationId,
    now: DateTime<Utc>,
    due: &[Due],
) -> Result<Vec<Due>> {
    let asked = RETAINED.into_iter();
    let asked = asked.filter(|(kind, _)| due.iter().any(|one| one.kind == *kind));
    let query = dated(
        &asked.collect::<Vec<_>>(),
        organisation,
        now,
        "SELECT kind, seminar_id, object_id FROM dated WHERE deadline <= $3 AND object_id = ANY ($5)",
    );
    let ids = due.iter().map(|one| one.object_id).collect::<Vec<_>>();
    Ok(query.bind::<Array<SqlUuid>, _>(ids).load(conn)?)
}

/// Until when each of these is kept.
pub fn retention_of(
    conn: &mut PgConnection,
    organisation: OrganisationId,
    ids: &[Uuid],
    now: DateTime<Utc>,
) -> Result<Vec<AccessRetention>> {
    let query = dated(
        &RETAINED,
        organisation,
        now,
        "SELECT DISTINCT kind AS record, object_id AS id, purpose, deadline AS until, held_until FROM dated
         WHERE object_id = ANY ($5) AND kind <> 'import' ORDER BY kind, object_id",
    );
    Ok(query.bind::<Array<SqlUuid>, _>(ids.to_vec()).load(conn)?)
}

#[derive(QueryableByName)]
struct CameRow {
    #[diesel(sql_type = SqlUuid)]
    id: RegistrationId,
}

/// Whose person came, of these registrations.
pub fn came(
    conn: &mut PgConnection,
    organisation: OrganisationId,
    registrations: &[RegistrationId],
) -> Result<HashSet<RegistrationId>> {
    let query =
        format!("SELECT r.id FROM registrations AS r WHERE r.organisation_id = $1 AND r.id = ANY ($2) AND {CAME}");
    let rows = diesel::sql_query(query)
        .bind::<SqlUuid, _>(organisation.0)
        .bind::<Array<SqlUuid>, _>(registrations.iter().map(|one| one.0).collect::<Vec<_>>())
        .load::<CameRow>(conn)?;
    Ok(rows.into_iter().map(|row| row.id).collect())
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_is_read_of_one_organisation_only() {
        for (kind, records) in RETAINED {
            assert!(records.starts_with(&format!("SELECT '{kind}' AS kind, ")), "{kind}");
            assert!(records.contains(".organisation_id = $4"), "{kind} is read of everybody");
        }
        assert!(ENDED.contains("s.organisation_id = $4") && PERIOD.contains("own.organisation_id = $4"));
    }
}
