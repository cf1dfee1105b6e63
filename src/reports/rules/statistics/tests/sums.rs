//! What holds whatever was offered and stated: sums, units, and what is not known.

use std::collections::BTreeSet;

use proptest::prelude::*;

use super::*;
use crate::attendance::Unit;

fn set(ids: &[SeminarId]) -> BTreeSet<SeminarId> {
    ids.iter().copied().collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(120))]

    /// What stands in the categories is what the report says of the whole, seminar by seminar.
    #[test]
    fn categories_add_up_to_the_report(
        facts in prop::collection::vec(any_facts(), 0..15), query in any_question(), rule in any_rule(),
    ) {
        let report = report(&query, &rule, &[], scope(), facts);
        let figures = &report.figures;
        let held_counts = rule.terms.counts.contains(&CountedAs::Held);
        for name in StatisticName::ALL.iter().filter(|name| name.adds_up() && name.measures().len() > 1) {
            let made = of_report(&report, *name, Measure::Seminars).unwrap();
            let figures_of = [
                (CountedAs::Held, &figures.held.seminars),
                (CountedAs::Cancelled, &figures.cancelled.seminars),
                (CountedAs::Postponed, &figures.postponed.seminars),
                (CountedAs::Planned, &figures.planned.seminars),
            ];
            for (what, seminars) in figures_of {
                let whole = total(&made, what.as_str());
                prop_assert_eq!(set(&whole.seminars), set(seminars), "{} {}", name, what);
                let counted = whole.tally().map_or(0, |tally| tally.value);
                prop_assert_eq!(usize::try_from(counted).unwrap(), seminars.len(), "{} {}", name, what);
            }
            for (measure, sum) in [(Measure::Participants, &figures.participants), (Measure::Viewers, &figures.viewers)] {
                let made = of_report(&report, *name, measure).unwrap();
                let whole = total(&made, measure.as_str());
                let known = whole.tally().filter(|_| !whole.seminars.is_empty());
                prop_assert_eq!(known, sum.as_ref().map(Sum::tally), "{} {}", name, measure);
                let summed = sum.as_ref().map(|sum| set(&sum.seminars)).unwrap_or_default();
                prop_assert_eq!(set(&whole.seminars), summed);
                if held_counts && measure == Measure::Participants {
                    let told = whole.seminars.len() + whole.unknown.len();
                    prop_assert_eq!(told, figures.held.count, "each is in a value, or told to be missing");
                }
            }
        }
        let reasons = of_report(&report, StatisticName::Cancellations, Measure::Seminars).unwrap();
        prop_assert_eq!(set(&total(&reasons, "cancelled").seminars), set(&figures.cancelled.seminars));
    }

    /// Values and qualifiers agree, zero of people means that nothing was held or that somebody said so, and years have
    /// what the months have.
    #[test]
    fn unknown_is_never_zero(
        facts in prop::collection::vec(any_facts(), 0..15), query in any_question(), rule in any_rule(),
    ) {
        let report = report(&query, &rule, &[], scope(), facts);
        for name in StatisticName::ALL {
            for measure in name.measures() {
                let made = of_report(&report, *name, *measure).unwrap();
                let keys = made.categories.iter().map(|one| &one.key).collect::<BTreeSet<_>>();
                if *name != StatisticName::Partners {
                    prop_assert_eq!(keys.len(), made.categories.len());
                }
                for series in &made.series {
                    prop_assert_eq!(series.values.len(), made.categories.len());
                    for cell in &series.values {
                        prop_assert_eq!(cell.value.is_none(), cell.qualifier == Qualifier::Unknown);
                        prop_assert_eq!(cell.lower_bound.is_some(), cell.qualifier == Qualifier::AtLeast);
                        prop_assert!(cell.unknown.iter().all(|id| !cell.seminars.contains(id)));
                        let nothing_known = cell.seminars.is_empty() && !cell.unknown.is_empty();
                        prop_assert!(!nothing_known || cell.value.is_none());
                    }
                    let years = in_years(&made);
                    let (months, years) = (total(&made, &series.key), total(&years, &series.key));
                    prop_assert_eq!((months.value, months.qualifier), (years.value, years.qualifier));
                    prop_assert_eq!(set(&months.seminars), set(&years.seminars));
                }
            }
        }
    }

    /// Whatever is stated in other units, the values of a unit are the same.
    #[test]
    fn units_never_mix(facts in prop::collection::vec(any_facts(), 0..12), query in any_question(), rule in any_rule()) {
        let of = |facts, name, measure| {
            let made = of_report(&report(&query, &rule, &[], scope(), facts), name, measure).unwrap();
            let cells = made.series.into_iter().flat_map(|series| series.values);
            cells.map(|cell| (cell.value, cell.qualifier)).collect::<Vec<_>>()
        };
        for (measure, unit) in [(Measure::Participants, Unit::Participants), (Measure::Viewers, Unit::Viewers)] {
            let mut only = facts.clone();
            only.iter_mut().for_each(|one| one.headcounts.retain(|statement| statement.unit == unit));
            for name in [StatisticName::Months, StatisticName::Weekdays, StatisticName::Modes, StatisticName::Channels] {
                prop_assert_eq!(of(only.clone(), name, measure), of(facts.clone(), name, measure));
            }
        }
    }

    /// From what was sealed, the same as from what it was sealed of.
    #[test]
    fn a_sealed_report_has_the_same_statistics(facts in prop::collection::vec(any_facts(), 0..8), query in any_question()) {
        let made = report(&query, &rule("all"), &[], scope(), facts);
        let text = serde_json::to_string(&made).unwrap();
        let opened = serde_json::from_str::<ActivityReport>(&text).unwrap();
        for name in StatisticName::ALL {
            for measure in name.measures() {
                prop_assert_eq!(of_report(&opened, *name, *measure), of_report(&made, *name, *measure));
            }
        }
    }
}
