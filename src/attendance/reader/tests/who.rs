//! Who is matched with whom, and who is never.

use super::*;

fn registered(id: u128, given: &str, family: &str, email: &str, state: RegistrationStanding) -> Registered {
    Registered {
        id: Uuid::from_u128(id),
        given_name: given.into(),
        family_name: family.into(),
        email_key: Some(email.into()),
        state,
    }
}

fn seat(id: u128, given: &str, family: &str, email: &str) -> Registered {
    registered(id, given, family, email, RegistrationStanding::Seat)
}

/// One person of a list who came, by name and address.
fn one(name: &str, email: &str, among: &[Registered]) -> Match {
    let list = format!("Name;E-Mail;Anwesend\n\"{name}\";{email};ja\n");
    let report = read_text(&list).unwrap();
    match_people(&report.people, among, &[]).remove(0)
}

#[test]
fn names_propose_and_never_match() {
    let among = [
        seat(1, "Hans", "Müller", "h@a.example"),
        seat(2, "Kim", "Groß", "k@a.example"),
    ];
    for name in [
        "Hans Müller",
        "müller, hans",
        "Hans Müller (IHK)",
        "Müller Hans",
        "HANS MU\u{308}LLER",
    ] {
        let found = one(name, "", &among);
        assert_eq!(
            (found.status, found.registration_id),
            (Verdict::Proposed, Some(Uuid::from_u128(1))),
            "{name}"
        );
        assert_eq!(found.flags, [MatchFlag::NeedsConfirmation]);
    }
    assert_eq!(one("Kim GROSS", "", &among).status, Verdict::Proposed);
    for name in ["Hans Mueller", "Hans Muller", "Dr. Hans Müller", "Handy (Hans Müller)"] {
        let found = one(name, "", &among);
        assert_eq!(
            (found.status, found.registration_id),
            (Verdict::Unmatched, None),
            "{name}"
        );
        assert_eq!(found.candidates, [Uuid::from_u128(1)], "{name}");
    }
    for name in ["Hans", "Kim", "iPhone von Kim", "0241 12345", "Müller"] {
        let found = one(name, "", &among);
        assert_eq!(
            (found.status, found.candidates.len()),
            (Verdict::Unmatched, 0),
            "{name}"
        );
    }
}

#[test]
fn of_two_registrations_with_one_address_the_better_one() {
    use RegistrationStanding::{Cancelled, Waitlisted};
    let again = [
        registered(1, "A", "B", "x@a.example", Cancelled),
        registered(2, "A", "B", "x@a.example", RegistrationStanding::Seat),
    ];
    let found = one("Irgendwer", "X@A.example", &again);
    assert_eq!(
        (found.status, found.registration_id),
        (Verdict::Matched, Some(Uuid::from_u128(2)))
    );
    assert!(found.flags.is_empty());
    let shared = [seat(1, "A", "B", "info@a.example"), seat(2, "C", "D", "info@a.example")];
    let found = one("C D", "info@a.example", &shared);
    assert_eq!(
        (found.status, found.registration_id),
        (Verdict::Matched, Some(Uuid::from_u128(2)))
    );
    let found = one("E F", "info@a.example", &shared);
    assert_eq!((found.status, found.candidates.len()), (Verdict::Ambiguous, 2));
    let late = [registered(1, "A", "B", "x@a.example", Waitlisted)];
    assert_eq!(
        one("A B", "x@a.example", &late).flags,
        [MatchFlag::AttendedFromWaitlist]
    );
}

#[test]
fn team_and_roles() {
    let text = "Attended,User Name (Original Name),Email,Join Time,Leave Time\n";
    let rows = "Yes,Anna Amt,,2027-05-06 18:00,2027-05-06 19:00\nYes,Rita Rede,,2027-05-06 18:00,2027-05-06 19:00\n";
    let report = read_text(&format!("Panelist Details,\n{text}{rows}")).unwrap();
    let member = |name: &str, role| TeamMember {
        name: name.into(),
        email: None,
        role,
    };
    let found = match_people(&report.people, &[], &[member("Anna Amt", TeamPart::Staff)]);
    assert_eq!((found[0].status, found[0].flags.len()), (Verdict::Staff, 0));
    // Nobody has told us, the platform says so.
    assert_eq!(
        (found[1].status, found[1].method),
        (Verdict::Speaker, Some(MatchMethod::Role))
    );
    let namesake = [seat(1, "Anna", "Amt", "a@a.example")];
    let found = match_people(&report.people, &namesake, &[member("Anna Amt", TeamPart::Staff)]);
    assert_eq!((found[0].status, found[0].candidates.len()), (Verdict::Ambiguous, 1));
    assert_eq!(found[0].flags, [MatchFlag::NeedsConfirmation]);
    let found = match_people(&report.people, &namesake, &[]);
    assert_eq!(found[0].status, Verdict::Proposed);
}

#[test]
fn one_person_in_two_rows() {
    let list = "Name;E-Mail;Anwesend\nA B;x@a.example;ja\nA B;;ja\n";
    let report = read_text(list).unwrap();
    let found = match_people(&report.people, &[seat(1, "A", "B", "x@a.example")], &[]);
    assert_eq!(
        (found[0].status, found[1].status),
        (Verdict::Matched, Verdict::Proposed)
    );
    assert!(found[1].flags.contains(&MatchFlag::RegistrationMatchedTwice));
}

#[test]
fn gaps_are_bridged_and_overlaps_counted_once() {
    let mut seen = read_text("Name;E-Mail;Anwesend\nA B;;\n").unwrap().people.remove(0);
    seen.precision = Precision::Intervals;
    let minute = |minute: i64| window().starts_at + chrono::Duration::minutes(minute);
    seen.segments = vec![
        (minute(-10), minute(5)),
        (minute(6), minute(9)),
        (minute(2), minute(4)),
        (minute(80), minute(100)),
    ];
    let with = |bridge, clip| {
        let rule = PresenceRule {
            min_seconds: 20 * 60,
            clip_to_session: clip,
            bridge_gap_seconds: bridge,
        };
        let there = presence(&seen, &window(), &rule);
        (
            there.present_seconds.unwrap() / 60,
            there.in_session_seconds.unwrap() / 60,
            there.attended,
        )
    };
    assert_eq!(with(0, true), (38, 18, false));
    assert_eq!(with(60, true), (39, 19, false));
    assert_eq!(with(60, false), (39, 19, true));
    let open = Window {
        ends_at: None,
        ..window()
    };
    assert_eq!(presence(&seen, &open, &RULE).in_session_seconds, Some(28 * 60));
}
