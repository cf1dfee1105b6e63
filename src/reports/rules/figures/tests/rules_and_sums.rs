//! What the terms of a rule make of the figures, and what holds of sums whatever is stated.

use super::*;

/// The paper's "19", the only number of it that no list gives: a rule among others, and the report says which.
#[test]
fn nineteen_twenty_twenty_one_and_twenty_three_are_four_rules() {
    let nineteen = own_rule(
        "vorlage-2021-0047",
        CountingTerms {
            onsite_only_before: Some(day("2020-03-16")),
            ..rule("public").terms
        },
    );
    let told = report(&paper(), &nineteen, &built_ins(), scope(), programme());
    assert_eq!((told.figures.held.count, told.figures.held.before_split), (19, Some(4)));
    let others = told
        .other_rules
        .iter()
        .map(|other| (other.id.as_str(), other.held, other.only_there.len()));
    assert_eq!(
        others.collect::<Vec<_>>()[..4],
        [("all", 23, 4), ("dated", 21, 2), ("public", 20, 1), ("overview", 16, 0)]
    );
    let why = |title: &str| {
        let found = told.left_out.iter().find(|one| one.title.starts_with(title));
        found.map(|one| one.left_out_by)
    };
    assert_eq!(
        why("digitalHUB meets Care and Mobility Innovation – Fokus Care"),
        Some(LeftOutBy::OnsiteOnlyBefore)
    );
    assert_eq!(why("Informationsveranstaltung"), Some(LeftOutBy::Internal));
    assert_eq!(why("Regionaler Dialog"), Some(LeftOutBy::Undated));
}

fn summed(sums: SumRule, facts: Vec<Facts>) -> ReportFigures {
    let rule = own_rule(
        "summe",
        CountingTerms {
            sums,
            ..CountingTerms::default()
        },
    );
    report(&paper(), &rule, &[], scope(), facts).figures
}

#[test]
fn each_sum_rule_over_the_paper() {
    let of = |sums| {
        let figures = summed(sums, programme());
        let sum = figures.participants.unwrap();
        (sum.value, sum.qualifier, sum.seminars.len(), figures.not_summed.count)
    };
    assert_eq!(of(SumRule::LowerBounds), (1080, Qualifier::AtLeast, 17, 0));
    assert_eq!(of(SumRule::StatedNumbers), (1077, Qualifier::AtLeast, 17, 0));
    assert_eq!(of(SumRule::ExactOnly), (677, Qualifier::Exact, 14, 3));
}

/// The counts of one unit that go into its sum, as the report tells them seminar by seminar.
fn told_counts(
    report: &ActivityReport,
    ids: &[SeminarId],
    count: fn(&ReportedSeminar) -> &Option<ReportedCount>,
) -> Vec<Tally> {
    let of = |id: &SeminarId| report.seminars.iter().find(|seminar| seminar.id == *id).unwrap();
    ids.iter().map(|id| count(of(id)).as_ref().unwrap().tally()).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(150))]

    /// Everything that another rule counts as held can be looked up here: it counts, or stands among what is left out.
    #[test]
    fn every_difference_to_another_rule_can_be_looked_up(
        facts in prop::collection::vec(any_facts(), 0..15), query in any_question(), rule in any_rule(),
    ) {
        let facts = facts.into_iter().map(|facts| (facts.id, facts)).collect::<BTreeMap<_, _>>().into_values().collect();
        let report = report(&query, &rule, &built_ins(), scope(), facts);
        let known = report.seminars.iter().map(|one| one.id).chain(report.left_out.iter().map(|one| one.id));
        let known = known.collect::<BTreeSet<_>>();
        prop_assert_eq!(known.len(), report.seminars.len() + report.left_out.len());
        for other in &report.other_rules {
            prop_assert!(other.only_there.iter().all(|id| known.contains(id)));
            prop_assert!(other.only_here.iter().all(|id| report.figures.held.seminars.contains(id)));
            prop_assert_eq!(other.held + other.only_here.len(), report.figures.held.count + other.only_there.len());
        }
    }

    /// Each sum is what its seminars say, added up; none of it comes from elsewhere, and none is lost.
    #[test]
    fn a_sum_is_what_its_seminars_say(
        facts in prop::collection::vec(any_facts(), 0..15), query in any_question(), rule in any_rule(),
    ) {
        let report = report(&query, &rule, &[], scope(), facts);
        type Of = fn(&ReportedSeminar) -> &Option<ReportedCount>;
        let figures = &report.figures;
        let all: [(&Option<Sum>, Of); 4] = [
            (&figures.participants, |seminar| &seminar.participants),
            (&figures.viewers, |seminar| &seminar.viewers),
            (&figures.companies, |seminar| &seminar.companies),
            (&figures.questions, |seminar| &seminar.questions),
        ];
        for (sum, count) in all {
            let ids = sum.as_ref().map(|sum| sum.seminars.clone()).unwrap_or_default();
            let added = told_counts(&report, &ids, count).into_iter().reduce(Tally::plus);
            prop_assert_eq!(sum.as_ref().map(Sum::tally), added);
            let stated = report.seminars.iter().filter(|one| count(one).is_some());
            let missing = stated.filter(|one| !ids.contains(&one.id)).map(|one| one.id);
            for id in missing {
                prop_assert_eq!(rule.terms.sums, SumRule::ExactOnly);
                prop_assert!(figures.not_summed.seminars.contains(&id));
            }
        }
    }

    /// Whatever is stated in other units, the sum of a unit is the same.
    #[test]
    fn units_never_mix(facts in prop::collection::vec(any_facts(), 0..12), query in any_question(), rule in any_rule()) {
        let of = |facts| report(&query, &rule, &[], scope(), facts).figures;
        let whole = of(facts.clone());
        let only = |unit| {
            let mut facts = facts.clone();
            facts.iter_mut().for_each(|one| one.headcounts.retain(|statement| statement.unit == unit));
            of(facts)
        };
        prop_assert_eq!(only(Unit::Participants).participants, whole.participants);
        prop_assert_eq!(only(Unit::Viewers).viewers, whole.viewers);
        prop_assert_eq!(only(Unit::Companies).companies, whole.companies);
        prop_assert_eq!(only(Unit::Questions).questions, whole.questions);
        prop_assert_eq!(only(Unit::Viewers).participants, None);
        prop_assert_eq!(only(Unit::Participants).viewers, None);
    }

    /// Seminars of which nobody knows how many came change no sum; they are named instead.
    #[test]
    fn unknown_is_named_and_never_zero(
        facts in prop::collection::vec(any_facts(), 0..12), unknown in 0_usize..4, sums in prop::sample::select(SumRule::ALL),
    ) {
        let silent = (0..unknown).map(|n| {
            let mut one = seminar(&format!("Unbekannt {n}"));
            one.headcounts = vec![stated("1 Teilnehmende")];
            one.headcounts[0].count = Count { value: None, qualifier: Qualifier::Unknown };
            one
        });
        let silent = silent.collect::<Vec<_>>();
        let (before, after) = (summed(sums, facts.clone()), summed(sums, [facts, silent.clone()].concat()));
        prop_assert_eq!(&before.participants, &after.participants);
        prop_assert_eq!(&before.viewers, &after.viewers);
        prop_assert_eq!(after.without_count.count, before.without_count.count + unknown);
        let only = summed(sums, silent);
        prop_assert_eq!((only.participants, only.viewers), (None, None));
        prop_assert_eq!((only.held.count, only.without_count.count), (unknown, unknown));
    }
}
