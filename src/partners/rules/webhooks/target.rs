//! Where a webhook may be. What is wrong with an address is said when it is written down; what its name leads to is asked
//! anew for each connection, by the same rule.

use std::net::IpAddr;

use url::{Host, Url};

use crate::base::network::{Network, globally_reachable};

/// The port of https; below 1024 every other is a service that is not meant to be spoken to like this.
const HTTPS: u16 = 443;
const FIRST_FREE: u16 = 1024;

/// Names that mean this machine or the network it is in.
const OWN_NAMES: [&str; 7] = [
    "localhost",
    "local",
    "localdomain",
    "internal",
    "intranet",
    "lan",
    "home.arpa",
];

/// Whether a delivery may be sent to this address. The operator's networks are free; elsewhere it is https, to a port where
/// that is usual, at an address that everybody reaches.
#[must_use]
pub fn may_connect(https: bool, port: u16, address: IpAddr, allowed: &[Network]) -> bool {
    let listed = allowed.iter().any(|network| network.contains(address));
    listed || (https && port_is_usual(port) && globally_reachable(address))
}

fn port_is_usual(port: u16) -> bool {
    port == HTTPS || port >= FIRST_FREE
}

/// The address as it is kept, with its host as it will be looked up: decimal, octal, hexadecimal and full-width spellings of an
/// IP address are that address. Or what is wrong with it.
pub fn target(text: &str, allowed: &[Network]) -> Result<String, String> {
    let url = Url::parse(text).map_err(|_| "is not a web address".to_owned())?;
    let https = match url.scheme() {
        "https" => true,
        // Whether the name leads to a network of the operator is seen when it is looked up.
        "http" if !allowed.is_empty() => false,
        _ => return Err("must be an https address".to_owned()),
    };
    if !url.username().is_empty() || url.password().is_some() || authority(text).contains('@') {
        return Err("must not contain a user name or a password".to_owned());
    }
    if url.fragment().is_some() {
        return Err("must not contain a fragment".to_owned());
    }
    let port = url.port_or_known_default().ok_or("has no port")?;
    let address = match url.host().ok_or("has no host")? {
        Host::Ipv4(address) => Some(IpAddr::V4(address)),
        Host::Ipv6(address) => Some(IpAddr::V6(address)),
        Host::Domain(name) => {
            let name = name.trim_end_matches('.');
            let own = |own: &&str| name == *own || name.ends_with(&format!(".{own}"));
            if allowed.is_empty() && (!name.contains('.') || OWN_NAMES.iter().any(own)) {
                return Err("must have a host that everybody can look up".to_owned());
            }
            None
        }
    };
    match address {
        Some(address) if !may_connect(https, port, address, allowed) => {
            Err("must have a host at a public address, and port 443 or one from 1024 on".to_owned())
        }
        None if allowed.is_empty() && !port_is_usual(port) => Err("must have port 443 or one from 1024 on".to_owned()),
        _ if url.as_str().len() > 2000 => Err("must have at most 2000 characters".to_owned()),
        _ => Ok(url.into()),
    }
}

/// What names the receiver to people: the path may be as good as a password.
#[must_use]
pub fn host(url: &str) -> String {
    let url = Url::parse(url).ok();
    let host = url.as_ref().and_then(Url::host_str);
    host.unwrap_or_default().to_owned()
}

/// Between the slashes and the path. An empty user name leaves no trace in what was parsed.
fn authority(text: &str) -> &str {
    let rest = text.split_once(':').map_or(text, |(_, rest)| rest);
    let rest = rest.trim_start_matches(['/', '\\']);
    rest.split(['/', '\\', '?', '#']).next().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fault(text: &str) -> String {
        target(text, &[]).expect_err(text)
    }

    #[test]
    fn public_addresses_are_kept_as_they_will_be_looked_up() {
        for (given, kept) in [
            (
                "https://portal.example.org/hooks/7",
                "https://portal.example.org/hooks/7",
            ),
            ("HTTPS://Portal.Example.ORG:443", "https://portal.example.org/"),
            ("https://müller.example/x?y=1", "https://xn--mller-kva.example/x?y=1"),
            ("https://portal.example.org:8443/", "https://portal.example.org:8443/"),
            ("https://134744072/", "https://8.8.8.8/"),
            ("https://[2a00:1450::1]/", "https://[2a00:1450::1]/"),
        ] {
            assert_eq!(target(given, &[]).as_deref(), Ok(kept), "{given}");
        }
    }

    #[test]
    fn no_spelling_of_a_private_address_is_taken() {
        for host in [
            "127.0.0.1",
            "127.0.0.1.",
            "127.1",
            "127.0.1",
            "2130706433",
            "0x7f000001",
            "0x7f.0.0.1",
            "0177.0.0.1",
            "017700000001",
            "0",
            "0.0.0.0",
            "00.0x0.0",
            "１２７.０.０.１",
            "①②⑦.⓪.⓪.①",
            "127。0。0。1",
            "%31%32%37.0.0.1",
            "10.0.0.1",
            "0xa.1",
            "172.16.0.1",
            "192.168.1.1",
            "169.254.169.254",
            "2852039166",
            "0xA9FEA9FE",
            "100.64.0.1",
            "198.18.0.1",
            "224.0.0.1",
            "255.255.255.255",
            "[::1]",
            "[::]",
            "[0:0:0:0:0:0:0:1]",
            "[::ffff:127.0.0.1]",
            "[::ffff:7f00:1]",
            "[::ffff:a9fe:a9fe]",
            "[::127.0.0.1]",
            "[64:ff9b::127.0.0.1]",
            "[64:ff9b::7f00:1]",
            "[2002:7f00:1::]",
            "[2001:0:7f00:1::]",
            "[fc00::1]",
            "[fe80::1]",
            "[fec0::1]",
            "[ff02::1]",
            "[5f00::1]",
            "localhost",
            "localhost.",
            "LOCALHOST",
            "ｌｏｃａｌｈｏｓｔ",
            "db.localhost",
            "printer.local",
            "metadata.google.internal",
            "router.lan",
            "intranet",
            "256.1",
            "1.2.3.4.5",
            "127.0.0.1:22",
            "8.8.8.8:22",
            "8.8.8.8:0",
        ] {
            fault(&format!("https://{host}/"));
        }
    }

    #[test]
    fn what_else_is_wrong_is_said() {
        assert!(fault("http://portal.example.org/").contains("https"));
        assert!(fault("ftp://portal.example.org/").contains("https"));
        assert!(fault("file:///etc/passwd").contains("https"));
        assert!(fault("gopher://portal.example.org/").contains("https"));
        assert!(fault("javascript:alert(1)").contains("https"));
        assert!(fault("portal.example.org").contains("web address"));
        assert!(fault("https://").contains("web address"));
        for userinfo in [
            "https://anna@portal.example.org/",
            "https://anna:x@portal.example.org/",
            "https://:x@portal.example.org/",
            "https://@portal.example.org/",
            "https://portal.example.org@127.0.0.1/",
            "https:\\\\portal.example.org@127.0.0.1/",
        ] {
            assert!(fault(userinfo).contains("user name"), "{userinfo}");
        }
        assert!(fault("https://portal.example.org/#x").contains("fragment"));
        assert!(fault("https://portal.example.org:25/").contains("port"));
        assert!(fault(&format!("https://portal.example.org/{}", "ä".repeat(400))).contains("2000"));
    }

    #[test]
    fn an_operator_may_open_networks_and_nothing_else_by_it() {
        let allowed = ["127.0.0.0/8".parse().unwrap(), "10.1.0.0/16".parse().unwrap()];
        for open in [
            "http://127.0.0.1:9000/",
            "https://10.1.2.3:25/",
            "http://receiver:8000/hook",
        ] {
            assert!(target(open, &allowed).is_ok(), "{open}");
        }
        for closed in [
            "http://10.2.0.1/",
            "http://[::1]/",
            "https://192.168.0.1/",
            "http://8.8.8.8/",
        ] {
            assert!(target(closed, &allowed).is_err(), "{closed}");
        }
        let looked_up = |https, port, address: &str| may_connect(https, port, address.parse().unwrap(), &allowed);
        assert!(looked_up(false, 80, "127.0.0.2") && looked_up(true, 443, "8.8.8.8"));
        assert!(!looked_up(false, 443, "8.8.8.8") && !looked_up(true, 25, "8.8.8.8"));
        assert!(!looked_up(true, 443, "10.2.0.1") && !looked_up(true, 443, "::ffff:127.0.0.1"));
    }
}
