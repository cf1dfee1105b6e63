//! What was seen of people, of one seminar or of many, in a constant number of queries.

use std::collections::HashMap;

use chrono::{DateTime, NaiveDate, Utc};
use diesel::prelude::*;

use crate::attendance::model::{
    CheckInId, CheckInMethod, Direction, ImportId, ImportState, MatchStatus, Observations, Person, Reported,
    STAYED_AWAY, Scan, SessionWindow, Span, WalkInName,
};
use crate::attendance::reader::{MatchFlag, Precision};
use crate::auth::OrganisationId;
use crate::base::problem::{Error, Result};
use crate::registrations::RegistrationId;
use crate::schema::{attendance_imports, check_ins, import_participants, registrations, sessions};
use crate::seminars::{Channel, DatePrecision, SeminarId, SessionId, announced_end};

/// Everything that was seen, by seminar; of those nobody was seen at, nothing. Entries into online rooms are the
/// registrations' to tell.
pub fn observations(
    conn: &mut PgConnection,
    tenant: OrganisationId,
    ids: &[SeminarId],
) -> Result<HashMap<SeminarId, Observations>> {
    let mut all = HashMap::<_, Observations>::new();
    for (seminar, scan) in scans(conn, tenant, ids)? {
        all.entry(seminar).or_default().scans.push(scan);
    }
    for (seminar, reported) in reported(conn, tenant, ids)? {
        all.entry(seminar).or_default().reported.push(reported);
    }
    let seen = all.keys().copied().collect::<Vec<_>>();
    for (seminar, window) in windows(conn, tenant, &seen)? {
        all.entry(seminar).or_default().sessions.push(window);
    }
    Ok(all)
}

/// The columns of a scan that say who, when and how.
#[derive(Queryable, Selectable)]
#[diesel(table_name = check_ins, check_for_backend(diesel::pg::Pg))]
struct ScanRow {
    id: CheckInId,
    seminar_id: SeminarId,
    session_id: SessionId,
    channel: Channel,
    direction: Direction,
    method: CheckInMethod,
    registration_id: Option<RegistrationId>,
    persons: i32,
    given_name: Option<String>,
    family_name: Option<String>,
    company: Option<String>,
    email: Option<String>,
    email_key: Option<String>,
    at: DateTime<Utc>,
}

fn scans(conn: &mut PgConnection, tenant: OrganisationId, ids: &[SeminarId]) -> Result<Vec<(SeminarId, Scan)>> {
    let of_registration = registrations::organisation_id
        .eq(check_ins::organisation_id)
        .and(registrations::id.nullable().eq(check_ins::registration_id));
    let rows = check_ins::table
        .left_join(registrations::table.on(of_registration))
        .filter(check_ins::organisation_id.eq(tenant))
        .filter(check_ins::seminar_id.eq_any(ids))
        .filter(check_ins::voided_at.is_null())
        .order((check_ins::at, check_ins::id))
        .select((ScanRow::as_select(), registrations::persons.nullable()))
        .load::<(ScanRow, Option<i32>)>(conn)?;
    Ok(rows
        .into_iter()
        .map(|(row, expected)| {
            let name = row.registration_id.is_none().then(|| WalkInName {
                given_name: row.given_name,
                family_name: row.family_name.unwrap_or_default(),
                company: row.company,
                email: row.email,
            });
            let scan = Scan {
                id: row.id,
                person: person(row.registration_id, row.email_key, || format!("check_in:{}", row.id)),
                session_id: row.session_id,
                channel: row.channel,
                direction: row.direction,
                method: row.method,
                persons: row.persons,
                expected: expected.unwrap_or(1),
                at: row.at,
                name,
            };
            (row.seminar_id, scan)
        })
        .collect())
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = import_participants, check_for_backend(diesel::pg::Pg))]
struct ReportedRow {
    import_id: ImportId,
    position: i32,
    display_names: serde_json::Value,
    email: Option<String>,
    email_key: Option<String>,
    match_status: MatchStatus,
    registration_id: Option<RegistrationId>,
    segments: Option<serde_json::Value>,
    person_key: String,
    head: i32,
    flags: serde_json::Value,
    precision: String,
    person_present_seconds: Option<i32>,
    person_in_session_seconds: Option<i32>,
    person_attended: bool,
}

type OfImport = (
    SeminarId,
    SessionId,
    Channel,
    Option<DateTime<Utc>>,
    Option<DateTime<Utc>>,
);

fn reported(conn: &mut PgConnection, tenant: OrganisationId, ids: &[SeminarId]) -> Result<Vec<(SeminarId, Reported)>> {
    let of_import = attendance_imports::organisation_id
        .eq(import_participants::organisation_id)
        .and(attendance_imports::id.eq(import_participants::import_id));
    let counted = [MatchStatus::Matched, MatchStatus::Unmatched];
    let rows = import_participants::table
        .inner_join(attendance_imports::table.on(of_import))
        .filter(attendance_imports::organisation_id.eq(tenant))
        .filter(attendance_imports::seminar_id.eq_any(ids))
        .filter(attendance_imports::state.eq(ImportState::Confirmed))
        .filter(import_participants::match_status.eq_any(counted))
        .order((import_participants::import_id, import_participants::position))
        .select((
            ReportedRow::as_select(),
            (
                attendance_imports::seminar_id,
                attendance_imports::session_id,
                attendance_imports::channel,
                attendance_imports::covers_from,
                attendance_imports::covers_to,
            ),
        ))
        .load::<(ReportedRow, OfImport)>(conn)?;
    rows.into_iter()
        // Whom a report names to say that they did not come, nobody has seen.
        .filter(|(row, _)| !said(row, STAYED_AWAY))
        .map(|(row, (seminar, session_id, channel, from, to))| {
            let matched = row.registration_id.filter(|_| row.match_status == MatchStatus::Matched);
            let name = matched.is_none().then(|| WalkInName {
                given_name: None,
                family_name: first_name_of(&row.display_names),
                company: None,
                email: row.email.clone(),
            });
            let unknown = || match known_by_name(&row) {
                Some(name) => format!("import:{session_id}:{channel}:{name}"),
                None => format!("import:{}:{}", row.import_id, row.position),
            };
            let segments = row
                .segments
                .clone()
                .map(serde_json::from_value::<Vec<Span>>)
                .transpose();
            let reported = Reported {
                person: person(matched, row.email_key.clone(), unknown),
                session_id,
                channel,
                import_id: row.import_id,
                covers: from.zip(to),
                head: row.head,
                present_seconds: row.person_present_seconds.map(i64::from),
                in_session_seconds: row.person_in_session_seconds.map(i64::from),
                segments: segments.map_err(Error::internal)?,
                each_span: row.precision == Precision::Intervals.to_string(),
                attended: row.person_attended,
                name,
            };
            Ok((seminar, reported))
        })
        .collect()
}

/// The name by which the reports of one session and channel mean one person, as rows of one report do: a report that was
/// downloaded at half time and again at the end names nobody twice. Not a telephone, and not one word: "iPhone" is many.
fn known_by_name(row: &ReportedRow) -> Option<&str> {
    let name = row.person_key.strip_prefix("name:")?;
    let full = name.contains(' ') && !name.contains(|c: char| c.is_ascii_digit());
    (full && !said(row, MatchFlag::PhoneDialIn.as_str())).then_some(name)
}

fn said(row: &ReportedRow, flag: &str) -> bool {
    let flags = row.flags.as_array();
    flags.is_some_and(|flags| flags.iter().any(|one| one == flag))
}

fn first_name_of(display_names: &serde_json::Value) -> String {
    let first = display_names.get(0).and_then(serde_json::Value::as_str);
    first.unwrap_or_default().to_owned()
}

fn person(registration: Option<RegistrationId>, address: Option<String>, unknown: impl FnOnce() -> String) -> Person {
    match (registration, address) {
        (Some(registration), _) => Person::Registration(registration),
        (None, Some(address)) => Person::Address(address),
        (None, None) => Person::Named(unknown()),
    }
}

type WindowRow = (
    SeminarId,
    SessionId,
    DateTime<Utc>,
    Option<DateTime<Utc>>,
    NaiveDate,
    DatePrecision,
    String,
);

fn windows(
    conn: &mut PgConnection,
    tenant: OrganisationId,
    ids: &[SeminarId],
) -> Result<Vec<(SeminarId, SessionWindow)>> {
    let rows = sessions::table
        .filter(sessions::organisation_id.eq(tenant))
        .filter(sessions::seminar_id.eq_any(ids))
        .order((sessions::starts_at, sessions::id))
        .select((
            sessions::seminar_id,
            sessions::id,
            sessions::starts_at,
            sessions::ends_at,
            sessions::starts_on,
            sessions::date_precision,
            sessions::time_zone,
        ))
        .load::<WindowRow>(conn)?;
    let window = |(seminar, id, starts_at, ends_at, starts_on, precision, zone): WindowRow| {
        let ends_at = announced_end(starts_on, ends_at, precision, &zone);
        (seminar, SessionWindow { id, starts_at, ends_at })
    };
    Ok(rows.into_iter().map(window).collect())
}

/// A report that counts, and what it can be checked against.
#[derive(Clone, Debug)]
pub struct ConfirmedImport {
    pub id: ImportId,
    pub channel: Channel,
    pub format: String,
    pub sha256: String,
    pub confirmed_at: Option<DateTime<Utc>>,
}

pub fn confirmed_imports(conn: &mut PgConnection, of: (OrganisationId, SeminarId)) -> Result<Vec<ConfirmedImport>> {
    let rows = attendance_imports::table
        .filter(attendance_imports::organisation_id.eq(of.0))
        .filter(attendance_imports::seminar_id.eq(of.1))
        .filter(attendance_imports::state.eq(ImportState::Confirmed))
        .order((attendance_imports::confirmed_at, attendance_imports::id))
        .select((
            attendance_imports::id,
            attendance_imports::channel,
            attendance_imports::format,
            attendance_imports::sha256,
            attendance_imports::confirmed_at,
        ))
        .load::<(ImportId, Channel, String, Vec<u8>, Option<DateTime<Utc>>)>(conn)?;
    let import = |(id, channel, format, sha256, confirmed_at): (ImportId, _, _, Vec<u8>, _)| ConfirmedImport {
        id,
        channel,
        format,
        sha256: sha256.iter().map(|byte| format!("{byte:02x}")).collect(),
        confirmed_at,
    };
    Ok(rows.into_iter().map(import).collect())
}
