//! The program itself, on a database of the tests.

use std::net::{SocketAddr, TcpListener};
use std::path::PathBuf;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use crate::support::{Client, TestDatabase};

pub struct Program {
    pub address: SocketAddr,
    pub metrics: SocketAddr,
    directory: PathBuf,
    log: PathBuf,
    process: Child,
}

fn free() -> SocketAddr {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap()
}

/// A service that is not waited for yet.
pub fn command(database: &TestDatabase, address: SocketAddr, directory: &std::path::Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_einlass"));
    command
        .args(["serve", "--listen", &address.to_string(), "--data-dir"])
        .arg(directory)
        .envs(database.environment());
    command
}

pub fn directory(database: &TestDatabase) -> PathBuf {
    std::env::temp_dir().join(format!("einlass-program-{}", database.name))
}

impl Program {
    pub fn start(database: &TestDatabase, environment: &[(&str, &str)], arguments: &[&str]) -> Self {
        let (address, metrics) = (free(), free());
        let directory = directory(database);
        std::fs::create_dir_all(&directory).unwrap();
        let log = directory.join("log");
        let process = command(database, address, &directory)
            .args(arguments)
            .env("EINLASS_METRICS_LISTEN", metrics.to_string())
            .env("EINLASS_LOG_FORMAT", "json")
            .envs(environment.iter().copied())
            .stderr(Stdio::from(std::fs::File::create(&log).unwrap()))
            .spawn()
            .unwrap();
        let mut program = Self {
            address,
            metrics,
            directory,
            log,
            process,
        };
        let begun = Instant::now();
        while program.try_get("/health/ready").is_none_or(|status| status != 200) {
            assert!(program.process.try_wait().unwrap().is_none(), "{}", program.log());
            assert!(begun.elapsed() < Duration::from_secs(90), "it did not get ready");
            std::thread::sleep(Duration::from_millis(20));
        }
        program
    }

    pub fn client(&self) -> Client {
        Client::new(self.address, None)
    }

    /// The status of an answer, if there was one. On a connection of its own.
    pub fn try_get(&self, path: &str) -> Option<u16> {
        Some(self.client().try_send("GET", path, &[], None)?.status)
    }

    pub fn told(&self) -> String {
        let client = Client::new(self.metrics, None).browser();
        let answer = client.get("/metrics");
        assert_eq!(answer.status, 200, "{}", answer.text);
        answer.text
    }

    pub fn log(&self) -> String {
        std::fs::read_to_string(&self.log).unwrap_or_default()
    }

    pub fn signal(&self, name: &str) {
        let pid = self.process.id().to_string();
        assert!(Command::new("kill").args([name, &pid]).status().unwrap().success());
    }

    pub fn runs(&mut self) -> bool {
        self.process.try_wait().unwrap().is_none()
    }

    /// How it ended, and after how long.
    pub fn end(&mut self) -> (ExitStatus, Duration) {
        let begun = Instant::now();
        loop {
            if let Some(status) = self.process.try_wait().unwrap() {
                return (status, begun.elapsed());
            }
            assert!(
                begun.elapsed() < Duration::from_secs(40),
                "it does not end: {}",
                self.log()
            );
            std::thread::sleep(Duration::from_millis(10));
        }
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
        let _ = std::fs::remove_dir_all(&self.directory);
    }
}
