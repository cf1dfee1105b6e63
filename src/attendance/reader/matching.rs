//! Who of those seen is who of those registered. Only an exact e-mail address matches; a name proposes.

use std::collections::{HashMap, HashSet};

use serde::Serialize;
use uuid::Uuid;

use super::model::{PlatformRole, Seen};
use super::names;
use super::register::{MAX_CANDIDATES, Register, forms, names_of};
use crate::base::ids::words;
use crate::base::text::{Email, FromText};

words! {
    /// What a registration amounts to, as far as attendance is concerned; the best first.
    RegistrationStanding {
        Seat = "seat",
        /// Unconfirmed or applied.
        Undecided = "undecided",
        /// Also whoever was offered a seat and has not taken it.
        Waitlisted = "waitlisted",
        /// Rejected or expired.
        Refused = "refused",
        Cancelled = "cancelled",
    }
}

words! {
    TeamPart {
        Staff = "staff",
        Speaker = "speaker",
    }
}

words! {
    Verdict {
        Matched = "matched",
        /// One name fits; somebody has to say so.
        Proposed = "proposed",
        Ambiguous = "ambiguous",
        Unmatched = "unmatched",
        Staff = "staff",
        Speaker = "speaker",
    }
}

words! {
    MatchMethod {
        Email = "email",
        NormalisedName = "normalised_name",
        /// The platform says so: a host is staff.
        Role = "role",
    }
}

words! {
    MatchFlag {
        NeedsConfirmation = "needs_confirmation",
        AttendedAfterCancellation = "attended_after_cancellation",
        AttendedFromWaitlist = "attended_from_waitlist",
        AttendedWithoutSeat = "attended_without_seat",
        WalkInCandidate = "walk_in_candidate",
        PhoneDialIn = "phone_dial_in",
        /// Another row of the report has the same registration by its e-mail address.
        RegistrationMatchedTwice = "registration_matched_twice",
    }
}

#[derive(Clone, Debug)]
pub struct Registered {
    pub id: Uuid,
    pub given_name: String,
    pub family_name: String,
    /// `base::text::Email::key`
    pub email_key: Option<String>,
    pub state: RegistrationStanding,
}

#[derive(Clone, Debug)]
pub struct TeamMember {
    pub name: String,
    pub email: Option<String>,
    pub role: TeamPart,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Match {
    /// Of `Seen`.
    pub key: String,
    pub status: Verdict,
    pub registration_id: Option<Uuid>,
    /// For `ambiguous` those among whom to choose; for `unmatched` no more than a suggestion.
    pub candidates: Vec<Uuid>,
    pub method: Option<MatchMethod>,
    pub flags: Vec<MatchFlag>,
}

type Answer = (Verdict, Option<Uuid>, Vec<Uuid>, Option<MatchMethod>, Vec<MatchFlag>);

/// One answer for each of `people`, in their order.
#[must_use]
pub fn match_people(people: &[Seen], registered: &[Registered], team: &[TeamMember]) -> Vec<Match> {
    let register = Register::new(registered);
    let team = Team::new(team);
    let mut matches: Vec<Match> = people
        .iter()
        .map(|seen| {
            let (status, registration_id, candidates, method, mut flags) = one(seen, &register, &team);
            if seen.phone_dial_in {
                flags.push(MatchFlag::PhoneDialIn);
            }
            Match {
                key: seen.key.clone(),
                status,
                registration_id,
                candidates,
                method,
                flags,
            }
        })
        .collect();
    let sure: HashSet<Uuid> = matches
        .iter()
        .filter(|one| one.status == Verdict::Matched)
        .filter_map(|one| one.registration_id)
        .collect();
    for one in &mut matches {
        if one.status == Verdict::Proposed && one.registration_id.is_some_and(|id| sure.contains(&id)) {
            one.flags.push(MatchFlag::RegistrationMatchedTwice);
        }
    }
    matches
}

/// First what is certain, then what a name says, last what the platform made of somebody.
fn one(seen: &Seen, register: &Register<'_>, team: &Team) -> Answer {
    if let Some(role) = seen.email.as_ref().and_then(|email| team.by_email.get(email)) {
        return (of_team(*role), None, Vec::new(), None, Vec::new());
    }
    let names = if seen.phone_dial_in { Vec::new() } else { names_of(seen) };
    if let Some(email) = &seen.email
        && let Some(answer) = by_email(seen, register.with_email(email), &names)
    {
        return answer;
    }
    let named = best(register.with_name(&names));
    if let Some(role) = names.iter().find_map(|name| team.by_name.get(name)) {
        if named.is_empty() {
            return (of_team(*role), None, Vec::new(), None, Vec::new());
        }
        // A namesake among the registered: somebody has to look.
        let candidates = named.iter().take(MAX_CANDIDATES).map(|one| one.id).collect();
        return (
            Verdict::Ambiguous,
            None,
            candidates,
            None,
            vec![MatchFlag::NeedsConfirmation],
        );
    }
    let method = Some(MatchMethod::NormalisedName);
    let unsure = vec![MatchFlag::NeedsConfirmation];
    match named.as_slice() {
        [only] => return (Verdict::Proposed, Some(only.id), Vec::new(), method, unsure),
        [_, ..] => {
            let candidates = named.iter().take(MAX_CANDIDATES).map(|one| one.id).collect();
            return (Verdict::Ambiguous, None, candidates, method, unsure);
        }
        [] => {}
    }
    let by_role = match seen.role {
        PlatformRole::Host | PlatformRole::Organizer | PlatformRole::Moderator => Some(Verdict::Staff),
        // Not a presenter: in many Teams meetings everybody is one.
        PlatformRole::Panelist => Some(Verdict::Speaker),
        PlatformRole::Presenter | PlatformRole::Attendee => None,
    };
    if let Some(status) = by_role {
        return (status, None, Vec::new(), Some(MatchMethod::Role), unsure);
    }
    let came_with_address = seen.email.is_some() && seen.said_attended != Some(false);
    let flags = if came_with_address {
        vec![MatchFlag::WalkInCandidate]
    } else {
        Vec::new()
    };
    let suggestions = if seen.phone_dial_in {
        Vec::new()
    } else {
        register.suggestions(seen)
    };
    (Verdict::Unmatched, None, suggestions, None, flags)
}

/// Of several registrations with one address the one that is best; of several as good the one with the name.
fn by_email(seen: &Seen, found: Vec<&Registered>, names: &[String]) -> Option<Answer> {
    let found = best(found);
    let method = Some(MatchMethod::Email);
    let with_name: Vec<&&Registered> = found
        .iter()
        .filter(|one| forms(one).iter().any(|form| names.contains(form)))
        .collect();
    let only = match (found.as_slice(), with_name.as_slice()) {
        ([], _) => return None,
        ([only], _) => only,
        (_, [only]) => only,
        _ => {
            let candidates = found.iter().take(MAX_CANDIDATES).map(|one| one.id).collect();
            let flags = vec![MatchFlag::NeedsConfirmation];
            return Some((Verdict::Ambiguous, None, candidates, method, flags));
        }
    };
    let flag = match only.state {
        _ if seen.said_attended == Some(false) => None,
        RegistrationStanding::Seat => None,
        RegistrationStanding::Cancelled => Some(MatchFlag::AttendedAfterCancellation),
        RegistrationStanding::Waitlisted => Some(MatchFlag::AttendedFromWaitlist),
        RegistrationStanding::Undecided | RegistrationStanding::Refused => Some(MatchFlag::AttendedWithoutSeat),
    };
    let flags = flag.into_iter().collect();
    Some((Verdict::Matched, Some(only.id), Vec::new(), method, flags))
}

const fn of_team(role: TeamPart) -> Verdict {
    match role {
        TeamPart::Staff => Verdict::Staff,
        TeamPart::Speaker => Verdict::Speaker,
    }
}

/// Those of the best standing: a cancelled registration steps back behind the one that came after it.
fn best(found: Vec<&Registered>) -> Vec<&Registered> {
    let standing = found.iter().map(|one| one.state).min();
    found.into_iter().filter(|one| Some(one.state) == standing).collect()
}

struct Team {
    by_email: HashMap<String, TeamPart>,
    by_name: HashMap<String, TeamPart>,
}

impl Team {
    fn new(team: &[TeamMember]) -> Self {
        let emails = team
            .iter()
            .filter_map(|member| Some((email_key(member.email.as_deref()?)?, member.role)));
        let names = team.iter().map(|member| (names::normalised(&member.name), member.role));
        Self {
            by_email: emails.collect(),
            by_name: names.filter(|(name, _)| !name.is_empty()).collect(),
        }
    }
}

fn email_key(email: &str) -> Option<String> {
    Email::from_text(email).ok().map(|email| email.key())
}
