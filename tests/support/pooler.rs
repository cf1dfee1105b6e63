//! PgBouncer between the services and the tests' PostgreSQL, handing connections on after each transaction.
//!
//! Only where `TEST_EINLASS_PGBOUNCER` names its program, which `checks/pgbouncer/run` does. With
//! `TEST_EINLASS_STATEMENT_CACHE=on` the services take the connections for their own, which is the check's control.

use std::os::unix::fs::{MetadataExt, chown};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use diesel::prelude::*;
use einlass::base::db::Lease;

const PORT: u16 = 6432;

pub struct Pooler {
    folder: PathBuf,
    pub lease: Lease,
}

#[derive(QueryableByName)]
struct Setting {
    #[diesel(sql_type = diesel::sql_types::Text)]
    value: String,
}

impl Pooler {
    pub fn asked_for(conn: &mut PgConnection) -> Option<Self> {
        let program = std::env::var("TEST_EINLASS_PGBOUNCER").ok()?;
        let kept = std::env::var("TEST_EINLASS_STATEMENT_CACHE").is_ok_and(|value| value == "on");
        let mut setting = |name: &str| {
            let query = diesel::sql_query(format!("SELECT current_setting('{name}') AS value"));
            // A path that has more than letters stands in quotes.
            let value = query.get_result::<Setting>(conn).unwrap().value;
            value.trim_matches('"').to_owned()
        };
        let (sockets, port) = (setting("unix_socket_directories"), setting("port"));
        let pooler = Self {
            folder: std::env::temp_dir().join(format!("einlass-pooler-{}", std::process::id())),
            lease: if kept { Lease::Session } else { Lease::Transaction },
        };
        pooler.start(&program, &sockets, &port);
        Some(pooler)
    }

    pub fn url(&self, database: &str) -> String {
        let folder = self.folder.to_str().unwrap();
        format!("postgresql://einlass@/{database}?host={folder}&port={PORT}")
    }

    /// As the user whose server it is: it refuses root.
    fn start(&self, program: &str, sockets: &str, port: &str) {
        let owner = std::fs::metadata(Path::new(sockets)).unwrap();
        std::fs::create_dir_all(&self.folder).unwrap();
        let folder = self.folder.to_str().unwrap();
        let settings = format!(
            "[databases]\n* = host={sockets} port={port} user=einlass\n\
             [pgbouncer]\nauth_type = any\npool_mode = transaction\nunix_socket_dir = {folder}\nlisten_port = {PORT}\n\
             listen_addr =\nmax_client_conn = 600\ndefault_pool_size = 20\nserver_idle_timeout = 2\nserver_login_retry = 1\nquery_wait_timeout = 5\n\
             logfile = {folder}/log\n"
        );
        let file = self.folder.join("pgbouncer.ini");
        std::fs::write(&file, settings).unwrap();
        let mut start = r#""$1" -q "$2" & "#.to_owned();
        if owner.uid() != std::fs::metadata(&self.folder).unwrap().uid() {
            chown(&self.folder, Some(owner.uid()), Some(owner.gid())).unwrap();
            start = r#""$1" -q -u "$(stat -c %U "$3")" "$2" & "#.to_owned();
        }
        // It hears the end when this process ends, however that comes about.
        let script = format!(r#"trap '' INT TERM HUP; {start} p=$!; read -r _; kill $p; rm -rf "$4""#);
        let shell = Command::new("sh")
            .args(["-c", &script, "pooler", program])
            .arg(&file)
            .args([sockets, folder])
            .stdin(Stdio::piped())
            .spawn()
            .unwrap();
        std::mem::forget(shell);
        let socket = self.folder.join(format!(".s.PGSQL.{PORT}"));
        let begun = Instant::now();
        while !socket.exists() {
            assert!(begun.elapsed() < Duration::from_secs(20), "PgBouncer does not start");
            std::thread::sleep(Duration::from_millis(20));
        }
    }
}
