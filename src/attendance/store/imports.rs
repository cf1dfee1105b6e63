//! Reports of platforms and who is in them.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel::sql_types::{Array, BigInt, Uuid as SqlUuid};

use crate::attendance::model::{AttendanceImport, ImportId, ImportParticipant, ImportState, MatchStatus};
use crate::auth::{AccountId, OrganisationId};
use crate::base::problem::Result;
use crate::schema::{attendance_imports, attendance_rules, import_participants};
use crate::seminars::{Seminar, SeminarId, SessionId};

type Of = (OrganisationId, ImportId);

/// Rows in one statement: each has two dozen values, and PostgreSQL takes 65,535.
const AT_ONCE: usize = 1000;

#[diesel::dsl::auto_type(no_type_alias)]
fn of(seminar: &Seminar) -> _ {
    let organisation: OrganisationId = seminar.organisation_id;
    let id: SeminarId = seminar.id;
    attendance_imports::organisation_id
        .eq(organisation)
        .and(attendance_imports::seminar_id.eq(id))
}

#[diesel::dsl::auto_type(no_type_alias)]
fn in_import(import: Of) -> _ {
    let organisation: OrganisationId = import.0;
    let id: ImportId = import.1;
    import_participants::organisation_id
        .eq(organisation)
        .and(import_participants::import_id.eq(id))
}

/// The same file, sent before: for this session, or where none is named for any.
pub fn import_of_file(
    conn: &mut PgConnection,
    seminar: &Seminar,
    session: Option<SessionId>,
    sha256: &[u8],
) -> Result<Option<AttendanceImport>> {
    let mut query = attendance_imports::table
        .filter(of(seminar))
        .filter(attendance_imports::sha256.eq(sha256))
        .order(attendance_imports::id)
        .select(AttendanceImport::as_select())
        .into_boxed();
    if let Some(session) = session {
        query = query.filter(attendance_imports::session_id.eq(session));
    }
    Ok(query.first(conn).optional()?)
}

/// `false`: somebody else has sent the same file meanwhile, and nothing is written.
pub fn insert_import(
    conn: &mut PgConnection,
    import: &AttendanceImport,
    participants: &[ImportParticipant],
) -> Result<bool> {
    let written = diesel::insert_into(attendance_imports::table)
        .values(import)
        .on_conflict((
            attendance_imports::organisation_id,
            attendance_imports::seminar_id,
            attendance_imports::session_id,
            attendance_imports::sha256,
        ))
        .do_nothing()
        .execute(conn)?;
    if written == 0 {
        return Ok(false);
    }
    insert_participants(conn, participants)?;
    Ok(true)
}

/// The same file, read otherwise: whoever was in the first reading is forgotten.
pub fn replace_import(
    conn: &mut PgConnection,
    import: &AttendanceImport,
    participants: &[ImportParticipant],
) -> Result<()> {
    save_import(conn, import)?;
    diesel::delete(import_participants::table.filter(in_import((import.organisation_id, import.id)))).execute(conn)?;
    insert_participants(conn, participants)
}

fn insert_participants(conn: &mut PgConnection, participants: &[ImportParticipant]) -> Result<()> {
    for some in participants.chunks(AT_ONCE) {
        diesel::insert_into(import_participants::table)
            .values(some)
            .execute(conn)?;
    }
    Ok(())
}

pub fn import(conn: &mut PgConnection, seminar: &Seminar, id: ImportId) -> Result<Option<AttendanceImport>> {
    let query = attendance_imports::table
        .filter(of(seminar))
        .filter(attendance_imports::id.eq(id))
        .select(AttendanceImport::as_select());
    Ok(query.first(conn).optional()?)
}

/// [`import`], locked until the transaction ends: whoever decides on it does so alone.
pub fn lock_import(conn: &mut PgConnection, seminar: &Seminar, id: ImportId) -> Result<Option<AttendanceImport>> {
    let query = attendance_imports::table
        .filter(of(seminar))
        .filter(attendance_imports::id.eq(id))
        .select(AttendanceImport::as_select())
        .for_no_key_update();
    Ok(query.first(conn).optional()?)
}

/// A page by id, which is the order in which they were uploaded.
pub fn imports(
    conn: &mut PgConnection,
    seminar: &Seminar,
    after: Option<ImportId>,
    limit: i64,
) -> Result<Vec<AttendanceImport>> {
    let mut query = attendance_imports::table
        .filter(of(seminar))
        .select(AttendanceImport::as_select())
        .order(attendance_imports::id)
        .limit(limit + 1)
        .into_boxed();
    if let Some(after) = after {
        query = query.filter(attendance_imports::id.gt(after));
    }
    Ok(query.load(conn)?)
}

pub fn save_import(conn: &mut PgConnection, import: &AttendanceImport) -> Result<()> {
    diesel::update(attendance_imports::table.find((import.organisation_id, import.id)))
        .set(import)
        .execute(conn)?;
    Ok(())
}

/// A page of its participants, in the order of the report.
pub fn participants(
    conn: &mut PgConnection,
    import: Of,
    status: Option<MatchStatus>,
    after: Option<i32>,
    limit: i64,
) -> Result<Vec<ImportParticipant>> {
    let mut query = import_participants::table
        .filter(in_import(import))
        .select(ImportParticipant::as_select())
        .order(import_participants::position)
        .limit(limit + 1)
        .into_boxed();
    if let Some(status) = status {
        query = query.filter(import_participants::match_status.eq(status));
    }
    if let Some(after) = after {
        query = query.filter(import_participants::position.gt(after));
    }
    Ok(query.load(conn)?)
}

/// Those at these positions, in order.
pub fn participants_at(conn: &mut PgConnection, import: Of, at: &[i32]) -> Result<Vec<ImportParticipant>> {
    let query = import_participants::table
        .filter(in_import(import))
        .filter(import_participants::position.eq_any(at))
        .order(import_participants::position);
    Ok(query.select(ImportParticipant::as_select()).load(conn)?)
}

/// Everybody who is taken for somebody who registered.
pub fn matched_participants(conn: &mut PgConnection, import: Of) -> Result<Vec<ImportParticipant>> {
    let query = import_participants::table
        .filter(in_import(import))
        .filter(import_participants::match_status.eq(MatchStatus::Matched))
        .order(import_participants::position);
    Ok(query.select(ImportParticipant::as_select()).load(conn)?)
}

/// Where somebody still has to say who it is.
pub fn undecided(conn: &mut PgConnection, import: Of, limit: i64) -> Result<Vec<(i32, MatchStatus)>> {
    let query = import_participants::table
        .filter(in_import(import))
        .filter(import_participants::match_status.eq_any([MatchStatus::Proposed, MatchStatus::Ambiguous]))
        .order(import_participants::position)
        .limit(limit);
    Ok(query
        .select((import_participants::position, import_participants::match_status))
        .load(conn)?)
}

/// Takes every proposal for true.
pub fn accept_proposed(conn: &mut PgConnection, import: Of, by: Option<AccountId>) -> Result<usize> {
    let proposed = import_participants::table
        .filter(in_import(import))
        .filter(import_participants::match_status.eq(MatchStatus::Proposed));
    Ok(diesel::update(proposed)
        .set((
            import_participants::match_status.eq(MatchStatus::Matched),
            import_participants::decided_by.eq(by),
        ))
        .execute(conn)?)
}

pub fn save_participant(conn: &mut PgConnection, participant: &ImportParticipant) -> Result<()> {
    let key = (participant.organisation_id, participant.import_id, participant.position);
    diesel::update(import_participants::table.find(key))
        .set(participant)
        .execute(conn)?;
    Ok(())
}

/// Join and leave times go; how long somebody was there stays.
pub fn drop_segments(conn: &mut PgConnection, import: Of) -> Result<()> {
    let timed = import_participants::table
        .filter(in_import(import))
        .filter(import_participants::segments.is_not_null());
    diesel::update(timed)
        .set(import_participants::segments.eq(None::<serde_json::Value>))
        .execute(conn)?;
    Ok(())
}

/// Imports that count, and whose seminar keeps times no longer, of which some are still there.
pub fn with_times_not_kept(conn: &mut PgConnection, limit: i64) -> Result<Vec<(OrganisationId, ImportId)>> {
    let of_import = attendance_imports::organisation_id
        .eq(import_participants::organisation_id)
        .and(attendance_imports::id.eq(import_participants::import_id));
    let of_seminar = attendance_rules::organisation_id
        .eq(attendance_imports::organisation_id)
        .and(attendance_rules::seminar_id.eq(attendance_imports::seminar_id));
    let timed = import_participants::table
        .inner_join(attendance_imports::table.on(of_import))
        .inner_join(attendance_rules::table.on(of_seminar))
        .filter(import_participants::segments.is_not_null())
        .filter(attendance_imports::state.eq(ImportState::Confirmed))
        .filter(attendance_rules::keep_times.eq(false))
        .select((import_participants::organisation_id, import_participants::import_id))
        .distinct()
        .limit(limit);
    Ok(timed.load(conn)?)
}

/// What a report comes to, each person once: two devices of one registration are one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, QueryableByName)]
pub struct Totals {
    #[diesel(sql_type = SqlUuid)]
    import_id: uuid::Uuid,
    #[diesel(sql_type = BigInt)]
    pub matched: i64,
    #[diesel(sql_type = BigInt)]
    pub proposed: i64,
    #[diesel(sql_type = BigInt)]
    pub ambiguous: i64,
    #[diesel(sql_type = BigInt)]
    pub unmatched: i64,
    #[diesel(sql_type = BigInt)]
    pub ignored: i64,
    #[diesel(sql_type = BigInt)]
    pub staff: i64,
    #[diesel(sql_type = BigInt)]
    pub speakers: i64,
    #[diesel(sql_type = BigInt)]
    pub stayed_away: i64,
    #[diesel(sql_type = BigInt)]
    pub attended: i64,
}

pub fn totals(
    conn: &mut PgConnection,
    organisation: OrganisationId,
    imports: &[ImportId],
) -> Result<HashMap<ImportId, Totals>> {
    let rows = diesel::sql_query(
        "SELECT import_id,
             count(DISTINCT person) FILTER (WHERE match_status = 'matched' AND came) AS matched,
             count(*) FILTER (WHERE match_status = 'proposed' AND came) AS proposed,
             count(*) FILTER (WHERE match_status = 'ambiguous' AND came) AS ambiguous,
             count(*) FILTER (WHERE match_status = 'unmatched' AND came) AS unmatched,
             count(*) FILTER (WHERE match_status = 'ignored') AS ignored,
             count(*) FILTER (WHERE match_status = 'staff' AND came) AS staff,
             count(*) FILTER (WHERE match_status = 'speaker' AND came) AS speakers,
             count(*) FILTER (WHERE NOT came) AS stayed_away,
             count(DISTINCT person) FILTER (WHERE person_attended
                 AND match_status IN ('matched', 'proposed', 'ambiguous', 'unmatched')) AS attended
         FROM (SELECT *, NOT jsonb_exists(flags, 'stayed_away') AS came,
                   CASE match_status WHEN 'matched' THEN registration_id || '/' || head ELSE position::text END AS person
               FROM import_participants WHERE organisation_id = $1 AND import_id = ANY ($2)) AS seen
         GROUP BY import_id",
    )
    .bind::<SqlUuid, _>(organisation.0)
    .bind::<Array<SqlUuid>, _>(imports.iter().map(|id| id.0).collect::<Vec<_>>())
    .load::<Totals>(conn)?;
    Ok(rows.into_iter().map(|row| (ImportId(row.import_id), row)).collect())
}

/// Goes with everybody in it.
pub fn delete_import(conn: &mut PgConnection, import: Of) -> Result<()> {
    diesel::delete(attendance_imports::table.find(import)).execute(conn)?;
    Ok(())
}

/// Imports that do not count, and were sent or reverted so long ago, go with everything in them; which they were.
pub fn delete_uncounted(
    conn: &mut PgConnection,
    before: DateTime<Utc>,
    limit: i64,
) -> Result<Vec<(OrganisationId, ImportId, SeminarId)>> {
    let previewed = attendance_imports::state
        .eq(ImportState::Previewed)
        .and(attendance_imports::uploaded_at.lt(before));
    let reverted = attendance_imports::state
        .eq(ImportState::Reverted)
        .and(attendance_imports::reverted_at.assume_not_null().lt(before));
    let old = attendance_imports::table
        .filter(previewed.or(reverted))
        .order(attendance_imports::uploaded_at)
        .limit(limit)
        .select((
            attendance_imports::organisation_id,
            attendance_imports::id,
            attendance_imports::seminar_id,
        ))
        .for_update()
        .skip_locked();
    let old = old.load::<(OrganisationId, ImportId, SeminarId)>(conn)?;
    for (organisation, id, _) in &old {
        delete_import(conn, (*organisation, *id))?;
    }
    Ok(old)
}
