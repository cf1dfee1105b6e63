//! From the facts to the figures. Every number is the length or the sum of a list that stands beside it.

use std::collections::{BTreeMap, BTreeSet};

use super::asked::ActivityQuery;
use super::counting::{Counted, Verdict, is_summed, read_statements, reason};
use super::counts::counted_once;
use super::events::{everybody, judge_all, not_counted_apart};
use crate::attendance::{Tally, Unit};
use crate::base::text::fold;
use crate::catalogue::CollectionId;
use crate::reports::model::{
    ActivityReport, CancelledFigure, ChannelFigures, CollectionFigures, CountedAs, CountingRule, Facts, Figure,
    GroupFigures, HeldFigure, LeftOutSeminar, MonthFigures, OrganisationFigures, OtherRule, ReportFigures,
    ReportPeriod, ReportScope, ReportedCount, ReportedParty, ReportedSeminar, Span, Sum, SumRule, Taking,
};
use crate::seminars::{Channel, PartyRole, SeminarId, attendance_mode};

const TIME_ZONE: &str = "Europe/Berlin";

/// A seminar that counts.
struct Entry {
    seminar: ReportedSeminar,
    counted: Vec<Counted>,
    parties: Vec<Taking>,
    /// Those of its collections that papers give a chapter.
    own_chapters: Vec<CollectionId>,
}

/// An entry in one of the ways it counts.
type Part<'a> = (&'a Entry, &'a Counted);

/// The report over `facts`, in whatever order they come, by `rule`, and what `others` would say.
#[must_use]
pub fn report(
    query: &ActivityQuery,
    rule: &CountingRule,
    others: &[CountingRule],
    scope: ReportScope,
    facts: Vec<Facts>,
) -> ActivityReport {
    let other_rules = other_rules(query.period, rule, others, &facts);
    let (mut entries, mut left_out) = (Vec::new(), Vec::new());
    let verdicts = judge_all(&facts, query.period, &rule.terms);
    let others = not_counted_apart(&facts, &verdicts, rule.terms.sums);
    for (facts, verdict) in facts.into_iter().zip(verdicts) {
        let others = others.get(&facts.event()).map_or(&[][..], Vec::as_slice);
        match verdict {
            Verdict::Counts(counted) => entries.push(entry(facts, others, counted, rule.terms.sums)),
            Verdict::LeftOut(term) => left_out.push(LeftOutSeminar {
                id: facts.id,
                version: facts.version,
                date: facts.day,
                within: facts.within.filter(|_| facts.day.is_none()),
                title: facts.title,
                status: facts.status,
                left_out_by: term,
            }),
            Verdict::Elsewhere => {}
        }
    }
    entries.sort_by_cached_key(|entry| {
        let ReportedSeminar { date, title, id, .. } = &entry.seminar;
        (date.is_none(), *date, fold(title), *id)
    });
    left_out.sort_by_cached_key(|one| (one.date.is_none(), one.date, fold(&one.title), one.id));
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
        rule: rule.clone(),
        scope,
        figures: figures(&parts, query, rule),
        by_month: by_month(&parts, rule.terms.sums),
        by_channel: by_channel(&parts, rule.terms.sums),
        by_collection: by_collection(&parts, rule.terms.sums),
        by_organisation: by_organisation(&parts, rule.terms.sums),
        seminars: entries.into_iter().map(|entry| entry.seminar).collect(),
        left_out,
        other_rules,
        stated: Vec::new(),
    }
}

/// What each of the other rules counts, beside what this one does.
fn other_rules(period: Span, rule: &CountingRule, others: &[CountingRule], facts: &[Facts]) -> Vec<OtherRule> {
    let of = |rule: &CountingRule| {
        let (mut offered, mut held) = (BTreeSet::new(), BTreeSet::new());
        for (facts, verdict) in facts.iter().zip(judge_all(facts, period, &rule.terms)) {
            let Verdict::Counts(ways) = verdict else { continue };
            if ways.iter().any(|way| rule.terms.offered.contains(&way.as_what)) {
                offered.insert(facts.id);
            }
            if ways.iter().any(|way| way.as_what == CountedAs::Held) {
                held.insert(facts.id);
            }
        }
        (offered, held)
    };
    let (_, here) = of(rule);
    let others = others.iter().filter(|other| !other.is(rule));
    let told = others.map(|other| {
        let (offered, there) = of(other);
        OtherRule {
            id: other.id.clone(),
            version: other.version,
            organisation: other
                .organisation
                .as_ref()
                .map(|organisation| organisation.slug.clone()),
            offered: offered.len(),
            held: there.len(),
            only_there: there.difference(&here).copied().collect(),
            only_here: here.difference(&there).copied().collect(),
        }
    });
    told.collect()
}

fn entry(mut facts: Facts, others: &[Facts], counted: Vec<Counted>, sums: SumRule) -> Entry {
    read_statements(&mut facts, sums);
    let counted_as = counted.iter().map(|counted| counted.as_what).collect::<Vec<_>>();
    facts.channels.sort_unstable();
    facts.channels.dedup();
    facts.parties = everybody(&facts);
    facts
        .collections
        .sort_by_cached_key(|one| (one.collection.kind, fold(&one.collection.name), one.collection.id));
    let held = counted_as.contains(&CountedAs::Held);
    let count = |unit| held.then(|| counted_once(&facts, others, unit)).flatten();
    let (participants, viewers) = (count(Unit::Participants), count(Unit::Viewers));
    let (companies, questions) = (count(Unit::Companies), count(Unit::Questions));
    let own_chapters = facts.collections.iter().filter(|one| one.own_chapter);
    let own_chapters = own_chapters.map(|one| one.collection.id).collect();
    let postponed = counted.iter().find(|counted| counted.as_what == CountedAs::Postponed);
    let seminar = ReportedSeminar {
        id: facts.id,
        version: facts.version,
        reason_code: reason(&facts, &counted_as),
        organisation: facts.organisation.slug,
        title: facts.title,
        kind: Some(facts.kind),
        place: facts.place,
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
    Entry {
        seminar,
        counted,
        parties: facts.parties,
        own_chapters,
    }
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

fn figures(parts: &[Part<'_>], query: &ActivityQuery, rule: &CountingRule) -> ReportFigures {
    let sums = rule.terms.sums;
    let offered = ids(parts
        .iter()
        .filter(|(_, counted)| rule.terms.offered.contains(&counted.as_what)));
    let held = counting_as(parts, CountedAs::Held);
    let side = |before: bool| {
        query.split_on.map(|split| {
            let on_side = |(_, counted): &&Part<'_>| counted.day.is_some_and(|day| (day < split) == before);
            ids(held.iter().filter(on_side))
        })
    };
    let (before, after) = (side(true), side(false));
    let undated = ids(held.iter().filter(|(_, counted)| counted.day.is_none()));
    let cancelled = counting_as(parts, CountedAs::Cancelled);
    let mut by_reason = BTreeMap::<_, Vec<SeminarId>>::new();
    for (entry, _) in &cancelled {
        if let Some(reason) = entry.seminar.reason_code {
            by_reason.entry(reason).or_default().push(entry.seminar.id);
        }
    }
    let silent = |(entry, _): &&Part<'_>| entry.seminar.participants.is_none() && entry.seminar.viewers.is_none();
    let unsummed = |(entry, _): &&Part<'_>| counts(&entry.seminar).any(|count| !is_summed(count.qualifier, sums));
    ReportFigures {
        offered: Figure::of(offered),
        held: HeldFigure {
            count: held.len(),
            before_split: before.as_ref().map(Vec::len),
            from_split: after.as_ref().map(Vec::len),
            undated: undated.len(),
            seminars: ids(&held),
            seminars_before_split: before,
            seminars_from_split: after,
            seminars_undated: undated,
        },
        cancelled: CancelledFigure {
            count: cancelled.len(),
            by_reason: by_reason.iter().map(|(reason, those)| (*reason, those.len())).collect(),
            seminars: ids(&cancelled),
            seminars_by_reason: by_reason,
        },
        postponed: Figure::of(ids(&counting_as(parts, CountedAs::Postponed))),
        planned: Figure::of(ids(&counting_as(parts, CountedAs::Planned))),
        participants: total(&held, sums, |seminar| seminar.participants.as_ref()),
        viewers: total(&held, sums, |seminar| seminar.viewers.as_ref()),
        companies: total(&held, sums, |seminar| seminar.companies.as_ref()),
        questions: total(&held, sums, |seminar| seminar.questions.as_ref()),
        without_count: Figure::of(ids(held.iter().filter(silent))),
        not_summed: Figure::of(ids(held.iter().filter(unsummed))),
    }
}

/// All counts of a seminar, whatever their units.
fn counts(seminar: &ReportedSeminar) -> impl Iterator<Item = &ReportedCount> {
    let all = [
        &seminar.participants,
        &seminar.viewers,
        &seminar.companies,
        &seminar.questions,
    ];
    all.into_iter().flatten()
}

fn group(parts: &[Part<'_>], sums: SumRule) -> GroupFigures {
    let figure = |as_what| Figure::of(ids(&counting_as(parts, as_what)));
    let held = counting_as(parts, CountedAs::Held);
    GroupFigures {
        held: figure(CountedAs::Held),
        cancelled: figure(CountedAs::Cancelled),
        postponed: figure(CountedAs::Postponed),
        planned: figure(CountedAs::Planned),
        participants: total(&held, sums, |seminar| seminar.participants.as_ref()),
        viewers: total(&held, sums, |seminar| seminar.viewers.as_ref()),
        seminars: ids(parts),
    }
}

fn counting_as<'a>(parts: &[Part<'a>], as_what: CountedAs) -> Vec<Part<'a>> {
    let wanted = |(_, counted): &Part<'_>| counted.as_what == as_what;
    parts.iter().copied().filter(wanted).collect()
}

/// Each seminar once, in the order of the list, in which the ways one seminar counts stand together.
fn ids<'a>(parts: impl IntoIterator<Item = &'a Part<'a>>) -> Vec<SeminarId> {
    let mut all = parts.into_iter().map(|(entry, _)| entry.seminar.id).collect::<Vec<_>>();
    all.dedup();
    all
}

fn total(held: &[Part<'_>], sums: SumRule, count: impl Fn(&ReportedSeminar) -> Option<&ReportedCount>) -> Option<Sum> {
    let known = held
        .iter()
        .filter_map(|(entry, _)| Some((entry.seminar.id, count(&entry.seminar)?.tally())))
        .filter(|(_, tally)| is_summed(tally.qualifier, sums))
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

fn by_month(parts: &[Part<'_>], sums: SumRule) -> Vec<MonthFigures> {
    let month = |(_, counted): &Part<'_>| {
        let month = counted.day.map(|day| day.format("%Y-%m").to_string());
        vec![(month.is_none(), month)]
    };
    let groups = grouped(parts, month).into_iter();
    groups
        .map(|((_, month), parts)| MonthFigures {
            month,
            figures: group(&parts, sums),
        })
        .collect()
}

fn by_channel(parts: &[Part<'_>], sums: SumRule) -> Vec<ChannelFigures> {
    let channels = |(entry, _): &Part<'_>| {
        let channels: Vec<Channel> = entry.seminar.channels.clone();
        vec![(channels.is_empty(), channels)]
    };
    let groups = grouped(parts, channels).into_iter();
    groups
        .map(|((_, channels), parts)| ChannelFigures {
            channels,
            figures: group(&parts, sums),
        })
        .collect()
}

fn by_collection(parts: &[Part<'_>], sums: SumRule) -> Vec<CollectionFigures> {
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
            own_chapter: key
                .as_ref()
                .is_some_and(|(.., id)| parts.iter().any(|(entry, _)| entry.own_chapters.contains(id))),
            collection: key.and_then(|(_, _, id)| known.get(&id).cloned()),
            figures: group(&parts, sums),
        })
        .collect()
}

fn by_organisation(parts: &[Part<'_>], sums: SumRule) -> Vec<OrganisationFigures> {
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
            let mut roles = BTreeMap::<PartyRole, Vec<SeminarId>>::new();
            let mut spellings = BTreeSet::new();
            let mut organisation = None;
            for (entry, _) in &parts {
                for party in entry.parties.iter().filter(belongs).filter(|party| key(party) == of) {
                    roles.entry(party.role).or_default().push(entry.seminar.id);
                    spellings.insert(party.name.clone());
                    organisation = party.organisation.clone();
                }
            }
            roles.values_mut().for_each(Vec::dedup);
            Some(OrganisationFigures {
                name: spellings.into_iter().next()?,
                organisation,
                roles: roles.iter().map(|(role, seminars)| (*role, seminars.len())).collect(),
                seminars_by_role: roles,
                figures: group(&parts, sums),
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
