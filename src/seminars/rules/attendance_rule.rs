//! What a seminar may say about who counts as having been there, and about its team.

use std::collections::BTreeSet;

use crate::base::text::{Email, fold};
use crate::seminars::model::TeamMember;

const MOST_TEAM: usize = 50;

/// What is said about it; `None` is not spoken of.
#[derive(Clone, Copy, Debug, Default)]
pub struct StatedRule<'a> {
    pub min_seconds: Option<i32>,
    pub min_sessions: Option<i32>,
    pub opens_minutes: Option<i32>,
    pub bridge_gap_seconds: Option<i32>,
    pub team: &'a [TeamMember],
}

/// Everything that is wrong with it by itself, each with its JSON Pointer.
#[must_use]
pub fn attendance_rule_faults(stated: &StatedRule<'_>) -> Vec<(String, String)> {
    let numbers = [
        ("min_seconds", stated.min_seconds, 0, 86_400),
        ("min_sessions", stated.min_sessions, 1, 100),
        ("opens_minutes", stated.opens_minutes, 0, 1440),
        ("bridge_gap_seconds", stated.bridge_gap_seconds, 0, 3600),
    ];
    let mut faults = numbers
        .into_iter()
        .filter(|(_, number, least, most)| number.is_some_and(|number| !(*least..=*most).contains(&number)))
        .map(|(member, _, least, most)| {
            let reason = format!("must be {least} to {most}");
            (format!("/attendance_rule/{member}"), reason)
        })
        .collect::<Vec<_>>();
    team_faults(stated.team, &mut faults);
    faults
}

/// By its address a platform's report knows a person; and by the name, where a report has no addresses.
fn team_faults(team: &[TeamMember], faults: &mut Vec<(String, String)>) {
    if team.len() > MOST_TEAM {
        faults.push(("/team".to_owned(), format!("must have at most {MOST_TEAM} entries")));
        return;
    }
    let (mut addresses, mut names) = (BTreeSet::new(), BTreeSet::new());
    for (n, member) in team.iter().enumerate() {
        let (first, place) = match member.email.as_ref().map(Email::key) {
            Some(address) => (addresses.insert(address), format!("/team/{n}/email")),
            None => (names.insert(fold(member.name.as_str())), format!("/team/{n}")),
        };
        if !first {
            faults.push((place, "is given twice".to_owned()));
        }
    }
}

/// A certificate that needs more sessions than there are is nobody's. While no session is known, nothing is too many.
#[must_use]
pub fn too_many_sessions(min_sessions: Option<i32>, sessions: usize) -> Option<String> {
    let wanted = usize::try_from(min_sessions?).unwrap_or_default();
    (sessions > 0 && wanted > sessions).then(|| format!("must be at most {sessions}, the number of sessions"))
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn places(stated: &StatedRule<'_>) -> Vec<String> {
        attendance_rule_faults(stated).into_iter().map(|(at, _)| at).collect()
    }

    fn of_team(team: Value) -> Vec<String> {
        let team = serde_json::from_value::<Vec<TeamMember>>(team).unwrap();
        places(&StatedRule {
            team: &team,
            ..StatedRule::default()
        })
    }

    #[test]
    fn numbers_have_bounds() {
        let all = |number: i32| {
            let stated = StatedRule {
                min_seconds: Some(number),
                min_sessions: Some(number),
                opens_minutes: Some(number),
                bridge_gap_seconds: Some(number),
                team: &[],
            };
            let found = places(&stated).into_iter();
            let found = found.map(|place| place.replace("/attendance_rule/", ""));
            found.collect::<Vec<_>>()
        };
        let [seconds, sessions, opens, gap] = ["min_seconds", "min_sessions", "opens_minutes", "bridge_gap_seconds"];
        assert_eq!(all(-1), [seconds, sessions, opens, gap]);
        assert_eq!(all(0), [sessions]);
        assert_eq!((all(1), all(100)), (vec![], vec![]));
        assert_eq!(
            (all(101), all(1440)),
            (vec![sessions.to_owned()], vec![sessions.to_owned()])
        );
        assert_eq!(
            (all(1441), all(3600)),
            (all(1441), vec![sessions.to_owned(), opens.to_owned()])
        );
        assert_eq!(all(3601), [sessions, opens, gap]);
        assert_eq!(all(86_400), [sessions, opens, gap]);
        assert_eq!(all(86_401), [seconds, sessions, opens, gap]);
    }

    #[test]
    fn nobody_is_of_the_team_twice() {
        let member = |name: &str, email: Value| json!({"name": name, "email": email, "role": "staff"});
        let vogt = |email: &str| member("Petra Vogt", email.into());
        let twice = json!([
            vogt("vogt@example.org"),
            vogt("p.vogt@example.org"),
            vogt("VOGT@example.org")
        ]);
        assert_eq!(of_team(twice), ["/team/2/email"]);
        // Two people may have one name: then each has an address.
        let named = |name: &str| member(name, Value::Null);
        assert_eq!(of_team(json!([vogt("vogt@example.org"), named("Petra Vogt")])), [""; 0]);
        assert_eq!(of_team(json!([named("Petra Vogt"), named("petra  vogt")])), ["/team/1"]);
    }

    #[test]
    fn a_team_has_an_end() {
        let team = |count: usize| {
            let members = (0..count).map(|n| json!({"name": format!("n{n}"), "role": "staff"}));
            of_team(members.collect())
        };
        assert_eq!((team(50), team(51)), (vec![], vec!["/team".to_owned()]));
    }

    #[test]
    fn no_certificate_needs_more_sessions_than_there_are() {
        assert_eq!(too_many_sessions(None, 1), None);
        assert_eq!(too_many_sessions(Some(2), 2), None);
        assert_eq!(too_many_sessions(Some(5), 0), None);
        assert!(too_many_sessions(Some(3), 2).is_some_and(|why| why.contains("at most 2")));
    }
}
