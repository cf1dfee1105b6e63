//! Who of those seen is who of those registered. Only an exact e-mail address matches; a name proposes.

use serde::Serialize;
use uuid::Uuid;

use super::model::Seen;
use crate::base::ids::words;

words! {
    /// What a registration amounts to, as far as attendance is concerned; the best first.
    RegistrationStanding {
        Seat = "seat",
        /// Unconfirmed, offered or applied.
        Undecided = "undecided",
        Waitlisted = "waitlisted",
        /// Rejected or expired.
        Refused = "refused",
        Cancelled = "cancelled",
    }
}

words! {
    TeamRole {
        Staff = "staff",
        Speaker = "speaker",
    }
}

words! {
    MatchStatus {
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
    pub role: TeamRole,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Match {
    /// Of `Seen`.
    pub key: String,
    pub status: MatchStatus,
    pub registration_id: Option<Uuid>,
    /// For `ambiguous` those among whom to choose; for `unmatched` no more than a suggestion.
    pub candidates: Vec<Uuid>,
    pub method: Option<MatchMethod>,
    pub flags: Vec<MatchFlag>,
}

/// One answer for each of `people`, in their order.
#[must_use]
pub fn match_people(people: &[Seen], _registered: &[Registered], _team: &[TeamMember]) -> Vec<Match> {
    people
        .iter()
        .map(|seen| Match {
            key: seen.key.clone(),
            status: MatchStatus::Unmatched,
            registration_id: None,
            candidates: Vec::new(),
            method: None,
            flags: Vec::new(),
        })
        .collect()
}
