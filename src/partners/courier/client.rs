//! One POST to a stranger: bounded in time, led nowhere else, and of the answer only the head is read.

use std::sync::{Arc, OnceLock};
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use rustls::crypto::aws_lc_rs;
use ureq::http::header::RETRY_AFTER;
use ureq::tls::{Certificate, RootCerts, TlsConfig, TlsProvider};
use ureq::unversioned::resolver::{DefaultResolver, Resolver};
use ureq::unversioned::transport::DefaultConnector;
use ureq::{Agent, Error};

use super::resolver::{Guarded, NotAllowed};
use crate::base::network::Network;
use crate::partners::model::Outcome;
use crate::partners::rules::webhooks::Answer;

/// For everything, from the look-up of the name to the head of the answer.
pub const PATIENCE: Duration = Duration::from_secs(15);
const CONNECT: Duration = Duration::from_secs(5);
const LARGEST_HEAD: usize = 16 * 1024;

/// One delivery as it goes over the wire.
pub struct Post<'a> {
    pub url: &'a str,
    pub id: &'a str,
    pub timestamp: i64,
    pub signature: &'a str,
    pub body: &'a str,
}

pub struct Client {
    allowed: Arc<[Network]>,
    patience: Duration,
    /// Made with the first delivery: reading the system's certificates takes a moment.
    agent: OnceLock<Agent>,
}

impl Client {
    pub fn new(allowed: &[Network], patience: Duration) -> Self {
        Self {
            allowed: allowed.into(),
            patience,
            agent: OnceLock::new(),
        }
    }

    #[cfg(test)]
    fn with_resolver(self, resolver: impl Resolver) -> Self {
        let agent = agent(resolver, self.allowed.clone(), self.patience);
        Self {
            agent: OnceLock::from(agent),
            ..self
        }
    }

    pub fn allowed(&self) -> &[Network] {
        &self.allowed
    }

    pub fn send(&self, post: &Post<'_>, now: DateTime<Utc>) -> Answer {
        let make = || agent(DefaultResolver::default(), self.allowed.clone(), self.patience);
        let request = self
            .agent
            .get_or_init(make)
            .post(post.url)
            .header("Content-Type", "application/json")
            .header("webhook-id", post.id)
            .header("webhook-timestamp", post.timestamp.to_string())
            .header("webhook-signature", post.signature);
        match request.send(post.body) {
            Ok(response) => {
                let asked = response.headers().get(RETRY_AFTER);
                let asked = asked.and_then(|value| value.to_str().ok());
                Answer::with(
                    response.status().as_u16(),
                    asked.and_then(|value| retry_after(value, now)),
                )
            }
            Err(error) => Answer::none(outcome(&error)),
        }
    }
}

fn agent(resolver: impl Resolver, allowed: Arc<[Network]>, patience: Duration) -> Agent {
    let found = rustls_native_certs::load_native_certs();
    if found.certs.is_empty() {
        tracing::error!("the system has no certificates to know receivers of webhooks by");
    }
    let certificates = found
        .certs
        .iter()
        .map(|certificate| Certificate::from_der(certificate).to_owned());
    let tls = TlsConfig::builder()
        .provider(TlsProvider::Rustls)
        .unversioned_rustls_crypto_provider(Arc::new(aws_lc_rs::default_provider()))
        .root_certs(RootCerts::from(certificates))
        .build();
    let config = Agent::config_builder()
        .tls_config(tls)
        // Whatever the environment says: a proxy would connect where we do not.
        .proxy(None)
        .max_redirects(0)
        .http_status_as_error(false)
        .timeout_global(Some(patience))
        .timeout_resolve(Some(CONNECT))
        .timeout_connect(Some(CONNECT))
        .max_response_header_size(LARGEST_HEAD)
        // The next delivery looks the name up anew.
        .max_idle_connections(0)
        .user_agent(concat!("Einlass/", env!("CARGO_PKG_VERSION"), " (webhooks)"))
        .build();
    Agent::with_parts(config, DefaultConnector::default(), Guarded::new(resolver, allowed))
}

fn outcome(error: &Error) -> Outcome {
    match error {
        Error::Timeout(_) => Outcome::TimedOut,
        Error::Other(cause) if cause.is::<NotAllowed>() => Outcome::Forbidden,
        Error::Io(error) if error.kind() == std::io::ErrorKind::TimedOut => Outcome::TimedOut,
        _ => Outcome::Unreachable,
    }
}

/// Seconds, or a date (RFC 9110, section 10.2.3).
fn retry_after(value: &str, now: DateTime<Utc>) -> Option<Duration> {
    match value.trim().parse() {
        Ok(seconds) => Some(Duration::from_secs(seconds)),
        Err(_) => {
            let at = DateTime::parse_from_rfc2822(value).ok()?;
            (at.to_utc() - now).max(TimeDelta::zero()).to_std().ok()
        }
    }
}

#[cfg(test)]
mod tests;
