//! Which seminars may be one event. Never by title and date alone: something of place, partners, room or time is the same too,
//! and nothing that is known of both contradicts.

use std::collections::BTreeSet;

use chrono::{DateTime, Duration, NaiveDate, Utc};

use super::merge::could_be_one;
use super::title::{SIMILAR, similarity};
use crate::auth::OrganisationId;
use crate::partners::model::Evidence;
use crate::seminars::{SeminarId, Status};

/// A seminar as far as one looks for its like.
#[derive(Clone, Debug)]
pub struct Announced {
    pub id: SeminarId,
    pub organisation: OrganisationId,
    /// Its tenant among the parties.
    pub tenant: String,
    pub status: Status,
    pub title: String,
    /// Its sessions; where there are none, the span the source speaks of.
    pub blocks: Vec<Block>,
    /// Keys of what can be compared: names and streets, addresses of online rooms, whoever takes part, the tenant among
    /// them.
    pub places: BTreeSet<String>,
    pub rooms: BTreeSet<String>,
    pub parties: BTreeSet<String>,
}

/// When something of it takes place: days, and from when to when where that is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Block {
    pub days: Days,
    pub time: Option<(DateTime<Utc>, DateTime<Utc>)>,
}

/// Days from `from` to `to`, both included.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Days {
    pub from: NaiveDate,
    pub to: NaiveDate,
}

impl Days {
    #[must_use]
    pub fn overlap(self, other: Self) -> bool {
        self.from <= other.to && other.from <= self.to
    }

    /// A span of years says nothing about a day.
    fn says_a_day(self) -> bool {
        self.to - self.from <= Duration::days(31)
    }
}

/// Why two seminars may be one event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Likeness {
    pub evidence: Vec<Evidence>,
    /// Of the titles, in per cent.
    pub similarity: u8,
}

/// Whoever begins within this begins at the same time.
const SAME_TIME: Duration = Duration::minutes(15);

/// What speaks for `one` and `other` being one event; `None` where it is not enough, or where something contradicts. The same
/// whichever is named first.
#[must_use]
pub fn alike(one: &Announced, other: &Announced) -> Option<Likeness> {
    let pairs = one.blocks.iter().flat_map(|a| other.blocks.iter().map(move |b| (a, b)));
    let same_day = |(a, b): &(&Block, &Block)| a.days.says_a_day() && b.days.says_a_day() && a.days.overlap(b.days);
    let pairs = pairs.filter(same_day).collect::<Vec<_>>();
    let similarity = similarity(&one.title, &other.title);
    if one.id == other.id || pairs.is_empty() || similarity < SIMILAR || !could_be_one(one.status, other.status) {
        return None;
    }
    let times = pairs.iter().filter_map(|(a, b)| a.time.zip(b.time)).collect::<Vec<_>>();
    let same_time = times.iter().any(|((a, _), (b, _))| (*a - *b).abs() <= SAME_TIME);
    let meet = times.iter().any(|((a, a_ends), (b, b_ends))| a < b_ends && b < a_ends);
    let same_place = !one.places.is_disjoint(&other.places);
    let one_tenant = one.organisation == other.organisation;
    // A series that repeats on one day repeats at another time, or at the same time elsewhere.
    let repeats = one_tenant && !times.is_empty() && !same_time;
    let elsewhere = one_tenant && !one.places.is_empty() && !other.places.is_empty() && !same_place;
    let one_after_the_other = !times.is_empty() && !same_time && !meet;
    if repeats || elsewhere || one_after_the_other {
        return None;
    }
    // What an organisation offers twice is offered by itself both times: that says nothing.
    let common = one.parties.intersection(&other.parties);
    let shared_party = common.into_iter().any(|party| !one_tenant || *party != one.tenant);
    let more = [
        (Evidence::SamePlace, same_place),
        (Evidence::SharedParty, shared_party),
        (Evidence::SameRoom, !one.rooms.is_disjoint(&other.rooms)),
        (Evidence::SameTime, same_time),
    ];
    let more = more
        .into_iter()
        .filter_map(|(evidence, holds)| holds.then_some(evidence));
    let evidence = [Evidence::SameDay, Evidence::SimilarTitle].into_iter().chain(more);
    let evidence = evidence.collect::<Vec<_>>();
    (evidence.len() > 2).then_some(Likeness { evidence, similarity })
}

/// Those of `others` that may be the same event as `one`, the strongest first, at most so many.
#[must_use]
pub fn most_alike(one: &Announced, others: &[Announced], most: usize) -> Vec<(SeminarId, Likeness)> {
    let found = others.iter().filter_map(|other| Some((other.id, alike(one, other)?)));
    let mut found = found.collect::<Vec<_>>();
    found.sort_by_key(|(id, likeness)| (std::cmp::Reverse((likeness.evidence.len(), likeness.similarity)), *id));
    found.truncate(most);
    found
}

#[cfg(test)]
mod tests;
