//! An event counts once, however many announced it.

use std::collections::HashMap;

use super::counting::{Verdict, judge, read_statements};
use crate::reports::model::{CountingTerms, Facts, LeftOutBy, Span, SumRule, Taking};
use crate::seminars::{Involved, SeminarId, together};

/// What becomes of each seminar under a rule. Of the announcements of one event one counts: the one that stands for the others
/// if it does, else the first that does. Where only one of them is in the programmes asked for, that one does.
#[must_use]
pub fn judge_all(facts: &[Facts], period: Span, terms: &CountingTerms) -> Vec<Verdict> {
    let verdicts = facts.iter().map(|one| judge(one, period, terms)).collect::<Vec<_>>();
    let mut first = HashMap::new();
    for (one, _) in counting(facts, &verdicts) {
        let rank = (one.merged_into.is_some(), one.id);
        let best = first.entry(one.event()).or_insert(rank);
        *best = rank.min(*best);
    }
    let is_first = |one: &Facts| first.get(&one.event()).is_none_or(|(_, id)| *id == one.id);
    let of_its_event = |(one, verdict)| match verdict {
        Verdict::Counts(_) if !is_first(one) => Verdict::LeftOut(LeftOutBy::Merged),
        verdict => verdict,
    };
    facts.iter().zip(verdicts).map(of_its_event).collect()
}

fn counting<'a>(facts: &'a [Facts], verdicts: &'a [Verdict]) -> impl Iterator<Item = (&'a Facts, &'a Verdict)> {
    let all = facts.iter().zip(verdicts);
    all.filter(|(_, verdict)| matches!(verdict, Verdict::Counts(_)))
}

/// Of each event the announcements that count with another, with their statements as the sum rule reads them: whoever
/// counted may have been any of them.
#[must_use]
pub fn not_counted_apart(facts: &[Facts], verdicts: &[Verdict], sums: SumRule) -> HashMap<SeminarId, Vec<Facts>> {
    let mut all = HashMap::<_, Vec<Facts>>::new();
    let merged = facts
        .iter()
        .zip(verdicts)
        .filter(|(_, verdict)| **verdict == Verdict::LeftOut(LeftOutBy::Merged));
    for (one, _) in merged {
        let mut one = one.clone();
        read_statements(&mut one, sums);
        all.entry(one.event()).or_default().push(one);
    }
    all
}

/// Everybody who takes part in offering the event, whoever named them.
#[must_use]
pub fn everybody(of: &Facts) -> Vec<Taking> {
    let others = of
        .also_announced
        .iter()
        .map(|other| (&other.by, in_order(&other.parties)));
    let all = together(&of.organisation, in_order(&of.parties), others);
    let taking = all.into_iter().zip(0..).map(|(one, position)| Taking {
        position,
        role: one.role,
        organisation: one.organisation,
        name: one.name,
    });
    taking.collect()
}

fn in_order(parties: &[Taking]) -> Vec<Involved> {
    let mut parties = parties.iter().collect::<Vec<_>>();
    parties.sort_by_key(|party| party.position);
    let involved = parties.into_iter().map(|party| Involved {
        role: party.role,
        organisation: party.organisation.clone(),
        name: party.name.clone(),
    });
    involved.collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::attendance::Qualifier;
    use crate::reports::model::{ActivityReport, Announcement, Whose};
    use crate::reports::rules::report;
    use crate::reports::rules::samples::*;
    use crate::seminars::{PartyRole, Status};

    /// The same event as the IHK announces it.
    fn theirs() -> Facts {
        Facts {
            organisation: organisation("IHK Aachen"),
            also_announced: vec![Announcement {
                by: organisation("StädteRegion Aachen"),
                parties: vec![],
            }],
            ..seminar("KI im Mittelstand (IHK)")
        }
    }

    fn ours() -> Facts {
        Facts {
            merged_into: Some(theirs().id),
            also_announced: vec![Announcement {
                by: organisation("IHK Aachen"),
                parties: vec![],
            }],
            ..seminar("KI im Mittelstand")
        }
    }

    fn told(facts: Vec<Facts>, terms: CountingTerms) -> ActivityReport {
        report(&paper(), &own_rule("eigene", terms), &[], scope(), facts)
    }

    fn counted(report: &ActivityReport) -> Vec<SeminarId> {
        report.figures.held.seminars.clone()
    }

    #[test]
    fn together_they_count_once_and_apart_each_for_its_own() {
        let all = CountingTerms::default;
        for both in [vec![ours(), theirs()], vec![theirs(), ours()]] {
            let report = told(both, all());
            assert_eq!(counted(&report), [theirs().id]);
            let [left_out] = report.left_out.as_slice() else {
                panic!("one is left out")
            };
            assert_eq!((left_out.id, left_out.left_out_by), (ours().id, LeftOutBy::Merged));
        }
        assert_eq!(counted(&told(vec![ours()], all())), [ours().id]);
        assert_eq!(counted(&told(vec![theirs()], all())), [theirs().id]);
        // A third that is merged into the same, where the one that remains is nobody's who was asked for.
        let third = Facts {
            merged_into: Some(theirs().id),
            ..seminar("KI im Mittelstand (AGIT)")
        };
        let first = ours().id.min(third.id);
        assert_eq!(counted(&told(vec![third, ours()], all())), [first]);
    }

    #[test]
    fn what_the_rule_leaves_out_does_not_take_the_other_with_it() {
        let helped = Facts {
            parties: vec![
                taking(0, PartyRole::Contributor, "IHK Aachen"),
                taking(1, PartyRole::Lead, "AGIT"),
            ],
            ..theirs()
        };
        let terms = CountingTerms {
            whose: Whose::Lead,
            ..CountingTerms::default()
        };
        let report = told(vec![ours(), helped], terms);
        assert_eq!(counted(&report), [ours().id]);
        assert_eq!(report.left_out.len(), 1);
        assert_eq!(report.left_out[0].left_out_by, LeftOutBy::Whose);
        // Postponed to another year by the one side, who has not said so to the other.
        let elsewhere = Facts {
            day: Some(day("2023-01-01")),
            ..theirs()
        };
        assert_eq!(
            counted(&told(vec![ours(), elsewhere], CountingTerms::default())),
            [ours().id]
        );
    }

    #[test]
    fn every_rule_beside_counts_it_once_too() {
        let other = own_rule("andere", CountingTerms::default());
        let rule = own_rule("eigene", CountingTerms::default());
        let report = report(&paper(), &rule, &[other], scope(), vec![ours(), theirs()]);
        assert_eq!((report.other_rules[0].offered, report.other_rules[0].held), (1, 1));
    }

    #[test]
    fn the_number_is_that_of_the_one_that_counts_else_of_the_other() {
        let with = |mut facts: Facts, words: &str| {
            facts.headcounts = vec![stated(words)];
            facts
        };
        let number = |facts: Vec<Facts>| {
            let report = told(facts, CountingTerms::default());
            let count = report.seminars[0].participants.clone().unwrap();
            assert_eq!(
                report.figures.participants.unwrap().value,
                count.value,
                "once in the sum"
            );
            (count.value, count.qualifier, count.counted_by)
        };
        let (ours_40, theirs_50) = (with(ours(), "40 Teilnehmende"), with(theirs(), "50 Teilnehmende"));
        assert_eq!(number(vec![ours_40.clone(), theirs_50]), (50, Qualifier::Exact, None));
        let by = Some("StädteRegion Aachen".to_owned());
        assert_eq!(number(vec![ours_40.clone(), theirs()]), (40, Qualifier::Exact, by));
        assert_eq!(
            number(vec![ours_40]),
            (40, Qualifier::Exact, None),
            "asked for alone it is its own"
        );
    }

    #[test]
    fn the_one_that_counts_names_both() {
        for facts in [ours(), theirs()] {
            let own = facts.organisation.name.clone();
            let report = told(vec![facts], CountingTerms::default());
            let parties = &report.seminars[0].parties;
            let lead = parties.iter().find(|party| party.role == PartyRole::Lead).unwrap();
            let other = parties
                .iter()
                .find(|party| party.role == PartyRole::CoOrganiser)
                .unwrap();
            assert_eq!(lead.name, own);
            assert_ne!(other.name, own);
            assert_eq!(report.by_organisation.len(), 2);
        }
        let planned = Facts {
            status: Status::Scheduled,
            ..ours()
        };
        assert_eq!(
            told(vec![planned], CountingTerms::default()).seminars[0].parties.len(),
            2
        );
    }
}
