//! The ring of signing keys: next, current, previous, and those that are retired.
//!
//! A key is a PKCS #8 file, and from when it signs stands in its name: `0002-20261129T104600Z.pk8`. Everything else follows
//! from the names and the clock, so that there is nothing that could be half done and nothing to agree on. The newest key whose
//! time has come signs. One whose time is still to come is published already: by the time it signs everybody knows it. One that
//! was followed verifies until the last token it may have signed has expired. A name without a time has signed for ever.

use std::fmt;
use std::fs;
use std::io::Write;
use std::os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use aws_lc_rs::encoding::{AsDer, Pkcs8V1Der};
use aws_lc_rs::signature::{Ed25519KeyPair, KeyPair};
use chrono::{DateTime, Duration, NaiveDateTime, SubsecRound, Utc};
use jsonwebtoken::{DecodingKey, EncodingKey};

use super::rules::ACCESS_TOKEN_LIFE;
use crate::base::digest::{base64url, sha256};
use crate::base::ids::fresh;
use crate::base::problem::{Error, Result};

/// How long the published keys may be kept by whoever reads them.
pub const PUBLISHED_FOR_SECONDS: i64 = 300;
/// How long a new key is published before it signs: longer than anybody keeps the old list, or an instance does not look.
const BEFORE_IT_SIGNS: Duration = Duration::minutes(15);
/// How long after the last token of a key has expired the key is kept: for an instance that was late to look.
const AFTER_ITS_TOKENS: Duration = Duration::minutes(5);
const TIME: &str = "%Y%m%dT%H%M%SZ";

pub struct Key {
    pub kid: String,
    pub x: String,
    pub encoding: EncodingKey,
    pub decoding: DecodingKey,
    name: String,
    from: DateTime<Utc>,
}

/// What a key is good for at a moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// Published, and signs from then on.
    Next(DateTime<Utc>),
    Current,
    /// Verifies until then.
    Previous(DateTime<Utc>),
    Retired,
}

impl fmt::Display for State {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let time = |at: &DateTime<Utc>| at.format("%Y-%m-%d %H:%M:%S UTC").to_string();
        match self {
            Self::Next(from) => write!(f, "next      signs from {}", time(from)),
            Self::Current => f.write_str("current   signs"),
            Self::Previous(until) => write!(f, "previous  verifies until {}", time(until)),
            Self::Retired => f.write_str("retired   is deleted by the next rotation"),
        }
    }
}

/// Oldest first. A key that was read once is not read again.
pub struct Ring(Vec<Arc<Key>>);

impl Ring {
    /// Reads the ring; makes the first key where there is none. Instances that start together agree on one: the file appears
    /// whole under a fixed name, or not at all.
    pub fn open(folder: &Path) -> Result<Self> {
        fs::DirBuilder::new()
            .recursive(true)
            .mode(0o700)
            .create(folder)
            .map_err(|error| told(folder, &error))?;
        if names(folder)?.is_empty() {
            make_key(folder, "0001.pk8").map_err(|error| told(folder, &error))?;
        }
        let empty = Self(Vec::new());
        Ok(Self::read(folder, &empty)?.unwrap_or(empty))
    }

    /// `None`: nothing has changed. A folder without keys is one that was not found, and no ring.
    pub fn read(folder: &Path, known: &Self) -> Result<Option<Self>> {
        let names = names(folder)?;
        if names.is_empty() {
            return Err(Error::internal(format!("no signing keys in {}", folder.display())));
        }
        let same = names.len() == known.0.len() && names.iter().all(|name| known.named(name).is_some());
        if same {
            return Ok(None);
        }
        let read = |name: &String| match known.named(name) {
            Some(key) => Ok(key),
            None => key(folder, name).map(Arc::new),
        };
        let mut ring = names.iter().map(read).collect::<Result<Vec<_>>>()?;
        ring.sort_by(|one, other| (one.from, &one.name).cmp(&(other.from, &other.name)));
        Ok(Some(Self(ring)))
    }

    fn named(&self, name: &str) -> Option<Arc<Key>> {
        self.0.iter().find(|key| key.name == name).cloned()
    }

    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// The newest whose time has come; where the clock was set back before all of them, the oldest.
    pub fn signing(&self, now: DateTime<Utc>) -> Option<&Key> {
        let come = self.0.iter().rev().find(|key| key.from <= now);
        come.or_else(|| self.0.first()).map(Arc::as_ref)
    }

    pub fn verifying(&self, kid: &str, now: DateTime<Utc>) -> Option<&Key> {
        self.published(now).find(|key| key.kid == kid)
    }

    pub fn published(&self, now: DateTime<Utc>) -> impl Iterator<Item = &Key> {
        let states = self.states(now);
        states.filter(|(_, state)| *state != State::Retired).map(|(key, _)| key)
    }

    fn listed(&self, now: DateTime<Utc>) -> Vec<Listed> {
        let told = |(key, state): (&Key, State)| (key.name.clone(), key.kid.clone(), state);
        self.states(now).map(told).collect()
    }

    fn states(&self, now: DateTime<Utc>) -> impl Iterator<Item = (&Key, State)> {
        let signing = self.signing(now).map(|key| key.name.as_str());
        self.0.iter().enumerate().map(move |(place, key)| {
            let followed = self.0.get(place + 1).map(|next| next.from);
            let until = followed.map(|from| from + ACCESS_TOKEN_LIFE + AFTER_ITS_TOKENS);
            let state = match until {
                _ if signing == Some(key.name.as_str()) => State::Current,
                _ if key.from > now => State::Next(key.from),
                Some(until) if until > now => State::Previous(until),
                _ => State::Retired,
            };
            (key.as_ref(), state)
        })
    }
}

/// A key as an operator sees it: name, kid and state.
type Listed = (String, String, State);

/// The keys of a folder, oldest first. Makes nothing: a folder that is not there is mostly a name that was mistyped.
pub fn list_keys(folder: &Path, now: DateTime<Utc>) -> Result<Vec<Listed>> {
    let empty = Ring(Vec::new());
    let ring = Ring::read(folder, &empty)?.unwrap_or(empty);
    Ok(ring.listed(now))
}

/// What a rotation did.
#[derive(Debug, PartialEq, Eq)]
pub enum Rotated {
    /// A new key was made that signs from then on; so many retired ones were deleted.
    Made { from: DateTime<Utc>, deleted: usize },
    /// One is waiting for its time already.
    Waits { from: DateTime<Utc> },
}

/// Makes the next key and deletes those that are retired. Safe to repeat, and to be interrupted anywhere.
pub fn rotate_keys(folder: &Path, now: DateTime<Utc>) -> Result<Rotated> {
    let keys = Ring::open(folder)?.listed(now);
    let waiting = keys.iter().find_map(|(_, _, state)| match state {
        State::Next(from) => Some(*from),
        _ => None,
    });
    if let Some(from) = waiting {
        return Ok(Rotated::Waits { from });
    }
    let from = (now + BEFORE_IT_SIGNS).trunc_subsecs(0);
    make_next(folder, &keys, from)?;
    let retired = keys.iter().filter(|(_, _, state)| *state == State::Retired);
    let deleted = delete(folder, retired.map(|(name, _, _)| name))?;
    Ok(Rotated::Made { from, deleted })
}

/// For keys that somebody else may have: a new one signs at once, and nothing that the others have signed is believed any more.
/// Everybody has to log in or to refresh their login again.
pub fn replace_keys(folder: &Path, now: DateTime<Utc>) -> Result<usize> {
    let keys = Ring::open(folder)?.listed(now);
    make_next(folder, &keys, now.trunc_subsecs(0))?;
    delete(folder, keys.iter().map(|(name, _, _)| name))
}

fn make_next(folder: &Path, keys: &[Listed], from: DateTime<Utc>) -> Result<()> {
    let number = |name: &str| name.get(..4).and_then(|digits| digits.parse::<u32>().ok());
    let last = keys
        .iter()
        .filter_map(|(name, _, _)| number(name))
        .max()
        .unwrap_or_default();
    let name = format!("{:04}-{}.pk8", last + 1, from.format(TIME));
    make_key(folder, &name).map_err(|error| told(folder, &error))
}

fn delete<'a>(folder: &Path, names: impl Iterator<Item = &'a String>) -> Result<usize> {
    let mut deleted = 0;
    for name in names {
        match fs::remove_file(folder.join(name)) {
            Ok(()) => deleted += 1,
            // Another rotation was here.
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
            Err(error) => return Err(told(folder, &error)),
        }
    }
    Ok(deleted)
}

fn told(folder: &Path, error: &std::io::Error) -> Error {
    Error::internal(format!("signing keys in {}: {error}", folder.display()))
}

fn names(folder: &Path) -> Result<Vec<String>> {
    let entries = fs::read_dir(folder).and_then(|entries| {
        entries
            .map(|entry| entry.map(|entry| PathBuf::from(entry.file_name())))
            .collect::<std::io::Result<Vec<_>>>()
    });
    let mut names = entries.map_err(|error| told(folder, &error))?;
    names.retain(|name| name.extension().is_some_and(|extension| extension == "pk8"));
    names.sort();
    Ok(names.iter().map(|name| name.to_string_lossy().into_owned()).collect())
}

fn make_key(folder: &Path, name: &str) -> std::io::Result<()> {
    let failed = |_| std::io::Error::other("the key could not be made");
    let pair = Ed25519KeyPair::generate().map_err(failed)?;
    let document: Pkcs8V1Der = pair.as_der().map_err(failed)?;
    let draft = folder.join(format!(".{}", fresh()));
    let mut file = fs::OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(&draft)?;
    file.write_all(document.as_ref())?;
    file.sync_all()?;
    // Made by root for a service that is somebody else.
    let (own, place) = (file.metadata()?, fs::metadata(folder)?);
    if own.uid() != place.uid() {
        std::os::unix::fs::chown(&draft, Some(place.uid()), Some(place.gid()))?;
    }
    // A link, not a rename: whoever comes second keeps the first one's key.
    let linked = fs::hard_link(&draft, folder.join(name));
    fs::remove_file(&draft)?;
    match linked {
        Err(error) if error.kind() != std::io::ErrorKind::AlreadyExists => return Err(error),
        _ => {}
    }
    // The name too must survive a power cut: tokens of a key that is gone are nobody's.
    fs::File::open(folder)?.sync_all()
}

fn key(folder: &Path, name: &str) -> Result<Key> {
    let fault = |fault: &str| Error::internal(format!("signing key {name} {fault}"));
    let from = from(name).ok_or_else(|| fault("must be named as 0002-20261129T104600Z.pk8"))?;
    let pkcs8 = fs::read(folder.join(name)).map_err(|error| told(folder, &error))?;
    let pair = Ed25519KeyPair::from_pkcs8(&pkcs8).map_err(|_| fault("is not Ed25519 in PKCS #8"))?;
    let x = base64url(pair.public_key().as_ref());
    // RFC 7638: the thumbprint over the required members in alphabetical order.
    let thumbprint = format!(r#"{{"crv":"Ed25519","kty":"OKP","x":"{x}"}}"#);
    Ok(Key {
        kid: base64url(&sha256(thumbprint.as_bytes())),
        encoding: EncodingKey::from_ed_der(&pkcs8),
        decoding: DecodingKey::from_ed_components(&x).map_err(Error::internal)?,
        x,
        name: name.to_owned(),
        from,
    })
}

/// From when a key of this name signs.
fn from(name: &str) -> Option<DateTime<Utc>> {
    let stem = name.strip_suffix(".pk8")?;
    match stem.split_once('-') {
        None => Some(DateTime::UNIX_EPOCH),
        Some((_, time)) => NaiveDateTime::parse_from_str(time, TIME)
            .ok()
            .map(|time| time.and_utc()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Folder(PathBuf);

    impl Folder {
        /// With the first key.
        fn new() -> Self {
            let folder = Self(std::env::temp_dir().join(format!("einlass-ring-{}", fresh())));
            Ring::open(&folder.0).unwrap();
            folder
        }

        fn states(&self, now: DateTime<Utc>) -> Vec<State> {
            let keys = list_keys(&self.0, now).unwrap();
            keys.into_iter().map(|(_, _, state)| state).collect()
        }
    }

    impl Drop for Folder {
        fn drop(&mut self) {
            drop(fs::remove_dir_all(&self.0));
        }
    }

    #[test]
    fn a_key_is_published_before_it_signs_and_kept_until_its_tokens_are_gone() {
        let folder = Folder::new();
        let start = "2026-11-29T10:00:00Z".parse::<DateTime<Utc>>().unwrap();
        assert_eq!(folder.states(start), [State::Current]);
        let from = start + BEFORE_IT_SIGNS;
        assert_eq!(
            rotate_keys(&folder.0, start).unwrap(),
            Rotated::Made { from, deleted: 0 }
        );
        assert_eq!(folder.states(start), [State::Current, State::Next(from)]);
        // Whoever is impatient does not make a third.
        assert_eq!(rotate_keys(&folder.0, start).unwrap(), Rotated::Waits { from });
        let until = from + ACCESS_TOKEN_LIFE + AFTER_ITS_TOKENS;
        assert_eq!(folder.states(from), [State::Previous(until), State::Current]);
        assert_eq!(folder.states(until), [State::Retired, State::Current]);
        // Of the two that are in the folder, whoever shows a token of the old one is nobody from then on.
        let ring = Ring::open(&folder.0).unwrap();
        let old = list_keys(&folder.0, until).unwrap()[0].1.clone();
        let known = |now| (ring.published(now).count(), ring.verifying(&old, now).is_some());
        assert_eq!(
            (known(until - Duration::seconds(1)), known(until)),
            ((2, true), (1, false))
        );
        let again = until + BEFORE_IT_SIGNS;
        let outcome = rotate_keys(&folder.0, until).unwrap();
        assert_eq!(
            outcome,
            Rotated::Made {
                from: again,
                deleted: 1
            }
        );
        assert_eq!(folder.states(until), [State::Current, State::Next(again)]);
    }

    #[test]
    fn everybody_knows_a_key_before_it_signs() {
        assert!(BEFORE_IT_SIGNS.num_seconds() > 2 * PUBLISHED_FOR_SECONDS);
    }

    #[test]
    fn a_ring_that_is_not_found_is_no_ring() {
        let folder = Folder::new();
        let ring = Ring::open(&folder.0).unwrap();
        assert!(Ring::read(&folder.0, &ring).unwrap().is_none());
        fs::remove_file(folder.0.join("0001.pk8")).unwrap();
        assert!(Ring::read(&folder.0, &ring).is_err());
        fs::write(folder.0.join("0002-soon.pk8"), "").unwrap();
        assert!(Ring::read(&folder.0, &ring).is_err());
    }

    #[test]
    fn replaced_keys_are_gone_at_once() {
        let folder = Folder::new();
        let now = "2026-11-29T10:00:00.7Z".parse::<DateTime<Utc>>().unwrap();
        let before = list_keys(&folder.0, now).unwrap();
        assert_eq!(replace_keys(&folder.0, now).unwrap(), 1);
        let after = list_keys(&folder.0, now).unwrap();
        assert_eq!(after.len(), 1);
        assert_ne!(after[0].1, before[0].1);
        assert_eq!(after[0].2, State::Current);
    }
}
