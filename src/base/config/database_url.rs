//! What a connection URL says about the way to the database.

use std::net::IpAddr;

use crate::base::db::split_query;

/// The parts of a URL that decide who could listen and who could get in.
pub struct DatabaseUrl<'a> {
    hosts: Vec<String>,
    user: &'a str,
    password: Option<&'a str>,
    parameters: Vec<(&'a str, &'a str)>,
}

impl<'a> DatabaseUrl<'a> {
    pub fn of(url: &'a str) -> Self {
        let (rest, query) = split_query(url);
        let (rest, query) = (rest, query.unwrap_or_default());
        let authority = rest.split('/').next().unwrap_or_default();
        let (login, hosts) = authority.rsplit_once('@').unwrap_or(("", authority));
        let (user, password) = login
            .split_once(':')
            .map_or((login, None), |(user, word)| (user, Some(word)));
        let parameters = query
            .split('&')
            .filter_map(|pair| pair.split_once('='))
            .collect::<Vec<_>>();
        let said = |name: &str| parameters.iter().rev().find(|(known, _)| *known == name);
        // What the query says of the host takes the place of what stands before it.
        let hosts = match said("hostaddr").or_else(|| said("host")) {
            Some((_, hosts)) => hosts.split(',').map(unescaped).collect(),
            None => hosts.split(',').map(|host| unescaped(without_port(host))).collect(),
        };
        let password = said("password").map(|(_, word)| *word).or(password);
        let user = said("user").map_or(user, |(_, user)| *user);
        Self {
            hosts,
            user,
            password,
            parameters,
        }
    }

    fn said(&self, name: &str) -> Option<&str> {
        let found = self.parameters.iter().rev().find(|(known, _)| *known == name);
        found.map(|(_, value)| *value)
    }

    /// Whether nothing leaves this machine.
    pub fn is_local(&self) -> bool {
        self.hosts.iter().all(|host| is_socket(host) || is_loopback(host))
    }

    /// Whether the server is shown to be who it should, and nobody can listen.
    pub fn is_verified(&self) -> bool {
        self.said("sslmode") == Some("verify-full")
    }

    /// Why the way in is too easy. A socket asks the system who is there, and wants no password.
    pub fn password_fault(&self) -> Option<&'static str> {
        let by_socket = self.hosts.iter().all(|host| is_socket(host));
        let by_other_means = ["passfile", "sslcert"].iter().any(|name| self.said(name).is_some());
        match self.password.filter(|word| !word.is_empty()) {
            None if by_socket || by_other_means => None,
            None => Some("has no password"),
            Some(word) if word.chars().count() < 12 => Some("has a password of fewer than 12 characters"),
            Some(word) if word.eq_ignore_ascii_case(self.user) => Some("has the name of its user as its password"),
            Some(_) => None,
        }
    }
}

fn without_port(host: &str) -> &str {
    if let Some(v6) = host.strip_prefix('[') {
        return v6.split(']').next().unwrap_or_default();
    }
    host.split(':').next().unwrap_or_default()
}

/// A socket's folder in front of the path is written `%2Fvar%2Frun`.
fn unescaped(host: &str) -> String {
    host.replace("%2F", "/").replace("%2f", "/")
}

fn is_socket(host: &str) -> bool {
    host.is_empty() || host.starts_with(['/', '@'])
}

/// Whether a host is this machine itself.
pub fn is_loopback(host: &str) -> bool {
    let address = host.trim_start_matches('[').trim_end_matches(']').parse::<IpAddr>();
    host.eq_ignore_ascii_case("localhost") || address.is_ok_and(|address| address.to_canonical().is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_leaves_the_machine_is_told_from_what_does_not() {
        for local in [
            "postgresql:///einlass",
            "postgresql://einlass@/einlass?host=/var/run/postgresql",
            "postgresql://%2Fvar%2Frun%2Fpostgresql/einlass",
            "postgresql://einlass:word@localhost:5432/einlass",
            "postgres://[::1]:5432/einlass",
            "postgres://127.0.0.9,localhost/einlass",
        ] {
            assert!(DatabaseUrl::of(local).is_local(), "{local}");
        }
        for remote in [
            "postgresql://db.office.de/einlass",
            "postgresql://localhost,db.office.de/einlass",
            "postgresql://localhost/einlass?host=db.office.de",
            "postgresql://localhost/einlass?host=localhost&hostaddr=10.0.0.7",
            "postgresql://localhost.office.de/einlass",
            "postgresql://einlass:a@b@10.0.0.7/einlass",
        ] {
            assert!(!DatabaseUrl::of(remote).is_local(), "{remote}");
        }
    }

    #[test]
    fn only_a_verified_server_is_verified() {
        let verified = |query: &str| DatabaseUrl::of(&format!("postgresql://db/einlass{query}")).is_verified();
        assert!(verified("?sslmode=verify-full&connect_timeout=2"));
        let marked = DatabaseUrl::of("postgresql://u:who?sslmode=disable&@db/einlass?sslmode=verify-full");
        assert!(marked.is_verified() && !marked.is_local());
        for query in ["", "?sslmode=require", "?sslmode=verify-ca", "?xsslmode=verify-full"] {
            assert!(!verified(query), "{query}");
        }
    }

    #[test]
    fn a_way_in_is_a_password_that_takes_guessing_or_a_socket() {
        let fault = |url: &str| DatabaseUrl::of(url).password_fault();
        assert_eq!(fault("postgresql:///einlass"), None);
        assert_eq!(fault("postgresql://einlass:Siebzehn-Lampen@db/einlass"), None);
        assert_eq!(fault("postgresql://einlass:Siebzehn?Lampen@db/einlass"), None);
        assert_eq!(
            fault("postgresql://einlass@db/einlass?passfile=/etc/einlass/pass"),
            None
        );
        for url in [
            "postgresql://einlass@db/einlass",
            "postgresql://einlass:@db/einlass",
            "postgresql://einlass:einlass@db/einlass",
            "postgresql://einlass:short@db/einlass",
            "postgresql://einlass-office-1:einlass-office-1@db/einlass",
        ] {
            assert!(fault(url).is_some(), "{url}");
        }
    }
}
