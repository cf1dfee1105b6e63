//! Who is counted, where proxies stand between.

use std::net::{IpAddr, SocketAddr};

/// Whoever the request comes from. `X-Forwarded-For` (each of its lines in `forwarded`) is believed only from proxies we were
/// told to trust, and only as far as the last address that is not one of theirs. What cannot be read there ends the search:
/// whatever stands before it may be made up.
#[must_use]
pub fn client<'a>(
    peer: IpAddr,
    forwarded: impl DoubleEndedIterator<Item = &'a str>,
    trusted: impl Fn(IpAddr) -> bool,
) -> IpAddr {
    if !trusted(peer) {
        return peer;
    }
    let named = forwarded.rev().flat_map(|line| line.rsplit(','));
    let mut hops = named.map(str::trim).filter(|hop| !hop.is_empty()).map(address);
    hops.find(|hop| hop.is_none_or(|hop| !trusted(hop)))
        .flatten()
        .unwrap_or(peer)
}

/// An address as proxies write it, some with the port.
fn address(hop: &str) -> Option<IpAddr> {
    let alone = hop
        .strip_prefix('[')
        .and_then(|rest| rest.strip_suffix(']'))
        .unwrap_or(hop);
    let with_port = || hop.parse::<SocketAddr>().map(|socket| socket.ip());
    alone
        .parse()
        .or_else(|_| with_port())
        .ok()
        .map(|address: IpAddr| address.to_canonical())
}

#[cfg(test)]
mod tests {
    use super::*;

    const PROXIES: [[u8; 4]; 2] = [[127, 0, 0, 1], [10, 0, 0, 1]];

    fn seen(peer: [u8; 4], forwarded: &[&str]) -> String {
        let trusted = |address| PROXIES.iter().any(|proxy| IpAddr::from(*proxy) == address);
        client(IpAddr::from(peer), forwarded.iter().copied(), trusted).to_string()
    }

    #[test]
    fn nobody_says_who_they_are_but_proxies_we_trust() {
        assert_eq!(seen([192, 0, 2, 1], &["198.51.100.1"]), "192.0.2.1");
        assert_eq!(seen([127, 0, 0, 1], &[]), "127.0.0.1");
        assert_eq!(seen([127, 0, 0, 1], &["198.51.100.1"]), "198.51.100.1");
    }

    #[test]
    fn the_last_that_is_no_proxy_of_ours_counts() {
        let here = [127, 0, 0, 1];
        assert_eq!(seen(here, &["203.0.113.9, 198.51.100.1, 10.0.0.1"]), "198.51.100.1");
        assert_eq!(
            seen(here, &["203.0.113.9", "198.51.100.1", "::ffff:10.0.0.1"]),
            "198.51.100.1"
        );
        assert_eq!(seen(here, &["10.0.0.1, 127.0.0.1"]), "127.0.0.1");
        assert_eq!(seen(here, &["203.0.113.9, , 198.51.100.1,"]), "198.51.100.1");
    }

    #[test]
    fn a_port_is_no_reason_to_believe_what_stands_before() {
        let here = [127, 0, 0, 1];
        assert_eq!(seen(here, &["203.0.113.9, 198.51.100.1:4711"]), "198.51.100.1");
        assert_eq!(seen(here, &["203.0.113.9, [2001:db8::1]:443"]), "2001:db8::1");
        assert_eq!(seen(here, &["203.0.113.9, [2001:db8::1]"]), "2001:db8::1");
        for unread in ["unknown", "_hidden", "198.51.100.1:x", "198.51.100", "?"] {
            assert_eq!(
                seen(here, &[&format!("203.0.113.9, {unread}")]),
                "127.0.0.1",
                "{unread}"
            );
        }
    }
}
