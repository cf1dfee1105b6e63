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
use einlass::base::db::{Db, Lease};
use einlass::base::embedded::{EmbeddedError, Server, Settings};
use einlass::journal::{Act, Actor};
use einlass::schema::accounts;

use super::place;
use super::pooler::Pooler;

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
    /// What stands between the services and the server, where that is asked for.
    pooler: Option<Pooler>,
    /// `CREATE DATABASE … TEMPLATE` wants the template to itself.
    copying: Mutex<()>,
    count: AtomicU32,
}

fn postgres() -> &'static Postgres {
    static POSTGRES: OnceLock<Postgres> = OnceLock::new();
    POSTGRES.get_or_init(|| {
        let server = start();
        let pooler = Pooler::asked_for(&mut PgConnection::establish(&server.url("einlass")).unwrap());
        let postgres = Postgres {
            server,
            pooler,
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
    /// Where services find it: perhaps behind a pooler.
    pub url: String,
    /// The server itself.
    pub direct_url: String,
    pub lease: Lease,
    /// Where services find it, if something stands in between.
    pub through: Option<String>,
    /// Where services find its standby.
    pub replica_url: Option<String>,
    /// Those made for this database alone.
    roles: Mutex<Vec<String>>,
}

/// The two roles of a database that is run as it should be.
pub struct Roles {
    pub app: String,
    pub app_url: String,
    pub owner_url: String,
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
        let direct_url = postgres.server.url(&name);
        let (url, lease) = match &postgres.pooler {
            Some(pooler) => (pooler.url(&name), pooler.lease),
            None => (direct_url.clone(), Lease::Session),
        };
        Self {
            name,
            url,
            direct_url,
            lease,
            replica_url: None,
            roles: Mutex::default(),
            through: None,
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
        // A dump is one long transaction with settings of its own: nothing for a pooler.
        let dump = program("pg_dump", &self.direct_url).output().unwrap();
        assert!(dump.status.success(), "{}", String::from_utf8_lossy(&dump.stderr));
        let mut restore = program("psql", &copy.direct_url)
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
        PgConnection::establish(&self.direct_url).unwrap()
    }

    /// As a service reaches it.
    pub fn db(&self, size: u32) -> Db {
        let db = Db::open(self.through.as_ref().unwrap_or(&self.url), size, self.lease).unwrap();
        match &self.replica_url {
            Some(url) => db.with_replica(url).unwrap(),
            None => db,
        }
    }

    /// What a command is told of it.
    pub fn environment(&self) -> Vec<(&'static str, &str)> {
        let mut environment = vec![("DATABASE_URL", self.url.as_str())];
        if self.lease == Lease::Transaction {
            environment.push(("EINLASS_STATEMENT_CACHE", "off"));
        }
        if self.url != self.direct_url {
            environment.push(("EINLASS_MIGRATE_DATABASE_URL", self.direct_url.as_str()));
        }
        environment
    }

    /// Makes both roles as `einlass database roles` says, hands the tables over, and lets the owner grant.
    pub fn roles(&self) -> Roles {
        let [owner, app] = ["owner", "app"].map(|part| format!("{}_{part}", self.name));
        self.roles.lock().unwrap().extend([app.clone(), owner.clone()]);
        let mut conn = self.connect();
        conn.batch_execute(&einlass::base::db::setup(&owner, &app, &self.name))
            .unwrap();
        let hand_over = format!(
            "DO $$ DECLARE made record; BEGIN
                FOR made IN SELECT oid::regclass AS name FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r'
                LOOP EXECUTE format('ALTER TABLE %s OWNER TO {owner}', made.name); END LOOP;
                FOR made IN SELECT oid::regprocedure AS name FROM pg_proc WHERE pronamespace = 'public'::regnamespace
                LOOP EXECUTE format('ALTER FUNCTION %s OWNER TO {owner}', made.name); END LOOP;
            END $$"
        );
        conn.batch_execute(&hand_over).unwrap();
        let as_role = |role: &str| self.direct_url.replacen("//einlass@", &format!("//{role}@"), 1);
        let roles = Roles {
            app_url: as_role(&app),
            owner_url: as_role(&owner),
            app,
        };
        let granted = Db::new(&roles.app_url, 2)
            .unwrap()
            .migrate_as(&roles.owner_url)
            .unwrap();
        assert!(granted.is_empty(), "nothing was pending");
        roles
    }
}

impl Drop for TestDatabase {
    fn drop(&mut self) {
        // What cannot be dropped now is swept at the next start.
        let drop = format!("DROP DATABASE IF EXISTS \"{}\" WITH (FORCE)", self.name);
        if let Err(error) = postgres().maintenance().batch_execute(&drop) {
            eprintln!("{}: {error}", self.name);
        }
        for role in self.roles.lock().unwrap().iter() {
            let drop = format!("DROP ROLE IF EXISTS {role}");
            if let Err(error) = postgres().maintenance().batch_execute(&drop) {
                eprintln!("{role}: {error}");
            }
        }
    }
}
