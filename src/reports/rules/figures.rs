//! From the facts to the figures. Every number is the length or the sum of a list that stands beside it.

use std::collections::{BTreeMap, BTreeSet};

use super::asked::ActivityQuery;
use super::counting::{Counted, counted, reason, rule};
use crate::attendance::{Basis, People, Reconciled, Tally, Unit, reconcile, reconcile_with_people};
use crate::base::text::fold;
use crate::reports::model::{
    ActivityReport, CancelledFigure, ChannelFigures, CollectionFigures, CountedAs, Facts, Figure, GroupFigures,
    HeldFigure, MonthFigures, OrganisationFigures, ReportFigures, ReportPeriod, ReportScope, ReportedCount,
    ReportedParty, ReportedSeminar, Statement, Sum, Taking,
};
use crate::seminars::{Channel, PartyRole, SeminarId, attendance_mode};

const TIME_ZONE: &str = "Europe/Berlin";

/// A seminar that counts.
struct Entry {
    seminar: ReportedSeminar,
    counted: Vec<Counted>,
    parties: Vec<Taking>,
}

/// An entry in one of the ways it counts.
type Part<'a> = (&'a Entry, &'a Counted);

/// The report over `facts`, in whatever order they come.
#[must_use]
pub fn report(query: &ActivityQuery, scope: ReportScope, facts: Vec<Facts>) -> ActivityReport {
    let mut entries = facts
        .into_iter()
        .filter_map(|facts| entry(facts, query))
        .collect::<Vec<_>>();
    entries.sort_by_cached_key(|entry| {
        let ReportedSeminar { date, title, id, .. } = &entry.seminar;
        (date.is_none(), *date, fold(title), *id)
    });
    let parts = entries
        .iter()
        .flat_map(|entry| entry.counted.iter().map(move |counted| (entry, counted)))
        .collect::<Vec<_>>();
    ActivityReport {
        period: ReportPeriod {
            from: query.period.from,
            to: query.period.to,
            time_zone: TIME_ZONE.to_owned(),
            split_on: query.split_on,
        },
        rule: rule(query.rule),
        scope,
        figures: figures(&parts, query),
        by_month: by_month(&parts),
        by_channel: by_channel(&parts),
        by_collection: by_collection(&parts),
        by_organisation: by_organisation(&parts),
        seminars: entries.into_iter().map(|entry| entry.seminar).collect(),
    }
}

fn entry(mut facts: Facts, query: &ActivityQuery) -> Option<Entry> {
    let counted = counted(&facts, query.period, query.rule);
    if counted.is_empty() {
        return None;
    }
    let counted_as = counted.iter().map(|counted| counted.as_what).collect::<Vec<_>>();
    facts.channels.sort_unstable();
    facts.channels.dedup();
    facts.parties.sort_by_key(|party| party.position);
    facts
        .collections
        .sort_by_cached_key(|one| (one.collection.kind, fold(&one.collection.name), one.collection.id));
    let held = counted_as.contains(&CountedAs::Held);
    let count = |unit| {
        held.then(|| counted_people(&facts.headcounts, unit, &facts.channels, facts.people))
            .flatten()
    };
    let (participants, viewers) = (count(Unit::Participants), count(Unit::Viewers));
    let (companies, questions) = (count(Unit::Companies), count(Unit::Questions));
    let postponed = counted.iter().find(|counted| counted.as_what == CountedAs::Postponed);
    let seminar = ReportedSeminar {
        id: facts.id,
        reason_code: reason(&facts, &counted_as),
        organisation: facts.organisation.slug,
        title: facts.title,
        date: facts.day,
        within: facts.within.filter(|_| facts.day.is_none()),
        undated: facts.day.is_none(),
        status: facts.status,
        postponed_from: postponed.and_then(|counted| counted.day),
        counted_as,
        attendance_mode: attendance_mode(&facts.channels),
        channels: facts.channels,
        participants,
        viewers,
        companies,
        questions,
        parties: facts.parties.iter().map(party).collect(),
        collections: facts.collections.into_iter().map(|one| one.collection).collect(),
    };
    Some(Entry {
        seminar,
        counted,
        parties: facts.parties,
    })
}

/// How many came to one seminar, as `attendance` has it, with the words it was said in.
fn counted_people(
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
    })
}

fn party(party: &Taking) -> ReportedParty {
    ReportedParty {
        role: party.role,
        name: party.name.clone(),
        organisation: party
            .organisation
            .as_ref()
            .map(|organisation| organisation.slug.clone()),
    }
}

fn figures(parts: &[Part<'_>], query: &ActivityQuery) -> ReportFigures {
    let offered = ids(parts.iter().filter(|(_, c)| c.as_what != CountedAs::Planned));
    let held = counting_as(parts, CountedAs::Held);
    let side = |before: bool| {
        query.split_on.map(|split| {
            let on_side = |(_, counted): &&Part<'_>| counted.day.is_some_and(|day| (day < split) == before);
            held.iter().filter(on_side).count()
        })
    };
    let cancelled = counting_as(parts, CountedAs::Cancelled);
    let mut by_reason = BTreeMap::new();
    for reason in cancelled.iter().filter_map(|(entry, _)| entry.seminar.reason_code) {
        *by_reason.entry(reason).or_default() += 1;
    }
    let silent = |(entry, _): &&Part<'_>| entry.seminar.participants.is_none() && entry.seminar.viewers.is_none();
    ReportFigures {
        offered: Figure::of(offered),
        held: HeldFigure {
            count: held.len(),
            before_split: side(true),
            from_split: side(false),
            undated: held.iter().filter(|(_, counted)| counted.day.is_none()).count(),
            seminars: ids(&held),
        },
        cancelled: CancelledFigure {
            count: cancelled.len(),
            by_reason,
            seminars: ids(&cancelled),
        },
        postponed: Figure::of(ids(&counting_as(parts, CountedAs::Postponed))),
        planned: Figure::of(ids(&counting_as(parts, CountedAs::Planned))),
        participants: total(&held, |seminar| seminar.participants.as_ref()),
        viewers: total(&held, |seminar| seminar.viewers.as_ref()),
        companies: total(&held, |seminar| seminar.companies.as_ref()),
        questions: total(&held, |seminar| seminar.questions.as_ref()),
        without_count: Figure::of(ids(held.iter().filter(silent))),
    }
}

fn group(parts: &[Part<'_>]) -> GroupFigures {
    let figure = |as_what| Figure::of(ids(&counting_as(parts, as_what)));
    let held = counting_as(parts, CountedAs::Held);
    GroupFigures {
        held: figure(CountedAs::Held),
        cancelled: figure(CountedAs::Cancelled),
        postponed: figure(CountedAs::Postponed),
        planned: figure(CountedAs::Planned),
        participants: total(&held, |seminar| seminar.participants.as_ref()),
        viewers: total(&held, |seminar| seminar.viewers.as_ref()),
        seminars: ids(parts),
    }
}

fn counting_as<'a>(parts: &[Part<'a>], as_what: CountedAs) -> Vec<Part<'a>> {
    let wanted = |(_, counted): &Part<'_>| counted.as_what == as_what;
    parts.iter().copied().filter(wanted).collect()
}

/// Each seminar once, in the order of the list.
fn ids<'a>(parts: impl IntoIterator<Item = &'a Part<'a>>) -> Vec<SeminarId> {
    let mut seen = BTreeSet::new();
    let all = parts.into_iter().map(|(entry, _)| entry.seminar.id);
    all.filter(|id| seen.insert(*id)).collect()
}

fn total(held: &[Part<'_>], count: impl Fn(&ReportedSeminar) -> Option<&ReportedCount>) -> Option<Sum> {
    let known = held
        .iter()
        .filter_map(|(entry, _)| Some((entry.seminar.id, count(&entry.seminar)?.tally())))
        .collect::<Vec<_>>();
    let Tally {
        value,
        qualifier,
        lower_bound,
    } = known.iter().map(|(_, tally)| *tally).reduce(Tally::plus)?;
    Some(Sum {
        value,
        qualifier,
        lower_bound,
        seminars: known.into_iter().map(|(id, _)| id).collect(),
    })
}

/// The parts by key, groups in the order of their keys.
fn grouped<'a, K: Ord>(parts: &[Part<'a>], keys: impl Fn(&Part<'a>) -> Vec<K>) -> BTreeMap<K, Vec<Part<'a>>> {
    let mut groups = BTreeMap::<K, Vec<Part<'a>>>::new();
    for part in parts {
        for key in keys(part) {
            groups.entry(key).or_default().push(*part);
        }
    }
    groups
}

fn by_month(parts: &[Part<'_>]) -> Vec<MonthFigures> {
    let month = |(_, counted): &Part<'_>| {
        let month = counted.day.map(|day| day.format("%Y-%m").to_string());
        vec![(month.is_none(), month)]
    };
    let groups = grouped(parts, month).into_iter();
    groups
        .map(|((_, month), parts)| MonthFigures {
            month,
            figures: group(&parts),
        })
        .collect()
}

fn by_channel(parts: &[Part<'_>]) -> Vec<ChannelFigures> {
    let channels = |(entry, _): &Part<'_>| {
        let channels: Vec<Channel> = entry.seminar.channels.clone();
        vec![(channels.is_empty(), channels)]
    };
    let groups = grouped(parts, channels).into_iter();
    groups
        .map(|((_, channels), parts)| ChannelFigures {
            channels,
            figures: group(&parts),
        })
        .collect()
}

fn by_collection(parts: &[Part<'_>]) -> Vec<CollectionFigures> {
    let known = parts
        .iter()
        .flat_map(|(entry, _)| &entry.seminar.collections)
        .map(|collection| (collection.id, collection.clone()))
        .collect::<BTreeMap<_, _>>();
    let keys = |(entry, _): &Part<'_>| match entry.seminar.collections.as_slice() {
        [] => vec![(true, None)],
        some => some
            .iter()
            .map(|one| (false, Some((one.kind, fold(&one.name), one.id))))
            .collect(),
    };
    let groups = grouped(parts, keys).into_iter();
    groups
        .map(|((_, key), parts)| CollectionFigures {
            collection: key.and_then(|(_, _, id)| known.get(&id).cloned()),
            figures: group(&parts),
        })
        .collect()
}

fn by_organisation(parts: &[Part<'_>]) -> Vec<OrganisationFigures> {
    // Speakers by name are people, not organisations.
    let belongs = |party: &&Taking| party.organisation.is_some() || party.role != PartyRole::Speaker;
    let key = |party: &Taking| match &party.organisation {
        Some(organisation) => (Some(organisation.id), String::new()),
        None => (None, fold(&party.name)),
    };
    let keys = |(entry, _): &Part<'_>| {
        let keys = entry.parties.iter().filter(belongs).map(key).collect::<BTreeSet<_>>();
        keys.into_iter().collect::<Vec<_>>()
    };
    let mut all = grouped(parts, keys)
        .into_iter()
        .filter_map(|(of, parts)| {
            let mut roles = BTreeMap::<PartyRole, BTreeSet<SeminarId>>::new();
            let mut spellings = BTreeSet::new();
            let mut organisation = None;
            for (entry, _) in &parts {
                for party in entry.parties.iter().filter(belongs).filter(|party| key(party) == of) {
                    roles.entry(party.role).or_default().insert(entry.seminar.id);
                    spellings.insert(party.name.clone());
                    organisation = party.organisation.clone();
                }
            }
            Some(OrganisationFigures {
                name: spellings.into_iter().next()?,
                organisation,
                roles: roles
                    .into_iter()
                    .map(|(role, seminars)| (role, seminars.len()))
                    .collect(),
                figures: group(&parts),
            })
        })
        .collect::<Vec<_>>();
    all.sort_by_cached_key(|one| {
        let seminars = one.figures.seminars.len();
        (std::cmp::Reverse(seminars), fold(&one.name), one.name.clone())
    });
    all
}

#[cfg(test)]
mod tests;
