//! Configuration: read once from the environment and the flags, every mistake told at once, secrets never shown.

use std::collections::BTreeMap;
use std::fmt;
use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;
use std::str::FromStr;

use lettre::message::Mailbox;
use secrecy::{ExposeSecret, SecretString};

use self::shapes::{database_fault, nobody, portal, seminar_page, smtp_fault};
use self::source::Source;
use super::network::Network;
use super::text::{FromText, WebAddress};

mod shapes;
mod source;
mod variables;

pub use self::variables::VARIABLES;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LogFormat {
    Text,
    Json,
}

#[derive(Clone, Debug)]
pub struct Config {
    pub database_url: Option<SecretString>,
    pub listen: SocketAddr,
    pub public_url: String,
    pub data_dir: PathBuf,
    pub keys_dir: PathBuf,
    pub pool_size: u32,
    pub pg_bin_dir: Option<PathBuf>,
    pub pg_user: Option<String>,
    pub trusted_proxies: Vec<IpAddr>,
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
        let config = Self {
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
                .value("EINLASS_TRUSTED_PROXIES", "addresses parted by commas", |text| {
                    text.split(',').map(|one| one.trim().parse().ok()).collect()
                })
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
        if source.errors.is_empty() {
            Ok(config)
        } else {
            Err(ConfigErrors(source.errors))
        }
    }

    /// The values in force, secrets hidden.
    #[must_use]
    pub fn describe(&self) -> String {
        let hidden = |secret: &Option<SecretString>| secret.as_ref().map_or("not set", |_| "set (hidden)").to_owned();
        let path = |path: &Option<PathBuf>| {
            path.as_ref()
                .map_or_else(|| "looked for".to_owned(), |p| p.display().to_string())
        };
        let values = [
            hidden(&self.database_url),
            self.listen.to_string(),
            self.public_url.clone(),
            self.data_dir.display().to_string(),
            self.keys_dir.display().to_string(),
            self.pool_size.to_string(),
            path(&self.pg_bin_dir),
            self.pg_user
                .clone()
                .unwrap_or_else(|| "postgres, else nobody".to_owned()),
            self.trusted_proxies
                .iter()
                .map(ToString::to_string)
                .collect::<Vec<_>>()
                .join(","),
            self.log.clone(),
            format!("{:?}", self.log_format).to_lowercase(),
            hidden(&self.smtp_url),
            self.mail_from.to_string(),
            self.mail_dir.display().to_string(),
            self.templates_dir
                .as_ref()
                .map_or_else(|| "none".to_owned(), |path| path.display().to_string()),
            self.portal_url
                .clone()
                .unwrap_or_else(|| format!("{}/registrations/{{token}}", self.public_url)),
            self.seminar_url(),
            self.webhook_allow
                .iter()
                .map(ToString::to_string)
                .collect::<Vec<_>>()
                .join(","),
            hidden(&self.demo_password),
            self.metrics_listen
                .map_or_else(|| "none".to_owned(), |address| address.to_string()),
            self.drain_seconds.to_string(),
        ];
        VARIABLES
            .iter()
            .zip(values)
            .map(|((name, _, about), value)| format!("{name:<24} {value:<32} {about}\n"))
            .collect()
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
        let url = self.public_url.as_str();
        let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
        let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
        let host = authority.strip_prefix('[').map_or_else(
            || authority.split(':').next().unwrap_or_default(),
            |v6| v6.split(']').next().unwrap_or_default(),
        );
        if host.is_empty() { "localhost" } else { host }
    }

    /// The URL of the operator's own database, where one is configured.
    #[must_use]
    pub fn external_database(&self) -> Option<&str> {
        self.database_url.as_ref().map(ExposeSecret::expose_secret)
    }
}

fn parse<T: FromStr>(text: &str) -> Option<T> {
    text.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn environment(pairs: &[(&str, &str)]) -> BTreeMap<String, String> {
        pairs
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
            .collect()
    }

    #[test]
    fn every_mistake_is_told_at_once_and_no_value_is_repeated() {
        let bad = environment(&[
            ("DATABASE_URL", "mysql://canary-secret@x/y"),
            ("EINLASS_LISTEN", "canary-port"),
            ("EINLASS_POOL_SIZE", "1"),
            ("EINLASS_PUBLIC_URL", "ftp://canary"),
            ("EINLASS_TYPO", "canary"),
            ("EINLASS_DEMO_PASSWORD", "canary"),
            ("EINLASS_LOG_FORMAT", "canary"),
            ("EINLASS_TRUSTED_PROXIES", "canary"),
            ("EINLASS_SMTP_URL", "http://canary:secret@host"),
            ("EINLASS_MAIL_FROM", "canary"),
            ("EINLASS_TEMPLATES_DIR", "/nowhere/canary"),
            ("EINLASS_PORTAL_URL", "https://canary.example/without-the-place"),
            ("EINLASS_SEMINAR_URL", "https://canary.example/without-the-place"),
            ("EINLASS_WEBHOOK_ALLOW", "127.0.0.1,canary"),
            ("EINLASS_METRICS_LISTEN", "canary"),
            ("EINLASS_DRAIN_SECONDS", "21"),
        ]);
        let told = Config::read(bad, &Flags::default()).unwrap_err().to_string();
        for name in [
            "DATABASE_URL",
            "EINLASS_LISTEN",
            "EINLASS_POOL_SIZE",
            "EINLASS_PUBLIC_URL",
            "EINLASS_TYPO",
            "EINLASS_DEMO_PASSWORD",
            "EINLASS_LOG_FORMAT",
            "EINLASS_TRUSTED_PROXIES",
            "EINLASS_SMTP_URL",
            "EINLASS_MAIL_FROM",
            "EINLASS_TEMPLATES_DIR",
            "EINLASS_PORTAL_URL",
            "EINLASS_SEMINAR_URL",
            "EINLASS_WEBHOOK_ALLOW",
            "EINLASS_METRICS_LISTEN",
            "EINLASS_DRAIN_SECONDS",
        ] {
            assert!(told.contains(name), "{name} is missing in {told}");
        }
        assert!(!told.contains("canary"), "{told}");
    }

    #[test]
    fn secrets_come_from_files_too_and_are_never_printed() {
        let file = std::env::temp_dir().join(format!("einlass-secret-{}", std::process::id()));
        std::fs::write(&file, "postgresql://canary@localhost/einlass\n").unwrap();
        let config = Config::read(
            environment(&[("DATABASE_URL_FILE", file.to_str().unwrap())]),
            &Flags::default(),
        )
        .unwrap();
        std::fs::remove_file(&file).unwrap();
        assert_eq!(
            config.external_database(),
            Some("postgresql://canary@localhost/einlass")
        );
        assert!(!config.describe().contains("canary"));
        assert!(!format!("{config:?}").contains("canary"));
    }

    #[test]
    fn flags_win_over_the_environment_and_empty_means_unset() {
        let flags = Flags {
            listen: Some("127.0.0.1:9".to_owned()),
            data_dir: None,
        };
        let config = Config::read(
            environment(&[("EINLASS_LISTEN", "127.0.0.1:8"), ("EINLASS_LOG", "")]),
            &flags,
        )
        .unwrap();
        assert_eq!(config.listen.port(), 9);
        assert_eq!(config.public_url, "http://127.0.0.1:9");
        assert_eq!(config.log, "info");
    }

    #[test]
    fn tls_that_cannot_be_had_is_refused() {
        let url = "postgresql://db.example/einlass?sslmode=verify-full";
        assert!(Config::read(environment(&[("DATABASE_URL", url)]), &Flags::default()).is_err());
    }

    #[test]
    fn a_mail_server_wants_a_sender_and_its_password_stays_hidden() {
        let url = ("EINLASS_SMTP_URL", "smtps://einlass:canary@mail.example");
        let told = Config::read(environment(&[url]), &Flags::default()).unwrap_err();
        assert_eq!(told.0, ["EINLASS_MAIL_FROM is needed with EINLASS_SMTP_URL"]);
        let from = (
            "EINLASS_MAIL_FROM",
            "Städteregion Aachen <anmeldung@staedteregion.example>",
        );
        let config = Config::read(environment(&[url, from]), &Flags::default()).unwrap();
        assert_eq!(config.mail_from.name.as_deref(), Some("Städteregion Aachen"));
        assert!(!config.describe().contains("canary"));
        assert!(!format!("{config:?}").contains("canary"));
    }

    #[test]
    fn the_portal_address_has_a_place_for_the_token() {
        let read = |url: &str| Config::read(environment(&[("EINLASS_PORTAL_URL", url)]), &Flags::default());
        assert!(read("https://portal.example/anmeldung/{token}?aktion={action}").is_ok());
        for bad in [
            "https://portal.example/anmeldung",
            "javascript:{token}",
            "https://portal.example/{token}/{tokne}",
        ] {
            assert!(read(bad).is_err(), "{bad}");
        }
    }
}
