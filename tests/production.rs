//! Production configurations that would be a trap, each one thing away from a good one: refused, named, and no value repeated.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::time::{Duration, Instant};

use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use einlass::base::db::{Db, Lease, Wanted};

use self::traps::BAD;
use crate::support::TestDatabase;

mod traps;

/// In every value that a bad configuration has where a good one has another.
const CANARY: &str = "kanarienvogel";

/// A good configuration, its folder, and what is made bad about it.
struct Office {
    folder: PathBuf,
    environment: Vec<(String, String)>,
    arguments: Vec<String>,
}

impl Drop for Office {
    fn drop(&mut self) {
        drop(fs::remove_dir_all(&self.folder));
    }
}

fn chmod(path: &Path, mode: u32) {
    fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
}

impl Office {
    fn good(name: &str) -> Self {
        let folder = std::env::temp_dir().join(format!("einlass-{CANARY}-{name}-{}", std::process::id()));
        for part in ["keys", "templates/mail"] {
            fs::create_dir_all(folder.join(part)).unwrap();
        }
        chmod(&folder, 0o755);
        chmod(&folder.join("keys"), 0o700);
        let mut office = Self {
            environment: Vec::new(),
            arguments: ["config", "check"].map(str::to_owned).to_vec(),
            folder,
        };
        for (name, value) in [
            ("EINLASS_PROFILE", "production"),
            ("EINLASS_PUBLIC_URL", "https://anmeldung.staedteregion-aachen.de"),
            (
                "EINLASS_SMTP_URL",
                "smtps://einlass:Siebzehn-Lampen@mail.staedteregion-aachen.de",
            ),
            ("EINLASS_MAIL_FROM", "Anmeldung <anmeldung@staedteregion-aachen.de>"),
            ("EINLASS_TRUSTED_PROXIES", "10.20.0.4,10.30.0.0/16"),
            ("EINLASS_LOG", "info,einlass=warn"),
            ("EINLASS_WEBHOOK_ALLOW", "10.40.0.0/16"),
            (
                "EINLASS_PORTAL_URL",
                "https://portal.staedteregion-aachen.de/anmeldung/{token}",
            ),
            (
                "EINLASS_SEMINAR_URL",
                "https://portal.staedteregion-aachen.de/seminar/{seminar}",
            ),
        ] {
            office.set(name, value);
        }
        office.set("EINLASS_DATA_DIR", &office.path("data"));
        office.set("EINLASS_KEYS_DIR", &office.path("keys"));
        office.set("EINLASS_TEMPLATES_DIR", &office.path("templates"));
        office.file("database", b"postgresql:///einlass?host=/var/run/postgresql", 0o600);
        office.set("DATABASE_URL_FILE", &office.path("database"));
        // What `serve` makes at its first start.
        let made = einlass::auth::Keys::open(&office.folder.join("keys"), "https://anmeldung.staedteregion-aachen.de");
        made.map(drop).unwrap();
        einlass::base::capability::Capabilities::open(&office.folder.join("keys"))
            .map(drop)
            .unwrap();
        office
    }

    fn path(&self, below: &str) -> String {
        self.folder.join(below).to_str().unwrap().to_owned()
    }

    fn file(&self, below: &str, bytes: &[u8], mode: u32) {
        fs::write(self.folder.join(below), bytes).unwrap();
        self.mode(below, mode);
    }

    fn mode(&self, below: &str, mode: u32) {
        chmod(&self.folder.join(below), mode);
    }

    fn set(&mut self, name: &str, value: &str) {
        self.unset(name);
        self.environment.push((name.to_owned(), value.to_owned()));
    }

    fn unset(&mut self, name: &str) {
        self.environment.retain(|(known, _)| known != name);
    }

    fn command(&self) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_einlass"));
        command
            .args(&self.arguments)
            .env_clear()
            .envs(self.environment.iter().cloned());
        command
    }

    fn start(&self) -> Output {
        self.command().output().unwrap()
    }
}

#[test]
fn the_good_configuration_is_started() {
    let told = Office::good("control").start();
    assert!(told.status.success(), "{}", String::from_utf8_lossy(&told.stderr));
}

#[test]
fn each_trap_is_refused_and_named() {
    let mut wrong = Vec::new();
    for (n, (about, spoil, names)) in BAD.iter().enumerate() {
        let mut office = Office::good(&n.to_string());
        spoil(&mut office);
        let output = office.start();
        let told = String::from_utf8_lossy(&output.stderr).into_owned();
        let lines = told.lines().skip(1).map(str::trim).collect::<Vec<_>>();
        let alone = |line: &&str| line.split([' ', ':']).next() != Some(*names);
        // One thing is bad, and it may be bad in several ways; of a folder above the keys the data has a share.
        let other = lines
            .iter()
            .find(|line| alone(line) && *about != "keys where everybody writes");
        if output.status.code() != Some(78) || lines.is_empty() || other.is_some() {
            wrong.push(format!("{about}: {:?} {told}", output.status.code()));
        }
        if told.contains(CANARY) {
            wrong.push(format!("{about}: a value is repeated: {told}"));
        }
    }
    assert!(BAD.len() >= 50 && wrong.is_empty(), "\n{}", wrong.join("\n"));
}

/// What is refused in production is a start for whoever tries it out.
#[test]
fn who_develops_is_not_bothered() {
    let mut office = Office::good("development");
    office.set("EINLASS_PROFILE", "development");
    office.set("EINLASS_PUBLIC_URL", "http://localhost:8080");
    office.set("EINLASS_LOG", "debug");
    office.unset("EINLASS_SMTP_URL");
    office.unset("EINLASS_TRUSTED_PROXIES");
    assert!(office.start().status.success());
}

#[test]
fn all_traps_are_told_at_once() {
    let mut office = Office::good("all");
    office.unset("EINLASS_SMTP_URL");
    office.unset("EINLASS_TRUSTED_PROXIES");
    office.set("EINLASS_LOG", "trace");
    office.mode("keys", 0o777);
    let told = String::from_utf8(office.start().stderr).unwrap();
    for name in [
        "EINLASS_SMTP_URL",
        "EINLASS_TRUSTED_PROXIES",
        "EINLASS_LOG",
        "EINLASS_KEYS_DIR",
    ] {
        assert!(told.contains(name), "{name}: {told}");
    }
}

/// What only the database can say: each is one setting away from a database that is as it should be.
#[test]
fn a_database_that_is_a_trap_is_refused() {
    let database = TestDatabase::create();
    let roles = database.roles();
    let mut office = Office::good("database");
    office.file("database", roles.app_url.as_bytes(), 0o600);
    office.arguments.push("--database".to_owned());
    let refused = |office: &Office, words: &str| {
        let output = office.start();
        let told = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(
            output.status.code() == Some(78) && told.contains(words),
            "{words}: {told}"
        );
        assert!(
            told.contains("DATABASE_URL") || told.contains("EINLASS_POOL_SIZE"),
            "{told}"
        );
    };
    let good = |office: &Office| {
        let output = office.start();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    };
    good(&office);
    // One who owns everything, and one who may do anything.
    for (url, words) in [(&roles.owner_url, "owns tables"), (&database.direct_url, "superuser")] {
        office.file("database", url.as_bytes(), 0o600);
        refused(&office, words);
    }
    office.file("database", roles.app_url.as_bytes(), 0o600);
    let mut conn = PgConnection::establish(&database.direct_url).unwrap();
    let app = &roles.app;
    let traps = [
        (
            format!("GRANT UPDATE ON journal TO {app}"),
            format!("REVOKE UPDATE ON journal FROM {app}"),
            "other rights",
        ),
        (
            format!("GRANT CREATE ON SCHEMA public TO {app}"),
            format!("REVOKE CREATE ON SCHEMA public FROM {app}"),
            "may create tables",
        ),
        (
            format!("ALTER ROLE {app} CREATEROLE"),
            format!("ALTER ROLE {app} NOCREATEROLE"),
            "may manage roles",
        ),
        (
            format!("ALTER ROLE {app} CONNECTION LIMIT 8"),
            format!("ALTER ROLE {app} CONNECTION LIMIT -1"),
            "EINLASS_POOL_SIZE",
        ),
    ];
    for (spoil, mend, words) in &traps {
        conn.batch_execute(spoil).unwrap();
        refused(&office, words);
        conn.batch_execute(mend).unwrap();
        good(&office);
    }
}

/// Nobody has to ask first: the service itself looks before it serves.
#[test]
fn a_service_does_not_begin_on_a_database_that_is_a_trap() {
    let database = TestDatabase::create();
    let mut office = Office::good("serve");
    office.file("database", database.direct_url.as_bytes(), 0o600);
    office.arguments = ["serve", "--listen", "127.0.0.1:0"].map(str::to_owned).to_vec();
    let mut service = office.command().stderr(Stdio::piped()).spawn().unwrap();
    let begun = Instant::now();
    let status = loop {
        match service.try_wait().unwrap() {
            Some(status) => break status,
            None if begun.elapsed() < Duration::from_secs(20) => std::thread::sleep(Duration::from_millis(20)),
            None => {
                service.kill().unwrap();
                break service.wait().unwrap();
            }
        }
    };
    let told = std::io::read_to_string(service.stderr.take().unwrap()).unwrap();
    assert!(
        status.code() == Some(78) && told.contains("superuser"),
        "{status}: {told}"
    );
}

/// What nobody can set for one database alone: its own words are hidden behind ours.
#[test]
fn a_database_that_could_lose_what_it_acknowledged_is_not_ready() {
    let database = TestDatabase::create();
    let name = &database.name;
    let found = || {
        let db = Db::open(&database.direct_url, 2, Lease::Session).unwrap();
        let wanted = Wanted {
            connections: 2,
            restricted: false,
        };
        (db.faults(wanted).unwrap().join("; "), db.ready().is_ok())
    };
    assert_eq!(found(), (String::new(), true));
    let says = |function: &str, body: &str| {
        let hidden = format!(
            "CREATE OR REPLACE FUNCTION public.{function} LANGUAGE sql AS $$ {body} $$;
             ALTER DATABASE {name} SET search_path = public, pg_catalog"
        );
        database.connect().batch_execute(&hidden).unwrap();
    };
    for (setting, value, words, ready) in [
        ("fsync", "off", "fsync is off", false),
        ("full_page_writes", "off", "full_page_writes is off", false),
        ("synchronous_commit", "off", "synchronous_commit is off", false),
        ("lc_messages", "de_DE.UTF-8", "lc_messages is de_DE.UTF-8", false),
        ("server_version_num", "140012", "older than PostgreSQL 15", true),
        ("server_encoding", "LATIN1", "encoding is LATIN1", true),
        ("fsync", "on", "", true),
    ] {
        let body = format!("SELECT CASE $1 WHEN '{setting}' THEN '{value}' ELSE pg_catalog.current_setting($1) END");
        says("current_setting(text) RETURNS text", &body);
        let (told, is_ready) = found();
        assert!(
            told.contains(words) && told.is_empty() == words.is_empty(),
            "{words}: {told}"
        );
        assert_eq!(is_ready, ready, "{setting}");
    }
    says("pg_is_in_recovery() RETURNS bool", "SELECT true");
    assert!(found().0.contains("is a standby"));
}
