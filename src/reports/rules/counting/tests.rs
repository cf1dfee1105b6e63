use super::*;
use crate::reports::rules::built_in::built_in;
use crate::reports::rules::samples::{change, collection, day, seminar, span, taking};

fn judged(facts: &Facts, terms: &CountingTerms) -> Verdict {
    judge(facts, span("2020-01-01", "2021-05-31"), terms)
}

fn what(facts: &Facts, rule: &str) -> Vec<(CountedAs, Option<NaiveDate>)> {
    match judged(facts, &built_in(rule).unwrap().terms) {
        Verdict::Counts(ways) => ways.into_iter().map(|way| (way.as_what, way.day)).collect(),
        Verdict::LeftOut(_) | Verdict::Elsewhere => vec![],
    }
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
            what(&on(Status::Held, date), "all"),
            [(CountedAs::Held, Some(day(date)))]
        );
    }
    for date in ["2019-12-31", "2021-06-01"] {
        assert_eq!(what(&on(Status::Held, date), "all"), []);
        assert_eq!(what(&on(Status::Cancelled, date), "all"), []);
    }
}

#[test]
fn an_undated_seminar_counts_where_its_whole_span_lies() {
    let whole = within(Status::Held, "2020-01-01", "2021-05-31");
    assert_eq!(what(&whole, "all"), [(CountedAs::Held, None)]);
    assert_eq!(what(&whole, "public"), []);
    for (from, to) in [("2019-12-31", "2021-05-31"), ("2020-01-01", "2021-06-01")] {
        assert_eq!(what(&within(Status::Cancelled, from, to), "all"), []);
    }
}

#[test]
fn drafts_never_count() {
    let mut draft = on(Status::Draft, "2020-06-01");
    draft.changes = vec![change(ChangeKind::Rescheduled, Some("2020-05-01"), ReasonCode::Other)];
    assert_eq!(what(&draft, "all"), []);
}

#[test]
fn a_move_is_a_fact_and_counts_once_on_the_day_given_up() {
    let mut moved = on(Status::Held, "2020-09-01");
    moved.changes = vec![
        change(ChangeKind::Rescheduled, Some("2020-06-01"), ReasonCode::Pandemic),
        change(ChangeKind::Postponed, Some("2020-04-01"), ReasonCode::Pandemic),
    ];
    assert_eq!(
        what(&moved, "public"),
        [
            (CountedAs::Held, Some(day("2020-09-01"))),
            (CountedAs::Postponed, Some(day("2020-04-01")))
        ]
    );
    moved.day = Some(day("2022-09-01"));
    assert_eq!(what(&moved, "all"), [(CountedAs::Postponed, Some(day("2020-04-01")))]);
    let mut venue = on(Status::Held, "2020-09-01");
    venue.changes = vec![change(
        ChangeKind::MovedOnline,
        Some("2020-09-01"),
        ReasonCode::Pandemic,
    )];
    assert_eq!(what(&venue, "all").len(), 1);
}

#[test]
fn a_postponed_seminar_counts_with_the_date_that_no_longer_holds() {
    let postponed = on(Status::Postponed, "2020-06-01");
    assert_eq!(
        what(&postponed, "all"),
        [(CountedAs::Postponed, Some(day("2020-06-01")))]
    );
    assert_eq!(what(&on(Status::Postponed, "2022-06-01"), "all"), []);
}

#[test]
fn planned_is_what_was_announced_and_is_still_ahead() {
    let mut planned = on(Status::Scheduled, "2021-08-26");
    assert_eq!(
        what(&planned, "public"),
        [(CountedAs::Planned, Some(day("2021-08-26")))]
    );
    planned.published_on = Some(day("2021-06-01"));
    assert_eq!(what(&planned, "all"), []);
    assert_eq!(what(&on(Status::Scheduled, "2019-08-26"), "all"), []);
    let undated = within(Status::Scheduled, "2021-06-01", "2021-10-31");
    assert_eq!(what(&undated, "all"), [(CountedAs::Planned, None)]);
    assert_eq!(what(&undated, "overview"), []);
}

#[test]
fn the_narrower_rules_leave_out_more() {
    let mut facts = on(Status::Held, "2020-06-01");
    let three = ["all", "public", "overview"];
    let admitted = |facts: &Facts| three.iter().filter(|rule| what(facts, rule).len() == 1).count();
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

/// Every term: what it leaves out, and that it leaves nothing out when it is taken back.
#[test]
fn every_term_leaves_out_what_it_says() {
    let terms = CountingTerms::default;
    let plain = on(Status::Held, "2020-06-01");
    let foreign = Facts {
        parties: vec![taking(0, PartyRole::Lead, "IHK Aachen")],
        ..plain.clone()
    };
    let helped = Facts {
        parties: vec![taking(0, PartyRole::CoOrganiser, "StädteRegion Aachen")],
        ..plain.clone()
    };
    let onsite = Facts {
        channels: vec![Channel::Onsite],
        ..plain.clone()
    };
    let moved = Facts {
        status: Status::Cancelled,
        changes: vec![change(ChangeKind::Postponed, Some("2020-04-01"), ReasonCode::Pandemic)],
        ..plain.clone()
    };
    let off = CountedAs::Cancelled;
    let cases = [
        (
            plain.clone(),
            CountingTerms {
                counts: vec![off],
                ..terms()
            },
            LeftOutBy::Counts,
        ),
        (
            foreign,
            CountingTerms {
                whose: Whose::Organised,
                ..terms()
            },
            LeftOutBy::Whose,
        ),
        (
            helped,
            CountingTerms {
                whose: Whose::Lead,
                ..terms()
            },
            LeftOutBy::Whose,
        ),
        (
            Facts {
                audience: Audience::Internal,
                ..plain.clone()
            },
            CountingTerms {
                internal: false,
                ..terms()
            },
            LeftOutBy::Internal,
        ),
        (
            within(Status::Held, "2020-01-01", "2021-05-31"),
            CountingTerms {
                undated: false,
                ..terms()
            },
            LeftOutBy::Undated,
        ),
        (
            Facts {
                collections: vec![collection("CMI", true)],
                ..plain
            },
            CountingTerms {
                own_chapters: false,
                ..terms()
            },
            LeftOutBy::OwnChapters,
        ),
        (
            onsite,
            CountingTerms {
                onsite_only_before: Some(day("2020-06-01")),
                ..terms()
            },
            LeftOutBy::OnsiteOnlyBefore,
        ),
        (
            moved,
            CountingTerms {
                counts: vec![CountedAs::Postponed],
                postponed: Postponements::NotMadeUp,
                ..terms()
            },
            LeftOutBy::Counts,
        ),
    ];
    for (facts, narrow, term) in cases {
        assert_eq!(judged(&facts, &narrow), Verdict::LeftOut(term), "{narrow:?}");
        assert!(matches!(judged(&facts, &terms()), Verdict::Counts(_)), "{term}");
    }
}

#[test]
fn what_was_on_site_only_counts_before_the_day_and_what_is_not_known_counts_always() {
    let terms = CountingTerms {
        onsite_only_before: Some(day("2020-06-01")),
        ..CountingTerms::default()
    };
    let held = |date: &str, channels: &[Channel]| {
        let facts = Facts {
            channels: channels.to_vec(),
            ..on(Status::Held, date)
        };
        matches!(judged(&facts, &terms), Verdict::Counts(_))
    };
    assert!(held("2020-05-31", &[Channel::Onsite]));
    assert!(!held("2020-06-01", &[Channel::Onsite]));
    assert!(held("2020-06-01", &[Channel::Onsite, Channel::Online]));
    assert!(held("2020-06-01", &[]));
    let cancelled = Facts {
        channels: vec![Channel::Onsite],
        ..on(Status::Cancelled, "2020-07-01")
    };
    assert!(
        matches!(judged(&cancelled, &terms), Verdict::Counts(_)),
        "held is the only thing it speaks of"
    );
}

#[test]
fn whoever_is_named_nowhere_leads_where_nobody_does() {
    let own = |parties: Vec<_>, whose| {
        is_own(
            &Facts {
                parties,
                ..seminar("x")
            },
            whose,
        )
    };
    let taking = |role, name| taking(0, role, name);
    assert!(own(vec![], Whose::Lead));
    assert!(own(vec![taking(PartyRole::Speaker, "IHK Aachen")], Whose::Lead));
    assert!(!own(vec![taking(PartyRole::Lead, "IHK Aachen")], Whose::Organised));
    assert!(own(vec![taking(PartyRole::Lead, "StädteRegion Aachen")], Whose::Lead));
    assert!(!own(
        vec![taking(PartyRole::Contributor, "StädteRegion Aachen")],
        Whose::Organised
    ));
    assert!(own(
        vec![taking(PartyRole::Contributor, "StädteRegion Aachen")],
        Whose::All
    ));
    let both = vec![
        taking(PartyRole::Lead, "IHK Aachen"),
        taking(PartyRole::CoOrganiser, "StädteRegion Aachen"),
    ];
    assert!(own(both.clone(), Whose::Organised));
    assert!(!own(both, Whose::Lead));
}

#[test]
fn made_up_for_is_not_postponed_where_the_rule_says_so() {
    let terms = CountingTerms {
        postponed: Postponements::NotMadeUp,
        ..CountingTerms::default()
    };
    let ways = |status, date: &str| {
        let facts = Facts {
            changes: vec![change(ChangeKind::Postponed, Some("2020-04-01"), ReasonCode::Pandemic)],
            ..on(status, date)
        };
        match judged(&facts, &terms) {
            Verdict::Counts(ways) => ways.iter().map(|way| way.as_what).collect(),
            other => panic!("{other:?}"),
        }
    };
    let all = |counted: Vec<CountedAs>| counted;
    assert_eq!(all(ways(Status::Held, "2020-09-01")), [CountedAs::Held]);
    assert_eq!(all(ways(Status::Cancelled, "2020-09-01")), [CountedAs::Cancelled]);
    assert_eq!(
        all(ways(Status::Held, "2021-09-01")),
        [CountedAs::Postponed],
        "made up after the period"
    );
    assert_eq!(
        all(ways(Status::Scheduled, "2021-09-01")),
        [CountedAs::Planned, CountedAs::Postponed]
    );
    assert_eq!(all(ways(Status::Postponed, "2020-04-01")), [CountedAs::Postponed]);
}
