//! What the database has to be, and what it must not let us do.

use diesel::pg::PgConnection;
use diesel::prelude::*;
use diesel::sql_types::{Bool, Integer, Text};

use super::migrate::is_pending;
use super::{Db, Lease, grants};
use crate::base::problem::{Error, Result};

/// The oldest whose behaviour was tried.
const OLDEST: i32 = 150_000;

/// What is asked of the database at the start.
#[derive(Clone, Copy, Debug)]
pub struct Wanted {
    /// How many connections this instance may want.
    pub connections: u32,
    /// Whether the role has to be a restricted one. That of the private PostgreSQL is not.
    pub restricted: bool,
}

#[derive(QueryableByName)]
struct Found {
    #[diesel(sql_type = Integer)]
    version: i32,
    #[diesel(sql_type = Text)]
    encoding: String,
    #[diesel(sql_type = Bool)]
    standby: bool,
    #[diesel(sql_type = Integer)]
    connections: i32,
    #[diesel(sql_type = Bool)]
    superuser: bool,
    #[diesel(sql_type = Bool)]
    manages: bool,
    #[diesel(sql_type = Bool)]
    creates: bool,
    #[diesel(sql_type = Bool)]
    owns: bool,
}

const ASKED: &str = "SELECT current_setting('server_version_num')::int AS version,
        current_setting('server_encoding') AS encoding,
        pg_is_in_recovery() AS standby,
        least(current_setting('max_connections')::int - current_setting('superuser_reserved_connections')::int,
            nullif(own.rolconnlimit, -1),
            (SELECT nullif(datconnlimit, -1) FROM pg_database WHERE datname = current_database())) AS connections,
        own.rolsuper AS superuser,
        own.rolcreaterole OR own.rolcreatedb OR own.rolbypassrls OR own.rolreplication AS manages,
        coalesce(has_schema_privilege(current_schema(), 'CREATE'), false) AS creates,
        EXISTS (SELECT FROM pg_class WHERE relnamespace = current_schema()::regnamespace AND relkind IN ('r', 'p')
            AND pg_has_role(relowner, 'USAGE')) AS owns
    FROM pg_roles AS own WHERE own.rolname = current_user";

impl Db {
    /// Whether the service can do its work: schema current, and the database keeps what it acknowledges.
    pub fn ready(&self) -> Result<()> {
        let fault = self.run_apart(|conn| {
            if is_pending(conn)? {
                return Ok(Some("migrations are pending; run `einlass migrate`".to_owned()));
            }
            Ok(kept_faults(conn)?.into_iter().next())
        })?;
        // That connection may be older than a password that was changed. The pool's are not full: there are none, and none are made.
        let fault = fault.or_else(|| self.makes_none().then(|| "no connection can be made".to_owned()));
        fault.map_or(Ok(()), |fault| Err(Error::Unavailable(fault)))
    }

    /// Who else is connected to the database, by name and process; empty: nobody.
    pub fn others(&self) -> Result<Vec<String>> {
        #[derive(QueryableByName)]
        struct Other {
            #[diesel(sql_type = diesel::sql_types::Text)]
            named: String,
        }
        let others = self.run(true, |conn| {
            let query = diesel::sql_query(
                "SELECT format('%s %s (process %s)', usename, application_name, pid) AS named FROM pg_stat_activity
                 WHERE datname = current_database() AND backend_type = 'client backend' AND pid <> pg_backend_pid() ORDER BY pid",
            );
            Ok(query.load::<Other>(conn)?)
        })?;
        Ok(others.into_iter().map(|other| other.named).collect())
    }

    /// Everything that is wrong with the database, each with the variable that can mend it. To be asked when the schema is
    /// current.
    pub fn faults(&self, wanted: Wanted) -> Result<Vec<String>> {
        let (own, of_database) = self.run(true, |conn| {
            let found = diesel::sql_query(ASKED).get_result::<Found>(conn)?;
            let mut own = Vec::new();
            let mut faults = kept_faults(conn)?;
            faults.extend(shape_faults(&found));
            // How many a pooler has is the pooler's business.
            if self.lease == Lease::Session && i64::from(found.connections) < i64::from(wanted.connections) {
                own.push(format!(
                    "EINLASS_POOL_SIZE asks, with those beside the pool, for {} connections, more than the server gives",
                    wanted.connections
                ));
            }
            if wanted.restricted {
                faults.extend(role_faults(&found));
                if !found.superuser && !found.owns && !grants::differing_here(conn)?.is_empty() {
                    faults.push(
                        "its role has other rights than it should; run `einlass migrate` with EINLASS_MIGRATE_DATABASE_URL"
                            .to_owned(),
                    );
                }
            }
            Ok((own, faults))
        })?;
        let named = of_database.into_iter().map(|fault| format!("DATABASE_URL: {fault}"));
        Ok(own.into_iter().chain(named).collect())
    }
}

/// What would lose acknowledged work, or leave its errors unread.
fn kept_faults(conn: &mut PgConnection) -> Result<Vec<String>> {
    let mut faults = Vec::new();
    // A deadlock and a timeout are told from other errors by PostgreSQL's words.
    let language = diesel::select(current_setting("lc_messages")).get_result::<String>(conn)?;
    if !["C", "POSIX", "en"].iter().any(|known| language.starts_with(known)) && !language.is_empty() {
        faults.push(format!("lc_messages is {language}; it must be C or English"));
    }
    for setting in ["fsync", "full_page_writes", "synchronous_commit"] {
        let value = diesel::select(current_setting(setting)).get_result::<String>(conn)?;
        if value == "off" {
            faults.push(format!("{setting} is off: acknowledged work could be lost"));
        }
    }
    Ok(faults)
}

fn shape_faults(found: &Found) -> Vec<String> {
    let mut faults = Vec::new();
    if found.version < OLDEST {
        faults.push("the server is older than PostgreSQL 15".to_owned());
    }
    if found.encoding != "UTF8" {
        faults.push(format!("its encoding is {}; it must be UTF8", found.encoding));
    }
    if found.standby {
        faults.push("it is a standby, which nobody can write to".to_owned());
    }
    faults
}

fn role_faults(found: &Found) -> Vec<String> {
    let faults = [
        (found.superuser, "its role is a superuser"),
        (
            found.manages,
            "its role may manage roles, databases or replication, or pass row security",
        ),
        (found.creates, "its role may create tables"),
        (found.owns, "its role owns tables, and could change or drop them"),
    ];
    let faults = faults.into_iter().filter(|(is, _)| *is);
    faults
        .map(|(_, fault)| format!("{fault}; `einlass database roles` says how two roles are made"))
        .collect()
}

diesel::define_sql_function! { fn current_setting(name: diesel::sql_types::Text) -> diesel::sql_types::Text; }
