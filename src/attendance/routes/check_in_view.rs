//! How a check-in is shown. The address of a walk-in is for organisers; the front desk, which wrote it down, sees the name.

use chrono::{DateTime, Utc};
use serde::Serialize;
use utoipa::ToSchema;

use crate::attendance::model::{CheckInId, CheckInMethod, ConflictKind, Direction, FirstCheckIn, ScanId};
use crate::attendance::service::Entered;
use crate::auth::AccountId;
use crate::registrations::{Guest, RegistrationId, State};
use crate::seminars::{Channel, SessionId};

/// A registration as the door knows it.
#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({"id": "0192f3c1-8d7e-7cc0-a0ff-3f0f5f5b8b14", "name": "Anna Müller", "company": "Printenfabrik", "state": "confirmed", "persons": 1}))]
pub struct GuestView {
    pub id: RegistrationId,
    pub name: String,
    pub company: Option<String>,
    /// As it is now.
    pub state: State,
    /// As many as are registered, the contact included.
    pub persons: i32,
}

impl From<Guest> for GuestView {
    fn from(guest: Guest) -> Self {
        Self {
            id: guest.id,
            name: guest.name(),
            company: guest.company,
            state: guest.state,
            persons: guest.persons,
        }
    }
}

#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({"given_name": "Leyla", "family_name": "Yıldız", "company": null, "email": null}))]
pub struct WalkInView {
    pub given_name: Option<String>,
    pub family_name: String,
    pub company: Option<String>,
    /// `null` at the front desk.
    pub email: Option<String>,
}

#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({"at": "2027-05-06T15:50:00Z", "by": "0192f3c1-8d7e-7cc0-a0ff-3f0f5f5b8b13", "reason": "Falsche Person angetippt"}))]
pub struct VoidedView {
    pub at: DateTime<Utc>,
    pub by: Option<AccountId>,
    pub reason: String,
}

/// What is odd about a check-in. Read from all check-ins together, so a later upload may add or take away one.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = CheckInConflict, example = json!({"kind": "already_checked_in", "first": {"id": "0192f3c1-8d7e-7cc0-a0ff-3f0f5f5b8b11",
    "at": "2027-05-06T15:41:07Z", "device": "Tür Nord", "by": "0192f3c1-8d7e-7cc0-a0ff-3f0f5f5b8b13", "session": "0192f3c1-8d7e-7cc0-a0ff-3f0f5f5b8b12"}}))]
pub struct ConflictView {
    pub kind: ConflictKind,
    /// The check-in that counts, where there was one before.
    pub first: Option<FirstCheckIn>,
}

#[derive(Debug, Serialize, ToSchema)]
#[schema(as = CheckIn, example = json!({"id": "0192f3c1-8d7e-7cc0-a0ff-3f0f5f5b8b11", "scan_id": "0192f3c1-8d7e-7cc0-a0ff-3f0f5f5b8b15",
    "registration": {"id": "0192f3c1-8d7e-7cc0-a0ff-3f0f5f5b8b14", "name": "Anna Müller", "company": "Printenfabrik", "state": "confirmed", "persons": 1},
    "walk_in": null, "session": "0192f3c1-8d7e-7cc0-a0ff-3f0f5f5b8b12", "direction": "in", "method": "scan", "channel": "onsite",
    "at": "2027-05-06T15:41:07Z", "received_at": "2027-05-06T15:41:07Z", "device": "Tür Nord", "by": "0192f3c1-8d7e-7cc0-a0ff-3f0f5f5b8b13",
    "persons": 1, "persons_inside": 1, "forced": false, "offline": false, "voided": null, "conflicts": []}))]
pub struct CheckInView {
    pub id: CheckInId,
    pub scan_id: ScanId,
    /// `null`: a walk-in.
    pub registration: Option<GuestView>,
    pub walk_in: Option<WalkInView>,
    pub session: SessionId,
    pub direction: Direction,
    pub method: CheckInMethod,
    pub channel: Channel,
    /// When it happened; by the device's clock where it was offline.
    pub at: DateTime<Utc>,
    /// When it reached us.
    pub received_at: DateTime<Utc>,
    pub device: Option<String>,
    /// The account that recorded it.
    pub by: Option<AccountId>,
    /// How many came in, or went, with this scan.
    pub persons: i32,
    /// How many of the registration are in now, of a group never more than it registered unless one scan says so.
    pub persons_inside: i32,
    /// The front desk decided so although something spoke against it.
    pub forced: bool,
    pub offline: bool,
    pub voided: Option<VoidedView>,
    pub conflicts: Vec<ConflictView>,
}

impl CheckInView {
    /// `whole`: with the address of a walk-in.
    pub fn of(entered: Entered, whole: bool) -> Self {
        let row = entered.check_in;
        let walk_in = row.family_name.map(|family_name| WalkInView {
            given_name: row.given_name,
            family_name,
            company: row.company,
            email: row.email.filter(|_| whole),
        });
        let voided = row.voided_at.map(|at| VoidedView {
            at,
            by: row.voided_by,
            reason: row.void_reason.unwrap_or_default(),
        });
        let conflicts = entered.conflicts.into_iter().map(|(conflict, first)| ConflictView {
            kind: conflict.kind,
            first: first.map(|first| first.first()),
        });
        Self {
            id: row.id,
            scan_id: row.scan_id,
            registration: entered.guest.map(GuestView::from),
            walk_in,
            session: row.session_id,
            direction: row.direction,
            method: row.method,
            channel: row.channel,
            at: row.at,
            received_at: row.received_at,
            device: row.device,
            by: row.account_id,
            persons: row.persons,
            persons_inside: entered.inside,
            forced: row.forced,
            offline: row.offline,
            voided,
            conflicts: conflicts.collect(),
        }
    }
}
