//! Which program knows which schema.
//!
//! The schema may be newer than a program that is running: while instances are replaced one by one, the first new one migrates,
//! and the others go on (a migration takes nothing away that the release before it needs). A program that starts is another
//! matter: it would be an old release put on a new schema by mistake, and says so.

use diesel::migration::MigrationSource;
use diesel::pg::{Pg, PgConnection};
use diesel::prelude::*;
use diesel::sql_types::{Bool, Text};

use super::db::{Db, MIGRATIONS};
use super::problem::{Error, Result};

#[derive(QueryableByName)]
struct Version {
    #[diesel(sql_type = Text)]
    version: String,
}

#[derive(QueryableByName)]
struct There {
    #[diesel(sql_type = Bool)]
    there: bool,
}

/// Versions that the database has and this program does not know, the oldest first.
pub fn unknown(conn: &mut PgConnection) -> Result<Vec<String>> {
    // Asking must not make the table: several may start at once, and it is made under the lock of the migrations.
    let there = diesel::sql_query("SELECT to_regclass('__diesel_schema_migrations') IS NOT NULL AS there")
        .get_result::<There>(conn)?;
    if !there.there {
        return Ok(Vec::new());
    }
    let migrations = MigrationSource::<Pg>::migrations(&MIGRATIONS).map_err(Error::internal)?;
    let known = migrations
        .iter()
        .map(|migration| migration.name().version().to_string())
        .collect::<Vec<_>>();
    let has = diesel::sql_query("SELECT version::text AS version FROM __diesel_schema_migrations ORDER BY version")
        .load::<Version>(conn)?
        .into_iter()
        .map(|row| row.version);
    Ok(has.filter(|version| !known.contains(version)).collect())
}

impl Db {
    /// Refuses a schema that a later release has made.
    pub fn refuse_newer_schema(&self) -> Result<()> {
        let unknown = self.run(true, unknown)?;
        match unknown.last() {
            None => Ok(()),
            Some(last) => Err(Error::Unavailable(format!(
                "the schema is newer than this program ({} migrations it does not know, the last is {last}); \
                 start the release that made it, or go back knowingly with `einlass serve --newer-schema`",
                unknown.len()
            ))),
        }
    }
}
