//! The configuration as it is shown.

use std::fmt::Display;
use std::path::PathBuf;

use secrecy::SecretString;

use super::variables::VARIABLES;
use super::{Config, on_or_off};

impl Config {
    /// The values in force, secrets hidden.
    #[must_use]
    pub fn describe(&self) -> String {
        let hidden = |secret: &Option<SecretString>| secret.as_ref().map_or("not set", |_| "set (hidden)").to_owned();
        let path = |path: &Option<PathBuf>, none: &str| {
            path.as_ref()
                .map_or_else(|| none.to_owned(), |path| path.display().to_string())
        };
        let values = [
            self.profile.to_string(),
            hidden(&self.database_url),
            hidden(&self.migrate_url),
            hidden(&self.replica_url),
            if self.private_database { "yes" } else { "no" }.to_owned(),
            on_or_off(self.statement_cache).to_owned(),
            self.listen.to_string(),
            self.public_url.clone(),
            self.data_dir.display().to_string(),
            self.keys_dir.display().to_string(),
            self.pool_size.to_string(),
            path(&self.pg_bin_dir, "looked for"),
            self.pg_user
                .clone()
                .unwrap_or_else(|| "postgres, else nobody".to_owned()),
            joined(&self.trusted_proxies),
            self.log.clone(),
            format!("{:?}", self.log_format).to_lowercase(),
            hidden(&self.smtp_url),
            self.mail_from.to_string(),
            self.mail_dir.display().to_string(),
            path(&self.templates_dir, "none"),
            self.portal_url
                .clone()
                .unwrap_or_else(|| format!("{}/registrations/{{token}}", self.public_url)),
            self.seminar_url(),
            joined(&self.webhook_allow),
            hidden(&self.demo_password),
            self.metrics_listen
                .map_or_else(|| "none".to_owned(), |address| address.to_string()),
            self.drain_seconds.to_string(),
        ];
        VARIABLES
            .iter()
            .zip(values)
            .map(|((name, _, about), value)| format!("{name:<28} {value:<32} {about}\n"))
            .collect()
    }
}

fn joined(values: &[impl Display]) -> String {
    values.iter().map(ToString::to_string).collect::<Vec<_>>().join(",")
}
