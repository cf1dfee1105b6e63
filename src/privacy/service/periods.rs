//! An organisation decides how long it keeps what, and what must not go before a day: lock → read → decide → write → record.

use chrono::NaiveDate;
use diesel::PgConnection;
use serde_json::json;
use uuid::Uuid;

use crate::auth::{OrganisationId, Reach};
use crate::base::db::again;
use crate::base::etag::IfMatch;
use crate::base::problem::{Code, Error, Problem, Result};
use crate::base::text::Line;
use crate::journal::{Act, Entry, record};
use crate::privacy::model::{Hold, HoldId, OwnPeriod, Purpose};
use crate::privacy::rules::{MOST_DAYS, fixed};
use crate::privacy::store;
use crate::seminars::{self, SeminarId};

/// Sets the period of a purpose; `None`: the default again. Whoever sets it has seen what is there.
pub fn put_period(
    conn: &mut PgConnection,
    act: &Act,
    organisation: OrganisationId,
    purpose: Purpose,
    seen: &IfMatch,
    days: Option<i32>,
) -> Result<OwnPeriod> {
    if days.is_some_and(|days| !(0..=MOST_DAYS).contains(&days)) {
        return Err(Error::member("/days", format!("must be 0 to {MOST_DAYS}")));
    }
    if fixed(purpose) {
        let detail = "The period of this purpose is the same for everybody.";
        return Err(Problem::new(Code::TransitionNotAllowed).detail(detail).into());
    }
    let before = store::lock_own_period(conn, (organisation, purpose))?;
    seen.check(before.map_or(0, |before| before.version))?;
    let own = OwnPeriod {
        organisation_id: organisation,
        purpose,
        days,
        version: before.map_or(1, |before| before.version + 1),
        updated_at: act.now,
    };
    if before.is_some() {
        store::save_own_period(conn, &own)?;
    } else if !store::insert_own_period(conn, &own)? {
        return Err(again());
    }
    let entry = Entry {
        organisation_id: Some(organisation.0),
        action: "retention.period_set",
        // It has no id of its own; it is the organisation's.
        object_id: organisation.0,
        data: json!({"purpose": purpose, "days": days, "before": before.and_then(|before| before.days)}),
    };
    record(conn, act, entry)?;
    Ok(own)
}

/// What a hold is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HeldObject {
    Seminar(SeminarId),
    Collection(Uuid),
}

/// From now on nothing about who came to it is erased before `until` is over: whoever forgets somebody of it at this moment is
/// waited for.
pub fn set_hold(
    conn: &mut PgConnection,
    act: &Act,
    organisation: OrganisationId,
    of: HeldObject,
    until: NaiveDate,
    reason: Line<500>,
) -> Result<Hold> {
    if until < act.today() {
        return Err(Error::member("/until", "must not be over"));
    }
    let (seminar_id, collection_id) = match of {
        HeldObject::Seminar(id) => {
            let mut found = seminars::lock_all(conn, &[id])?.into_iter();
            let found = found.find(|one| one.organisation_id == organisation);
            found.ok_or_else(|| Error::member("/seminar", "is no seminar of this organisation"))?;
            (Some(id), None)
        }
        HeldObject::Collection(id) => {
            if !store::has_collection(conn, organisation, id)? {
                return Err(Error::member("/collection", "is no collection of this organisation"));
            }
            let all = store::seminars_of_collection(conn, organisation, id)?;
            seminars::lock_all(conn, &all)?;
            (None, Some(id))
        }
    };
    let hold = Hold {
        organisation_id: organisation,
        id: HoldId::fresh(),
        seminar_id,
        collection_id,
        until,
        reason: reason.into_string(),
        version: 1,
        created_at: act.now,
        released_at: None,
    };
    store::insert_hold(conn, &hold)?;
    journal(conn, act, &hold, "retention.hold_set")?;
    Ok(hold)
}

/// Takes a hold back: what was kept by it alone goes with the next run.
pub fn release(conn: &mut PgConnection, act: &Act, reach: &Reach, id: HoldId, seen: &IfMatch) -> Result<()> {
    let hold = store::hold(conn, id)?.ok_or(Code::NotFound)?;
    reach.check(hold.organisation_id)?;
    if hold.released_at.is_some() {
        return Err(Code::NotFound.into());
    }
    seen.check(hold.version)?;
    let released = Hold {
        released_at: Some(act.now),
        version: hold.version + 1,
        ..hold
    };
    if !store::release_hold(conn, &released)? {
        return Err(again());
    }
    journal(conn, act, &released, "retention.hold_released")
}

fn journal(conn: &mut PgConnection, act: &Act, hold: &Hold, action: &'static str) -> Result<()> {
    let entry = Entry {
        organisation_id: Some(hold.organisation_id.0),
        action,
        object_id: hold.id.0,
        data: json!({"seminar_id": hold.seminar_id, "collection_id": hold.collection_id, "until": hold.until}),
    };
    record(conn, act, entry)
}
