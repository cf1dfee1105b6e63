//! One PostgreSQL for the test process, one database for each test.
//!
//! The cluster lives in memory where there is room for it (see [`super::place`]), else in the target folder. A database is a
//! copy of a template that has the schema, two organisations and one account for each role.

use std::collections::HashMap;
use std::io::Write;
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Mutex, OnceLock};

use chrono::{DateTime, Utc};
use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use einlass::auth::{
    AccountId, NewAccount, NewOrganisation, OrganisationId, Role, create_account, ensure_organisation,
};
use einlass::base::db::Db;
use einlass::base::embedded::{EmbeddedError, Server, Settings};
use einlass::journal::{Act, Actor};
use einlass::schema::accounts;

use super::place;

pub const PASSWORD: &str = "Rhabarber nickt dem Omnibus zu";
const TEMPLATE: &str = "einlass_template";

/// Name in the tests, address, organisation and role there.
type Person = (&'static str, &'static str, Option<(&'static str, Role)>);

/// Role by role: the address each of them logs in with, and where.
pub const PEOPLE: &[Person] = &[
    (
        "admin",
        "admin@staedteregion.example",
        Some(("staedteregion-aachen", Role::Admin)),
    ),
    (
        "organiser",
        "organiser@staedteregion.example",
        Some(("staedteregion-aachen", Role::Organiser)),
    ),
    (
        "front_desk",
        "front-desk@staedteregion.example",
        Some(("staedteregion-aachen", Role::FrontDesk)),
    ),
    (
        "reporter",
        "reporter@staedteregion.example",
        Some(("staedteregion-aachen", Role::Reporter)),
    ),
    (
        "foreign_organiser",
        "organiser@ihk.example",
        Some(("ihk-aachen", Role::Organiser)),
    ),
    ("foreign_admin", "admin@ihk.example", Some(("ihk-aachen", Role::Admin))),
    ("platform_admin", "platform@einlass.example", None),
];

struct Postgres {
    server: Server,
    /// `CREATE DATABASE … TEMPLATE` wants the template to itself.
    copying: Mutex<()>,
    count: AtomicU32,
}

fn postgres() -> &'static Postgres {
    static POSTGRES: OnceLock<Postgres> = OnceLock::new();
    POSTGRES.get_or_init(|| {
        let server = start();
        let postgres = Postgres {
            server,
            copying: Mutex::new(()),
            count: AtomicU32::new(0),
        };
        postgres.sweep();
        postgres.make_template();
        postgres
    })
}

fn start() -> Server {
    let directory = place::of_the_cluster();
    let settings = || Settings {
        directory: directory.clone(),
        program_dir: None,
        run_as: None,
        settings: vec![
            ("max_connections".to_owned(), "400".to_owned()),
            // How the tests see in which order transactions were committed.
            ("track_commit_timestamp".to_owned(), "on".to_owned()),
            // Every database that is made is written to the log first, and the log lies where the databases lie.
            ("max_wal_size".to_owned(), "192MB".to_owned()),
        ],
    };
    match Server::start(settings()) {
        // PostgreSQL was upgraded since the last run; nothing in there is worth keeping.
        Err(EmbeddedError::OtherVersion { cluster, .. }) => {
            std::fs::remove_dir_all(cluster).unwrap();
            Server::start(settings())
        }
        outcome => outcome,
    }
    .expect("the tests' PostgreSQL")
}

impl Postgres {
    fn maintenance(&self) -> PgConnection {
        PgConnection::establish(&self.server.url("einlass")).expect("a maintenance connection")
    }

    /// Databases that an interrupted run has left.
    fn sweep(&self) {
        diesel::table! { pg_database (datname) { datname -> Text, } }
        let mut conn = self.maintenance();
        let left = pg_database::table
            .select(pg_database::datname)
            .filter(
                pg_database::datname
                    .like("test\\_%")
                    .or(pg_database::datname.eq(TEMPLATE)),
            )
            .load::<String>(&mut conn)
            .unwrap();
        for name in left {
            conn.batch_execute(&format!("DROP DATABASE \"{name}\" WITH (FORCE)"))
                .unwrap();
        }
    }

    fn make_template(&self) {
        self.maintenance()
            .batch_execute(&format!("CREATE DATABASE {TEMPLATE}"))
            .unwrap();
        let db = Db::new(&self.server.url(TEMPLATE), 2).unwrap();
        db.migrate().unwrap();
        let now = "2027-01-04T08:00:00Z".parse::<DateTime<Utc>>().unwrap();
        let act = Act {
            now,
            actor: Actor::SYSTEM,
        };
        db.run(false, |conn| people(conn, &act)).unwrap();
    }
}

fn people(conn: &mut PgConnection, act: &Act) -> einlass::base::problem::Result<()> {
    let organisation = |conn: &mut PgConnection, slug: &str, name: &str| {
        let new = NewOrganisation {
            slug: slug.parse().unwrap(),
            name: name.parse().unwrap(),
            also_known_as: vec![],
            homepage: None,
        };
        ensure_organisation(conn, act, new)
    };
    let organisations = [
        (
            "staedteregion-aachen",
            organisation(conn, "staedteregion-aachen", "StädteRegion Aachen")?,
        ),
        ("ihk-aachen", organisation(conn, "ihk-aachen", "IHK Aachen")?),
    ];
    let id = |slug: &str| -> OrganisationId { organisations.iter().find(|(known, _)| *known == slug).unwrap().1 };
    for (name, email, membership) in PEOPLE {
        let new = NewAccount {
            email: email.parse().unwrap(),
            name: name.parse().unwrap(),
            password: PASSWORD,
            membership: membership.map(|(slug, role)| (id(slug), role)),
            platform_admin: membership.is_none(),
        };
        create_account(conn, act, new)?;
    }
    Ok(())
}

/// A database of one's own; gone when dropped.
pub struct TestDatabase {
    pub name: String,
    pub url: String,
}

impl TestDatabase {
    pub fn create() -> Self {
        Self::copy_of(TEMPLATE)
    }

    /// Without a schema.
    pub fn empty() -> Self {
        Self::copy_of("template1")
    }

    fn copy_of(template: &str) -> Self {
        let postgres = postgres();
        let name = format!(
            "test_{}_{}",
            std::process::id(),
            postgres.count.fetch_add(1, Ordering::Relaxed)
        );
        let _alone = postgres
            .copying
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner);
        let copy = format!("CREATE DATABASE \"{name}\" TEMPLATE {template}");
        postgres.maintenance().batch_execute(&copy).unwrap();
        Self {
            url: postgres.server.url(&name),
            name,
        }
    }

    /// A copy as `pg_dump` and `psql` make it: what a backup is.
    pub fn dumped(&self) -> Self {
        #[derive(QueryableByName)]
        struct Folder {
            #[diesel(sql_type = diesel::sql_types::Text)]
            setting: String,
        }
        let query = diesel::sql_query("SELECT setting FROM pg_config WHERE name = 'BINDIR'");
        let programs = query.get_result::<Folder>(&mut self.connect()).unwrap().setting;
        let program = |name: &str, url: &str| {
            let mut command = Command::new(format!("{programs}/{name}"));
            command.args(["--no-password", "--dbname", url]);
            command
        };
        let copy = Self::empty();
        let dump = program("pg_dump", &self.url).output().unwrap();
        assert!(dump.status.success(), "{}", String::from_utf8_lossy(&dump.stderr));
        let mut restore = program("psql", &copy.url)
            .args([
                "--quiet",
                "--no-psqlrc",
                "--set",
                "ON_ERROR_STOP=1",
                "--output",
                "/dev/null",
            ])
            .stdin(Stdio::piped())
            .spawn()
            .unwrap();
        restore.stdin.take().unwrap().write_all(&dump.stdout).unwrap();
        assert!(restore.wait().unwrap().success());
        copy
    }

    /// Who somebody of [`PEOPLE`] is: in each copy the same.
    pub fn account(&self, name: &str) -> AccountId {
        static KNOWN: OnceLock<HashMap<String, AccountId>> = OnceLock::new();
        let known = KNOWN.get_or_init(|| {
            let all = accounts::table.select((accounts::email, accounts::id));
            all.load(&mut self.connect()).unwrap().into_iter().collect()
        });
        let email = PEOPLE.iter().find(|(of, _, _)| *of == name).expect("one of PEOPLE").1;
        known[email]
    }

    pub fn connect(&self) -> PgConnection {
        PgConnection::establish(&self.url).unwrap()
    }
}

impl Drop for TestDatabase {
    fn drop(&mut self) {
        // What cannot be dropped now is swept at the next start.
        let drop = format!("DROP DATABASE IF EXISTS \"{}\" WITH (FORCE)", self.name);
        if let Err(error) = postgres().maintenance().batch_execute(&drop) {
            eprintln!("{}: {error}", self.name);
        }
    }
}
