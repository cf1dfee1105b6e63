//! What counts, as what, and on which day.

use chrono::NaiveDate;

use crate::reports::model::{Change, CountedAs, CountingRule, Facts, RuleId, Span};
use crate::seminars::{Audience, ChangeKind, ReasonCode, Status};

/// A seminar counts as this, in the month and on the side of the split that `day` names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Counted {
    pub as_what: CountedAs,
    pub day: Option<NaiveDate>,
}

/// The rule in words. Whoever changes what [`admits`] does raises the version.
#[must_use]
pub fn rule(id: RuleId) -> CountingRule {
    let (text, text_en) = match id {
        RuleId::All => (
            "Gezählt wird jede Veranstaltung des Programms, auch interne Veranstaltungen und solche, deren Tag nicht bekannt ist.",
            "Every seminar of the programme counts, also internal ones and those whose day is not known.",
        ),
        RuleId::Public => (
            "Gezählt werden nur öffentliche Veranstaltungen, deren Tag bekannt ist.",
            "Only public seminars whose day is known count.",
        ),
        RuleId::Overview => (
            "Gezählt werden nur öffentliche Veranstaltungen, deren Tag bekannt ist; nicht mitgezählt sind Veranstaltungen aus Formaten und Projekten, über die ein eigenes Kapitel berichtet.",
            "Only public seminars whose day is known count, without those of collections that are reported in a chapter of their own.",
        ),
    };
    CountingRule {
        id,
        version: 1,
        text: text.to_owned(),
        text_en: text_en.to_owned(),
    }
}

/// As what `seminar` counts in `period` under `rule`: nothing, one thing, or postponed and another.
#[must_use]
pub fn counted(seminar: &Facts, period: Span, rule: RuleId) -> Vec<Counted> {
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
        .filter(|counted| admits(rule, seminar, counted.day))
        .collect()
}

/// The first day in the period that was planned for and then given up. A seminar moved twice was moved, once.
fn day_given_up(seminar: &Facts, period: Span) -> Option<NaiveDate> {
    moves(seminar)
        .filter_map(|change| change.before_on)
        .filter(|day| period.contains(*day))
        .min()
}

fn admits(rule: RuleId, seminar: &Facts, day: Option<NaiveDate>) -> bool {
    let public = seminar.audience == Audience::Public && day.is_some();
    match rule {
        RuleId::All => true,
        RuleId::Public => public,
        RuleId::Overview => public && !seminar.collections.iter().any(|collection| collection.own_chapter),
    }
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
mod tests {
    use super::*;
    use crate::reports::rules::samples::{change, collection, day, seminar, span};

    fn what(facts: &Facts, rule: RuleId) -> Vec<(CountedAs, Option<NaiveDate>)> {
        counted(facts, span("2020-01-01", "2021-05-31"), rule)
            .into_iter()
            .map(|counted| (counted.as_what, counted.day))
            .collect()
    }

    fn on(status: Status, date: &str) -> Facts {
        Facts {
            status,
            day: Some(day(date)),
            ..seminar("x")
        }
    }

    fn within(status: Status, from: &str, to: &str) -> Facts {
        Facts {
            status,
            day: None,
            within: Some(span(from, to)),
            ..seminar("x")
        }
    }

    #[test]
    fn a_dated_seminar_counts_where_its_day_lies() {
        for date in ["2020-01-01", "2021-05-31"] {
            assert_eq!(
                what(&on(Status::Held, date), RuleId::All),
                [(CountedAs::Held, Some(day(date)))]
            );
        }
        for date in ["2019-12-31", "2021-06-01"] {
            assert_eq!(what(&on(Status::Held, date), RuleId::All), []);
            assert_eq!(what(&on(Status::Cancelled, date), RuleId::All), []);
        }
    }

    #[test]
    fn an_undated_seminar_counts_where_its_whole_span_lies() {
        let whole = within(Status::Held, "2020-01-01", "2021-05-31");
        assert_eq!(what(&whole, RuleId::All), [(CountedAs::Held, None)]);
        assert_eq!(what(&whole, RuleId::Public), []);
        for (from, to) in [("2019-12-31", "2021-05-31"), ("2020-01-01", "2021-06-01")] {
            assert_eq!(what(&within(Status::Cancelled, from, to), RuleId::All), []);
        }
    }

    #[test]
    fn drafts_never_count() {
        let mut draft = on(Status::Draft, "2020-06-01");
        draft.changes = vec![change(ChangeKind::Rescheduled, Some("2020-05-01"), ReasonCode::Other)];
        assert_eq!(what(&draft, RuleId::All), []);
    }

    #[test]
    fn a_move_is_a_fact_and_counts_once_on_the_day_given_up() {
        let mut moved = on(Status::Held, "2020-09-01");
        moved.changes = vec![
            change(ChangeKind::Rescheduled, Some("2020-06-01"), ReasonCode::Pandemic),
            change(ChangeKind::Postponed, Some("2020-04-01"), ReasonCode::Pandemic),
        ];
        assert_eq!(
            what(&moved, RuleId::Public),
            [
                (CountedAs::Held, Some(day("2020-09-01"))),
                (CountedAs::Postponed, Some(day("2020-04-01")))
            ]
        );
        moved.day = Some(day("2022-09-01"));
        assert_eq!(
            what(&moved, RuleId::All),
            [(CountedAs::Postponed, Some(day("2020-04-01")))]
        );
        let mut venue = on(Status::Held, "2020-09-01");
        venue.changes = vec![change(
            ChangeKind::MovedOnline,
            Some("2020-09-01"),
            ReasonCode::Pandemic,
        )];
        assert_eq!(what(&venue, RuleId::All).len(), 1);
    }

    #[test]
    fn a_postponed_seminar_counts_with_the_date_that_no_longer_holds() {
        let postponed = on(Status::Postponed, "2020-06-01");
        assert_eq!(
            what(&postponed, RuleId::All),
            [(CountedAs::Postponed, Some(day("2020-06-01")))]
        );
        assert_eq!(what(&on(Status::Postponed, "2022-06-01"), RuleId::All), []);
    }

    #[test]
    fn planned_is_what_was_announced_and_is_still_ahead() {
        let mut planned = on(Status::Scheduled, "2021-08-26");
        assert_eq!(
            what(&planned, RuleId::Public),
            [(CountedAs::Planned, Some(day("2021-08-26")))]
        );
        planned.published_on = Some(day("2021-06-01"));
        assert_eq!(what(&planned, RuleId::All), []);
        assert_eq!(what(&on(Status::Scheduled, "2019-08-26"), RuleId::All), []);
        let undated = within(Status::Scheduled, "2021-06-01", "2021-10-31");
        assert_eq!(what(&undated, RuleId::All), [(CountedAs::Planned, None)]);
        assert_eq!(what(&undated, RuleId::Overview), []);
    }

    #[test]
    fn the_narrower_rules_leave_out_more() {
        let mut facts = on(Status::Held, "2020-06-01");
        let admitted = |facts: &Facts| RuleId::ALL.iter().filter(|rule| what(facts, **rule).len() == 1).count();
        assert_eq!(admitted(&facts), 3);
        facts.collections = vec![collection("Care and Mobility Innovation", true)];
        assert_eq!(admitted(&facts), 2);
        facts.audience = Audience::Internal;
        assert_eq!(admitted(&facts), 1);
    }

    #[test]
    fn the_last_cancellation_names_the_reason() {
        let mut facts = on(Status::Cancelled, "2020-06-01");
        assert_eq!(reason(&facts, &[CountedAs::Cancelled]), Some(ReasonCode::Unknown));
        facts.changes = vec![
            change(ChangeKind::Postponed, Some("2020-03-01"), ReasonCode::Speaker),
            change(ChangeKind::Cancelled, None, ReasonCode::Pandemic),
        ];
        assert_eq!(reason(&facts, &[CountedAs::Cancelled]), Some(ReasonCode::Pandemic));
        assert_eq!(
            reason(&facts, &[CountedAs::Held, CountedAs::Postponed]),
            Some(ReasonCode::Speaker)
        );
        assert_eq!(reason(&facts, &[CountedAs::Held]), None);
    }
}
