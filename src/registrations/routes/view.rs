//! How a registration is shown: whole to organisers, short at the front desk.

use chrono::{DateTime, Utc};
use serde::Serialize;
use utoipa::ToSchema;

use crate::registrations::model::{CancelledBy, Registration, RegistrationId, State};
use crate::seminars::{Channel, SeminarId};

#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Registration, example = json!({"id": "0192f3c1-8d7e-7cc0-a0ff-3f0f5f5b8b11", "seminar": "0192f3c1-8d7e-7cc0-a0ff-3f0f5f5b8b12",
    "channel": "onsite", "state": "confirmed", "waitlist_position": null, "given_name": "Anna", "family_name": "Müller", "email": "anna.mueller@example.org",
    "company": "Printenfabrik", "phone": null, "language": "de", "entered_by_member": false, "cancelled_at": null, "cancelled_by": null,
    "cancel_reason": null, "created_at": "2027-01-04T08:00:00Z"}))]
pub struct RegistrationView {
    pub id: RegistrationId,
    pub seminar: SeminarId,
    pub channel: Channel,
    pub state: State,
    /// From 1; only while `waitlisted`, and only where one registration is asked for.
    pub waitlist_position: Option<i64>,
    pub given_name: String,
    pub family_name: String,
    /// `null` at the front desk.
    pub email: Option<String>,
    pub company: Option<String>,
    /// `null` at the front desk.
    pub phone: Option<String>,
    pub language: String,
    pub entered_by_member: bool,
    pub cancelled_at: Option<DateTime<Utc>>,
    pub cancelled_by: Option<CancelledBy>,
    pub cancel_reason: Option<String>,
    pub created_at: DateTime<Utc>,
}

impl RegistrationView {
    pub fn whole(row: Registration, waitlist_position: Option<i64>) -> Self {
        Self {
            id: row.id,
            seminar: row.seminar_id,
            channel: row.channel,
            state: row.state,
            waitlist_position,
            given_name: row.given_name,
            family_name: row.family_name,
            email: Some(row.email),
            company: row.company,
            phone: row.phone,
            language: row.language,
            entered_by_member: row.entered_by.is_some(),
            cancelled_at: row.cancelled_at,
            cancelled_by: row.cancelled_by,
            cancel_reason: row.cancel_reason,
            created_at: row.created_at,
        }
    }

    /// What somebody at the door needs: who it is, not how to reach them.
    pub fn short(row: Registration) -> Self {
        Self {
            email: None,
            phone: None,
            cancel_reason: None,
            ..Self::whole(row, None)
        }
    }
}
