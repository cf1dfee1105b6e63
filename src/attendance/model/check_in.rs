//! Who came through the door.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use serde::Serialize;

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
