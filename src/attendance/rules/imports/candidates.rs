//! Who the participants of a report may be: the registrations of the seminar with everybody they bring, its team.

use crate::attendance::model::MatchStatus;
use crate::attendance::reader::{self, Match, Registered, RegistrationStanding, TeamMember, TeamPart, is_shown};
use crate::registrations::{Claimant, RegistrationId, State};
use crate::seminars;

/// What a registration amounts to, for somebody who came.
#[must_use]
pub const fn standing(state: State) -> RegistrationStanding {
    match state {
        State::Confirmed => RegistrationStanding::Seat,
        State::Pending | State::Applied => RegistrationStanding::Undecided,
        State::Waitlisted | State::Offered => RegistrationStanding::Waitlisted,
        State::Rejected | State::Expired => RegistrationStanding::Refused,
        State::Cancelled => RegistrationStanding::Cancelled,
    }
}

/// One entry a name: the contact by name and address, each companion by name.
#[must_use]
pub fn registered(claimants: &[Claimant]) -> Vec<Registered> {
    let mut all = Vec::with_capacity(claimants.len());
    for one in claimants {
        let entry = |given_name: &str, family_name: &str, email_key: Option<String>| Registered {
            id: one.id.0,
            given_name: given_name.to_owned(),
            family_name: family_name.to_owned(),
            email_key,
            state: standing(one.state),
        };
        if one.given_name.is_empty() && one.family_name.is_empty() {
            // Whose person was erased: no report can mean them, least of all one row without a name.
            continue;
        }
        all.push(entry(&one.given_name, &one.family_name, Some(one.email_key.clone())));
        for companion in &one.companions.0 {
            all.push(entry(
                companion.given_name.as_str(),
                companion.family_name.as_str(),
                None,
            ));
        }
    }
    all
}

/// The team as the seminar has it, and the speakers it announces.
#[must_use]
pub fn team<'a>(members: &[seminars::TeamMember], speakers: impl IntoIterator<Item = &'a str>) -> Vec<TeamMember> {
    let members = members.iter().map(|member| TeamMember {
        name: member.name.as_str().to_owned(),
        email: member.email.as_ref().map(|email| email.as_str().to_owned()),
        role: match member.role {
            seminars::TeamRole::Staff => TeamPart::Staff,
            seminars::TeamRole::Speaker => TeamPart::Speaker,
        },
    });
    let speakers = speakers.into_iter().map(|name| TeamMember {
        name: name.to_owned(),
        email: None,
        role: TeamPart::Speaker,
    });
    members.chain(speakers).collect()
}

/// What the reader found, in the words of the table. A contact and a companion of one name are one registration: there
/// is nothing to choose between, unless it is with somebody of the team, who is found by no method.
#[must_use]
pub fn settled(found: Match) -> (MatchStatus, Option<RegistrationId>, Vec<RegistrationId>) {
    let mut candidates = Vec::<RegistrationId>::new();
    for id in found.candidates.into_iter().map(RegistrationId) {
        if !candidates.contains(&id) {
            candidates.push(id);
        }
    }
    let named = found.method.is_some();
    let status = match found.status {
        reader::Verdict::Matched => MatchStatus::Matched,
        reader::Verdict::Proposed => MatchStatus::Proposed,
        reader::Verdict::Ambiguous => MatchStatus::Ambiguous,
        reader::Verdict::Unmatched => MatchStatus::Unmatched,
        reader::Verdict::Staff => MatchStatus::Staff,
        reader::Verdict::Speaker => MatchStatus::Speaker,
    };
    match (status, candidates.as_slice()) {
        (MatchStatus::Ambiguous, [only]) if named => (MatchStatus::Proposed, Some(*only), Vec::new()),
        _ => (status, found.registration_id.map(RegistrationId), candidates),
    }
}

/// What a flag says of the registration as it stands; all others are of the report and stay.
const OF_THE_STATE: [&str; 4] = [
    "attended_after_cancellation",
    "attended_from_waitlist",
    "attended_without_seat",
    "needs_confirmation",
];

/// The flags of a participant whose registration stands so now, or who has none, after somebody decided.
#[must_use]
pub fn refreshed(flags: &[String], state: Option<State>, came: bool) -> Vec<String> {
    let of_the_report = flags.iter().filter(|flag| !OF_THE_STATE.contains(&flag.as_str()));
    let now = match state.filter(|_| came).map(standing) {
        None | Some(RegistrationStanding::Seat) => None,
        Some(RegistrationStanding::Cancelled) => Some("attended_after_cancellation"),
        Some(RegistrationStanding::Waitlisted) => Some("attended_from_waitlist"),
        Some(RegistrationStanding::Undecided | RegistrationStanding::Refused) => Some("attended_without_seat"),
    };
    now.map(str::to_owned)
        .into_iter()
        .chain(of_the_report.cloned())
        .collect()
}

/// Which of the people of a registration shows these names: 0 the contact, and whoever shows the name of nobody else; n
/// the n-th who came along. So a group that sits at several screens is as many as came, and two devices are one.
#[must_use]
pub fn head(display_names: &[String], of: &Claimant) -> i32 {
    if is_shown(display_names, &of.given_name, &of.family_name) {
        return 0;
    }
    let mut along = (1..).zip(&of.companions.0);
    let found = along.find(|(_, one)| is_shown(display_names, one.given_name.as_str(), one.family_name.as_str()));
    found.map_or(0, |(n, _)| n)
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    fn found(status: reader::Verdict, candidates: &[u128]) -> Match {
        Match {
            key: "name:a".to_owned(),
            status,
            registration_id: None,
            candidates: candidates.iter().map(|id| Uuid::from_u128(*id)).collect(),
            method: Some(reader::MatchMethod::NormalisedName),
            flags: Vec::new(),
        }
    }

    #[test]
    fn two_names_of_one_registration_are_one_proposal() {
        let one = RegistrationId(Uuid::from_u128(1));
        let ambiguous = reader::Verdict::Ambiguous;
        assert_eq!(
            settled(found(ambiguous, &[1, 1])),
            (MatchStatus::Proposed, Some(one), vec![])
        );
        assert_eq!(settled(found(ambiguous, &[1, 2])).0, MatchStatus::Ambiguous);
        let of_the_team = Match {
            method: None,
            ..found(ambiguous, &[1])
        };
        assert_eq!(settled(of_the_team).0, MatchStatus::Ambiguous, "speaker or guest?");
        assert_eq!(
            settled(found(reader::Verdict::Unmatched, &[1])).0,
            MatchStatus::Unmatched
        );
    }

    #[test]
    fn flags_say_how_the_registration_stands_now() {
        let before = ["needs_confirmation", "phone_dial_in", "attended_from_waitlist"].map(str::to_owned);
        let now = |state, came| refreshed(&before, state, came);
        assert_eq!(now(Some(State::Confirmed), true), ["phone_dial_in"]);
        assert_eq!(
            now(Some(State::Cancelled), true),
            ["attended_after_cancellation", "phone_dial_in"]
        );
        assert_eq!(now(Some(State::Cancelled), false), ["phone_dial_in"]);
        for state in [State::Waitlisted, State::Offered] {
            assert_eq!(
                now(Some(state), true),
                ["attended_from_waitlist", "phone_dial_in"],
                "{state}"
            );
        }
        for state in [State::Pending, State::Applied, State::Rejected, State::Expired] {
            assert_eq!(
                now(Some(state), true),
                ["attended_without_seat", "phone_dial_in"],
                "{state}"
            );
        }
        assert_eq!(now(None, true), ["phone_dial_in"]);
    }
}
