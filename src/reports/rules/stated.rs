//! What a source says of the whole, beside what is counted. Nothing is made of it: it changes no figure.

use crate::attendance::{Count, Qualifier};
use crate::reports::model::{
    ActivityReport, CountedAs, LeftOutSeminar, StatedBeside, StatedBySource, StatedTotalRow, TotalOf, Unnamed,
};
use crate::seminars::Status;

/// `totals` are of the report's programme and of exactly its period.
#[must_use]
pub fn beside(report: &ActivityReport, totals: &[StatedTotalRow]) -> Vec<StatedBySource> {
    let mut sources = totals.iter().map(|one| &one.source).collect::<Vec<_>>();
    sources.sort();
    sources.dedup();
    let of = |source: &String| {
        let mut said = totals.iter().filter(|one| one.source == *source).collect::<Vec<_>>();
        said.sort_by_key(|one| (one.figure, one.before, one.id));
        StatedBySource {
            source: source.clone(),
            totals: said.iter().map(|one| stated(report, one)).collect(),
            unnamed: unnamed(report, &said),
        }
    };
    sources.into_iter().map(of).collect()
}

fn stated(report: &ActivityReport, one: &StatedTotalRow) -> StatedBeside {
    StatedBeside {
        figure: one.figure,
        before: one.before,
        value: one.value,
        qualifier: one.qualifier,
        stated_as: one.stated_as.clone(),
        counted: counted(report, one),
        agreeing_rules: agreeing(report, one),
    }
}

fn counted(report: &ActivityReport, one: &StatedTotalRow) -> i64 {
    let figures = &report.figures;
    let count = match (one.figure, one.before) {
        (TotalOf::Offered, _) => figures.offered.count,
        (TotalOf::Held, None) => figures.held.count,
        (TotalOf::Held, Some(day)) => {
            let held = report
                .seminars
                .iter()
                .filter(|one| one.counted_as.contains(&CountedAs::Held));
            held.filter(|one| one.date.is_some_and(|date| date < day)).count()
        }
        (TotalOf::NotHeld, _) => not_held(report),
    };
    whole(count)
}

fn not_held(report: &ActivityReport) -> usize {
    let gone = |what: &CountedAs| matches!(what, CountedAs::Cancelled | CountedAs::Postponed);
    let those = report.seminars.iter().filter(|one| one.counted_as.iter().any(gone));
    those.filter(|one| !one.counted_as.contains(&CountedAs::Held)).count()
}

/// Only an exact number can be met exactly.
fn agreeing(report: &ActivityReport, one: &StatedTotalRow) -> Vec<String> {
    let (Some(value), Qualifier::Exact, None) = (one.value, one.qualifier, one.before) else {
        return Vec::new();
    };
    let figures = &report.figures;
    let this = (report.rule.full_name(), figures.offered.count, figures.held.count);
    let others = report.other_rules.iter();
    let others = others.map(|rule| (format!("{}@{}", rule.id, rule.version), rule.offered, rule.held));
    let meets = |(_, offered, held): &(String, usize, usize)| match one.figure {
        TotalOf::Offered => whole(*offered) == value,
        TotalOf::Held => whole(*held) == value,
        TotalOf::NotHeld => false,
    };
    let rules = std::iter::once(this).chain(others).filter(meets);
    rules.map(|(name, ..)| name).collect()
}

/// What is known by name as not held, whether the rule counts it or leaves it out.
fn named_as_not_held(report: &ActivityReport) -> usize {
    let gone = |one: &&LeftOutSeminar| matches!(one.status, Status::Cancelled | Status::Postponed);
    not_held(report) + report.left_out.iter().filter(gone).count()
}

fn unnamed(report: &ActivityReport, said: &[&StatedTotalRow]) -> Option<Unnamed> {
    let of = |figure| {
        let mut such = said.iter().filter(|one| one.figure == figure && one.before.is_none());
        let count: Count = such.next()?.count();
        // Of two statements of one source none is more true.
        if such.next().is_some() { None } else { count.tally() }
    };
    let (offered, held) = (of(TotalOf::Offered)?, of(TotalOf::Held)?);
    let not_held = offered.value.saturating_sub(held.value);
    let counted = whole(named_as_not_held(report));
    let qualifier = match (offered.qualifier, held.qualifier) {
        (one, Qualifier::Exact) => one,
        // Less at least so many is at most so many, and less about so many is about so many.
        (Qualifier::Exact, Qualifier::AtLeast) => Qualifier::AtMost,
        (Qualifier::Exact, Qualifier::AtMost) => Qualifier::AtLeast,
        _ => Qualifier::About,
    };
    (not_held > counted).then_some(Unnamed {
        not_held,
        qualifier,
        counted,
        unnamed: not_held - counted,
    })
}

fn whole(count: usize) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use chrono::DateTime;

    use super::*;
    use crate::auth::OrganisationId;
    use crate::reports::model::{CountingTerms, StatedTotalId};
    use crate::reports::rules;
    use crate::reports::rules::samples::{day, own_rule, paper, programme, rule, scope};

    fn said(figure: TotalOf, value: Option<i64>, qualifier: Qualifier, before: Option<&str>) -> StatedTotalRow {
        StatedTotalRow {
            organisation_id: OrganisationId::fresh(),
            id: StatedTotalId::fresh(),
            source: "Vorlage".to_owned(),
            period_from: day("2020-01-01"),
            period_to: day("2021-05-31"),
            figure,
            before: before.map(day),
            value,
            qualifier,
            stated_as: Some("Wortlaut".to_owned()),
            stated_at: DateTime::UNIX_EPOCH,
        }
    }

    fn report() -> ActivityReport {
        let mut others = rules::built_ins();
        others.push(own_rule(
            "vorlage",
            CountingTerms {
                onsite_only_before: Some(day("2020-03-16")),
                ..rule("public").terms
            },
        ));
        rules::report(&paper(), &rule("all"), &others, scope(), programme())
    }

    #[test]
    fn the_totals_of_the_paper_stand_beside_what_is_counted() {
        use Qualifier::{About, Exact, Unknown};
        let told = beside(
            &report(),
            &[
                said(TotalOf::NotHeld, None, Unknown, None),
                said(TotalOf::Held, Some(4), Exact, Some("2020-03-16")),
                said(TotalOf::Held, Some(19), Exact, None),
                said(TotalOf::Offered, Some(35), About, None),
            ],
        );
        let [of] = told.as_slice() else { panic!("{told:?}") };
        let counted = of
            .totals
            .iter()
            .map(|one| (one.figure, one.counted))
            .collect::<Vec<_>>();
        assert_eq!(
            counted,
            [
                (TotalOf::Offered, 25),
                (TotalOf::Held, 23),
                (TotalOf::Held, 4),
                (TotalOf::NotHeld, 2)
            ]
        );
        let agreeing = of
            .totals
            .iter()
            .map(|one| one.agreeing_rules.concat())
            .collect::<Vec<_>>();
        assert_eq!(agreeing, ["", "vorlage@1", "", ""]);
        assert_eq!(
            of.unnamed,
            Some(Unnamed {
                not_held: 16,
                qualifier: About,
                counted: 2,
                unnamed: 14
            })
        );
    }

    /// Two are called off and known by name; a rule that does not count them does not make them unknown.
    #[test]
    fn what_a_rule_leaves_out_is_known_all_the_same() {
        let only_held = own_rule(
            "nur-durchgefuehrt",
            CountingTerms {
                counts: vec![CountedAs::Held],
                offered: vec![CountedAs::Held],
                ..CountingTerms::default()
            },
        );
        let report = rules::report(&paper(), &only_held, &[], scope(), programme());
        let totals = [
            said(TotalOf::Offered, Some(35), Qualifier::About, None),
            said(TotalOf::Held, Some(19), Qualifier::Exact, None),
        ];
        let unnamed = beside(&report, &totals).pop().unwrap().unnamed.unwrap();
        assert_eq!((unnamed.counted, unnamed.unnamed), (2, 14));
    }

    #[test]
    fn without_both_or_with_nothing_missing_nobody_is_unnamed() {
        use Qualifier::{AtLeast, Exact};
        let unnamed = |totals: &[StatedTotalRow]| beside(&report(), totals).pop().unwrap().unnamed;
        assert_eq!(unnamed(&[said(TotalOf::Offered, Some(35), Exact, None)]), None);
        let held = || said(TotalOf::Held, Some(23), Exact, None);
        assert_eq!(unnamed(&[said(TotalOf::Offered, Some(25), Exact, None), held()]), None);
        let twice = [said(TotalOf::Offered, Some(35), Exact, None), held(), held()];
        assert_eq!(unnamed(&twice), None, "two statements of one source");
        let floor = unnamed(&[
            said(TotalOf::Offered, Some(35), Exact, None),
            said(TotalOf::Held, Some(20), AtLeast, None),
        ]);
        assert_eq!(floor.unwrap().qualifier, Qualifier::AtMost);
    }
}
