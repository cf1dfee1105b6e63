//! Arbitrary text as the address of a webhook: what is taken is https, names no network of ours, and means the same host to the
//! parser that judges it and to the one that connects.

#![no_main]

use std::net::IpAddr;

use einlass::partners::{may_connect, target};
use libfuzzer_sys::fuzz_target;
use url::Url;

fuzz_target!(|bytes: &[u8]| {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    // With a network of the operator's own, too.
    let own = ["10.1.0.0/16".parse().unwrap()];
    if let Ok(kept) = target(text, &own) {
        assert_eq!(target(&kept, &own).as_ref(), Ok(&kept));
    }
    let Ok(kept) = target(text, &[]) else { return };
    assert!(kept.len() <= 2000 && kept.is_ascii() && !kept.contains(|c: char| c.is_control() || c == ' '));
    assert_eq!(
        target(&kept, &[]).as_ref(),
        Ok(&kept),
        "what is kept is what was judged"
    );
    let url = Url::parse(&kept).unwrap();
    let host = url.host_str().unwrap();
    let port = url.port_or_known_default().unwrap();
    assert!(url.scheme() == "https" && (port == 443 || port >= 1024) && url.username().is_empty());
    assert!(!host.eq_ignore_ascii_case("localhost") && !host.ends_with(".localhost"));
    if let Ok(uri) = kept.parse::<http::Uri>() {
        assert_eq!(uri.host(), Some(host));
        assert_eq!(uri.port_u16().unwrap_or(443), port);
        assert_eq!(uri.scheme_str(), Some("https"));
    }
    if let Ok(address) = host.trim_matches(['[', ']']).parse::<IpAddr>() {
        assert!(may_connect(true, port, address, &[]));
        let inside = match address {
            IpAddr::V4(v4) => v4.is_loopback() || v4.is_private() || v4.is_link_local() || v4.is_unspecified(),
            IpAddr::V6(v6) => v6.is_loopback() || v6.is_unspecified() || (v6.segments()[0] & 0xfe00) == 0xfc00,
        };
        assert!(!inside, "{address}");
    }
});
