//! What takes as long as it takes, on a connection of its own: the schema brought up to date, by one instance at a time, and what
//! the command line does to all of a table.

use std::time::Duration;

use diesel::connection::SimpleConnection;
use diesel::migration::{Migration, MigrationSource};
use diesel::pg::{Pg, PgConnection};
use diesel::prelude::*;
use diesel::sql_types::Text;
use diesel_migrations::{EmbeddedMigrations, MigrationHarness, embed_migrations};

use super::line::unwatched;
use super::{Db, Lease, SETTINGS, away, grants, set};
use crate::base::problem::{Error, Result};

pub const MIGRATIONS: EmbeddedMigrations = embed_migrations!();

/// Any number does, as long as nobody else takes it: "Einlass" as bytes.
const MIGRATION_LOCK: i64 = 0x0045_696e_6c61_7373;

diesel::define_sql_function! { fn pg_try_advisory_lock(key: diesel::sql_types::BigInt) -> diesel::sql_types::Bool; }

#[derive(QueryableByName)]
pub(super) struct Word {
    #[diesel(sql_type = Text)]
    pub word: String,
}

pub(super) fn word(conn: &mut PgConnection, query: &str) -> Result<String> {
    Ok(diesel::sql_query(query).get_result::<Word>(conn)?.word)
}

impl Db {
    /// Brings the schema up to date in the service's own role. Several instances may start at once: one migrates, the others
    /// wait.
    pub fn migrate(&self) -> Result<Vec<String>> {
        if !self.run(true, is_pending)? {
            return Ok(Vec::new());
        }
        if self.lease == Lease::Transaction {
            return Err(Error::Unavailable(
                "migrations are pending, and through a pooler they cannot be run; \
                 set EINLASS_MIGRATE_DATABASE_URL to the database itself"
                    .to_owned(),
            ));
        }
        let mut conn = alone(&self.url)?;
        migrate_on(&mut conn)
    }

    /// Brings the schema up to date in the role that owns it, and lets the service's role do what it has to and no more.
    pub fn migrate_as(&self, owner_url: &str) -> Result<Vec<String>> {
        let who = "SELECT current_user::text AS word";
        let which = "SELECT current_database()::text AS word";
        let (role, database) = self.run(true, |conn| Ok((word(conn, who)?, word(conn, which)?)))?;
        let mut conn = alone(owner_url)?;
        if word(&mut conn, which)? != database {
            return Err(Error::Internal(
                "EINLASS_MIGRATE_DATABASE_URL leads to another database than DATABASE_URL".to_owned(),
            ));
        }
        let versions = migrate_on(&mut conn)?;
        if word(&mut conn, who)? != role {
            conn.transaction::<_, Failed, _>(|conn| grants::grant(conn, &role).map_err(Failed))
                .map_err(|Failed(error)| error)?;
        }
        Ok(versions)
    }
}

struct Failed(Error);

impl From<diesel::result::Error> for Failed {
    fn from(error: diesel::result::Error) -> Self {
        Self(error.into())
    }
}

/// A connection that is the only one to migrate. It is let go of when the connection is closed.
fn alone(url: &str) -> Result<PgConnection> {
    // Nobody hangs up on it: a migration takes as long as it takes.
    let mut conn = PgConnection::establish(&unwatched(url)).map_err(away)?;
    conn.batch_execute(&set("SET", SETTINGS))?;
    // A try-lock in a loop, not a waiting lock: a waiter's open snapshot would stall index builds.
    let lock = || diesel::select(pg_try_advisory_lock(MIGRATION_LOCK));
    let mut waited = 0;
    while !lock().get_result::<bool>(&mut conn)? {
        if waited >= 600 {
            return Err(Error::Unavailable(
                "another instance has been migrating for a minute".to_owned(),
            ));
        }
        waited += 1;
        std::thread::sleep(Duration::from_millis(100));
    }
    conn.batch_execute("SET statement_timeout = 0")?;
    Ok(conn)
}

fn migrate_on(conn: &mut PgConnection) -> Result<Vec<String>> {
    if !is_pending(conn)? {
        return Ok(Vec::new());
    }
    let versions = conn
        .run_pending_migrations(MIGRATIONS)
        .map_err(|error| Error::Internal(format!("migration: {error}")))?;
    Ok(versions.iter().map(ToString::to_string).collect())
}

/// Whether a migration of this program has not been run. Only looks: diesel's own question would make its table first, which
/// the service's role may not.
pub(super) fn is_pending(conn: &mut PgConnection) -> Result<bool> {
    let there = "SELECT coalesce(to_regclass('__diesel_schema_migrations')::text, '') AS word";
    if word(conn, there)?.is_empty() {
        return Ok(true);
    }
    let known = diesel::sql_query("SELECT version::text AS word FROM __diesel_schema_migrations");
    let known = known.load::<Word>(conn)?;
    let ours: Vec<Box<dyn Migration<Pg>>> = MIGRATIONS.migrations().map_err(Error::internal)?;
    let run = |version: &str| known.iter().any(|one| one.word == version);
    Ok(ours
        .iter()
        .any(|migration| !run(&migration.name().version().to_string())))
}
