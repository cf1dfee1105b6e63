use std::collections::HashMap;

use proptest::prelude::*;

use super::*;
use crate::attendance::{Basis, Count, Counted, People, Unit};
use crate::reports::model::{Facts, Statement};
use crate::reports::rules::figures::report;
use crate::reports::rules::samples::{any_facts, collection, programme, rule, scope, seminar, stated, taking};
use crate::reports::rules::suppression::LEAST;
use crate::seminars::{Audience, Status};

fn published(year: i32, facts: Vec<Facts>) -> Publication {
    let query = calendar_year(year).unwrap();
    publication(
        &report(&query, &rule(PUBLIC), &[], scope(), facts),
        year,
        &HashMap::new(),
    )
}

fn figure<'a>(all: &'a Publication, by: OpenDataGrouping, key: &str) -> &'a OpenDataFigure {
    let found = all
        .figures
        .iter()
        .find(|one| one.by == by && one.key.as_deref() == Some(key));
    found.unwrap_or_else(|| panic!("{key} in {:#?}", all.figures))
}

fn held(title: &str, day: &str, words: &[&str]) -> Facts {
    Facts {
        day: day.parse().ok(),
        headcounts: words.iter().map(|words| stated(words)).collect(),
        ..seminar(title)
    }
}

#[test]
fn the_years_of_the_paper() {
    let all = published(2020, programme());
    let year = figure(&all, OpenDataGrouping::Year, "2020");
    assert_eq!((year.held, year.planned, year.seminars), (14, 0, 14));
    assert_eq!(
        (year.participants, year.participants_qualifier),
        (Some(680), Some(Qualifier::AtLeast))
    );
    assert_eq!(
        (year.viewers, year.participants_suppressed, year.without_count),
        (Some(450), 0, 2)
    );
    let february = figure(&all, OpenDataGrouping::Month, "2020-02");
    assert_eq!(
        (february.participants, february.participants_qualifier),
        (Some(222), Some(Qualifier::Exact))
    );
    let all = published(2021, programme());
    let year = figure(&all, OpenDataGrouping::Year, "2021");
    assert_eq!(
        (year.held, year.planned),
        (6, 2),
        "what was announced and never closed stays announced"
    );
}

#[test]
fn what_is_planned_for_a_later_year_is_in_the_list_of_that_year() {
    let later = Facts {
        status: Status::Scheduled,
        ..held("Job- und Qualifizierungsbörse", "2021-08-26", &[])
    };
    assert_eq!(published(2020, vec![later.clone()]).seminars, []);
    let own = published(2021, vec![later]);
    assert_eq!(own.seminars[0].counted_as, [CountedAs::Planned]);
}

#[test]
fn internal_seminars_and_drafts_are_not_published() {
    let internal = Facts {
        audience: Audience::Internal,
        ..held("Klausur", "2020-02-13", &["42 Teilnehmende"])
    };
    let draft = Facts {
        status: Status::Draft,
        ..held("Entwurf", "2020-02-13", &[])
    };
    let all = published(2020, vec![internal, draft]);
    assert_eq!(all.seminars, []);
    assert_eq!(figure(&all, OpenDataGrouping::Year, "2020").seminars, 0);
    assert_eq!(all.figures.len(), 1, "no group of nothing");
}

#[test]
fn nobody_who_speaks_or_has_only_a_name_is_published() {
    let mut evening = held("Sprechstunde", "2020-11-04", &[]);
    let named = |position, role, name: &str| crate::reports::model::Taking {
        organisation: None,
        ..taking(position, role, name)
    };
    evening.parties = vec![
        taking(0, PartyRole::Lead, "StädteRegion Aachen"),
        taking(1, PartyRole::Speaker, "AGIT"),
        named(2, PartyRole::Speaker, "Dr. Erika Muster"),
        named(3, PartyRole::CoOrganiser, "Max Muster"),
    ];
    let all = published(2020, vec![evening]);
    let names = all.seminars[0].organisations.iter().map(|one| one.name.as_str());
    assert_eq!(names.collect::<Vec<_>>(), ["StädteRegion Aachen"]);
    let cells = all
        .figures
        .iter()
        .filter(|one| one.by == OpenDataGrouping::Organisation);
    assert_eq!(
        cells.map(|one| one.name.as_deref()).collect::<Vec<_>>(),
        [Some("StädteRegion Aachen")]
    );
}

#[test]
fn a_small_count_is_in_no_number_at_all() {
    let small = Facts {
        collections: vec![collection("AC²", false)],
        ..held("Klein", "2020-02-13", &["3 Teilnehmende", "450 Zuschauende"])
    };
    let large = held("Groß", "2020-02-20", &["180 Teilnehmende"]);
    let all = published(2020, vec![small, large]);
    let row = &all.seminars[0];
    assert_eq!(
        (
            row.participants,
            row.participants_qualifier,
            row.participants_suppressed
        ),
        (None, None, true)
    );
    assert_eq!(
        (row.viewers, row.viewers_suppressed),
        (Some(450), false),
        "units never meet"
    );
    let row = &all.seminars[1];
    assert_eq!(
        (row.viewers, row.viewers_suppressed),
        (None, false),
        "not known is not suppressed"
    );
    for (by, key) in [(OpenDataGrouping::Year, "2020"), (OpenDataGrouping::Month, "2020-02")] {
        let cell = figure(&all, by, key);
        assert_eq!(
            (cell.participants, cell.participants_qualifier),
            (Some(180), Some(Qualifier::AtLeast))
        );
        assert_eq!(
            (
                cell.participants_counted,
                cell.participants_suppressed,
                cell.without_count
            ),
            (1, 1, 0)
        );
        assert_eq!(cell.viewers_qualifier, Some(Qualifier::Exact));
    }
    let own = all
        .figures
        .iter()
        .find(|one| one.name.as_deref() == Some("AC²"))
        .unwrap();
    assert_eq!(
        (own.participants, own.participants_suppressed, own.held),
        (None, 1, 1),
        "a cell of suppressed only"
    );
}

/// Several programmes' worth of small counts beside others.
fn any_year() -> impl Strategy<Value = Vec<Facts>> {
    let small =
        (any_facts(), prop::collection::vec((0_i64..9, any::<bool>()), 0..3)).prop_map(|(mut facts, counts)| {
            // Every second one is surely of the year and public, so that the rule has something to do.
            facts.audience = Audience::Public;
            facts.status = Status::Held;
            facts.day = facts.day.map(|day| day.with_year(2020).unwrap_or(day));
            facts.headcounts = counts
                .into_iter()
                .map(|(value, watched)| Statement {
                    unit: if watched { Unit::Viewers } else { Unit::Participants },
                    channel: None,
                    count: Count::new(value, Qualifier::Exact),
                    stated_as: None,
                })
                .collect();
            facts.headcounts.dedup_by_key(|one| one.unit);
            facts
        });
    prop::collection::vec(prop_oneof![any_facts(), small], 0..10).prop_map(|mut year| {
        for (facts, n) in year.iter_mut().zip(1..) {
            facts.id = SeminarId(uuid::Uuid::from_u128(n));
        }
        year
    })
}

/// Every count of people that there is in a publication, and what it is a sum of.
fn numbers(of: &OpenDataFigure) -> [(Option<i64>, usize); 2] {
    [
        (of.participants, of.participants_counted),
        (of.viewers, of.viewers_counted),
    ]
}

fn few(value: i64) -> bool {
    (1..LEAST).contains(&value)
}

proptest! {
    /// No number is of few people, alone or as what is left when the others are taken from the whole.
    #[test]
    fn no_number_and_no_difference_is_of_few_people(facts in any_year()) {
        let all = published(2020, facts);
        for row in &all.seminars {
            for (value, hidden) in [(row.participants, row.participants_suppressed), (row.viewers, row.viewers_suppressed)] {
                prop_assert!(!value.is_some_and(few), "{row:?}");
                prop_assert!(!hidden || value.is_none(), "{row:?}");
            }
        }
        let whole = numbers(&all.figures[0]);
        for by in [OpenDataGrouping::Month, OpenDataGrouping::Channel] {
            let cells = all.figures.iter().filter(|one| one.by == by).map(numbers).collect::<Vec<_>>();
            for unit in 0..2 {
                let (total, counted) = whole[unit];
                prop_assert_eq!(cells.iter().map(|cell| cell[unit].1).sum::<usize>(), counted);
                for left in 0..cells.len() {
                    let others = cells.iter().enumerate().filter(|(n, _)| *n != left);
                    let others = others.filter_map(|(_, cell)| cell[unit].0).sum::<i64>();
                    let difference = total.unwrap_or_default() - others;
                    prop_assert!(!few(difference), "{difference}");
                    prop_assert_eq!(difference, cells[left][unit].0.unwrap_or_default());
                }
            }
        }
    }

    /// Whatever is reckoned from the sums, in whatever groups, could be reckoned from the list: each sum is one of its rows.
    #[test]
    fn each_sum_is_of_published_rows(facts in any_year()) {
        let all = published(2020, facts);
        for cell in &all.figures {
            let belongs = |row: &&OpenDataSeminar| match (cell.by, cell.key.as_deref()) {
                (OpenDataGrouping::Year, _) => true,
                (OpenDataGrouping::Month, key) => row.date.map(|day| day.format("%Y-%m").to_string()).as_deref() == key,
                (OpenDataGrouping::Channel, key) => {
                    let own = row.channels.iter().map(|one| one.as_str()).collect::<Vec<_>>().join("+");
                    own == key.unwrap_or_default()
                }
                (OpenDataGrouping::Collection, Some(key)) => row.collections.iter().any(|one| one.id.to_string() == key),
                (OpenDataGrouping::Collection, None) => row.collections.is_empty(),
                // The samples have two organisations of one slug, which the table has not.
                (OpenDataGrouping::Organisation, _) => {
                    row.organisations.iter().any(|one| Some(&one.name) == cell.name.as_ref())
                }
            };
            let rows = all.seminars.iter().filter(|row| row.counted_as.contains(&CountedAs::Held)).filter(belongs);
            let rows = rows.collect::<Vec<_>>();
            prop_assert_eq!(rows.len(), cell.held);
            for (value, found) in [
                (cell.participants, rows.iter().filter_map(|row| row.participants).collect::<Vec<_>>()),
                (cell.viewers, rows.iter().filter_map(|row| row.viewers).collect::<Vec<_>>()),
            ] {
                prop_assert_eq!(value, (!found.is_empty()).then(|| found.iter().sum::<i64>()));
            }
        }
    }

    /// One suppressed count is like another: put any in its place, with any qualifier, and nothing that is published changes.
    #[test]
    fn nothing_published_depends_on_a_suppressed_count(facts in any_year(), other in 1_i64..LEAST, sure in any::<bool>()) {
        let query = calendar_year(2020).unwrap();
        let report = report(&query, &rule(PUBLIC), &[], scope(), facts);
        let mut exchanged = report.clone();
        for seminar in &mut exchanged.seminars {
            for count in [&mut seminar.participants, &mut seminar.viewers].into_iter().flatten() {
                if few(count.value) {
                    count.value = other;
                    count.qualifier = if sure { Qualifier::Exact } else { Qualifier::AtLeast };
                    count.lower_bound = (!sure).then_some(other);
                    count.stated_as = vec![other.to_string()];
                }
            }
        }
        let of = |report| publication(report, 2020, &HashMap::new());
        prop_assert_eq!(of(&report), of(&exchanged));
    }
}

/// The people of the door count like those of a statement.
#[test]
fn people_who_were_counted_are_suppressed_alike() {
    let counted = Facts {
        people: Some(People {
            onsite: Some(Counted {
                people: 3,
                basis: Basis::CheckIns,
                seen: 3,
            }),
            total: 3,
            ..People::default()
        }),
        channels: vec![Channel::Onsite],
        ..held("Tür", "2020-02-13", &[])
    };
    let all = published(2020, vec![counted]);
    assert_eq!(
        (all.seminars[0].participants, all.seminars[0].participants_suppressed),
        (None, true)
    );
    assert_eq!(figure(&all, OpenDataGrouping::Channel, "onsite").participants, None);
}
