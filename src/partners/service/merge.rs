//! Two seminars become one event when both organisations want it, and two again when one of them does: lock → read → decide →
//! write → record. The seminars are locked first, both, by id; then the row of their merge.

use std::collections::HashMap;

use diesel::PgConnection;
use serde_json::json;

use super::duplicates::blocks;
use crate::auth::{Identity, Reach};
use crate::base::db::again;
use crate::base::problem::{Code, Error, Problem, Result};
use crate::journal::{Act, Entry, record};
use crate::partners::model::{Merge, MergeId};
use crate::partners::rules::{Objection, Side, may_merge};
use crate::partners::store;
use crate::seminars::{self, Seminar, SeminarId, Whole, visible_to};

/// A merge with its two seminars.
pub struct Pair {
    pub merge: Merge,
    pub seminar: Whole,
    pub into: Whole,
}

/// Consents, for every side that the caller reaches, to `into` standing for the seminar; with the consent of both it does from
/// here on. To consent again, or to what is merged already, changes nothing.
pub fn merge(
    conn: &mut PgConnection,
    act: &Act,
    (reach, caller): (&Reach, &Identity),
    (id, into): (SeminarId, SeminarId),
    check: impl FnOnce(i64) -> Result<()>,
) -> Result<Pair> {
    let (mut seminar, mut into) = lock(conn, caller, id, into)?;
    let reached = reached(reach, [&seminar, &into])?;
    check(seminar.version)?;
    let known = store::lock_open_merge(conn, seminar.id, into.id)?;
    if let Some(done) = known.clone().filter(|known| known.merged_at.is_some()) {
        return pair(conn, done);
    }
    let sides = (side(conn, &seminar)?, side(conn, &into)?);
    may_merge(&sides.0, &sides.1).map_err(|objection| refused(objection, &into))?;
    let fresh = known.is_none();
    let mut row = known.unwrap_or_else(|| proposal(&seminar, &into));
    let before = row.clone();
    let now = (Some(act.now), act.actor.id);
    if reached.0 && row.seminar_consented_at.is_none() {
        (row.seminar_consented_at, row.seminar_consented_by) = now;
    }
    if reached.1 && row.into_consented_at.is_none() {
        (row.into_consented_at, row.into_consented_by) = now;
    }
    if row.seminar_consented_at.and(row.into_consented_at).is_some() {
        row.merged_at = Some(act.now);
    }
    match (fresh, row == before) {
        (true, _) => store::insert_merge(conn, &row)?,
        (false, false) => store::save_merge(conn, &row)?,
        (false, true) => return pair(conn, row),
    }
    if row.merged_at.is_some() {
        seminars::merge(conn, act, &mut seminar, &mut into)?;
        withdraw_others(conn, act, &row)?;
    } else {
        journal(conn, act, &row, "merge.proposed")?;
    }
    pair(conn, row)
}

/// Takes it back: the merge that holds, else the proposal to merge it into `into`, else the only one there is.
pub fn unmerge(
    conn: &mut PgConnection,
    act: &Act,
    (reach, caller): (&Reach, &Identity),
    (id, into): (SeminarId, Option<SeminarId>),
    check: impl FnOnce(i64) -> Result<()>,
) -> Result<Pair> {
    let seen = seminars::find(conn, id)?.ok_or(Code::NotFound)?;
    let open = store::open_merges(conn, id, i64::MAX)?;
    // Whoever stands on the other side of something open may ask, whether or not the seminar is shown to them any more.
    let concerned = open
        .iter()
        .any(|row| row.seminar_id == id && reach.check(row.into_organisation_id).is_ok());
    if !concerned {
        if !visible_to(&seen, Some(caller)) {
            return Err(Code::NotFound.into());
        }
        reach.check(seen.organisation_id)?;
    }
    let row = chosen(reach, id, into, open)?;
    let both = seminars::lock_pair(conn, [id, row.into_id])?;
    let (mut seminar, mut into) = apart(both, id).ok_or(Code::NotFound)?;
    check(seminar.version)?;
    // It was read before the seminars were locked.
    let Some(mut row) = store::lock_open_merge(conn, id, into.id)?.filter(|now| *now == row) else {
        return Err(again());
    };
    row.undone_at = Some(act.now);
    row.undone_by = act.actor.id;
    store::save_merge(conn, &row)?;
    if row.merged_at.is_some() {
        seminars::unmerge(conn, act, &mut seminar, &mut into)?;
    } else {
        journal(conn, act, &row, "merge.withdrawn")?;
    }
    pair(conn, row)
}

/// Which of them is meant.
fn chosen(reach: &Reach, id: SeminarId, into: Option<SeminarId>, open: Vec<Merge>) -> Result<Merge> {
    let concerns = |row: &Merge| {
        row.seminar_id == id
            && into.is_none_or(|into| row.into_id == into)
            && [row.seminar_organisation_id, row.into_organisation_id]
                .into_iter()
                .any(|side| reach.check(side).is_ok())
    };
    let mut rows = open.into_iter().filter(concerns).collect::<Vec<_>>();
    if let Some(at) = rows.iter().position(|row| row.merged_at.is_some()) {
        return Ok(rows.swap_remove(at));
    }
    match (rows.pop(), rows.is_empty()) {
        (None, _) => Err(Code::NotMerged.into()),
        (Some(only), true) => Ok(only),
        (Some(_), false) => {
            let detail = format!("is required: there are {} proposals", rows.len() + 1);
            Err(Error::member("/into", detail))
        }
    }
}

/// The seminar and the one that is to stand for it, locked. Of the first one hears nothing where it is hidden; that the second
/// is, is a fault of the body.
fn lock(conn: &mut PgConnection, caller: &Identity, id: SeminarId, into: SeminarId) -> Result<(Seminar, Seminar)> {
    let shown = |conn: &mut PgConnection, id| {
        let found = seminars::find(conn, id)?;
        Ok::<_, Error>(found.is_some_and(|seminar| visible_to(&seminar, Some(caller))))
    };
    if !shown(conn, id)? {
        return Err(Code::NotFound.into());
    }
    if id == into {
        return Err(Error::member("/into", "must be another seminar"));
    }
    if !shown(conn, into)? {
        return Err(Error::member("/into", "is not a seminar that is shown to you"));
    }
    let both = seminars::lock_pair(conn, [id, into])?;
    apart(both, id).ok_or_else(|| Code::NotFound.into())
}

/// The two in the order of the request.
fn apart(both: Vec<Seminar>, first: SeminarId) -> Option<(Seminar, Seminar)> {
    let [one, other] = <[Seminar; 2]>::try_from(both).ok()?;
    Some(if one.id == first { (one, other) } else { (other, one) })
}

/// On which sides the caller may speak; refused where on none.
fn reached(reach: &Reach, [seminar, into]: [&Seminar; 2]) -> Result<(bool, bool)> {
    let (here, there) = (reach.check(seminar.organisation_id), reach.check(into.organisation_id));
    match (here, there) {
        (Err(refused), Err(_)) => Err(refused),
        (here, there) => Ok((here.is_ok(), there.is_ok())),
    }
}

fn side(conn: &mut PgConnection, seminar: &Seminar) -> Result<Side> {
    let sessions = seminars::sessions(conn, seminar.key())?;
    Ok(Side {
        organisation: seminar.organisation_id,
        status: seminar.status,
        audience: seminar.audience,
        days: blocks(seminar, sessions.iter())
            .into_iter()
            .map(|block| block.days)
            .collect(),
        merged_into: seminar.merged_into,
        stands_for_others: seminars::stands_for_others(conn, seminar.id)?,
    })
}

fn proposal(seminar: &Seminar, into: &Seminar) -> Merge {
    Merge {
        id: MergeId::fresh(),
        seminar_organisation_id: seminar.organisation_id,
        seminar_id: seminar.id,
        into_organisation_id: into.organisation_id,
        into_id: into.id,
        seminar_consented_at: None,
        seminar_consented_by: None,
        into_consented_at: None,
        into_consented_by: None,
        merged_at: None,
        undone_at: None,
        undone_by: None,
    }
}

/// What can no longer come about: the seminar goes nowhere else and stands for nobody, and the one that stands for it goes nowhere.
fn withdraw_others(conn: &mut PgConnection, act: &Act, done: &Merge) -> Result<()> {
    let mut open = store::open_merges(conn, done.seminar_id, i64::MAX)?;
    let of_the_other = store::open_merges(conn, done.into_id, i64::MAX)?;
    open.extend(of_the_other.into_iter().filter(|row| row.seminar_id == done.into_id));
    open.sort_by_key(|row| row.id.0);
    open.dedup_by_key(|row| row.id.0);
    for mut row in open.into_iter().filter(|row| row.merged_at.is_none()) {
        row.undone_at = Some(act.now);
        row.undone_by = act.actor.id;
        store::save_merge(conn, &row)?;
        journal(conn, act, &row, "merge.withdrawn")?;
    }
    Ok(())
}

fn journal(conn: &mut PgConnection, act: &Act, row: &Merge, action: &'static str) -> Result<()> {
    let entry = Entry {
        organisation_id: Some(row.seminar_organisation_id.0),
        action,
        object_id: row.id.0,
        data: json!({"seminar": row.seminar_id, "into": row.into_id, "into_organisation": row.into_organisation_id}),
    };
    record(conn, act, entry)
}

fn pair(conn: &mut PgConnection, merge: Merge) -> Result<Pair> {
    let lost = || Error::internal("a merge without its seminars");
    pairs(conn, vec![merge])?.pop().ok_or_else(lost)
}

/// Each with its seminars, in the order given.
pub fn pairs(conn: &mut PgConnection, merges: Vec<Merge>) -> Result<Vec<Pair>> {
    let mut ids = merges
        .iter()
        .flat_map(|row| [row.seminar_id, row.into_id])
        .collect::<Vec<_>>();
    ids.sort_unstable();
    ids.dedup();
    let found = seminars::find_all(conn, &ids)?;
    let wholes = seminars::wholes(conn, found)?.into_iter();
    let wholes = wholes.map(|whole| (whole.seminar.id, whole)).collect::<HashMap<_, _>>();
    let pair = |merge: Merge| {
        Some(Pair {
            seminar: wholes.get(&merge.seminar_id)?.clone(),
            into: wholes.get(&merge.into_id)?.clone(),
            merge,
        })
    };
    Ok(merges.into_iter().filter_map(pair).collect())
}

/// How an objection is told.
fn refused(objection: Objection, other: &Seminar) -> Error {
    let path = |id: SeminarId| format!("/api/v1/seminars/{id}");
    let problem = match objection {
        Objection::Draft => {
            Problem::new(Code::NotReady).detail("One of the two is a draft: publish it, or throw it away.")
        }
        Objection::Internal => Problem::new(Code::NotReady)
            .detail("An internal seminar is merged only within its organisation, and none that is public into it."),
        Objection::NotYetHeld => Problem::new(Code::NotReady).detail(format!(
            "It was held, and of {} that is not said yet; complete that one first.",
            other.id
        )),
        Objection::Merged { into } => Problem::new(Code::SeminarMerged)
            .detail(format!("It is merged into {into}; unmerge it first."))
            .instead(path(into)),
        Objection::IntoMerged { into } => Problem::new(Code::MergeChain)
            .detail(format!("{} is itself merged into {into}.", other.id))
            .instead(path(into)),
        Objection::StandsForOthers => Problem::new(Code::MergeChain)
            .detail("Other seminars are merged into it; unmerge them, or merge the other way round."),
        Objection::OtherDays => Problem::new(Code::NotOneEvent).detail("They have no day in common."),
        Objection::Contradiction { seminar, into } => {
            Problem::new(Code::NotOneEvent).detail(format!("One is {seminar}, the other is {into}."))
        }
    };
    problem.into()
}
