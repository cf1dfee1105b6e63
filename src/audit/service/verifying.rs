//! Reckons every chain anew and stops in each at the first fault.
//!
//! Entries and seals are walked side by side, a bounded number at a time: it takes the same memory however long the journal
//! is. It reads up to the seals that were there when it began, so it can be done beside a running service.

use std::collections::{BTreeSet, VecDeque};

use diesel::PgConnection;

use crate::audit::model::{Chain, Entry, Head, Position, Seal};
use crate::audit::rules::{Fault, Member, Place, contradicts, difference, follows, members};
use crate::audit::store;
use crate::base::problem::Result;

const ENTRIES_AT_ONCE: i64 = 1000;
const SEALS_AT_ONCE: i64 = 20;

/// What was found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Verified {
    pub chains: usize,
    pub seals: i64,
    pub entries: i64,
    /// Written since the last seal, protected by nothing.
    pub not_sealed: i64,
    /// The first of each chain.
    pub faults: Vec<Place>,
}

impl std::fmt::Display for Verified {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        for place in &self.faults {
            writeln!(f, "FAULT {place}")?;
        }
        write!(
            f,
            "{} chains, {} seals and {} entries verified, {} entries not sealed yet, {} faults",
            self.chains,
            self.seals,
            self.entries,
            self.not_sealed,
            self.faults.len()
        )
    }
}

/// All chains, or the one that is named; and that they go on from the heads that were kept elsewhere.
pub fn verify(conn: &mut PgConnection, only: Option<Chain>, kept: &[Head]) -> Result<Verified> {
    let mut chains = kept.iter().map(Head::chain).collect::<BTreeSet<_>>();
    chains.extend(store::chains(conn)?);
    chains.extend(store::heads(conn)?.iter().map(Head::chain));
    let mut verified = Verified::default();
    for chain in chains {
        if only.is_none_or(|only| only == chain) {
            let heads = kept.iter().filter(|head| head.chain() == chain).collect::<Vec<_>>();
            let fault = Walk::new(conn, chain).until_the_end(&heads, &mut verified)?;
            verified.faults.extend(fault);
            verified.chains += 1;
        }
    }
    Ok(verified)
}

struct Walk<'a> {
    conn: &'a mut PgConnection,
    chain: Chain,
    /// Read and not compared yet.
    ahead: VecDeque<Entry>,
    /// Up to where the journal was read.
    read: Position,
    /// Up to where it was compared.
    compared: Position,
}

impl<'a> Walk<'a> {
    fn new(conn: &'a mut PgConnection, chain: Chain) -> Self {
        Self {
            conn,
            chain,
            ahead: VecDeque::new(),
            read: Position::BEGINNING,
            compared: Position::BEGINNING,
        }
    }

    fn until_the_end(mut self, heads: &[&Head], verified: &mut Verified) -> Result<Option<Place>> {
        let until = store::last_number(self.conn, self.chain)?;
        let mut last = None::<Seal>;
        loop {
            let number = last.as_ref().map_or(0, |last| last.number);
            let seals = store::seals(self.conn, self.chain, number, until, SEALS_AT_ONCE)?;
            if seals.is_empty() {
                break;
            }
            for seal in seals {
                let chain = self.chain;
                let place = |seal: i64, fault: Fault| Ok(Some(Place { chain, seal, fault }));
                if let Some(fault) = follows(chain, last.as_ref(), &seal) {
                    return place(last.map_or(1, |last| last.number + 1), fault);
                }
                if let Some(fault) = self.compare(&seal)? {
                    return place(seal.number, fault);
                }
                if heads.iter().any(|head| contradicts(head, &seal)) {
                    return place(seal.number, Fault::Rewritten);
                }
                verified.seals += 1;
                verified.entries += i64::from(seal.entries);
                last = Some(seal);
            }
        }
        verified.not_sealed += store::count_after(self.conn, self.chain, self.compared)?;
        let number = last.map_or(0, |last| last.number);
        let beyond = heads.iter().filter(|head| head.number > number);
        let first = beyond.map(|head| head.number).min();
        Ok(first.map(|seal| Place {
            chain: self.chain,
            seal,
            fault: Fault::Truncated { ends: number },
        }))
    }

    /// The journal beside one seal.
    fn compare(&mut self, seal: &Seal) -> Result<Option<Fault>> {
        for expected in members(seal) {
            self.read_on()?;
            let found = self.ahead.pop_front();
            if let Some(fault) = self.fault(seal.number, expected, found.as_ref())? {
                return Ok(Some(fault));
            }
            if let Some(found) = found {
                self.compared = found.position();
            }
        }
        // Where the next seal begins is in no digest; it is where this one ends.
        Ok((seal.position() != self.compared).then_some(Fault::SealEdited))
    }

    fn fault(&mut self, seal: i64, expected: Member, found: Option<&Entry>) -> Result<Option<Fault>> {
        let is_same = found.is_some_and(|found| found.id == expected.id);
        let (is_there, comes_later) = match found {
            _ if is_same => (None, false),
            Some(found) => (
                store::chain_of(self.conn, expected.id)?,
                self.is_sealed_from(seal, found)?,
            ),
            None => (store::chain_of(self.conn, expected.id)?, false),
        };
        Ok(difference(expected, found, is_there, self.chain, comes_later))
    }

    /// Whether this seal or a later one holds the entry. Asked once, at the fault.
    fn is_sealed_from(&mut self, seal: i64, entry: &Entry) -> Result<bool> {
        let mut number = seal - 1;
        loop {
            let seals = store::seals(self.conn, self.chain, number, i64::MAX, SEALS_AT_ONCE)?;
            let Some(last) = seals.last() else { return Ok(false) };
            number = last.number;
            if seals.iter().flat_map(members).any(|member| member.id == entry.id) {
                return Ok(true);
            }
        }
    }

    fn read_on(&mut self) -> Result<()> {
        if self.ahead.is_empty() {
            let more = store::after(self.conn, self.chain, self.read, ENTRIES_AT_ONCE)?;
            self.read = more.last().map_or(self.read, Entry::position);
            self.ahead.extend(more);
        }
        Ok(())
    }
}
