//! Where mails go: to a mail server, or without one into a folder.

use std::fs;
use std::io::Write;
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::time::Duration;

use lettre::transport::smtp::PoolConfig;
use lettre::{Message, SmtpTransport, Transport as _};
use secrecy::{ExposeSecret, SecretString};

use super::model::Mail;
use crate::base::problem::{Error, Result};

/// Each wait for the server's answer.
const WAIT: Duration = Duration::from_secs(10);
const IDLE: Duration = Duration::from_secs(30);

pub enum Transport {
    Smtp(SmtpTransport),
    Folder(PathBuf),
}

/// Why a mail did not go.
#[derive(Debug)]
pub enum Failure {
    /// The server is well and does not want this mail.
    Refused(String),
    /// Not now: the server says so.
    Later(String),
    /// Not now: nobody was there to say anything, and the next mail would fare no better.
    Away(String),
}

impl Transport {
    pub fn open(smtp_url: Option<&SecretString>, folder: &Path) -> Result<Self> {
        match smtp_url {
            Some(url) => smtp(url.expose_secret()).map(Self::Smtp),
            None => Ok(Self::Folder(folder.to_owned())),
        }
    }

    pub fn send(&self, mail: &Mail, message: &Message) -> std::result::Result<(), Failure> {
        match self {
            Self::Smtp(server) => server.send(message).map(drop).map_err(|error| {
                // Told without the server's own words: they may repeat the address.
                let words = told(&error);
                // 5xx, or what cannot be asked of this server, may mean the mail or us: an address with umlauts or a
                // missing STARTTLS, an unknown mailbox or a wrong password. Who lets us in means the mail.
                if error.is_transient() {
                    Failure::Later(words)
                } else if (error.is_permanent() || error.is_client()) && server.test_connection().unwrap_or(false) {
                    Failure::Refused(words)
                } else {
                    Failure::Away(words)
                }
            }),
            Self::Folder(folder) => write(folder, mail, &message.formatted())
                .map_err(|error| Failure::Away(format!("the mail folder: {error}"))),
        }
    }
}

/// With a password the connection must be encrypted, unless it is said that it must not. Without one it is when the
/// server offers it.
fn smtp(url: &str) -> Result<SmtpTransport> {
    let (address, query) = url.split_once('?').unwrap_or((url, ""));
    let password = address.contains('@');
    let tls = match (address.starts_with("smtps://"), query) {
        (true, "") | (false, "tls=none") => "",
        (false, "tls=required") => "?tls=required",
        (false, "") if password => "?tls=required",
        (false, "") => "?tls=opportunistic",
        _ => return Err(unreadable()),
    };
    let builder = SmtpTransport::from_url(&format!("{address}{tls}")).map_err(|_| unreadable())?;
    Ok(builder
        .timeout(Some(WAIT))
        .pool_config(PoolConfig::new().max_size(4).idle_timeout(IDLE))
        .build())
}

fn unreadable() -> Error {
    Error::internal(
        "EINLASS_SMTP_URL cannot be read: it must be smtps://user:password@host or smtp://user:password@host:port, \
         after smtp:// also with ?tls=required or ?tls=none; what is special in user and password is percent-encoded",
    )
}

fn told(error: &lettre::transport::smtp::Error) -> String {
    let kind = if error.is_timeout() {
        "the mail server did not answer in time"
    } else if error.is_tls() {
        "the mail server's encryption is not to be trusted"
    } else if error.is_response() {
        "the mail server broke off"
    } else if error.is_client() {
        "the mail server cannot do what is needed: encryption, logging in or addresses with umlauts"
    } else if error.status().is_some() {
        "the mail server refused"
    } else {
        "the mail server cannot be reached"
    };
    error
        .status()
        .map_or_else(|| kind.to_owned(), |code| format!("{kind} with {code}"))
}

/// Whole or not at all, and under the same name however often. For nobody else's eyes: the links in it are personal.
fn write(folder: &Path, mail: &Mail, bytes: &[u8]) -> std::io::Result<()> {
    fs::DirBuilder::new().recursive(true).mode(0o700).create(folder)?;
    let name = format!("{}-{}", mail.created_at.format("%Y%m%dT%H%M%SZ"), mail.id);
    let draft = folder.join(format!(".{name}.{}", crate::base::ids::fresh()));
    let mut file = fs::OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(&draft)?;
    let written = file.write_all(bytes).and_then(|()| file.sync_all());
    written
        .and_then(|()| fs::rename(&draft, folder.join(format!("{name}.eml"))))
        .inspect_err(|_| drop(fs::remove_file(&draft)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_cannot_be_read_is_refused_without_the_password() {
        for good in [
            "smtps://einlass:p%40ss@mail.example",
            "smtp://einlass:geheim@mail.example:587",
            "smtp://einlass:geheim@mail.example:587?tls=none",
            "smtp://mail.example?tls=required",
            "smtp://127.0.0.1:1025",
        ] {
            assert!(smtp(good).is_ok(), "{good}");
        }
        for bad in [
            "smtp://mail.example?tls=maybe",
            "smtps://mail.example?tls=none",
            "smtp://mail.example:port",
            "smtp://",
        ] {
            assert!(smtp(bad).is_err(), "{bad}");
        }
        assert!(
            !smtp("smtp://a:geheim@mail:x")
                .unwrap_err()
                .to_string()
                .contains("geheim")
        );
    }
}
