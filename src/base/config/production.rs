//! What is refused in production although it could be started: each of these is an accident that others had.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use secrecy::{ExposeSecret, SecretString};

use super::database_url::{DatabaseUrl, is_loopback};
use super::files::{is_open, is_writable, key_faults, place_fault, secret_fault};
use super::source::Source;
use super::{Config, host_of};
use crate::base::network::Network;

/// Variables of libpq that would change the connection behind our back.
const OF_LIBPQ: [&str; 8] = [
    "PGHOST",
    "PGHOSTADDR",
    "PGOPTIONS",
    "PGPASSWORD",
    "PGSERVICE",
    "PGSERVICEFILE",
    "PGSSLMODE",
    "PGUSER",
];

/// Where clouds tell a machine its credentials.
const METADATA: [IpAddr; 2] = [
    IpAddr::V4(Ipv4Addr::new(169, 254, 169, 254)),
    IpAddr::V6(Ipv6Addr::new(0xfd00, 0xec2, 0, 0, 0, 0, 0, 0x254)),
];

/// Names that are nobody's (RFC 2606, RFC 6761, RFC 6762, RFC 9476).
const RESERVED: [&str; 9] = [
    "localhost",
    "localdomain",
    "example",
    "test",
    "invalid",
    "local",
    "example.com",
    "example.net",
    "example.org",
];

/// Everything that is refused, each with its variable and without its value.
pub fn faults(config: &Config, source: &Source, demo: bool) -> Vec<String> {
    let mut faults = Vec::new();
    let mut refuse = |name: &str, fault: &str| faults.push(format!("{name} {fault}"));
    addresses(config, &mut refuse);
    databases(config, source, &mut refuse);
    mails(config, source, &mut refuse);
    networks(config, &mut refuse);
    folders(config, source, &mut refuse);
    if demo {
        refuse("--demo", "fills the database with invented people");
    }
    if config.demo_password.is_some() {
        refuse(
            "EINLASS_DEMO_PASSWORD",
            "is for the demo, which does not go into production",
        );
    }
    if tells_too_much(&config.log) {
        refuse(
            "EINLASS_LOG",
            "may ask for error, warn and info only: below that personal data is logged",
        );
    }
    let given = |name: &&&str| source.environment.get(**name).is_some_and(|value| !value.is_empty());
    for name in OF_LIBPQ.iter().filter(given) {
        refuse(name, "would change what DATABASE_URL says; unset it");
    }
    faults
}

/// Every link of a mail leads to one of them.
fn addresses(config: &Config, refuse: &mut impl FnMut(&str, &str)) {
    for (name, url) in [
        ("EINLASS_PUBLIC_URL", Some(&config.public_url)),
        ("EINLASS_PORTAL_URL", config.portal_url.as_ref()),
        ("EINLASS_SEMINAR_URL", config.seminar_url.as_ref()),
    ] {
        let Some(url) = url else { continue };
        if !url.starts_with("https://") {
            refuse(name, "must begin with https://");
        }
        let host = host_of(url);
        if is_loopback(host) || is_reserved(host) {
            refuse(name, "must be a name under which people reach it");
        }
    }
}

fn databases(config: &Config, source: &Source, refuse: &mut impl FnMut(&str, &str)) {
    if config.database_url.is_none() && !config.private_database && !source.told("DATABASE_URL") {
        refuse(
            "DATABASE_URL",
            "is needed; for the private PostgreSQL say EINLASS_PRIVATE_DATABASE=yes",
        );
    }
    for (name, url) in [
        ("DATABASE_URL", &config.database_url),
        ("EINLASS_MIGRATE_DATABASE_URL", &config.migrate_url),
        ("EINLASS_REPLICA_URL", &config.replica_url),
    ] {
        let Some(url) = url.as_ref().map(ExposeSecret::expose_secret) else {
            continue;
        };
        let way = DatabaseUrl::of(url);
        if !way.is_local() && !way.is_verified() {
            refuse(
                name,
                "leads to another machine and must say sslmode=verify-full, which takes a build with the feature `tls`",
            );
        }
        if let Some(fault) = way.password_fault() {
            refuse(name, fault);
        }
    }
    if config.private_database && !is_writable(&config.data_dir) {
        refuse(
            "EINLASS_DATA_DIR",
            "must be a folder in which the private PostgreSQL can be made",
        );
    }
}

fn mails(config: &Config, source: &Source, refuse: &mut impl FnMut(&str, &str)) {
    match &config.smtp_url {
        None if source.told("EINLASS_SMTP_URL") => {}
        None => refuse("EINLASS_SMTP_URL", "is needed: without it nobody gets a mail"),
        Some(url) => {
            if !is_encrypted(url) {
                refuse(
                    "EINLASS_SMTP_URL",
                    "must be smtps://, or smtp:// with ?tls=required, where the server is another machine",
                );
            }
        }
    }
    if config.smtp_url.is_some() && !source.told("EINLASS_MAIL_FROM") {
        let domain = config.mail_from.email.domain();
        if is_reserved(domain) || is_loopback(domain) || !domain.contains('.') {
            refuse("EINLASS_MAIL_FROM", "must be an address that people can answer to");
        }
    }
}

/// Without a password lettre would take what the server offers, and whoever sits between decides what that is.
fn is_encrypted(url: &SecretString) -> bool {
    let url = url.expose_secret();
    let (address, query) = url.split_once('?').unwrap_or((url, ""));
    let Some(rest) = address.strip_prefix("smtp://") else {
        return true;
    };
    let (login, host) = rest
        .rsplit_once('@')
        .map_or((None, rest), |(login, host)| (Some(login), host));
    let host = host.split('/').next().unwrap_or_default();
    let host = host.strip_prefix('[').map_or_else(
        || host.split(':').next().unwrap_or_default(),
        |v6| v6.split(']').next().unwrap_or_default(),
    );
    is_loopback(host) || query == "tls=required" || (query.is_empty() && login.is_some())
}

fn networks(config: &Config, refuse: &mut impl FnMut(&str, &str)) {
    if config.trusted_proxies.is_empty() {
        refuse(
            "EINLASS_TRUSTED_PROXIES",
            "is needed: a proxy with TLS stands in front, and without its address all callers are one",
        );
    }
    let believable = |network: &Network| {
        let address = network.address();
        !is_wide(network) && !address.is_unspecified() && !address.is_multicast()
    };
    if !config.trusted_proxies.iter().all(believable) {
        refuse(
            "EINLASS_TRUSTED_PROXIES",
            "must name proxies: from so many addresses anybody could say who they are",
        );
    }
    // Linux takes `0.0.0.0` and `::` for this machine, and what is written as IPv6 for the IPv4 it means.
    let own = [
        "127.0.0.0/8",
        "0.0.0.0/8",
        "169.254.0.0/16",
        "::1/128",
        "::/128",
        "::ffff:0:0/96",
        "fe80::/10",
    ];
    let own = own
        .iter()
        .filter_map(|text| text.parse::<Network>().ok())
        .collect::<Vec<_>>();
    let harmful = |network: &Network| {
        let meets = |other: &Network| network.contains(other.address()) || other.contains(network.address());
        is_wide(network) || own.iter().any(meets) || METADATA.iter().any(|address| network.contains(*address))
    };
    if config.webhook_allow.iter().any(harmful) {
        refuse(
            "EINLASS_WEBHOOK_ALLOW",
            "must name networks of your own, without this machine and the cloud's metadata (169.254.0.0/16, fd00:ec2::254)",
        );
    }
}

/// More than one office has.
fn is_wide(network: &Network) -> bool {
    network.prefix() < if network.address().is_ipv4() { 8 } else { 32 }
}

fn folders(config: &Config, source: &Source, refuse: &mut impl FnMut(&str, &str)) {
    for (name, file) in &source.files {
        if let Some(fault) = secret_fault(file) {
            refuse(name, fault);
        }
    }
    if let Some(fault) = place_fault(&config.data_dir) {
        refuse("EINLASS_DATA_DIR", fault);
    }
    for fault in key_faults(&config.keys_dir) {
        refuse("EINLASS_KEYS_DIR", &fault);
    }
    if config.templates_dir.as_deref().is_some_and(is_open) {
        refuse(
            "EINLASS_TEMPLATES_DIR",
            "can be changed by every user of this machine, and what stands there is sent in your name",
        );
    }
}

fn is_reserved(host: &str) -> bool {
    let host = host.trim_end_matches('.').to_ascii_lowercase();
    RESERVED.iter().any(|name| {
        host.strip_suffix(name)
            .is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
    })
}

/// A directive without a level means all of them.
fn tells_too_much(filter: &str) -> bool {
    const FEW: [&str; 8] = ["off", "error", "warn", "info", "0", "1", "2", "3"];
    let levels = filter.split(',').map(|directive| {
        let level = directive.rsplit('=').next().unwrap_or_default();
        level.trim().to_ascii_lowercase()
    });
    levels
        .filter(|level| !level.is_empty())
        .any(|level| !FEW.contains(&level.as_str()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_log_that_tells_of_people_is_known_in_each_spelling() {
        for few in ["info", "warn,einlass=info", "INFO", "3", "actix=off,2", ""] {
            assert!(!tells_too_much(few), "{few}");
        }
        for much in [
            "debug",
            "info,einlass=trace",
            "info,lettre=DEBUG",
            "einlass",
            "info,einlass[request]=5",
            "4",
        ] {
            assert!(tells_too_much(much), "{much}");
        }
    }

    #[test]
    fn names_that_are_nobodys_are_known() {
        for nobody in [
            "localhost",
            "einlass.example",
            "EXAMPLE.ORG",
            "mail.example.com.",
            "host.test",
        ] {
            assert!(is_reserved(nobody), "{nobody}");
        }
        for somebody in ["staedteregion-aachen.de", "myexample.org", "latest"] {
            assert!(!is_reserved(somebody), "{somebody}");
        }
    }

    #[test]
    fn mails_to_another_machine_are_encrypted_or_refused() {
        let encrypted = |url: &str| is_encrypted(&SecretString::from(url.to_owned()));
        for good in [
            "smtps://mail.office.de",
            "smtp://user:word@mail.office.de:587",
            "smtp://mail.office.de?tls=required",
            "smtp://localhost:25",
            "smtp://[::1]:25?tls=none",
        ] {
            assert!(encrypted(good), "{good}");
        }
        for bad in [
            "smtp://mail.office.de",
            "smtp://user:word@mail.office.de?tls=none",
            "smtp://127.0.0.1.office.de",
        ] {
            assert!(!encrypted(bad), "{bad}");
        }
    }
}
