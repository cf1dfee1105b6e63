//! Which database a command works on: the operator's, the private one of a running service, or the private one
//! started for as long as the command takes.

use crate::base::config::Config;
use crate::base::db::Db;
use crate::base::embedded::{EmbeddedError, Server, Settings};
use crate::base::problem::Result;

/// A database, and the private server that has to live as long as it is used.
pub struct Database {
    pub db: Db,
    server: Option<Server>,
}

impl Database {
    /// For the service: it needs the private server to itself.
    pub fn serve(config: &Config) -> Result<Self, Box<dyn std::error::Error>> {
        match config.external_database() {
            Some(url) => Ok(Self {
                db: Db::new(url, config.pool_size)?,
                server: None,
            }),
            None => Self::private(config),
        }
    }

    /// For the other commands: beside a running service if there is one. The schema is brought up to date.
    pub fn command(config: &Config) -> Result<Self, Box<dyn std::error::Error>> {
        let running = || Server::url_of_running(&settings(config));
        let database = match config.external_database().map(str::to_owned).or_else(running) {
            Some(url) => Self {
                db: Db::new(&url, 2)?,
                server: None,
            },
            None => Self::private(config)?,
        };
        database.db.refuse_newer_schema()?;
        database.db.migrate()?;
        Ok(database)
    }

    fn private(config: &Config) -> Result<Self, Box<dyn std::error::Error>> {
        let server = start(config)?;
        Ok(Self {
            db: Db::new(&server.url("einlass"), config.pool_size)?,
            server: Some(server),
        })
    }

    /// Stops the private server, where there is one, and waits for it.
    pub fn stop(self) {
        drop(self.db);
        if let Some(server) = self.server {
            server.stop();
        }
    }
}

fn start(config: &Config) -> Result<Server, EmbeddedError> {
    Server::start(settings(config))
}

fn settings(config: &Config) -> Settings {
    Settings {
        directory: config.data_dir.clone(),
        program_dir: config.pg_bin_dir.clone(),
        run_as: config.pg_user.clone(),
        settings: Vec::new(),
    }
}
