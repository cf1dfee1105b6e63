//! How many came to one seminar, in whose words.

use crate::attendance::{Basis, People, Reconciled, Unit, reconcile, reconcile_with_people};
use crate::reports::model::{Facts, ReportedCount, Statement};
use crate::seminars::Channel;

/// How many came to an event: as the announcement that counts has it, else as the first of `others` that has a number.
#[must_use]
pub fn counted_once(of: &Facts, others: &[Facts], unit: Unit) -> Option<ReportedCount> {
    let count = |facts: &Facts| counted_people(&facts.headcounts, unit, &facts.channels, facts.people);
    let elsewhere = || {
        others.iter().find_map(|other| {
            let counted_by = Some(other.organisation.name.clone());
            count(other).map(|count| ReportedCount { counted_by, ..count })
        })
    };
    count(of).or_else(elsewhere)
}

/// How many came to one seminar, as `attendance` has it, with the words it was said in.
pub fn counted_people(
    headcounts: &[Statement],
    unit: Unit,
    offered: &[Channel],
    people: Option<People>,
) -> Option<ReportedCount> {
    let mut told = headcounts.iter().filter(|one| one.unit == unit).collect::<Vec<_>>();
    let bases = told.iter().map(|one| (one.channel, one.count)).collect::<Vec<_>>();
    // Only people take part; viewers, companies and questions are stated.
    let people = people.filter(|_| unit == Unit::Participants).unwrap_or_default();
    let (Reconciled { tally, as_total }, basis) = match unit {
        Unit::Participants => reconcile_with_people(&bases, &people, offered)?,
        Unit::Viewers | Unit::Companies | Unit::Questions => (reconcile(unit, &bases, offered)?, Basis::Headcount),
    };
    told.retain(|one| one.count.value.is_some() && one.channel.is_none() == as_total);
    told.sort_by_key(|one| one.channel);
    let counted = [(Channel::Onsite, people.onsite), (Channel::Online, people.online)];
    let counted = counted.iter().filter(|(channel, counted)| {
        counted.is_some() && !as_total && told.iter().all(|one| one.channel != Some(*channel))
    });
    let counted = counted.count();
    Some(ReportedCount {
        value: tally.value,
        qualifier: tally.qualifier,
        lower_bound: tally.lower_bound,
        basis,
        statements: told.len() + counted,
        stated_as: told.iter().filter_map(|one| one.stated_as.clone()).collect(),
        counted_by: None,
    })
}
