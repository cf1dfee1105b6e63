use chrono::{DateTime, Duration, TimeZone, Utc};
use uuid::Uuid;

use super::super::super::model::{
    CheckInId, CheckInMethod, Direction, Evidence, ImportId, Joined, Observations, Person, Reported, Scan,
    SessionWindow, Span,
};
use super::super::people::{no_shows, people};
use super::records;
use crate::attendance::Basis;
use crate::attendance::model::AttendanceRecord;
use crate::auth::OrganisationId;
use crate::base::ids::fresh;
use crate::registrations::{Claim, RegistrationId, State};
use crate::seminars::{AttendanceRule, Channel, SeminarId, SessionId};

const SESSION: SessionId = SessionId(Uuid::from_u128(1));
const OTHER: SessionId = SessionId(Uuid::from_u128(2));
const ANNA: RegistrationId = RegistrationId(Uuid::from_u128(11));
const BERTA: RegistrationId = RegistrationId(Uuid::from_u128(12));

/// Minutes after ten o'clock, when the session of ninety minutes begins.
fn at(minutes: i64) -> DateTime<Utc> {
    Utc.with_ymd_and_hms(2026, 3, 4, 10, 0, 0).unwrap() + Duration::minutes(minutes)
}

fn rule() -> AttendanceRule {
    AttendanceRule::of((OrganisationId(Uuid::nil()), SeminarId(Uuid::nil())))
}

fn scan(who: RegistrationId, minutes: i64) -> Scan {
    Scan {
        id: CheckInId(fresh()),
        person: Person::Registration(who),
        session_id: SESSION,
        channel: Channel::Onsite,
        direction: Direction::In,
        method: CheckInMethod::Scan,
        persons: 1,
        expected: 1,
        at: at(minutes),
        name: None,
    }
}

fn out(who: RegistrationId, minutes: i64) -> Scan {
    Scan {
        direction: Direction::Out,
        ..scan(who, minutes)
    }
}

/// Of a file that speaks of `covers` and keeps minutes only.
fn reported(who: Person, import: u128, minutes: i64, covers: Option<Span>) -> Reported {
    Reported {
        person: who,
        session_id: SESSION,
        channel: Channel::Online,
        import_id: ImportId(Uuid::from_u128(import)),
        covers,
        head: 0,
        present_seconds: Some(minutes * 60),
        in_session_seconds: None,
        segments: None,
        each_span: true,
        attended: minutes >= 10,
        name: None,
    }
}

fn with_times(who: RegistrationId, import: u128, times: &[(i64, i64)]) -> Reported {
    let times = times.iter().map(|(from, to)| (at(*from), at(*to)));
    Reported {
        segments: Some(times.collect()),
        ..reported(Person::Registration(who), import, 0, None)
    }
}

fn seen(scans: Vec<Scan>, reported: Vec<Reported>) -> Observations {
    let window = |id, hours| SessionWindow {
        id,
        starts_at: at(0) + Duration::hours(hours),
        ends_at: Some(at(90) + Duration::hours(hours)),
    };
    Observations {
        scans,
        reported,
        joined: Vec::new(),
        sessions: vec![window(SESSION, 0), window(OTHER, 24)],
    }
}

fn only(seen: &Observations, rule: &AttendanceRule) -> AttendanceRecord {
    let mut all = records(seen, rule);
    assert_eq!(all.len(), 1, "{all:?}");
    all.remove(0)
}

#[test]
fn scanned_twice_is_there_once() {
    let record = only(&seen(vec![scan(ANNA, 4), scan(ANNA, -3)], vec![]), &rule());
    let onsite = record.onsite.as_ref().unwrap();
    assert_eq!((onsite.persons, onsite.from, onsite.attended), (1, Some(at(-3)), true));
    assert_eq!(record.persons(), 1);
    assert_eq!(record.seconds(), None, "nobody measured how long");
}

#[test]
fn a_group_comes_one_by_one_and_not_twice() {
    let part = |persons, minutes| Scan {
        persons,
        expected: 3,
        ..scan(ANNA, minutes)
    };
    assert_eq!(only(&seen(vec![part(1, 0), part(1, 2)], vec![]), &rule()).persons(), 2);
    assert_eq!(only(&seen(vec![part(3, 0), part(3, 2)], vec![]), &rule()).persons(), 3);
    // The front desk let in more than had registered.
    assert_eq!(only(&seen(vec![part(4, 0)], vec![]), &rule()).persons(), 4);
}

#[test]
fn who_checked_out_was_there_from_in_to_out() {
    let stays = |scans| only(&seen(scans, vec![]), &rule());
    let long = stays(vec![scan(ANNA, 0), out(ANNA, 30), scan(ANNA, 40), out(ANNA, 70)]);
    assert_eq!((long.seconds(), long.attended()), (Some(60 * 60), true));
    let short = stays(vec![scan(ANNA, 0), out(ANNA, 9)]);
    assert_eq!(
        (short.seconds(), short.attended(), short.persons()),
        (Some(9 * 60), false, 0)
    );
    let inside = stays(vec![scan(ANNA, 0), out(ANNA, 9), scan(ANNA, 12)]);
    assert_eq!((inside.seconds(), inside.attended()), (None, true), "still inside");
    assert!(
        records(&seen(vec![out(ANNA, 30)], vec![]), &rule()).is_empty(),
        "going out brings nobody in"
    );
}

#[test]
fn of_a_group_one_leaves_and_the_others_stay() {
    let part = |persons, scan: Scan| Scan {
        persons,
        expected: 3,
        ..scan
    };
    let stays = |scans| only(&seen(scans, vec![]), &rule());
    let some = stays(vec![part(3, scan(ANNA, 0)), part(1, out(ANNA, 5))]);
    assert_eq!((some.persons(), some.attended(), some.seconds()), (3, true, None));
    let by_one = vec![part(1, scan(ANNA, 0)), part(1, scan(ANNA, 1)), part(1, out(ANNA, 5))];
    assert_eq!(stays(by_one.clone()).persons(), 2);
    let back = vec![part(1, scan(ANNA, 0)), part(1, out(ANNA, 5)), part(1, scan(ANNA, 9))];
    assert_eq!(stays(back).persons(), 1, "whoever comes back is not a second person");
    let all = [by_one, vec![part(1, out(ANNA, 60))]].concat();
    assert_eq!(stays(all).seconds(), Some(60 * 60), "from the first in to the last out");
}

#[test]
fn time_at_the_door_is_cut_to_the_session_too() {
    let early = seen(vec![scan(ANNA, -120), out(ANNA, 5)], vec![]);
    let record = only(&early, &rule());
    assert_eq!((record.seconds(), record.attended()), (Some(5 * 60), false));
    let unclipped = AttendanceRule {
        clip_to_session: false,
        ..rule()
    };
    assert_eq!(only(&early, &unclipped).seconds(), Some(125 * 60));
    // Where no time at all is asked for, one has to have been there all the same.
    let none = AttendanceRule {
        min_seconds: 0,
        ..rule()
    };
    assert!(only(&early, &none).attended());
    assert!(!only(&seen(vec![scan(ANNA, -60), out(ANNA, -30)], vec![]), &none).attended());
}

#[test]
fn the_people_of_a_group_are_each_one_at_their_screens() {
    let head = |head, minutes| Reported {
        head,
        ..reported(Person::Registration(ANNA), 1, minutes, None)
    };
    let record = only(
        &seen(vec![], vec![head(0, 60), head(1, 30), head(1, 20), head(2, 3)]),
        &rule(),
    );
    assert_eq!(record.persons(), 2, "two devices are one, and three minutes are none");
    assert_eq!(record.seconds(), Some(60 * 60));
    let short_first = only(&seen(vec![], vec![head(0, 3), head(1, 30)]), &rule());
    assert_eq!((short_first.persons(), short_first.attended()), (1, true));
}

#[test]
fn first_and_last_times_are_no_presence() {
    let rejoined = Reported {
        present_seconds: Some(360),
        in_session_seconds: Some(360),
        each_span: false,
        ..with_times(ANNA, 1, &[(0, 90)])
    };
    let record = only(&seen(vec![], vec![rejoined]), &rule());
    assert_eq!((record.seconds(), record.attended()), (Some(360), false));
    assert_eq!(record.online.unwrap().to, Some(at(90)));
}

#[test]
fn without_times_the_rule_says_which_minutes_count() {
    let mostly_before = Reported {
        in_session_seconds: Some(300),
        ..reported(Person::Registration(ANNA), 1, 20, None)
    };
    let seen = seen(vec![], vec![mostly_before]);
    assert_eq!(only(&seen, &rule()).seconds(), Some(300));
    let unclipped = AttendanceRule {
        clip_to_session: false,
        ..rule()
    };
    assert_eq!(only(&seen, &unclipped).seconds(), Some(20 * 60));
}

#[test]
fn in_both_channels_at_once_is_not_twice_as_long() {
    let both = |times: &[(i64, i64)]| {
        let scans = vec![scan(ANNA, 0), out(ANNA, 40)];
        only(&seen(scans, vec![with_times(ANNA, 1, times)]), &rule()).seconds()
    };
    assert_eq!(both(&[(0, 45)]), Some(45 * 60), "the call was followed from a seat");
    assert_eq!(both(&[(40, 90)]), Some(90 * 60), "the second half from home");
}

#[test]
fn two_devices_are_there_once() {
    let both = seen(
        vec![],
        vec![with_times(ANNA, 1, &[(0, 60)]), with_times(ANNA, 1, &[(30, 90)])],
    );
    let record = only(&both, &rule());
    assert_eq!(record.seconds(), Some(90 * 60));
    assert!(!record.online.unwrap().at_least);
}

#[test]
fn time_outside_the_session_does_not_count_and_a_short_gap_does_no_harm() {
    let early = seen(vec![], vec![with_times(ANNA, 1, &[(-30, 5), (6, 8)])]);
    let record = only(&early, &rule());
    assert_eq!((record.seconds(), record.attended()), (Some(8 * 60), false));
    let unclipped = AttendanceRule {
        clip_to_session: false,
        ..rule()
    };
    assert_eq!(only(&early, &unclipped).seconds(), Some(38 * 60));
    let strict = AttendanceRule {
        bridge_gap_seconds: 0,
        ..rule()
    };
    assert_eq!(only(&early, &strict).seconds(), Some(7 * 60));
}

#[test]
fn files_that_keep_minutes_only_are_added_where_their_times_do_not_overlap() {
    let anna = || Person::Registration(ANNA);
    let of = |one: Option<(i64, i64)>, other: Option<(i64, i64)>| {
        let span = |(from, to)| (at(from), at(to));
        let both = vec![
            reported(anna(), 1, 8, one.map(span)),
            reported(anna(), 2, 7, other.map(span)),
        ];
        let record = only(&seen(vec![], both), &rule());
        (record.seconds(), record.attended(), record.online.unwrap().at_least)
    };
    assert_eq!(
        of(Some((0, 40)), Some((40, 90))),
        (Some(15 * 60), true, false),
        "the meeting was restarted"
    );
    assert_eq!(of(Some((0, 41)), Some((40, 90))), (Some(8 * 60), false, true));
    assert_eq!(of(Some((0, 40)), None), (Some(8 * 60), false, true));
    let devices = vec![reported(anna(), 1, 20, None), reported(anna(), 1, 15, None)];
    let record = only(&seen(vec![], devices), &rule());
    assert_eq!(
        (record.seconds(), record.online.unwrap().at_least),
        (Some(20 * 60), true)
    );
}

#[test]
fn a_later_rule_reads_the_minutes_anew() {
    let twelve = seen(vec![], vec![reported(Person::Registration(ANNA), 1, 12, None)]);
    assert!(only(&twelve, &rule()).attended());
    let stricter = AttendanceRule {
        min_seconds: 1_800,
        ..rule()
    };
    assert!(!only(&twelve, &stricter).attended());
    let ticked = Reported {
        present_seconds: None,
        attended: true,
        ..reported(Person::Registration(ANNA), 1, 0, None)
    };
    assert!(
        only(&seen(vec![], vec![ticked]), &stricter).attended(),
        "a list that says so needs no minutes"
    );
}

#[test]
fn the_join_link_counts_where_the_seminar_says_so() {
    let mut joined = seen(vec![], vec![]);
    joined.joined = vec![Joined {
        person: Person::Registration(ANNA),
        session_id: SESSION,
        first: at(-5),
    }];
    assert!(records(&joined, &rule()).is_empty());
    let counting = AttendanceRule {
        count_joins: true,
        ..rule()
    };
    let record = only(&joined, &counting);
    assert_eq!(record.online.unwrap().evidence, [Evidence::JoinLink]);
    assert!(record.onsite.is_none());
}

#[test]
fn in_both_channels_is_one_person() {
    let both = seen(
        vec![scan(ANNA, 0), scan(BERTA, 0)],
        vec![
            reported(Person::Registration(ANNA), 1, 60, None),
            reported(Person::Address("gast@example.org".to_owned()), 1, 60, None),
            reported(Person::Named("import:1:7".to_owned()), 1, 60, None),
            reported(Person::Named("import:1:8".to_owned()), 1, 3, None),
        ],
    );
    let counted = people(&records(&both, &rule()), None);
    let [onsite, online] = [counted.onsite.unwrap(), counted.online.unwrap()];
    assert_eq!((onsite.people, onsite.basis), (2, Basis::CheckIns));
    assert_eq!((online.people, online.basis, online.seen), (3, Basis::Import, 4));
    assert_eq!((counted.total, counted.in_both), (4, 1));
    assert_eq!((counted.walk_ins, counted.unidentified), (2, 1));
}

#[test]
fn of_several_sessions_a_person_came_once() {
    let again = Scan {
        session_id: OTHER,
        ..scan(ANNA, 24 * 60)
    };
    let both = records(&seen(vec![scan(ANNA, 0), scan(BERTA, 0), again], vec![]), &rule());
    assert_eq!(people(&both, None).total, 2);
    assert_eq!(people(&both, Some(OTHER)).total, 1);
    assert_eq!(people(&both, None).online, None, "nobody looked there, which is not 0");
}

#[test]
fn who_is_missing_was_confirmed_and_came_through_no_channel() {
    let claim = |id, channel, state, persons| Claim {
        id,
        channel,
        state,
        persons,
    };
    let carla = RegistrationId(Uuid::from_u128(13));
    let claims = [
        claim(ANNA, Channel::Onsite, State::Confirmed, 3),
        claim(BERTA, Channel::Onsite, State::Confirmed, 1),
        claim(carla, Channel::Onsite, State::Cancelled, 1),
    ];
    let group = Scan {
        persons: 2,
        expected: 3,
        ..scan(ANNA, 0)
    };
    let seen = seen(vec![group], vec![reported(Person::Registration(BERTA), 1, 60, None)]);
    let records = records(&seen, &rule());
    assert_eq!(
        no_shows(&claims, &records, Channel::Onsite, None),
        1,
        "one of Anna's group; Berta was online"
    );
    assert_eq!(no_shows(&claims, &records, Channel::Online, None), 0);
    assert_eq!(no_shows(&claims, &[], Channel::Onsite, None), 4);
}
