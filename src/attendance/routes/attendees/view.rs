//! How an attendee is shown.

use serde::Serialize;
use utoipa::ToSchema;

use crate::attendance::model::{AttendanceRecord, Attendee, Evidence, Flag, Presence};
use crate::attendance::rules::attendees::flags;
use crate::attendance::rules::columns::channel;
use crate::registrations::{RegistrationId, State};
use crate::seminars::{Channel, SessionId};

/// Somebody who has a seat, or who was there.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Attendee, example = json!({"registration": "0192f3c1-8d7e-7cc0-a0ff-3f0f5f5b8b11", "name": "Anna Müller",
    "given_name": "Anna", "family_name": "Müller", "company": "Printenfabrik", "email": "anna@example.org",
    "channel": "onsite", "state": "confirmed", "persons": 1,
    "sessions": [{"session": "0192f3c1-8d7e-7cc0-a0ff-3f0f5f5b8b12", "attended": true, "minutes": 87, "onsite": true,
        "online": false, "evidence": ["check_in"]}],
    "attended": true, "walk_in": false, "flags": []}))]
pub struct AttendeeView {
    /// `null`: nobody registered.
    pub registration: Option<RegistrationId>,
    pub name: String,
    pub given_name: Option<String>,
    /// Of who came without a registration and is known by a platform's report: the whole name.
    pub family_name: String,
    pub company: Option<String>,
    pub email: Option<String>,
    /// Registered through; of a walk-in: came through.
    pub channel: Option<Channel>,
    /// `null`: nobody registered.
    pub state: Option<State>,
    /// Registered for so many; of a walk-in: seen.
    pub persons: i64,
    /// Where something was seen of them.
    pub sessions: Vec<SessionAttendance>,
    /// At least one of the sessions, by the seminar's rule.
    pub attended: bool,
    pub walk_in: bool,
    /// What somebody should look at.
    pub flags: Vec<Flag>,
}

/// One session, as one person was seen in it.
#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({"session": "0192f3c1-8d7e-7cc0-a0ff-3f0f5f5b8b12", "attended": true, "minutes": 87, "onsite": true,
    "online": false, "evidence": ["check_in"]}))]
pub struct SessionAttendance {
    pub session: SessionId,
    pub attended: bool,
    /// `null`: not measured.
    pub minutes: Option<i64>,
    /// Whether they were seen there.
    pub onsite: bool,
    pub online: bool,
    pub evidence: Vec<Evidence>,
}

impl From<AttendanceRecord> for SessionAttendance {
    fn from(record: AttendanceRecord) -> Self {
        let presences = || record.onsite.iter().chain(&record.online);
        let mut evidence = presences()
            .flat_map(|presence: &Presence| presence.evidence.iter().copied())
            .collect::<Vec<_>>();
        evidence.sort_unstable();
        evidence.dedup();
        Self {
            session: record.session_id,
            attended: record.attended(),
            minutes: record.seconds().map(|seconds| seconds / 60),
            onsite: record.onsite.is_some(),
            online: record.online.is_some(),
            evidence,
        }
    }
}

impl From<Attendee> for AttendeeView {
    fn from(attendee: Attendee) -> Self {
        let registration = attendee.registration();
        let attended = attendee.attended();
        Self {
            registration: registration.map(|one| one.id),
            name: attendee.name(),
            given_name: attendee.given_name().map(str::to_owned),
            family_name: attendee.family_name().to_owned(),
            company: attendee.company().map(str::to_owned),
            email: attendee.email().map(str::to_owned),
            channel: channel(&attendee),
            state: registration.map(|one| one.state),
            persons: attendee.persons(),
            attended,
            walk_in: registration.is_none(),
            flags: registration.map(|one| flags(one.state, attended)).unwrap_or_default(),
            sessions: attendee.records.into_iter().map(SessionAttendance::from).collect(),
        }
    }
}
