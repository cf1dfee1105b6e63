//! Configuration: read once from the environment and the flags, every mistake told at once, secrets never shown.

use std::collections::BTreeMap;
use std::fmt;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::str::FromStr;

use lettre::message::Mailbox;
use secrecy::{ExposeSecret, SecretString};

use self::shapes::{database_fault, nobody, portal, seminar_page, smtp_fault};
use self::source::Source;
use super::network::Network;
use super::text::{FromText, WebAddress};

mod database_url;
mod describe;
mod files;
mod production;
mod shapes;
mod source;
mod variables;

pub use self::variables::VARIABLES;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LogFormat {
    Text,
    Json,
}

/// What is at stake: in production whatever would be a trap is refused at the start.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Profile {
    Development,
    Production,
}

impl fmt::Display for Profile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Development => "development",
            Self::Production => "production",
        })
    }
}

#[derive(Clone, Debug)]
pub struct Config {
    pub profile: Profile,
    pub database_url: Option<SecretString>,
    /// Of the role that owns the tables; without it the service's own role migrates.
    pub migrate_url: Option<SecretString>,
    /// Of a standby, for what may be some seconds old.
    pub replica_url: Option<SecretString>,
    /// In production a private PostgreSQL has to be meant.
    pub private_database: bool,
    /// Off behind a pooler that hands connections on after each transaction.
    pub statement_cache: bool,
    pub listen: SocketAddr,
    pub public_url: String,
    pub data_dir: PathBuf,
    pub keys_dir: PathBuf,
    pub pool_size: u32,
    pub pg_bin_dir: Option<PathBuf>,
    pub pg_user: Option<String>,
    pub trusted_proxies: Vec<Network>,
    pub log: String,
    pub log_format: LogFormat,
    pub smtp_url: Option<SecretString>,
    pub mail_from: Mailbox,
    pub mail_dir: PathBuf,
    pub templates_dir: Option<PathBuf>,
    pub portal_url: Option<String>,
    pub seminar_url: Option<String>,
    pub webhook_allow: Vec<Network>,
    pub demo_password: Option<SecretString>,
    pub metrics_listen: Option<SocketAddr>,
    pub drain_seconds: u64,
}

/// Everything that is wrong with the configuration. Values are not repeated: they may be secrets in the wrong place.
#[derive(Debug, PartialEq, Eq)]
pub struct ConfigErrors(pub Vec<String>);

impl fmt::Display for ConfigErrors {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "the configuration is not valid:")?;
        self.0.iter().try_for_each(|error| writeln!(f, "  {error}"))
    }
}

impl std::error::Error for ConfigErrors {}

/// Values given on the command line; they win over the environment.
#[derive(Clone, Debug, Default)]
pub struct Flags {
    pub listen: Option<String>,
    pub data_dir: Option<String>,
    /// Asked to fill an empty database with invented people.
    pub demo: bool,
}

impl Config {
    /// Reads the process environment: the one place that does.
    pub fn from_environment(flags: &Flags) -> Result<Self, ConfigErrors> {
        #[expect(clippy::disallowed_methods, reason = "the configuration is the one place that asks")]
        let environment = std::env::vars_os()
            .filter_map(|(name, value)| Some((name.into_string().ok()?, value.to_string_lossy().into_owned())))
            .collect();
        Self::read(environment, flags)
    }

    pub fn read(environment: BTreeMap<String, String>, flags: &Flags) -> Result<Self, ConfigErrors> {
        let mut source = Source {
            environment,
            errors: Vec::new(),
            files: Vec::new(),
        };
        source.refuse_unknown();
        if let Some(listen) = &flags.listen {
            source.environment.insert("EINLASS_LISTEN".to_owned(), listen.clone());
        }
        if let Some(data_dir) = &flags.data_dir {
            source
                .environment
                .insert("EINLASS_DATA_DIR".to_owned(), data_dir.clone());
        }
        let database_url = source.secret("DATABASE_URL", database_fault);
        let migrate_url = source.secret("EINLASS_MIGRATE_DATABASE_URL", database_fault);
        let replica_url = source.secret("EINLASS_REPLICA_URL", database_fault);
        let smtp_url = source.secret("EINLASS_SMTP_URL", smtp_fault);
        let demo_password = source.secret("EINLASS_DEMO_PASSWORD", |password| {
            if password.chars().count() < 15 {
                Err("must have at least 15 characters".to_owned())
            } else {
                Ok(())
            }
        });
        let listen = source
            .value("EINLASS_LISTEN", "an address and port such as 127.0.0.1:8080", parse)
            .unwrap_or_else(|| SocketAddr::from(([127, 0, 0, 1], 8080)));
        let data_dir = source
            .value("EINLASS_DATA_DIR", "a path", parse)
            .unwrap_or_else(|| PathBuf::from("data"));
        let mail_from = source.value(
            "EINLASS_MAIL_FROM",
            "an address such as Einlass <einlass@example.org>",
            parse,
        );
        if smtp_url.is_some() && mail_from.is_none() && !source.told("EINLASS_MAIL_FROM") {
            source
                .errors
                .push("EINLASS_MAIL_FROM is needed with EINLASS_SMTP_URL".to_owned());
        }
        let private_database = source.value("EINLASS_PRIVATE_DATABASE", "yes or no", |text| match text {
            "yes" => Some(true),
            "no" => Some(false),
            _ => None,
        });
        let (private, external) = (private_database == Some(true), database_url.is_some());
        if private && external {
            source
                .errors
                .push("EINLASS_PRIVATE_DATABASE is yes, and DATABASE_URL names another one".to_owned());
        }
        for (name, given) in [
            ("EINLASS_MIGRATE_DATABASE_URL", migrate_url.is_some()),
            ("EINLASS_REPLICA_URL", replica_url.is_some()),
        ] {
            if given && !external && !source.told("DATABASE_URL") {
                source.errors.push(format!("{name} is nothing without DATABASE_URL"));
            }
        }
        let config = Self {
            profile: source
                .value("EINLASS_PROFILE", "production or development", |text| match text {
                    "production" => Some(Profile::Production),
                    "development" => Some(Profile::Development),
                    _ => None,
                })
                .unwrap_or(Profile::Development),
            private_database: private,
            statement_cache: source
                .value("EINLASS_STATEMENT_CACHE", "on or off", |text| match text {
                    "on" => Some(true),
                    "off" => Some(false),
                    _ => None,
                })
                .unwrap_or(true),
            migrate_url,
            replica_url,
            public_url: source
                .value("EINLASS_PUBLIC_URL", "an absolute https or http address", |text| {
                    WebAddress::from_text(text).ok()
                })
                .map_or_else(
                    || format!("http://{listen}"),
                    |url| url.as_str().trim_end_matches('/').to_owned(),
                ),
            keys_dir: source
                .value("EINLASS_KEYS_DIR", "a path", parse)
                .unwrap_or_else(|| data_dir.join("keys")),
            pool_size: source
                .value("EINLASS_POOL_SIZE", "a number from 2 to 200", |text| {
                    parse(text).filter(|n| (2..=200).contains(n))
                })
                .unwrap_or(12),
            pg_bin_dir: source.value("EINLASS_PG_BIN_DIR", "a folder", parse),
            pg_user: source.value("EINLASS_PG_USER", "a user name", parse),
            trusted_proxies: source
                .value(
                    "EINLASS_TRUSTED_PROXIES",
                    "addresses or networks parted by commas",
                    |text| text.split(',').map(|one| one.trim().parse().ok()).collect(),
                )
                .unwrap_or_default(),
            log: source
                .value("EINLASS_LOG", "a log filter", |text| {
                    tracing_subscriber::EnvFilter::try_new(text)
                        .ok()
                        .map(|_| text.to_owned())
                })
                .unwrap_or_else(|| "info".to_owned()),
            log_format: source
                .value("EINLASS_LOG_FORMAT", "text or json", |text| match text {
                    "text" => Some(LogFormat::Text),
                    "json" => Some(LogFormat::Json),
                    _ => None,
                })
                .unwrap_or(LogFormat::Text),
            mail_from: mail_from.unwrap_or_else(nobody),
            mail_dir: source
                .value("EINLASS_MAIL_DIR", "a path", parse)
                .unwrap_or_else(|| data_dir.join("mail")),
            templates_dir: source.value("EINLASS_TEMPLATES_DIR", "a folder", |text| {
                parse::<PathBuf>(text).filter(|path| path.is_dir())
            }),
            portal_url: source.value(
                "EINLASS_PORTAL_URL",
                "an absolute https or http address with {token} in it",
                portal,
            ),
            seminar_url: source.value(
                "EINLASS_SEMINAR_URL",
                "an absolute https or http address with {seminar} in it",
                seminar_page,
            ),
            webhook_allow: source
                .value(
                    "EINLASS_WEBHOOK_ALLOW",
                    "networks such as 10.1.0.0/16, parted by commas",
                    |text| text.split(',').map(|one| one.trim().parse().ok()).collect(),
                )
                .unwrap_or_default(),
            smtp_url,
            database_url,
            listen,
            data_dir,
            demo_password,
            metrics_listen: source.value(
                "EINLASS_METRICS_LISTEN",
                "an address and port such as 127.0.0.1:9090",
                parse,
            ),
            drain_seconds: source
                .value("EINLASS_DRAIN_SECONDS", "a number from 0 to 20", |text| {
                    parse(text).filter(|seconds| *seconds <= 20)
                })
                .unwrap_or(5),
        };
        if config.profile == Profile::Production {
            let faults = production::faults(&config, &source, flags.demo);
            source.errors.extend(faults);
        }
        if source.errors.is_empty() {
            Ok(config)
        } else {
            Err(ConfigErrors(source.errors))
        }
    }

    /// The page of a seminar, with `{seminar}` for its id.
    #[must_use]
    pub fn seminar_url(&self) -> String {
        self.seminar_url
            .clone()
            .unwrap_or_else(|| format!("{}/api/v1/seminars/{{seminar}}", self.public_url))
    }

    /// The host of the public address, without its port: what makes ids unique in the world.
    #[must_use]
    pub fn host(&self) -> &str {
        host_of(&self.public_url)
    }

    /// The URL of the operator's own database, where one is configured.
    #[must_use]
    pub fn external_database(&self) -> Option<&str> {
        self.database_url.as_ref().map(ExposeSecret::expose_secret)
    }
}

/// Where a URL leads, without its port.
fn host_of(url: &str) -> &str {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let host = authority.strip_prefix('[').map_or_else(
        || authority.split(':').next().unwrap_or_default(),
        |v6| v6.split(']').next().unwrap_or_default(),
    );
    if host.is_empty() { "localhost" } else { host }
}

const fn on_or_off(value: bool) -> &'static str {
    if value { "on" } else { "off" }
}

fn parse<T: FromStr>(text: &str) -> Option<T> {
    text.parse().ok()
}

#[cfg(test)]
mod tests;
