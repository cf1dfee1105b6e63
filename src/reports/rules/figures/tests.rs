use proptest::prelude::*;

use super::*;
use crate::attendance::{Basis, Counted, People};
use crate::attendance::{Count, Qualifier};
use crate::reports::model::{CountingTerms, LeftOutBy, Statement};
use crate::reports::rules::built_ins;
use crate::reports::rules::counts::counted_people;
use crate::reports::rules::samples::{
    any_facts, any_question, any_rule, day, own_rule, paper, programme, rule, scope, seminar, stated, taking,
};
use crate::seminars::{ReasonCode, Status};

fn over_the_paper(name: &str) -> ActivityReport {
    report(&paper(), &rule(name), &built_ins(), scope(), programme())
}

fn titles<'a>(report: &'a ActivityReport, ids: &[SeminarId]) -> Vec<&'a str> {
    let title = |id: &SeminarId| report.seminars.iter().find(|s| s.id == *id).unwrap().title.as_str();
    ids.iter().map(title).collect()
}

#[test]
fn the_paper_counts_as_the_paper_says() {
    let report = over_the_paper("all");
    let figures = &report.figures;
    assert_eq!(
        (figures.offered.count, figures.held.count, figures.cancelled.count),
        (25, 23, 2)
    );
    assert_eq!((figures.postponed.count, figures.planned.count), (0, 3));
    assert_eq!(figures.held.before_split, Some(4));
    assert_eq!((figures.held.from_split, figures.held.undated), (Some(17), 2));
    assert_eq!(figures.cancelled.by_reason, BTreeMap::from([(ReasonCode::Pandemic, 2)]));
    assert_eq!(
        titles(&report, &figures.cancelled.seminars),
        ["Gründerfoyer", "VISION-Preisverleihung"]
    );
    let participants = figures.participants.as_ref().unwrap();
    assert_eq!(
        (participants.value, participants.qualifier, participants.lower_bound),
        (1080, Qualifier::AtLeast, Some(1080))
    );
    assert_eq!(participants.seminars.len(), 17);
    let viewers = figures.viewers.as_ref().unwrap();
    assert_eq!(
        (viewers.value, viewers.qualifier, viewers.seminars.len()),
        (450, Qualifier::Exact, 1)
    );
    assert_eq!(
        titles(&report, &figures.without_count.seminars),
        [
            "digitalHUB meets Care and Mobility Innovation – Fokus Care",
            "Informationsveranstaltung für Organisationseinheiten",
            "digitalHUB meets Care and Mobility Innovation – Mobility",
            "Regionaler Dialog im Kreis Euskirchen",
            "Regionaler Dialog im Kreis Heinsberg",
        ]
    );
    assert_eq!(report.seminars.len(), 28);
}

#[test]
fn each_built_in_rule_over_the_paper() {
    let held = |rule: &CountingRule| over_the_paper(&rule.id).figures.held.count;
    assert_eq!(
        built_ins().iter().map(held).collect::<Vec<_>>(),
        [23, 21, 20, 16, 23, 20, 23]
    );
    let public = over_the_paper("public").figures;
    assert_eq!(
        (public.cancelled.count, public.planned.count, public.without_count.count),
        (0, 2, 2)
    );
}

#[test]
fn the_groups_of_the_paper() {
    let report = over_the_paper("all");
    let months = report
        .by_month
        .iter()
        .map(|m| (m.month.as_deref(), m.figures.held.count));
    let months = months.collect::<Vec<_>>();
    assert_eq!(months[..2], [(Some("2020-02"), 2), (Some("2020-03"), 2)]);
    assert_eq!(months.last(), Some(&(None, 2)));
    let channels = report
        .by_channel
        .iter()
        .map(|c| (c.channels.len(), c.figures.held.count));
    assert_eq!(channels.collect::<Vec<_>>(), [(1, 5), (2, 1), (1, 12), (1, 1), (0, 4)]);
    let lead = &report.by_organisation[0];
    assert_eq!(
        (lead.name.as_str(), lead.figures.held.count),
        ("StädteRegion Aachen", 19)
    );
    assert_eq!(
        lead.roles,
        BTreeMap::from([(PartyRole::Lead, 18), (PartyRole::CoOrganiser, 5)])
    );
    let collections = report
        .by_collection
        .iter()
        .map(|c| c.collection.as_ref().map(|c| c.name.as_str()));
    assert_eq!(
        collections.collect::<Vec<_>>(),
        [Some("AC²"), Some("Care and Mobility Innovation"), None]
    );
}

#[test]
fn a_count_of_the_whole_wins_over_its_channels() {
    let of = |channel, value, qualifier| Statement {
        channel,
        count: Count::new(value, qualifier),
        stated_as: None,
        ..stated("1 Teilnehmende")
    };
    let onsite = of(Some(Channel::Onsite), 58, Qualifier::Exact);
    let online = of(Some(Channel::Online), 71, Qualifier::MoreThan);
    let whole = stated("über 130 Teilnehmende");
    let count = |all: &[Statement]| {
        counted_people(all, Unit::Participants, &[], None).map(|c| (c.value, c.qualifier, c.statements))
    };
    let both = [onsite.clone(), online.clone()];
    assert_eq!(count(&both), Some((130, Qualifier::AtLeast, 2)));
    assert_eq!(
        count(&[onsite.clone(), whole, online]),
        Some((131, Qualifier::AtLeast, 1))
    );
    assert_eq!(count(&[stated("450 Zuschauende")]), None);
    let nothing = Statement {
        count: Count {
            value: None,
            qualifier: Qualifier::Unknown,
        },
        ..stated("1 Teilnehmende")
    };
    assert_eq!(count(std::slice::from_ref(&nothing)), None);
    assert_eq!(
        count(&[nothing.clone(), onsite.clone()]),
        Some((58, Qualifier::Exact, 1))
    );
    let unknown = Statement {
        channel: Some(Channel::Online),
        ..nothing
    };
    assert_eq!(count(&[onsite.clone(), unknown]), Some((58, Qualifier::AtLeast, 1)));
    let hybrid = counted_people(&[onsite], Unit::Participants, &[Channel::Onsite, Channel::Online], None).unwrap();
    assert_eq!(
        (hybrid.value, hybrid.qualifier),
        (58, Qualifier::AtLeast),
        "nobody counted online"
    );
}

#[test]
fn only_seminars_held_have_participants() {
    let mut cancelled = seminar("Abgesagt");
    cancelled.status = Status::Cancelled;
    cancelled.headcounts = vec![stated("12 Teilnehmende")];
    let report = report(&paper(), &rule("all"), &[], scope(), vec![cancelled]);
    assert_eq!(report.figures.participants, None);
    assert_eq!(report.seminars[0].participants, None);
}

#[test]
fn speakers_by_name_are_nobodys_organisation() {
    let mut talk = seminar("Vortrag");
    let mut speaker = taking(1, PartyRole::Speaker, "Dr. Erika Beispiel");
    speaker.organisation = None;
    talk.parties = vec![taking(0, PartyRole::Lead, "IHK Aachen"), speaker];
    let report = report(&paper(), &rule("all"), &[], scope(), vec![talk]);
    assert_eq!(report.by_organisation.len(), 1);
    assert_eq!(report.seminars[0].parties.len(), 2);
}

#[test]
fn nothing_is_an_answer() {
    let report = report(&paper(), &rule("all"), &[], scope(), vec![]);
    assert_eq!(report.figures.offered, Figure::default());
    assert_eq!(report.figures.participants, None);
    assert!(report.by_month.is_empty() && report.seminars.is_empty());
}

fn sums(groups: &[&GroupFigures], of: impl Fn(&GroupFigures) -> &Figure) -> (usize, BTreeSet<SeminarId>) {
    let ids = groups.iter().flat_map(|group| of(group).seminars.clone()).collect();
    (groups.iter().map(|group| of(group).count).sum(), ids)
}

fn tallied(groups: &[&GroupFigures], of: impl Fn(&GroupFigures) -> Option<&Sum>) -> Option<Tally> {
    groups
        .iter()
        .filter_map(|group| of(group))
        .map(Sum::tally)
        .reduce(Tally::plus)
}

fn whole(report: &ActivityReport, groups: &[&GroupFigures]) {
    let figures = &report.figures;
    let set = |ids: &[SeminarId]| ids.iter().copied().collect::<BTreeSet<_>>();
    assert_eq!(
        sums(groups, |g| &g.held),
        (figures.held.count, set(&figures.held.seminars))
    );
    assert_eq!(
        sums(groups, |g| &g.cancelled),
        (figures.cancelled.count, set(&figures.cancelled.seminars))
    );
    assert_eq!(
        sums(groups, |g| &g.postponed),
        (figures.postponed.count, set(&figures.postponed.seminars))
    );
    assert_eq!(
        sums(groups, |g| &g.planned),
        (figures.planned.count, set(&figures.planned.seminars))
    );
    assert_eq!(
        tallied(groups, |g| g.participants.as_ref()),
        figures.participants.as_ref().map(Sum::tally)
    );
    assert_eq!(
        tallied(groups, |g| g.viewers.as_ref()),
        figures.viewers.as_ref().map(Sum::tally)
    );
}

fn distinct(count: usize, ids: &[SeminarId]) {
    assert_eq!(count, ids.len());
    assert_eq!(count, ids.iter().collect::<BTreeSet<_>>().len());
}

fn each_count_is_the_length_of_its_ids(report: &ActivityReport) {
    let figures = &report.figures;
    distinct(figures.offered.count, &figures.offered.seminars);
    distinct(figures.held.count, &figures.held.seminars);
    distinct(figures.cancelled.count, &figures.cancelled.seminars);
    distinct(figures.postponed.count, &figures.postponed.seminars);
    distinct(figures.planned.count, &figures.planned.seminars);
    distinct(figures.without_count.count, &figures.without_count.seminars);
    distinct(figures.not_summed.count, &figures.not_summed.seminars);
    distinct(figures.held.undated, &figures.held.seminars_undated);
    assert_eq!(
        figures.held.before_split,
        figures.held.seminars_before_split.as_ref().map(Vec::len)
    );
    assert_eq!(
        figures.held.from_split,
        figures.held.seminars_from_split.as_ref().map(Vec::len)
    );
    let by_reason = figures
        .cancelled
        .seminars_by_reason
        .iter()
        .map(|(reason, those)| (*reason, those.len()));
    assert_eq!(figures.cancelled.by_reason, by_reason.collect());
    assert_eq!(
        figures.cancelled.by_reason.values().sum::<usize>(),
        figures.cancelled.count
    );
    if let Some(before) = figures.held.before_split {
        let sides = before + figures.held.from_split.unwrap() + figures.held.undated;
        assert_eq!(sides, figures.held.count);
    }
    for of in &report.by_organisation {
        let by_role = of.seminars_by_role.iter().map(|(role, those)| (*role, those.len()));
        assert_eq!(of.roles, by_role.collect());
    }
    let months = report.by_month.iter().map(|g| &g.figures);
    let channels = report.by_channel.iter().map(|g| &g.figures);
    let collections = report.by_collection.iter().map(|g| &g.figures);
    let organisations = report.by_organisation.iter().map(|g| &g.figures);
    for group in months.chain(channels).chain(collections).chain(organisations) {
        for figure in [&group.held, &group.cancelled, &group.postponed, &group.planned] {
            distinct(figure.count, &figure.seminars);
        }
        distinct(group.seminars.len(), &group.seminars);
        assert!(!group.seminars.is_empty());
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn figures_agree_with_their_seminars(
        facts in prop::collection::vec(any_facts(), 0..20), query in any_question(), rule in any_rule(),
    ) {
        let report = report(&query, &rule, &built_ins(), scope(), facts);
        each_count_is_the_length_of_its_ids(&report);
        whole(&report, &report.by_month.iter().map(|g| &g.figures).collect::<Vec<_>>());
        whole(&report, &report.by_channel.iter().map(|g| &g.figures).collect::<Vec<_>>());
        let in_channels = report.by_channel.iter().map(|g| g.figures.seminars.len()).sum::<usize>();
        prop_assert_eq!(in_channels, report.seminars.len());
        let is_offered = |what: &CountedAs| rule.terms.offered.contains(what);
        let offered = report.seminars.iter().filter(|s| s.counted_as.iter().any(is_offered)).count();
        prop_assert_eq!(offered, report.figures.offered.count);
    }

    #[test]
    fn the_order_of_the_facts_never_matters(
        (facts, shuffled) in prop::collection::vec(any_facts(), 0..12).prop_flat_map(|f| (Just(f.clone()), Just(f).prop_shuffle())),
        query in any_question(),
        rule in any_rule(),
    ) {
        let reversed = shuffled.into_iter().map(|mut facts| {
            facts.channels.reverse();
            facts.parties.reverse();
            facts.collections.reverse();
            facts.changes.reverse();
            facts.headcounts.reverse();
            facts
        }).collect();
        let of = |facts| report(&query, &rule, &built_ins(), scope(), facts);
        prop_assert_eq!(of(facts), of(reversed));
    }

    #[test]
    fn a_narrower_rule_never_counts_more(facts in prop::collection::vec(any_facts(), 0..20), query in any_question()) {
        let ids = |name| {
            let seminars = report(&query, &rule(name), &[], scope(), facts.clone()).seminars;
            seminars.into_iter().map(|s| s.id).collect::<BTreeSet<_>>()
        };
        prop_assert!(ids("public").is_subset(&ids("dated")));
        prop_assert!(ids("dated").is_subset(&ids("all")));
        prop_assert!(ids("overview").is_subset(&ids("public")));
        prop_assert!(ids("lead").is_subset(&ids("organised")));
    }
}

#[test]
fn people_who_were_counted_are_participants_where_nothing_was_stated() {
    let counted = |people, basis| {
        Some(Counted {
            people,
            basis,
            seen: people,
        })
    };
    let people = People {
        onsite: counted(58, Basis::CheckIns),
        online: counted(71, Basis::Import),
        total: 126,
        in_both: 3,
        ..People::default()
    };
    let offered = [Channel::Onsite, Channel::Online];
    let count = |all: &[Statement], people: People| {
        let count = counted_people(all, Unit::Participants, &offered, Some(people)).unwrap();
        (count.value, count.qualifier, count.basis, count.statements)
    };
    assert_eq!(count(&[], people), (126, Qualifier::Exact, Basis::AttendanceRecords, 2));
    let door = People {
        online: None,
        in_both: 0,
        ..people
    };
    assert_eq!(
        count(&[], door),
        (58, Qualifier::AtLeast, Basis::CheckIns, 1),
        "online may have been somebody"
    );
    let onsite = Statement {
        channel: Some(Channel::Onsite),
        ..stated("rund 60 Teilnehmende")
    };
    assert_eq!(
        count(std::slice::from_ref(&onsite), people),
        (128, Qualifier::About, Basis::Mixed, 2)
    );
    let whole = stated("über 130 Teilnehmende");
    assert_eq!(
        count(&[whole, onsite], people),
        (131, Qualifier::AtLeast, Basis::Headcount, 1)
    );
    assert_eq!(
        counted_people(&[], Unit::Viewers, &offered, Some(people)),
        None,
        "viewers are stated"
    );
}

mod rules_and_sums;
