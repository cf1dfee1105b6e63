//! What a value has to look like, where that takes more than a word.

use lettre::message::Mailbox;

use crate::base::text::{FromText, WebAddress};

/// Whether libpq was built with TLS.
pub const HAS_TLS: bool = cfg!(feature = "tls");

pub fn database_fault(url: &str) -> Result<(), String> {
    let known = ["postgres://", "postgresql://"]
        .iter()
        .any(|scheme| url.starts_with(scheme));
    let tls = ["sslmode=require", "sslmode=verify"]
        .iter()
        .any(|mode| url.contains(mode));
    match (known, tls && !HAS_TLS) {
        (false, _) => Err("must start with postgresql://".to_owned()),
        // libpq is built in without TLS: saying so is better than a connection in clear text.
        (true, true) => Err(
            "asks for TLS, which this build has not; use a local socket, a TLS tunnel or a build with the feature `tls`"
                .to_owned(),
        ),
        (true, false) => Ok(()),
    }
}

/// The shape only; the mail room reads the rest.
pub fn smtp_fault(url: &str) -> Result<(), String> {
    let rest = url.strip_prefix("smtps://").or_else(|| url.strip_prefix("smtp://"));
    let host = rest.map(|rest| rest.rsplit('@').next().unwrap_or_default());
    match host {
        Some(host) if !host.is_empty() && !host.starts_with([':', '/', '?']) => Ok(()),
        _ => Err("must be smtps://user:password@host or smtp://user:password@host:port".to_owned()),
    }
}

/// With the places filled in it must be an address; braces alone would not be one.
pub fn portal(text: &str) -> Option<String> {
    let filled = text.replace("{token}", "token").replace("{action}", "see");
    let sound = text.contains("{token}") && !filled.contains(['{', '}']) && WebAddress::from_text(&filled).is_ok();
    sound.then(|| text.to_owned())
}

pub fn seminar_page(text: &str) -> Option<String> {
    let filled = text.replace("{seminar}", "seminar");
    let sound = text.contains("{seminar}") && !filled.contains(['{', '}']) && WebAddress::from_text(&filled).is_ok();
    sound.then(|| text.to_owned())
}

/// The sender of mails that only ever become files.
pub fn nobody() -> Mailbox {
    Mailbox::new(
        Some("Einlass".to_owned()),
        lettre::Address::new_dangerous("einlass", "localhost"),
    )
}
