//! Who counts as having been there, and who belongs to the seminar and is no participant.

use diesel::prelude::*;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::SeminarId;
use crate::auth::OrganisationId;
use crate::base::ids::words;
use crate::base::json_list::json_list;
use crate::base::text::{Email, Line};
use crate::schema::attendance_rules;

words! {
    /// What somebody of the team does. Both are kept out of the count of participants.
    TeamRole {
        Staff = "staff",
        Speaker = "speaker",
    }
}

/// Somebody who belongs to the seminar and is no participant. Only the names of speakers are public.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"name": "Dr. Petra Vogt", "email": "vogt@example.org", "role": "speaker"}))]
pub struct TeamMember {
    pub name: Line<200>,
    /// By which a platform's report knows the person; shown to organisers only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub email: Option<Email>,
    pub role: TeamRole,
}

json_list! {
    Team of TeamMember;
}

/// By which rule a new seminar counts who was there; what is not said is as usual.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
#[schema(example = json!({"min_seconds": 900, "min_sessions": 2, "keep_times": true}))]
pub struct NewAttendanceRule {
    /// Whoever was present for less than this in a session did not attend it. Where nobody measured, presence is
    /// enough.
    #[schema(minimum = 0, maximum = 86_400, default = 600)]
    pub min_seconds: i32,
    /// How many sessions a certificate needs, at most as many as the seminar has; `null`: all.
    #[schema(minimum = 1, maximum = 100)]
    pub min_sessions: Option<i32>,
    /// How many minutes before the start of a session the door opens.
    #[schema(minimum = 0, maximum = 1440, default = 120)]
    pub opens_minutes: i32,
    /// An absence as long as this or shorter is none: reconnecting, being made a panellist.
    #[schema(minimum = 0, maximum = 3600, default = 60)]
    pub bridge_gap_seconds: i32,
    /// Whether only time inside the session counts.
    #[schema(default = true)]
    pub clip_to_session: bool,
    /// Whether join and leave times are kept, not only how long somebody was there. Taken back, those that were
    /// kept are deleted within the hour; minutes stay.
    #[schema(default = false)]
    pub keep_times: bool,
    /// Whether entering the online room by the personal link counts as having been there.
    #[schema(default = false)]
    pub count_joins: bool,
}

impl Default for NewAttendanceRule {
    fn default() -> Self {
        Self {
            min_seconds: 600,
            min_sessions: None,
            opens_minutes: 120,
            bridge_gap_seconds: 60,
            clip_to_session: true,
            keep_times: false,
            count_joins: false,
        }
    }
}

#[derive(Clone, Debug, PartialEq, Eq, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = attendance_rules, primary_key(organisation_id, seminar_id), treat_none_as_null = true, check_for_backend(diesel::pg::Pg))]
pub struct AttendanceRule {
    pub organisation_id: OrganisationId,
    pub seminar_id: SeminarId,
    /// Whoever was present for less than this in a session did not attend it. Where nobody measured, presence is
    /// enough.
    pub min_seconds: i32,
    /// How many sessions a certificate needs; `None`: all.
    pub min_sessions: Option<i32>,
    /// How long before the start of a session the door opens.
    pub opens_minutes: i32,
    /// An absence as long as this or shorter is none.
    pub bridge_gap_seconds: i32,
    /// Whether only time inside the session counts.
    pub clip_to_session: bool,
    /// Whether join and leave times are kept, not only how long somebody was there.
    pub keep_times: bool,
    /// Whether entering the online room by the personal link counts as having been there.
    pub count_joins: bool,
    pub team: Team,
}

impl AttendanceRule {
    /// What holds where nothing is said.
    #[must_use]
    pub fn of(of: (OrganisationId, SeminarId)) -> Self {
        Self::new(of, NewAttendanceRule::default(), Vec::new())
    }

    #[must_use]
    pub fn new(of: (OrganisationId, SeminarId), said: NewAttendanceRule, team: Vec<TeamMember>) -> Self {
        Self {
            organisation_id: of.0,
            seminar_id: of.1,
            min_seconds: said.min_seconds,
            min_sessions: said.min_sessions,
            opens_minutes: said.opens_minutes,
            bridge_gap_seconds: said.bridge_gap_seconds,
            clip_to_session: said.clip_to_session,
            keep_times: said.keep_times,
            count_joins: said.count_joins,
            team: Team(team),
        }
    }
}
