//! Which database a command works on: the operator's, the private one of a running service, or the private one
//! started for as long as the command takes.

use clap::Args;
use secrecy::ExposeSecret;

use super::Failure;
use crate::app::OWN_CONNECTIONS;
use crate::base::config::{Config, ConfigErrors, Profile};
use crate::base::db::{self, Db, Lease, Wanted};
use crate::base::embedded::{EmbeddedError, Server, Settings};
use crate::base::problem;

#[derive(Debug, Args)]
pub struct Roles {
    /// The role that owns the tables and migrates.
    #[arg(long, default_value = "einlass_owner", value_parser = role_name)]
    owner: String,
    /// The role of the service.
    #[arg(long, default_value = "einlass_app", value_parser = role_name)]
    app: String,
    #[arg(long, default_value = "einlass", value_parser = role_name)]
    database: String,
}

/// A database, and the private server that has to live as long as it is used.
pub struct Database {
    pub db: Db,
    server: Option<Server>,
}

impl Database {
    /// For the service: it needs the private server to itself.
    pub fn serve(config: &Config) -> Result<Self, Failure> {
        match config.external_database() {
            Some(url) => Ok(Self {
                db: open(config, url, config.pool_size)?,
                server: None,
            }),
            None => Self::private(config),
        }
    }

    /// For the other commands: beside a running service if there is one. The schema is brought up to date.
    pub fn command(config: &Config) -> Result<Self, Failure> {
        let database = match config.external_database() {
            Some(url) => Self {
                db: open(config, url, 2)?,
                server: None,
            },
            None => match Server::url_of_running(&settings(config)) {
                Some(url) => Self {
                    db: Db::new(&url, 2)?,
                    server: None,
                },
                None => Self::private(config)?,
            },
        };
        database.db.refuse_newer_schema()?;
        database.migrate(config)?;
        Ok(database)
    }

    /// By the role that owns the tables where one is named, else by the service's own.
    pub fn migrate(&self, config: &Config) -> problem::Result<Vec<String>> {
        match &config.migrate_url {
            Some(owner) => self.db.migrate_as(owner.expose_secret()),
            None => self.db.migrate(),
        }
    }

    /// What only the database itself can say; in production it is a fault of the configuration.
    pub fn check(&self, config: &Config) -> Result<(), Failure> {
        let faults = self.db.faults(Wanted {
            connections: config.pool_size + OWN_CONNECTIONS,
            restricted: config.profile == Profile::Production && self.server.is_none(),
        })?;
        if faults.is_empty() {
            Ok(())
        } else {
            Err(ConfigErrors(faults).into())
        }
    }

    fn private(config: &Config) -> Result<Self, Failure> {
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

/// `config check --database`: only looks, and migrates nothing.
pub fn check(config: &Config) -> Result<(), Failure> {
    let running = match config.external_database() {
        Some(_) => None,
        None => Server::url_of_running(&settings(config)),
    };
    let database = match running {
        // Its role may everything, and that is meant: nobody else reaches it.
        Some(url) => {
            let faults = Db::new(&url, 2)?.faults(Wanted {
                connections: config.pool_size + OWN_CONNECTIONS,
                restricted: false,
            })?;
            let good = faults.is_empty();
            return if good { Ok(()) } else { Err(ConfigErrors(faults).into()) };
        }
        None => Database::serve(config)?,
    };
    let outcome = database
        .db
        .ready()
        .map_err(Failure::from)
        .and_then(|()| database.check(config));
    database.stop();
    outcome
}

/// Nothing that would have to be quoted.
fn role_name(text: &str) -> Result<String, String> {
    let sound = text
        .bytes()
        .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_')
        && text.starts_with(|first: char| first.is_ascii_lowercase())
        && text.len() <= 63;
    let fault = || "must be small letters, digits and _, at most 63".to_owned();
    sound.then(|| text.to_owned()).ok_or_else(fault)
}

pub fn print_roles(roles: &Roles) {
    print!("{}", db::setup(&roles.owner, &roles.app, &roles.database));
}

fn open(config: &Config, url: &str, size: u32) -> problem::Result<Db> {
    let lease = if config.statement_cache {
        Lease::Session
    } else {
        Lease::Transaction
    };
    let db = Db::open(url, size, lease)?;
    match &config.replica_url {
        Some(replica) => db.with_replica(replica.expose_secret()),
        None => Ok(db),
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
