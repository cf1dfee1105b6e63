//! What is sealed, and what is wrong where it is no longer the same.

pub mod canonical;

use uuid::Uuid;

use super::model::{Chain, Entry, Head, Seal};
use canonical::{DIGEST, Digest, MEMBER, entry_digest, hex, seal_digest};

/// Before the first seal.
pub const NOTHING: Digest = [0; DIGEST];

/// What is wrong with a chain, as exactly as it can be known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fault {
    Edited(Uuid),
    Deleted(Uuid),
    Inserted(Uuid),
    /// `found` stands where `expected` was sealed; both are there.
    Reordered {
        expected: Uuid,
        found: Uuid,
    },
    SealMissing,
    SealEdited,
    /// Nothing is there any more of what the head names.
    Truncated {
        ends: i64,
    },
    /// Another seal stands where the head was.
    Rewritten,
}

/// Where a fault is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    pub chain: Chain,
    /// The seal, by its number.
    pub seal: i64,
    pub fault: Fault,
}

impl std::fmt::Display for Place {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { chain, seal, fault } = self;
        write!(f, "{chain}, seal {seal}: ")?;
        match fault {
            Fault::Edited(entry) => write!(f, "entry {entry} was edited"),
            Fault::Deleted(entry) => write!(f, "entry {entry} was deleted"),
            Fault::Inserted(entry) => write!(f, "entry {entry} was inserted"),
            Fault::Reordered { expected, found } => {
                write!(f, "entries were reordered: {found} stands where {expected} was sealed")
            }
            Fault::SealMissing => f.write_str("the seal is missing"),
            Fault::SealEdited => f.write_str("the seal was edited"),
            Fault::Truncated { ends } => write!(f, "truncated: the head names this seal, and the chain ends at {ends}"),
            Fault::Rewritten => f.write_str("written anew: the head names another digest"),
        }
    }
}

/// The seal of these entries, which follow `last` in their chain. `None`: of no entry there is no seal.
#[must_use]
pub fn sealed(
    chain: Chain,
    last: Option<&Seal>,
    entries: &[Entry],
    sealed_at: chrono::DateTime<chrono::Utc>,
) -> Option<Seal> {
    let position = entries.last()?.position();
    let number = last.map_or(1, |last| last.number + 1);
    let previous = last.map_or(NOTHING.to_vec(), |last| last.digest.clone());
    let count = i32::try_from(entries.len()).ok()?;
    let mut members = Vec::with_capacity(entries.len() * MEMBER);
    for entry in entries {
        members.extend_from_slice(entry.id.as_bytes());
        members.extend_from_slice(&entry_digest(entry));
    }
    Some(Seal {
        chain: chain.key(),
        number,
        entries: count,
        total: last.map_or(0, |last| last.total) + i64::from(count),
        digest: seal_digest(&previous, chain, number, sealed_at, &members).to_vec(),
        members,
        previous,
        last_transaction: position.transaction,
        last_entry: position.entry,
        sealed_at,
    })
}

/// The entries of a seal, in their order.
pub fn members(seal: &Seal) -> impl Iterator<Item = Member> + '_ {
    seal.members.chunks_exact(MEMBER).filter_map(|member| {
        let (id, digest) = member.split_first_chunk::<16>()?;
        Some(Member {
            id: Uuid::from_bytes(*id),
            digest: digest.try_into().ok()?,
        })
    })
}

/// An entry as it was sealed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Member {
    pub id: Uuid,
    pub digest: Digest,
}

/// What is wrong with a seal where `last` is the one before it, if anything.
#[must_use]
pub fn follows(chain: Chain, last: Option<&Seal>, seal: &Seal) -> Option<Fault> {
    if seal.number != last.map_or(1, |last| last.number + 1) {
        return Some(Fault::SealMissing);
    }
    let previous = last.map_or(NOTHING.as_slice(), |last| last.digest.as_slice());
    let total = last.map_or(0, |last| last.total) + i64::from(seal.entries);
    let own = seal_digest(&seal.previous, chain, seal.number, seal.sealed_at, &seal.members);
    (seal.previous != previous || seal.digest != own || seal.total != total).then_some(Fault::SealEdited)
}

/// Whether a head that was kept elsewhere names this seal as it is.
#[must_use]
pub fn contradicts(head: &Head, seal: &Seal) -> bool {
    head.number == seal.number && !head.digest.eq_ignore_ascii_case(&hex(&seal.digest))
}

/// What is wrong where `found` stands in the journal and `expected` was sealed. `is_there`: the expected entry is somewhere
/// in the journal, and in this chain or another; `comes_later`: the found one was sealed further on.
#[must_use]
pub fn difference(
    expected: Member,
    found: Option<&Entry>,
    is_there: Option<Chain>,
    chain: Chain,
    comes_later: bool,
) -> Option<Fault> {
    match (found, is_there) {
        (Some(found), _) if found.id == expected.id => {
            (entry_digest(found) != expected.digest).then_some(Fault::Edited(found.id))
        }
        (_, None) => Some(Fault::Deleted(expected.id)),
        // It is another organisation's now.
        (_, Some(now)) if now != chain => Some(Fault::Edited(expected.id)),
        (Some(found), Some(_)) if !comes_later => Some(Fault::Inserted(found.id)),
        (Some(found), Some(_)) => Some(Fault::Reordered {
            expected: expected.id,
            found: found.id,
        }),
        // It was read past: somebody moved it meanwhile.
        (None, Some(_)) => Some(Fault::Reordered {
            expected: expected.id,
            found: expected.id,
        }),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn entry(n: u128) -> Entry {
        Entry {
            id: Uuid::from_u128(n),
            organisation_id: None,
            at: chrono::DateTime::UNIX_EPOCH,
            transaction: 7,
            actor_kind: "system".to_owned(),
            actor_id: None,
            action: "seminar.changed".to_owned(),
            object_kind: "seminar".to_owned(),
            object_id: Uuid::from_u128(9),
            data: json!({}),
        }
    }

    #[test]
    fn a_seal_follows_the_one_before_and_nothing_else() {
        let (chain, at) = (Chain(None), chrono::DateTime::UNIX_EPOCH);
        assert!(sealed(chain, None, &[], at).is_none());
        let first = sealed(chain, None, &[entry(1), entry(2)], at).unwrap();
        let second = sealed(chain, Some(&first), &[entry(3)], at).unwrap();
        assert_eq!(members(&first).map(|one| one.id.as_u128()).collect::<Vec<_>>(), [1, 2]);
        assert_eq!((first.total, second.total), (2, 3));
        assert_eq!(follows(chain, None, &first), None);
        assert_eq!(follows(chain, Some(&first), &second), None);
        assert_eq!(follows(chain, None, &second), Some(Fault::SealMissing));
        let another = sealed(chain, None, &[entry(2), entry(1)], at).unwrap();
        assert_eq!(follows(chain, Some(&another), &second), Some(Fault::SealEdited));
        let other = Chain::of_key(Uuid::from_u128(5));
        assert_eq!(follows(other, None, &first), Some(Fault::SealEdited));
        let edits: [fn(&mut Seal); 4] = [
            |seal| seal.sealed_at += chrono::TimeDelta::microseconds(1),
            |seal| seal.total += 1,
            |seal| seal.members.reverse(),
            |seal| seal.digest.reverse(),
        ];
        for (n, edit) in edits.iter().enumerate() {
            let mut edited = first.clone();
            edit(&mut edited);
            assert_eq!(follows(chain, None, &edited), Some(Fault::SealEdited), "{n}");
        }
    }

    #[test]
    fn each_difference_has_its_name() {
        let (chain, other) = (Chain(None), Chain::of_key(Uuid::from_u128(5)));
        let (one, two) = (entry(1), entry(2));
        let expected = Member {
            id: one.id,
            digest: entry_digest(&one),
        };
        let told = |found: Option<&Entry>, is_there, later| difference(expected, found, is_there, chain, later);
        assert_eq!(told(Some(&one), Some(chain), false), None);
        let mut edited = one.clone();
        edited.data = json!({"a": 1});
        assert_eq!(told(Some(&edited), Some(chain), false), Some(Fault::Edited(one.id)));
        assert_eq!(told(Some(&two), None, true), Some(Fault::Deleted(one.id)));
        assert_eq!(told(None, None, false), Some(Fault::Deleted(one.id)));
        assert_eq!(told(Some(&two), Some(other), true), Some(Fault::Edited(one.id)));
        assert_eq!(told(Some(&two), Some(chain), false), Some(Fault::Inserted(two.id)));
        let reordered = Fault::Reordered {
            expected: one.id,
            found: two.id,
        };
        assert_eq!(told(Some(&two), Some(chain), true), Some(reordered));
    }
}
