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

/// Somebody who belongs to the seminar. Only the names of speakers are public.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"name": "Dr. Petra Vogt", "email": "vogt@example.org", "role": "speaker"}))]
pub struct TeamMember {
    pub name: Line<200>,
    /// By which a platform's report knows the person.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub email: Option<Email>,
    pub role: TeamRole,
}

json_list! {
    Team of TeamMember;
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
    /// A shorter absence is none.
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
    pub fn of((organisation_id, seminar_id): (OrganisationId, SeminarId)) -> Self {
        Self {
            organisation_id,
            seminar_id,
            min_seconds: 600,
            min_sessions: None,
            opens_minutes: 120,
            bridge_gap_seconds: 60,
            clip_to_session: true,
            keep_times: false,
            count_joins: false,
            team: Team::default(),
        }
    }
}
