//! Who came through the door.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use serde::Serialize;
use utoipa::ToSchema;

use crate::auth::{AccountId, OrganisationId};
use crate::base::ids::{id, words};
use crate::registrations::RegistrationId;
use crate::schema::check_ins;
use crate::seminars::{Channel, SeminarId, SessionId};

id! {
    /// One scan or tick at the door.
    CheckInId,
    /// Made by the device that scanned, so that a scan that is sent again is the same scan.
    ScanId,
}

words! {
    /// Coming or going.
    #[derive(Default)]
    Direction {
        #[default]
        In = "in",
        Out = "out",
    }
}

words! {
    /// How the person was known: the code was scanned, or typed; they were found by name; they came without a
    /// registration; they stand on a signed list; somebody entered it afterwards.
    CheckInMethod {
        Scan = "scan",
        Code = "code",
        Found = "found",
        WalkIn = "walk_in",
        Signature = "signature",
        Manual = "manual",
    }
}

words! {
    /// What is odd about a check-in that was recorded all the same, by force or by a device on its own.
    ConflictKind {
        /// Somebody was scanned twice; counted once.
        AlreadyCheckedIn = "already_checked_in",
        MoreThanRegistered = "more_than_registered",
        /// Went without having come.
        NotCheckedIn = "not_checked_in",
        /// The registration was cancelled before.
        Cancelled = "cancelled",
        Waitlisted = "waitlisted",
        NotConfirmed = "not_confirmed",
        /// Another session took people in at this time.
        WrongSession = "wrong_session",
        DoorNotOpen = "door_not_open",
        SeminarCancelled = "seminar_cancelled",
        SeminarPostponed = "seminar_postponed",
        /// The device's clock was more than five minutes ahead of ours.
        ClockAhead = "clock_ahead",
    }
}

/// Append-only. What was wrong is voided with a reason, and stays.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Queryable, Selectable, Insertable)]
#[diesel(table_name = check_ins, check_for_backend(diesel::pg::Pg))]
pub struct CheckIn {
    pub organisation_id: OrganisationId,
    pub id: CheckInId,
    pub seminar_id: SeminarId,
    pub session_id: SessionId,
    pub scan_id: ScanId,
    pub direction: Direction,
    pub method: CheckInMethod,
    pub channel: Channel,
    /// `None`: a walk-in, named below.
    pub registration_id: Option<RegistrationId>,
    /// How many came in with this scan.
    pub persons: i32,
    pub given_name: Option<String>,
    pub family_name: Option<String>,
    pub company: Option<String>,
    pub email: Option<String>,
    pub email_key: Option<String>,
    pub forced: bool,
    pub offline: bool,
    pub at: DateTime<Utc>,
    pub received_at: DateTime<Utc>,
    pub device: Option<String>,
    pub account_id: Option<AccountId>,
    pub voided_at: Option<DateTime<Utc>>,
    pub voided_by: Option<AccountId>,
    pub void_reason: Option<String>,
    pub version: i64,
}

impl CheckIn {
    /// How others refer to it: when, where and by which device.
    #[must_use]
    pub fn first(&self) -> FirstCheckIn {
        FirstCheckIn {
            id: self.id,
            at: self.at,
            device: self.device.clone(),
            by: self.account_id,
            session: self.session_id,
        }
    }
}

/// The check-in that another one comes after.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[schema(example = json!({"id": "0192f3c1-8d7e-7cc0-a0ff-3f0f5f5b8b11", "at": "2027-05-06T15:41:07Z", "device": "Tür Nord",
    "by": "0192f3c1-8d7e-7cc0-a0ff-3f0f5f5b8b13", "session": "0192f3c1-8d7e-7cc0-a0ff-3f0f5f5b8b12"}))]
pub struct FirstCheckIn {
    pub id: CheckInId,
    pub at: DateTime<Utc>,
    pub device: Option<String>,
    /// The account that recorded it.
    pub by: Option<AccountId>,
    pub session: SessionId,
}
