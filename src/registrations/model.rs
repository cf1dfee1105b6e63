//! Rows and words of the room.

use chrono::{DateTime, Utc};
use diesel::prelude::*;

use crate::auth::{AccountId, OrganisationId};
use crate::base::ids::{id, words};
use crate::schema::registrations;
use crate::seminars::{Channel, SeminarId};

id! {
    /// A registration.
    RegistrationId,
}

words! {
    /// Where a registration stands. `pending`, `offered`, `applied`, `rejected` and `expired` belong to e-mail
    /// confirmation, offers and applications.
    State {
        Pending = "pending",
        Confirmed = "confirmed",
        Waitlisted = "waitlisted",
        Offered = "offered",
        Applied = "applied",
        Rejected = "rejected",
        Cancelled = "cancelled",
        Expired = "expired",
    }
}

impl State {
    /// Whether it holds a seat.
    #[must_use]
    pub const fn holds_seat(self) -> bool {
        matches!(self, Self::Pending | Self::Confirmed | Self::Offered)
    }

    /// Whether the person still wants to come: one such claim per seminar and address.
    #[must_use]
    pub const fn active(self) -> bool {
        matches!(
            self,
            Self::Pending | Self::Confirmed | Self::Waitlisted | Self::Offered | Self::Applied
        )
    }
}

words! {
    /// Who cancelled.
    CancelledBy {
        Registrant = "registrant",
        Organiser = "organiser",
        System = "system",
    }
}

#[derive(Clone, Debug, PartialEq, Eq, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = registrations, primary_key(organisation_id, id), treat_none_as_null = true, check_for_backend(diesel::pg::Pg))]
pub struct Registration {
    pub organisation_id: OrganisationId,
    pub id: RegistrationId,
    pub seminar_id: SeminarId,
    pub channel: Channel,
    pub state: State,
    pub seats: i32,
    pub waiting_ticket: Option<i64>,
    pub confirm_by: Option<DateTime<Utc>>,
    pub offered_until: Option<DateTime<Utc>>,
    pub given_name: String,
    pub family_name: String,
    pub email: String,
    pub email_key: String,
    pub company: Option<String>,
    pub phone: Option<String>,
    pub language: String,
    pub search_text: String,
    pub entered_by: Option<AccountId>,
    pub cancelled_at: Option<DateTime<Utc>>,
    pub cancelled_by: Option<CancelledBy>,
    pub cancel_reason: Option<String>,
    pub version: i64,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
}
