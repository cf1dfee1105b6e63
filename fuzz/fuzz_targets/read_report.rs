//! Arbitrary bytes through reading, presence and matching: never a panic, and what comes out keeps its promises.

#![no_main]

use std::collections::HashSet;

use chrono::DateTime;
use einlass::attendance::reader::{
    Verdict, PresenceRule, Reading, Registered, RegistrationStanding, TeamMember, TeamPart, Window, match_people,
    presence, read,
};
use libfuzzer_sys::fuzz_target;
use uuid::Uuid;

fuzz_target!(|bytes: &[u8]| {
    let at = |seconds| DateTime::from_timestamp(seconds, 0).unwrap();
    // 6 May 2027, 18:00 to 19:30 in Berlin, as in the seeds.
    let session = Window { starts_at: at(1_809_619_200), ends_at: Some(at(1_809_624_600)) };
    let how = Reading {
        session,
        time_zone: chrono_tz::Europe::Berlin,
        format: None,
        column_map: None,
        date_order: None,
        time_is_up: &|| false,
    };
    let report = match read(bytes, &how) {
        Ok(report) => report,
        Err(refused) => {
            assert!(!refused.detail(true).is_empty() && !refused.detail(false).is_empty());
            return;
        }
    };
    let one = |id, given: &str, family: &str, email: Option<&str>, state| Registered {
        id: Uuid::from_u128(id),
        given_name: given.to_owned(),
        family_name: family.to_owned(),
        email_key: email.map(str::to_owned),
        state,
    };
    let registered = [
        one(1, "Lena", "Probst", Some("lena.probst@firma.example"), RegistrationStanding::Seat),
        one(2, "Jörg", "Müller", Some("joerg.mueller@web.example"), RegistrationStanding::Seat),
        one(3, "Ana", "de Wit", None, RegistrationStanding::Seat),
        one(4, "Olga", "Storno", Some("olga.storno@web.example"), RegistrationStanding::Cancelled),
        one(5, "Olga", "Storno", Some("olga.storno@web.example"), RegistrationStanding::Seat),
    ];
    let team = [TeamMember { name: "Büro Gründung".to_owned(), email: None, role: TeamPart::Staff }];
    let matches = match_people(&report.people, &registered, &team);
    assert_eq!(matches.len(), report.people.len());
    let keys: HashSet<&str> = report.people.iter().map(|seen| seen.key.as_str()).collect();
    assert_eq!(keys.len(), report.people.len(), "one key, one person");
    let rule = PresenceRule { min_seconds: 600, clip_to_session: true, bridge_gap_seconds: 60 };
    for (seen, found) in report.people.iter().zip(&matches) {
        let there = presence(seen, &session, &rule);
        assert!(there.present_seconds.is_none_or(|seconds| seconds >= 0));
        assert!(there.in_session_seconds.is_none_or(|seconds| (0..=5400).contains(&seconds)));
        if found.status == Verdict::Matched {
            let registration = registered.iter().find(|one| Some(one.id) == found.registration_id).unwrap();
            assert!(seen.email.is_some() && registration.email_key == seen.email, "only an address matches");
        }
    }
});
