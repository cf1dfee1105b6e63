//! What counts, as what, on which day, and by which term of the rule something is left out.

use chrono::NaiveDate;

use crate::attendance::Qualifier;
use crate::reports::model::{Change, CountedAs, CountingTerms, Facts, LeftOutBy, Postponements, Span, SumRule, Whose};
use crate::seminars::{Audience, ChangeKind, Channel, PartyRole, ReasonCode, Status};

/// A seminar counts as this, in the month and on the side of the split that `day` names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Counted {
    pub as_what: CountedAs,
    pub day: Option<NaiveDate>,
}

/// What becomes of a seminar under a rule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// One thing, or postponed and another.
    Counts(Vec<Counted>),
    /// It is of the period, and this term of the rule leaves it out.
    LeftOut(LeftOutBy),
    /// It is not of the period.
    Elsewhere,
}

/// As what `seminar` counts in `period` under `terms`.
#[must_use]
pub fn judge(seminar: &Facts, period: Span, terms: &CountingTerms) -> Verdict {
    let mut left_out = None;
    let mut counts = Vec::new();
    let mut ways = ways(seminar, period);
    let ended = |way: &Counted| matches!(way.as_what, CountedAs::Held | CountedAs::Cancelled);
    if terms.postponed == Postponements::NotMadeUp && ways.iter().any(ended) {
        ways.retain(ended);
    }
    for way in ways {
        match objection(seminar, way, terms) {
            None => counts.push(way),
            Some(term) => left_out = left_out.or(Some(term)),
        }
    }
    match left_out {
        _ if !counts.is_empty() => Verdict::Counts(counts),
        Some(term) => Verdict::LeftOut(term),
        None => Verdict::Elsewhere,
    }
}

/// What the seminar is in the period, before any rule.
fn ways(seminar: &Facts, period: Span) -> Vec<Counted> {
    let Facts {
        day, within, status, ..
    } = *seminar;
    let inside = match (day, within) {
        (Some(day), _) => period.contains(day),
        (None, Some(within)) => period.covers(within),
        (None, None) => false,
    };
    let ahead = day
        .or(within.map(|within| within.to))
        .is_some_and(|day| day >= period.from);
    let announced = seminar.published_on.is_some_and(|day| day <= period.to);
    let by_status = match status {
        Status::Held if inside => Some(CountedAs::Held),
        Status::Cancelled if inside => Some(CountedAs::Cancelled),
        Status::Scheduled if ahead && announced => Some(CountedAs::Planned),
        Status::Draft | Status::Held | Status::Cancelled | Status::Scheduled | Status::Postponed => None,
    };
    let given_up = day_given_up(seminar, period);
    let postponed = match status {
        Status::Draft => None,
        _ if given_up.is_some() => Some(given_up),
        Status::Postponed if inside => Some(day),
        _ => None,
    };
    by_status
        .map(|as_what| Counted { as_what, day })
        .into_iter()
        .chain(postponed.map(|day| Counted {
            as_what: CountedAs::Postponed,
            day,
        }))
        .collect()
}

/// The first term that speaks against counting the seminar this way.
fn objection(seminar: &Facts, way: Counted, terms: &CountingTerms) -> Option<LeftOutBy> {
    let onsite_only =
        || seminar.channels.iter().all(|channel| *channel == Channel::Onsite) && !seminar.channels.is_empty();
    let too_late = || {
        terms
            .onsite_only_before
            .is_some_and(|end| way.day.is_some_and(|day| day >= end))
    };
    let chapter = || seminar.collections.iter().any(|collection| collection.own_chapter);
    if !terms.counts.contains(&way.as_what) {
        Some(LeftOutBy::Counts)
    } else if !is_own(seminar, terms.whose) {
        Some(LeftOutBy::Whose)
    } else if !terms.internal && seminar.audience == Audience::Internal {
        Some(LeftOutBy::Internal)
    } else if !terms.undated && way.day.is_none() {
        Some(LeftOutBy::Undated)
    } else if !terms.own_chapters && chapter() {
        Some(LeftOutBy::OwnChapters)
    } else if way.as_what == CountedAs::Held && onsite_only() && too_late() {
        Some(LeftOutBy::OnsiteOnlyBefore)
    } else {
        None
    }
}

/// Whether the organisation in whose programme the seminar is has the part in it that the rule asks for.
fn is_own(seminar: &Facts, whose: Whose) -> bool {
    let roles = || {
        let own = seminar.parties.iter().filter(|party| {
            let known = party.organisation.as_ref();
            known.is_some_and(|organisation| organisation.id == seminar.organisation.id)
        });
        own.map(|party| party.role)
    };
    let unnamed = || {
        let somebody_leads = seminar.parties.iter().any(|party| party.role == PartyRole::Lead);
        !somebody_leads && roles().next().is_none()
    };
    match whose {
        Whose::All => true,
        Whose::Lead => unnamed() || roles().any(|role| role == PartyRole::Lead),
        Whose::Organised => unnamed() || roles().any(|role| matches!(role, PartyRole::Lead | PartyRole::CoOrganiser)),
    }
}

/// The first day in the period that was planned for and then given up. A seminar moved twice was moved, once.
fn day_given_up(seminar: &Facts, period: Span) -> Option<NaiveDate> {
    moves(seminar)
        .filter_map(|change| change.before_on)
        .filter(|day| period.contains(*day))
        .min()
}

/// Each statement as the sum rule reads it.
pub fn read_statements(seminar: &mut Facts, rule: SumRule) {
    if rule != SumRule::StatedNumbers {
        return;
    }
    for statement in &mut seminar.headcounts {
        // "über 130" is at least the 130 that were said; "weniger als 50" at most the 50.
        statement.count.qualifier = match statement.count.qualifier {
            Qualifier::MoreThan => Qualifier::AtLeast,
            Qualifier::LessThan => Qualifier::AtMost,
            other => other,
        };
    }
}

/// Whether a count goes into a sum.
#[must_use]
pub fn is_summed(qualifier: Qualifier, rule: SumRule) -> bool {
    rule != SumRule::ExactOnly || qualifier == Qualifier::Exact
}

/// Why the seminar was called off or moved, by the last word on it.
#[must_use]
pub fn reason(seminar: &Facts, as_what: &[CountedAs]) -> Option<ReasonCode> {
    let last = |changes: &mut dyn Iterator<Item = &Change>| {
        changes
            .max_by_key(|change| (change.at, change.id))
            .map_or(ReasonCode::Unknown, |change| change.reason_code)
    };
    if as_what.contains(&CountedAs::Cancelled) {
        let mut cancellations = seminar.changes.iter().filter(|c| c.kind == ChangeKind::Cancelled);
        return Some(last(&mut cancellations));
    }
    as_what
        .contains(&CountedAs::Postponed)
        .then(|| last(&mut moves(seminar)))
}

fn moves(seminar: &Facts) -> impl Iterator<Item = &Change> {
    let moved = |change: &&Change| matches!(change.kind, ChangeKind::Postponed | ChangeKind::Rescheduled);
    seminar.changes.iter().filter(moved)
}

#[cfg(test)]
mod tests;
