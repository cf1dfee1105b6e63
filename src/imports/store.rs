//! All SQL of the room: spreadsheets and their rows.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use diesel::dsl::count_star;
use diesel::prelude::*;

use super::model::{ProgrammeImport, ProgrammeImportId, ProgrammeImportState, ProgrammeRow};
use super::sheet::RowState;
use crate::auth::OrganisationId;
use crate::base::problem::Result;
use crate::schema::{programme_import_rows, programme_imports};

type Of = (OrganisationId, ProgrammeImportId);

/// Rows in one statement: far from the number of parameters that PostgreSQL takes.
const AT_ONCE: usize = 500;

/// Of whatever organisation: whoever asks looks at that.
pub fn import(conn: &mut PgConnection, id: ProgrammeImportId) -> Result<Option<ProgrammeImport>> {
    let query = programme_imports::table.filter(programme_imports::id.eq(id));
    Ok(query.select(ProgrammeImport::as_select()).first(conn).optional()?)
}

/// [`import`], locked until the transaction ends: whoever decides on it does so alone.
pub fn lock_import(conn: &mut PgConnection, id: ProgrammeImportId) -> Result<Option<ProgrammeImport>> {
    let query = programme_imports::table
        .filter(programme_imports::id.eq(id))
        .select(ProgrammeImport::as_select())
        .for_no_key_update();
    Ok(query.first(conn).optional()?)
}

/// The same file, sent before.
pub fn import_of_file(conn: &mut PgConnection, of: OrganisationId, sha256: &[u8]) -> Result<Option<ProgrammeImport>> {
    let query = programme_imports::table
        .filter(programme_imports::organisation_id.eq(of))
        .filter(programme_imports::sha256.eq(sha256));
    Ok(query.select(ProgrammeImport::as_select()).first(conn).optional()?)
}

/// A page by id, which is the order in which they were sent.
pub fn imports(
    conn: &mut PgConnection,
    of: &[OrganisationId],
    after: Option<ProgrammeImportId>,
    limit: i64,
) -> Result<Vec<ProgrammeImport>> {
    let mut query = programme_imports::table
        .filter(programme_imports::organisation_id.eq_any(of))
        .select(ProgrammeImport::as_select())
        .order(programme_imports::id)
        .limit(limit + 1)
        .into_boxed();
    if let Some(after) = after {
        query = query.filter(programme_imports::id.gt(after));
    }
    Ok(query.load(conn)?)
}

/// `false`: somebody else has sent the same file meanwhile, and nothing is written.
pub fn insert_import(conn: &mut PgConnection, import: &ProgrammeImport, rows: &[ProgrammeRow]) -> Result<bool> {
    let written = diesel::insert_into(programme_imports::table)
        .values(import)
        .on_conflict((programme_imports::organisation_id, programme_imports::sha256))
        .do_nothing()
        .execute(conn)?;
    if written > 0 {
        insert_rows(conn, rows)?;
    }
    Ok(written > 0)
}

/// The same file, read otherwise: what was decided on the first reading is gone.
pub fn replace_import(conn: &mut PgConnection, import: &ProgrammeImport, rows: &[ProgrammeRow]) -> Result<()> {
    save_import(conn, import)?;
    let old = programme_import_rows::table
        .filter(programme_import_rows::organisation_id.eq(import.organisation_id))
        .filter(programme_import_rows::import_id.eq(import.id));
    diesel::delete(old).execute(conn)?;
    insert_rows(conn, rows)
}

fn insert_rows(conn: &mut PgConnection, rows: &[ProgrammeRow]) -> Result<()> {
    for some in rows.chunks(AT_ONCE) {
        diesel::insert_into(programme_import_rows::table)
            .values(some)
            .execute(conn)?;
    }
    Ok(())
}

pub fn save_import(conn: &mut PgConnection, import: &ProgrammeImport) -> Result<()> {
    diesel::update(programme_imports::table.find((import.organisation_id, import.id)))
        .set(import)
        .execute(conn)?;
    Ok(())
}

pub fn save_row(conn: &mut PgConnection, row: &ProgrammeRow) -> Result<()> {
    diesel::update(programme_import_rows::table.find((row.organisation_id, row.import_id, row.row)))
        .set(row)
        .execute(conn)?;
    Ok(())
}

/// Goes with all its rows.
pub fn delete_import(conn: &mut PgConnection, of: Of) -> Result<()> {
    diesel::delete(programme_imports::table.find(of)).execute(conn)?;
    Ok(())
}

/// A page of its rows, in the order of the file.
pub fn rows(
    conn: &mut PgConnection,
    (organisation, import): Of,
    state: Option<RowState>,
    after: Option<i32>,
    limit: i64,
) -> Result<Vec<ProgrammeRow>> {
    let mut query = programme_import_rows::table
        .filter(programme_import_rows::organisation_id.eq(organisation))
        .filter(programme_import_rows::import_id.eq(import))
        .select(ProgrammeRow::as_select())
        .order(programme_import_rows::row)
        .limit(limit + 1)
        .into_boxed();
    if let Some(state) = state {
        query = query.filter(programme_import_rows::state.eq(state));
    }
    if let Some(after) = after {
        query = query.filter(programme_import_rows::row.gt(after));
    }
    Ok(query.load(conn)?)
}

/// How many rows of each import are in each state.
pub fn totals(
    conn: &mut PgConnection,
    imports: &[ProgrammeImportId],
) -> Result<HashMap<ProgrammeImportId, HashMap<RowState, i64>>> {
    let counts = programme_import_rows::table
        .filter(programme_import_rows::import_id.eq_any(imports))
        .group_by((programme_import_rows::import_id, programme_import_rows::state))
        .select((
            programme_import_rows::import_id,
            programme_import_rows::state,
            count_star(),
        ))
        .load::<(ProgrammeImportId, RowState, i64)>(conn)?;
    let mut totals = HashMap::<_, HashMap<_, _>>::new();
    for (import, state, count) in counts {
        totals.entry(import).or_default().insert(state, count);
    }
    Ok(totals)
}

/// Previews that nobody confirmed, last sent so long ago, go with all their rows; which they were.
pub fn delete_unconfirmed(conn: &mut PgConnection, before: DateTime<Utc>, limit: i64) -> Result<Vec<Of>> {
    let old = programme_imports::table
        .filter(programme_imports::state.eq(ProgrammeImportState::Previewed))
        .filter(programme_imports::uploaded_at.lt(before))
        .order(programme_imports::uploaded_at)
        .limit(limit)
        .select((programme_imports::organisation_id, programme_imports::id))
        .for_update()
        .skip_locked();
    let old = old.load::<Of>(conn)?;
    for of in &old {
        delete_import(conn, *of)?;
    }
    Ok(old)
}
