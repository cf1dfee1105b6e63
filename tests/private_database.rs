//! The service's own PostgreSQL: kept, alone in its directory, and gone when it is stopped.

use std::path::PathBuf;

use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use einlass::base::embedded::{Server, Settings};

struct Directory(PathBuf);

impl Directory {
    fn new(name: &str) -> Self {
        Self(std::env::temp_dir().join(format!("einlass-private-{name}-{}", std::process::id())))
    }

    fn settings(&self) -> Settings {
        Settings {
            directory: self.0.clone(),
            program_dir: None,
            run_as: None,
            settings: Vec::new(),
        }
    }

    fn start(&self) -> Server {
        Server::start(self.settings()).unwrap()
    }
}

impl Drop for Directory {
    fn drop(&mut self) {
        drop(std::fs::remove_dir_all(&self.0));
    }
}

fn connect(server: &Server) -> PgConnection {
    PgConnection::establish(&server.url("einlass")).unwrap()
}

#[test]
fn what_is_written_is_there_after_a_restart() {
    let directory = Directory::new("restart");
    let server = directory.start();
    connect(&server)
        .batch_execute("CREATE TABLE kept (n int); INSERT INTO kept VALUES (7)")
        .unwrap();
    server.stop();
    let server = directory.start();
    connect(&server)
        .batch_execute("DO $$ BEGIN ASSERT (SELECT n FROM kept) = 7; END $$")
        .unwrap();
    server.stop();
}

#[test]
fn a_second_service_on_the_same_directory_is_told_so() {
    let directory = Directory::new("second");
    let first = directory.start();
    let refused = Server::start(directory.settings()).map(drop).unwrap_err().to_string();
    assert!(refused.contains(directory.0.to_str().unwrap()), "{refused}");
    connect(&first).batch_execute("SELECT 1").unwrap();
    assert_eq!(
        Server::url_of_running(&directory.settings()),
        Some(first.url("einlass"))
    );
    first.stop();
}

#[test]
fn stopping_stops_it() {
    let directory = Directory::new("stop");
    let server = directory.start();
    let url = server.url("einlass");
    server.stop();
    assert!(PgConnection::establish(&url).is_err());
    assert!(!directory.0.join("postgresql/postmaster.pid").exists());
    assert_eq!(Server::url_of_running(&directory.settings()), None);
}

#[test]
fn it_keeps_what_it_acknowledges_and_has_no_port() {
    let directory = Directory::new("durable");
    let server = directory.start();
    let assertions = "DO $$ BEGIN
        ASSERT current_setting('fsync') = 'on' AND current_setting('full_page_writes') = 'on';
        ASSERT current_setting('synchronous_commit') = 'on';
        ASSERT current_setting('listen_addresses') = '';
    END $$";
    connect(&server).batch_execute(assertions).unwrap();
    use std::os::unix::fs::PermissionsExt;
    let mode = std::fs::metadata(directory.0.join("postgresql"))
        .unwrap()
        .permissions()
        .mode();
    assert_eq!(mode & 0o077, 0, "only its owner may enter: {mode:o}");
    server.stop();
}

#[test]
fn one_that_is_killed_comes_back_by_itself() {
    let directory = Directory::new("killed");
    let server = directory.start();
    let file = directory.0.join("postgresql/postmaster.pid");
    let pid = || {
        std::fs::read_to_string(&file)
            .unwrap_or_default()
            .lines()
            .next()
            .map(str::to_owned)
    };
    let before = pid().unwrap();
    let killed = std::process::Command::new("kill")
        .args(["-9", &before])
        .status()
        .unwrap();
    assert!(killed.success());
    let begun = std::time::Instant::now();
    while pid().is_none_or(|pid| pid == before) || PgConnection::establish(&server.url("einlass")).is_err() {
        assert!(begun.elapsed().as_secs() < 60, "it did not come back");
        std::thread::sleep(std::time::Duration::from_millis(50));
    }
    server.stop();
}

#[test]
fn its_log_tells_nothing_about_people() {
    let directory = Directory::new("log");
    let server = directory.start();
    let mut conn = connect(&server);
    conn.batch_execute("CREATE TABLE people (email text UNIQUE); INSERT INTO people VALUES ('anna@example.org')")
        .unwrap();
    let twice =
        diesel::sql_query("INSERT INTO people VALUES ($1)").bind::<diesel::sql_types::Text, _>("anna@example.org");
    assert!(twice.execute(&mut conn).is_err());
    server.stop();
    let log = std::fs::read_to_string(directory.0.join("postgresql.log")).unwrap();
    assert!(log.contains("people_email_key"), "the violation is logged: {log}");
    assert!(!log.contains("anna@example.org"), "{log}");
}
