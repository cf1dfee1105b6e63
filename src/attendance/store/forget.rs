//! Scans and rows as what is left of them when their person is forgotten.

use diesel::prelude::*;
use diesel::sql_types::{Array, Integer, Nullable, Text, Uuid as SqlUuid};

use crate::attendance::model::{CheckInId, CheckInMethod, Forgotten, ImportId, ImportState, MatchStatus};
use crate::auth::OrganisationId;
use crate::base::problem::Result;
use crate::registrations::RegistrationId;
use crate::schema::{attendance_imports, check_ins, import_participants};
use crate::seminars::SeminarId;

type Of = (OrganisationId, SeminarId);

/// Which seminars of an organisation know an address without a registration.
pub fn seminars_of_address(conn: &mut PgConnection, organisation: OrganisationId, key: &str) -> Result<Vec<SeminarId>> {
    let walked_in = check_ins::table
        .filter(check_ins::organisation_id.eq(organisation))
        .filter(check_ins::email_key.eq(key))
        .select(check_ins::seminar_id);
    let mut all = walked_in.load::<SeminarId>(conn)?;
    let of_import = attendance_imports::organisation_id
        .eq(import_participants::organisation_id)
        .and(attendance_imports::id.eq(import_participants::import_id));
    let reported = import_participants::table
        .inner_join(attendance_imports::table.on(of_import))
        .filter(import_participants::organisation_id.eq(organisation))
        .filter(import_participants::email_key.eq(key))
        .select(attendance_imports::seminar_id);
    all.extend(reported.load::<SeminarId>(conn)?);
    all.sort_unstable();
    all.dedup();
    Ok(all)
}

/// Which seminars these scans and rows are of.
pub fn seminars_of_marks(
    conn: &mut PgConnection,
    organisation: OrganisationId,
    marks: &Forgotten,
) -> Result<Vec<SeminarId>> {
    let scans = check_ins::table
        .filter(check_ins::organisation_id.eq(organisation))
        .filter(check_ins::id.eq_any(&marks.check_ins))
        .select(check_ins::seminar_id);
    let mut all = scans.load::<SeminarId>(conn)?;
    let imports = marks.rows.iter().map(|(import, _)| *import).collect::<Vec<_>>();
    let imports = attendance_imports::table
        .filter(attendance_imports::organisation_id.eq(organisation))
        .filter(attendance_imports::id.eq_any(imports))
        .select(attendance_imports::seminar_id);
    all.extend(imports.load::<SeminarId>(conn)?);
    Ok(all)
}

/// Nobody decides on a report of the seminar until the transaction ends.
pub fn lock_imports(conn: &mut PgConnection, of: Of) -> Result<()> {
    let all = attendance_imports::table
        .filter(attendance_imports::organisation_id.eq(of.0))
        .filter(attendance_imports::seminar_id.eq(of.1))
        .order(attendance_imports::id)
        .select(attendance_imports::id)
        .for_no_key_update();
    all.load::<ImportId>(conn)?;
    Ok(())
}

/// A check-in that may name somebody.
#[derive(Clone, Debug, Queryable, Selectable)]
#[diesel(table_name = check_ins, check_for_backend(diesel::pg::Pg))]
pub struct NamedCheckIn {
    pub id: CheckInId,
    pub method: CheckInMethod,
    pub registration_id: Option<RegistrationId>,
    pub family_name: Option<String>,
    pub email_key: Option<String>,
    pub void_reason: Option<String>,
}

pub fn named_check_ins(conn: &mut PgConnection, of: Of) -> Result<Vec<NamedCheckIn>> {
    let query = check_ins::table
        .filter(check_ins::organisation_id.eq(of.0))
        .filter(check_ins::seminar_id.eq(of.1))
        .order(check_ins::id);
    Ok(query.select(NamedCheckIn::as_select()).load(conn)?)
}

/// A row of a report that may name somebody.
#[derive(Clone, Debug, Queryable, Selectable)]
#[diesel(table_name = import_participants, check_for_backend(diesel::pg::Pg))]
pub struct NamedRow {
    pub import_id: ImportId,
    pub position: i32,
    pub person_key: String,
    pub display_names: serde_json::Value,
    pub email: Option<String>,
    pub email_key: Option<String>,
    pub match_status: MatchStatus,
    pub registration_id: Option<RegistrationId>,
}

pub fn named_rows(conn: &mut PgConnection, of: Of) -> Result<Vec<(NamedRow, ImportState)>> {
    let of_import = attendance_imports::organisation_id
        .eq(import_participants::organisation_id)
        .and(attendance_imports::id.eq(import_participants::import_id));
    let rows = import_participants::table
        .inner_join(attendance_imports::table.on(of_import))
        .filter(attendance_imports::organisation_id.eq(of.0))
        .filter(attendance_imports::seminar_id.eq(of.1))
        .order((import_participants::import_id, import_participants::position));
    Ok(rows
        .select((NamedRow::as_select(), attendance_imports::state))
        .load(conn)?)
}

/// Each with the key under which it is the same somebody's as before.
pub fn forget_check_ins(
    conn: &mut PgConnection,
    organisation: OrganisationId,
    all: &[(CheckInId, Option<String>)],
) -> Result<()> {
    if all.is_empty() {
        return Ok(());
    }
    diesel::sql_query(
        "UPDATE check_ins AS old SET given_name = NULL, family_name = NULL, company = NULL, email = NULL,
             email_key = new.key, void_reason = CASE WHEN old.void_reason IS NOT NULL THEN '' END, version = old.version + 1
         FROM unnest($2, $3) AS new (id, key) WHERE old.organisation_id = $1 AND old.id = new.id",
    )
    .bind::<SqlUuid, _>(organisation.0)
    .bind::<Array<SqlUuid>, _>(all.iter().map(|(id, _)| id.0).collect::<Vec<_>>())
    .bind::<Array<Nullable<Text>>, _>(all.iter().map(|(_, key)| key.as_deref()).collect::<Vec<_>>())
    .execute(conn)?;
    Ok(())
}

/// A row that is nobody's any more.
#[derive(Clone, Debug)]
pub struct ForgottenRow {
    pub import_id: ImportId,
    pub position: i32,
    pub person_key: String,
    pub email_key: Option<String>,
}

pub fn forget_rows(conn: &mut PgConnection, organisation: OrganisationId, all: &[ForgottenRow]) -> Result<()> {
    if all.is_empty() {
        return Ok(());
    }
    fn column<'a, T>(all: &'a [ForgottenRow], of: impl Fn(&'a ForgottenRow) -> T) -> Vec<T> {
        all.iter().map(of).collect()
    }
    diesel::sql_query(
        "UPDATE import_participants AS old SET display_names = '[]', email = NULL, person_key = new.person,
             email_key = new.key
         FROM unnest($2, $3, $4, $5) AS new (import, position, person, key)
         WHERE old.organisation_id = $1 AND old.import_id = new.import AND old.position = new.position",
    )
    .bind::<SqlUuid, _>(organisation.0)
    .bind::<Array<SqlUuid>, _>(column(all, |one| one.import_id.0))
    .bind::<Array<Integer>, _>(column(all, |one| one.position))
    .bind::<Array<Text>, _>(column(all, |one| one.person_key.as_str()))
    .bind::<Array<Nullable<Text>>, _>(column(all, |one| one.email_key.as_deref()))
    .execute(conn)?;
    Ok(())
}

/// What somebody called the files of a seminar may name a person too.
pub fn forget_file_names(conn: &mut PgConnection, of: Of) -> Result<()> {
    let named = attendance_imports::table
        .filter(attendance_imports::organisation_id.eq(of.0))
        .filter(attendance_imports::seminar_id.eq(of.1))
        .filter(attendance_imports::state.eq(ImportState::Confirmed))
        .filter(attendance_imports::file_name.is_not_null());
    diesel::update(named)
        .set(attendance_imports::file_name.eq(None::<String>))
        .execute(conn)?;
    Ok(())
}
