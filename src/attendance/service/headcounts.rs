//! What is said about attendance: lock the seminar → read → decide → write → record.

use diesel::PgConnection;
use serde_json::json;

use crate::attendance::model::{CountMethod, Headcount, HeadcountId, NewHeadcount};
use crate::attendance::{rules, store};
use crate::auth::{AccountId, Reach};
use crate::base::problem::{Code, Error, Problem, Result};
use crate::base::text::Line;
use crate::journal::{Act, Entry, record};
use crate::seminars::{self, SeminarId};

/// For imports: [`create_headcount`], of which only the id matters.
pub fn record_headcount(
    conn: &mut PgConnection,
    act: &Act,
    reach: &Reach,
    seminar: SeminarId,
    new: NewHeadcount,
) -> Result<HeadcountId> {
    create_headcount(conn, act, reach, seminar, new).map(|headcount| headcount.id)
}

/// Records a statement. A new basis takes the place of the old one of its unit and channel: the seminar's row is
/// the lock under which there is one.
pub fn create_headcount(
    conn: &mut PgConnection,
    act: &Act,
    reach: &Reach,
    seminar: SeminarId,
    new: NewHeadcount,
) -> Result<Headcount> {
    let seminar = seminars::lock(conn, reach, seminar)?;
    if !rules::may_be_counted(seminar.status) {
        let draft = "The seminar is a draft. Publish it first.";
        return Err(Problem::new(Code::NotReady).detail(draft).into());
    }
    let rules::Understood { count, unit } = rules::understand(&new).map_err(Error::invalid)?;
    let old_basis = store::basis(conn, &seminar, unit, new.channel)?;
    let basis = rules::becomes_basis(new.basis, count, old_basis.is_some());
    let replaced = old_basis.filter(|_| basis);
    if let Some(replaced) = replaced {
        store::end_basis(conn, &seminar, replaced)?;
    }
    let headcount = Headcount {
        organisation_id: seminar.organisation_id,
        id: HeadcountId::fresh(),
        seminar_id: seminar.id,
        value: count.value,
        qualifier: count.qualifier,
        unit,
        channel: new.channel,
        method: new.method.unwrap_or(CountMethod::Reported),
        source: new.source.map(Line::into_string),
        stated_as: new.stated_as.map(Line::into_string),
        basis,
        recorded_by: act.actor.account_id().map(AccountId),
        recorded_at: act.now,
    };
    store::insert_headcount(conn, &headcount)?;
    let data = json!({
        "seminar_id": seminar.id, "value": headcount.value, "qualifier": headcount.qualifier, "unit": headcount.unit,
        "channel": headcount.channel, "basis": headcount.basis, "replaced_basis": replaced,
    });
    record(conn, act, entry(&headcount, "headcount.recorded", data))?;
    Ok(headcount)
}

/// Takes a statement back. The whole row goes into the journal. Nothing moves up: without its basis, a unit and
/// channel have none until somebody declares one.
pub fn delete_headcount(
    conn: &mut PgConnection,
    act: &Act,
    reach: &Reach,
    (seminar, id): (SeminarId, HeadcountId),
) -> Result<()> {
    let seminar = seminars::lock(conn, reach, seminar)?;
    let headcount = store::headcount(conn, &seminar, id)?.ok_or(Code::NotFound)?;
    store::delete_headcount(conn, &headcount)?;
    let row = serde_json::to_value(&headcount).map_err(Error::internal)?;
    record(conn, act, entry(&headcount, "headcount.deleted", row))
}

fn entry(headcount: &Headcount, action: &'static str, data: serde_json::Value) -> Entry {
    Entry {
        organisation_id: Some(headcount.organisation_id.0),
        action,
        object_id: headcount.id.0,
        data,
    }
}
