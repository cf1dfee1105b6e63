use proptest::prelude::*;
use uuid::Uuid;

use super::*;

fn keys(all: &[&str]) -> BTreeSet<String> {
    all.iter().map(|key| (*key).to_owned()).collect()
}

fn day(text: &str) -> Days {
    let day = text.parse().unwrap();
    Days { from: day, to: day }
}

/// On 6 May 2027, from one hour to another.
fn from_to(from: u32, to: u32) -> Block {
    let at = |hour: u32| format!("2027-05-06T{hour:02}:00:00Z").parse().unwrap();
    Block {
        days: day("2027-05-06"),
        time: Some((at(from), at(to))),
    }
}

fn some_day() -> Block {
    Block {
        days: day("2027-05-06"),
        time: None,
    }
}

fn announced(id: u128, organisation: u128) -> Announced {
    Announced {
        id: SeminarId(Uuid::from_u128(id)),
        organisation: OrganisationId(Uuid::from_u128(organisation)),
        tenant: format!("tenant {organisation}"),
        status: Status::Scheduled,
        title: "KI im Mittelstand".to_owned(),
        blocks: vec![some_day()],
        places: BTreeSet::new(),
        rooms: BTreeSet::new(),
        parties: BTreeSet::new(),
    }
}

fn evidence(one: &Announced, other: &Announced) -> Option<Vec<&'static str>> {
    let likeness = alike(one, other)?;
    Some(likeness.evidence.iter().map(|one| one.as_str()).collect())
}

#[test]
fn never_by_title_and_date_alone() {
    let (one, other) = (announced(1, 1), announced(2, 2));
    assert_eq!(alike(&one, &other), None);
    type Change = fn(&mut Announced);
    let cases: [(Change, &str); 4] = [
        (|one| one.places = keys(&["haus"]), "same_place"),
        (|one| one.parties = keys(&["agit"]), "shared_party"),
        (|one| one.rooms = keys(&["zoom.us/j/1"]), "same_room"),
        (|one| one.blocks = vec![from_to(16, 18)], "same_time"),
    ];
    for (change, expected) in cases {
        let (mut one, mut other) = (one.clone(), other.clone());
        change(&mut one);
        assert_eq!(evidence(&one, &other), None, "only one of them says it");
        change(&mut other);
        assert_eq!(evidence(&one, &other).unwrap(), ["same_day", "similar_title", expected]);
        let another_day = Announced {
            blocks: vec![Block {
                days: day("2027-05-07"),
                time: None,
            }],
            ..other.clone()
        };
        assert_eq!(alike(&one, &another_day), None);
        let another_title = Announced {
            title: "Steuern für Gründer_innen".to_owned(),
            ..other
        };
        assert_eq!(alike(&one, &another_title), None);
    }
}

#[test]
fn a_series_that_repeats_on_one_day_is_no_duplicate() {
    let at_home = |id, organisation, block| Announced {
        blocks: vec![block],
        places: keys(&["haus"]),
        ..announced(id, organisation)
    };
    let morning = at_home(1, 1, from_to(9, 11));
    assert_eq!(alike(&morning, &at_home(2, 1, from_to(14, 16))), None);
    // It begins while the other goes on: for one organisation two courses, for two a matter of how it is announced.
    assert_eq!(alike(&morning, &at_home(2, 1, from_to(10, 12))), None);
    assert!(alike(&morning, &at_home(2, 2, from_to(10, 12))).is_some());
    // Somebody else's in the afternoon is another one all the same.
    assert_eq!(alike(&morning, &at_home(2, 2, from_to(14, 16))), None);
    // Written down twice.
    assert!(alike(&morning, &at_home(2, 1, from_to(9, 11))).is_some());
    // At the same time in two rooms: for one organisation two, for two one room with two names.
    let room = |id, organisation, place: &str| Announced {
        places: keys(&[place]),
        ..at_home(id, organisation, from_to(9, 11))
    };
    assert_eq!(alike(&room(1, 1, "saal"), &room(2, 1, "foyer")), None);
    assert!(alike(&room(1, 1, "saal"), &room(2, 2, "foyer")).is_some());
}

#[test]
fn a_tenant_is_a_party_to_others_and_says_nothing_of_its_own() {
    let named = |id, organisation, parties: &[&str]| Announced {
        parties: keys(parties),
        ..announced(id, organisation)
    };
    let with_us = named(1, 2, &["tenant 1", "tenant 2"]);
    assert!(alike(&named(2, 1, &["tenant 1"]), &with_us).is_some());
    assert_eq!(alike(&named(2, 2, &["tenant 2"]), &with_us), None);
}

#[test]
fn a_quarter_of_an_hour_is_the_same_time() {
    let at = |id, minutes| {
        let Block { days, time } = from_to(16, 18);
        let by = Duration::minutes(minutes);
        Announced {
            blocks: vec![Block {
                days,
                time: time.map(|(from, to)| (from + by, to + by)),
            }],
            ..announced(id, id)
        }
    };
    assert!(alike(&at(1, 0), &at(2, 15)).is_some());
    assert_eq!(
        alike(&at(1, 0), &at(2, 16)),
        None,
        "and then nothing but title and date is left"
    );
}

#[test]
fn days_that_overlap_and_spans_that_say_nothing() {
    let lasts = |id, from: &str, to: &str| Announced {
        blocks: vec![Block {
            days: Days {
                from: from.parse().unwrap(),
                to: to.parse().unwrap(),
            },
            time: None,
        }],
        parties: keys(&["agit"]),
        ..announced(id, id)
    };
    let three_days = lasts(1, "2027-05-05", "2027-05-07");
    assert!(alike(&three_days, &lasts(2, "2027-05-07", "2027-05-07")).is_some());
    assert_eq!(alike(&three_days, &lasts(2, "2027-05-08", "2027-05-08")), None);
    assert_eq!(alike(&three_days, &lasts(2, "2027-01-01", "2027-12-31")), None);
}

#[test]
fn what_takes_place_is_not_what_was_cancelled() {
    let with = |id, status| Announced {
        status,
        parties: keys(&["agit"]),
        ..announced(id, id)
    };
    let found = |one, other| alike(&with(1, one), &with(2, other)).is_some();
    assert!(found(Status::Held, Status::Scheduled));
    assert!(found(Status::Cancelled, Status::Cancelled));
    assert!(
        found(Status::Draft, Status::Scheduled),
        "a draft may still be thrown away"
    );
    assert!(!found(Status::Cancelled, Status::Held));
    assert!(!found(Status::Postponed, Status::Scheduled));
}

#[test]
fn the_strongest_first_and_only_so_many() {
    let one = Announced {
        blocks: vec![from_to(16, 18)],
        places: keys(&["haus"]),
        ..announced(1, 1)
    };
    let weak = Announced {
        blocks: vec![from_to(16, 18)],
        ..announced(2, 2)
    };
    let weaker = Announced {
        title: "KI im Mittelstand: Wo anfangen?".to_owned(),
        ..weak.clone()
    };
    let strong = Announced {
        id: SeminarId(Uuid::from_u128(9)),
        ..one.clone()
    };
    let others = [weaker, weak, strong, one.clone()].map(|mut other| {
        if other.title.len() > 20 {
            other.id = SeminarId(Uuid::from_u128(3));
        }
        other
    });
    let found = most_alike(&one, &others, 2);
    assert_eq!(
        found.iter().map(|(id, _)| id.0.as_u128()).collect::<Vec<_>>(),
        [9, 2],
        "it is not like itself"
    );
}

fn any_block() -> impl Strategy<Value = Block> {
    (0_i64..4, 0_i64..3, prop::option::of((0_i64..23, 1_i64..9))).prop_map(|(day, more, time)| {
        let from = NaiveDate::from_ymd_opt(2027, 5, 6).unwrap() + Duration::days(day);
        let midnight = from.and_hms_opt(0, 0, 0).unwrap().and_utc();
        Block {
            days: Days {
                from,
                to: from + Duration::days(more),
            },
            time: time.map(|(hour, lasts)| {
                let begins = midnight + Duration::hours(hour);
                (begins, begins + Duration::hours(lasts))
            }),
        }
    })
}

fn any_announced(id: u128) -> impl Strategy<Value = Announced> {
    let some = |all: &'static [&'static str]| {
        prop::sample::subsequence(all, 0..=all.len()).prop_map(|keys| keys.into_iter().map(str::to_owned).collect())
    };
    let title = prop::sample::select(&["KI im Mittelstand", "Mittelstand und KI", "Steuern", "Steuern 2"][..]);
    (
        (1_u128..3, prop::sample::select(Status::ALL), title),
        prop::collection::vec(any_block(), 0..3),
        (some(&["a", "b"]), some(&["r", "s"]), some(&["x", "y"])),
    )
        .prop_map(
            move |((organisation, status, title), blocks, (places, rooms, parties))| Announced {
                id: SeminarId(Uuid::from_u128(id)),
                organisation: OrganisationId(Uuid::from_u128(organisation)),
                tenant: format!("tenant {organisation}"),
                status,
                title: title.to_owned(),
                blocks,
                places,
                rooms,
                parties,
            },
        )
}

proptest! {
    #[test]
    fn it_does_not_matter_which_is_named_first(one in any_announced(1), other in any_announced(2)) {
        prop_assert_eq!(alike(&one, &other), alike(&other, &one));
    }
}
