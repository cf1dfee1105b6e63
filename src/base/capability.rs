//! Capability tokens: who has the mail may do what the link in it says, without an account.
//!
//! A token is 256 bits of HMAC-SHA-256 over purpose, object and address, beside the id of the object. It is made
//! when a mail is sent and stored nowhere, not even hashed: the database alone gives nobody a link. It is for one
//! purpose, and ends when the address of the object changes. Links act on POST only; a scanner that opens every
//! link does nothing.

use std::fs;
use std::io::Write;
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::Path;

use aws_lc_rs::{hmac, rand};
use uuid::Uuid;

use super::digest::{base64url, from_base64url};
use super::ids::{fresh, words};
use super::problem::{Error, Result};

words! {
    /// What a token is good for.
    Purpose {
        /// See, confirm, change, cancel; accept an offer.
        Manage = "manage",
        /// Enter the online room.
        Join = "join",
        /// Be let in: [`super::ticket_code`].
        Ticket = "ticket",
        /// What signs the deliveries of a webhook.
        Webhook = "webhook",
    }
}

/// A token as it came in: well formed, not yet proven.
#[derive(Clone, Copy, Debug)]
pub struct Claim {
    pub id: Uuid,
    mac: [u8; 32],
}

impl Claim {
    /// `None`: not the form of a token.
    #[must_use]
    pub fn read(token: &str) -> Option<Self> {
        let bytes = from_base64url(token)?;
        let (id, mac) = bytes.split_at_checked(16)?;
        Some(Self {
            id: Uuid::from_slice(id).ok()?,
            mac: mac.try_into().ok()?,
        })
    }
}

/// Makes and proves tokens. Instances share the key file.
pub struct Capabilities(hmac::Key);

impl Capabilities {
    /// Reads the key; makes it where there is none. Instances that start together agree on one: the file appears
    /// whole, or not at all.
    pub fn open(folder: &Path) -> Result<Self> {
        let file = folder.join("links.key");
        let context = |error: std::io::Error| Error::internal(format!("{}: {error}", file.display()));
        fs::DirBuilder::new()
            .recursive(true)
            .mode(0o700)
            .create(folder)
            .map_err(context)?;
        if !file.exists() {
            make_key(folder, &file).map_err(context)?;
        }
        let key = fs::read(&file).map_err(context)?;
        if key.len() != 32 {
            return Err(Error::internal(format!("{}: must be 32 bytes", file.display())));
        }
        Ok(Self(hmac::Key::new(hmac::HMAC_SHA256, &key)))
    }

    /// `address` is the key of the e-mail address (`Email::key`).
    #[must_use]
    pub fn token(&self, purpose: Purpose, id: Uuid, address: &str) -> String {
        let mac = hmac::sign(&self.0, &message(purpose, id, address));
        base64url(&[id.as_bytes().as_slice(), mac.as_ref()].concat())
    }

    /// 64 bits for one purpose and one object, whatever its address: for what is typed, and must outlast a new address.
    #[must_use]
    pub fn digits(&self, purpose: Purpose, id: Uuid) -> u64 {
        let mac = hmac::sign(&self.0, &message(purpose, id, ""));
        let first = mac.as_ref().iter().take(8);
        first.fold(0, |digits, byte| digits << 8 | u64::from(*byte))
    }

    /// 256 bits for one purpose, one object and one generation of it: a key that is handed out and stored nowhere.
    #[must_use]
    pub fn secret(&self, purpose: Purpose, id: Uuid, generation: i32) -> [u8; 32] {
        let mac = hmac::sign(&self.0, &message(purpose, id, &generation.to_string()));
        let mut secret = [0; 32];
        secret.copy_from_slice(mac.as_ref());
        secret
    }

    /// Whether the claim is ours, for this purpose and this address; in constant time.
    #[must_use]
    pub fn proves(&self, claim: &Claim, purpose: Purpose, address: &str) -> bool {
        hmac::verify(&self.0, &message(purpose, claim.id, address), &claim.mac).is_ok()
    }
}

fn message(purpose: Purpose, id: Uuid, address: &str) -> Vec<u8> {
    [purpose.as_str().as_bytes(), b"\0", id.as_bytes(), address.as_bytes()].concat()
}

fn make_key(folder: &Path, file: &Path) -> std::io::Result<()> {
    let mut key = [0; 32];
    rand::fill(&mut key).map_err(|_| std::io::Error::other("no randomness"))?;
    let draft = folder.join(format!(".{}", fresh()));
    let mut written = fs::OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(&draft)?;
    written.write_all(&key)?;
    written.sync_all()?;
    // A link, not a rename: whoever comes second keeps the first one's key.
    match fs::hard_link(&draft, file) {
        Err(error) if error.kind() != std::io::ErrorKind::AlreadyExists => return Err(error),
        _ => fs::remove_file(&draft)?,
    }
    // The name too must survive a power cut: another key would end all links.
    fs::File::open(folder)?.sync_all()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folder() -> std::path::PathBuf {
        std::env::temp_dir().join(format!("einlass-links-{}", fresh()))
    }

    #[test]
    fn a_token_is_good_for_one_purpose_one_object_and_one_address() {
        let folder = folder();
        let ours = Capabilities::open(&folder).unwrap();
        let (id, address) = (fresh(), "anna@example.org");
        let token = ours.token(Purpose::Manage, id, address);
        assert_eq!(token.len(), 64);
        let claim = Claim::read(&token).unwrap();
        assert_eq!(claim.id, id);
        assert!(ours.proves(&claim, Purpose::Manage, address));
        assert!(!ours.proves(&claim, Purpose::Join, address));
        assert!(!ours.proves(&claim, Purpose::Manage, "berta@example.org"));
        let other = Claim { id: fresh(), ..claim };
        assert!(!ours.proves(&other, Purpose::Manage, address));
        // The key survives a restart; another key proves nothing.
        assert!(
            Capabilities::open(&folder)
                .unwrap()
                .proves(&claim, Purpose::Manage, address)
        );
        fs::remove_file(folder.join("links.key")).unwrap();
        assert!(
            !Capabilities::open(&folder)
                .unwrap()
                .proves(&claim, Purpose::Manage, address)
        );
        fs::remove_dir_all(folder).unwrap();
    }

    #[test]
    fn a_secret_is_of_one_object_and_one_generation_and_is_no_token() {
        let folder = folder();
        let ours = Capabilities::open(&folder).unwrap();
        let id = fresh();
        let secret = ours.secret(Purpose::Webhook, id, 1);
        assert_eq!(
            secret,
            Capabilities::open(&folder).unwrap().secret(Purpose::Webhook, id, 1)
        );
        assert_ne!(secret, ours.secret(Purpose::Webhook, id, 2));
        assert_ne!(secret, ours.secret(Purpose::Webhook, fresh(), 1));
        assert_ne!(secret, ours.secret(Purpose::Manage, id, 1));
        fs::remove_dir_all(folder).unwrap();
    }

    #[test]
    fn what_is_no_token_is_none() {
        for text in ["", "abc", "ä", &"A".repeat(63), &"A".repeat(65), &"=".repeat(64)] {
            assert!(Claim::read(text).is_none(), "{text}");
        }
    }
}
