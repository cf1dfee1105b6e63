//! Another system keeps a seminar here under its own id: written down, changed, announced, cancelled by saying how it
//! stands there.
//!
//! What changes a plan goes the way of every change of plan: whoever is registered is told, and the history knows.

use diesel::PgConnection;
use serde_json::{Map, Value};

use crate::auth::{Identity, OrganisationRef, Reach};
use crate::base::db::again;
use crate::base::problem::{Code, Error, FieldError, Problem, Result};
use crate::base::text::Line;
use crate::journal::Act;
use crate::partners::model::Push;
use crate::partners::rules::ownership::{decided, remembered, undone, wanted};
use crate::partners::store;
use crate::registrations::{cancel_seminar, change_seminar, postpone_seminar, reschedule_seminar};
use crate::seminars::{
    self, NewSeminar, NewSession, Outcome, Plan, ReasonCode, Seminar, SeminarChange, SeminarId, Status, Whole, view_for,
};

/// What another system says of one seminar.
pub struct Pushed<'a> {
    pub reach: &'a Reach,
    pub identity: &'a Identity,
    pub of: &'a OrganisationRef,
    pub system: &'a str,
    pub external_id: &'a str,
    /// The version it has seen, if it says so.
    pub check: &'a dyn Fn(i64) -> Result<()>,
    /// As it was sent.
    pub sent: &'a Map<String, Value>,
    pub status: Option<Status>,
    pub reason: ReasonCode,
    pub public_text: Option<Line<1000>>,
    pub notify: bool,
    pub sessions: Option<&'a [NewSession]>,
    /// The whole, for where it is new.
    pub new: &'a dyn Fn() -> Result<NewSeminar>,
    /// A change of these members only.
    pub change: &'a dyn Fn(&[&str]) -> Result<SeminarChange>,
}

/// Makes the seminar as it was said to be. `true`: it is new here.
pub fn push(conn: &mut PgConnection, act: &Act, pushed: &Pushed<'_>) -> Result<(Whole, bool)> {
    let of = pushed.of.id;
    pushed.reach.check(of)?;
    let known = store::named(conn, of, pushed.system, pushed.external_id)?;
    let (whole, decided) = match known {
        None => {
            // Whoever has seen a version of it is to hear that it is gone (RFC 9110, section 13.1.1). No seminar has this one.
            (pushed.check)(0)?;
            let whole = create(conn, act, pushed)?;
            let decided = picture(pushed, &whole)?;
            (whole, decided)
        }
        Some(id) => update(conn, act, pushed, id)?,
    };
    let row = Push {
        organisation_id: of,
        system: pushed.system.to_owned(),
        external_id: pushed.external_id.to_owned(),
        seminar_id: whole.seminar.id,
        sent: Value::Object(pushed.sent.clone()),
        decided: Value::Object(decided),
        at: act.now,
    };
    store::save_push(conn, &row)?;
    Ok((whole, known.is_none()))
}

fn create(conn: &mut PgConnection, act: &Act, pushed: &Pushed<'_>) -> Result<Whole> {
    let seminar = match seminars::create(conn, act, pushed.reach, (pushed.new)()?) {
        // Somebody sends it at the same moment, and was quicker: it is there when this is tried again.
        Err(Error::Refused(problem)) if problem.code == Code::ExternalRefTaken => return Err(again()),
        made => made?,
    };
    let id = seminar.id;
    let seminar = match pushed.status.unwrap_or(Status::Scheduled) {
        Status::Draft => seminar,
        Status::Scheduled | Status::Held => with_plan(pushed, id, |plan| seminars::publish(conn, act, plan))?,
        // It was announced elsewhere, and is off before it came here: a fact that is written down.
        status => {
            let outcome = Outcome {
                status,
                published_on: act.today(),
                reason_code: pushed.reason,
                public_text: pushed.public_text.clone(),
            };
            seminars::settle(conn, act, pushed.reach, id, outcome)?
        }
    };
    seminars::whole(conn, seminar)
}

/// The seminar as it is then, and what the next push is to be compared with.
fn update(
    conn: &mut PgConnection,
    act: &Act,
    pushed: &Pushed<'_>,
    id: SeminarId,
) -> Result<(Whole, Map<String, Value>)> {
    let seminar = match seminars::lock(conn, pushed.reach, id) {
        Err(Error::Refused(problem)) if problem.code == Code::NotFound => return Err(again()),
        locked => locked?,
    };
    if store::named(conn, pushed.of.id, pushed.system, pushed.external_id)? != Some(id) {
        // Somebody here took the id from it before it was locked.
        return Err(again());
    }
    (pushed.check)(seminar.version)?;
    // Read under the lock: two pushes of one seminar come one after the other. What was said of another seminar, which had
    // the id before, says nothing of this one.
    let last = store::push(conn, pushed.of.id, pushed.system, pushed.external_id)?;
    let last = last.filter(|last| last.seminar_id == id);
    let before = seminars::whole(conn, seminar)?;
    let current = picture(pushed, &before)?;
    let object = |value: &Value| value.as_object().cloned();
    let left = last.as_ref().and_then(|last| object(&last.decided));
    let mut wanted = wanted(pushed.sent, last.as_ref().and_then(|last| object(&last.sent)).as_ref());
    let status = pushed.status.filter(|_| wanted.contains(&"status"));
    let after = if status == Some(Status::Cancelled) && before.seminar.status != Status::Cancelled {
        // First of all, and whatever else is said: people are on their way. A cancelled seminar is not edited any more.
        wanted.retain(|member| *member == "status");
        let (seminar, _) = with_plan(pushed, id, |plan| cancel_seminar(conn, act, plan, pushed.notify))?;
        seminars::whole(conn, seminar)?
    } else {
        let after = changed(conn, act, pushed, &before, &wanted, status)?;
        refuse_what_is_undone(left.as_ref(), &current, &picture(pushed, &after)?)?;
        after
    };
    let decided = remembered(left.as_ref(), &current, picture(pushed, &after)?, &wanted);
    Ok((after, decided))
}

fn refuse_what_is_undone(
    left: Option<&Map<String, Value>>,
    current: &Map<String, Value>,
    after: &Map<String, Value>,
) -> Result<()> {
    let lost = undone(left, current, after);
    if lost.is_empty() {
        return Ok(());
    }
    let detail = "was decided here since, and is not overwritten";
    let named = lost
        .iter()
        .map(|member| FieldError::member(format!("/{member}"), detail));
    Err(Problem::new(Code::DecidedHere).errors(named.collect()).into())
}

/// Everything that is wanted, each in the way it is changed here.
fn changed(
    conn: &mut PgConnection,
    act: &Act,
    pushed: &Pushed<'_>,
    before: &Whole,
    wanted: &[&str],
    status: Option<Status>,
) -> Result<Whole> {
    let (id, mut seminar) = (before.seminar.id, before.seminar.clone());
    let announced = seminar.status != Status::Draft;
    let new_times = pushed
        .sessions
        .filter(|sessions| wanted.contains(&"sessions") && announced && times_differ(before, sessions));
    let by_plan = |member: &&str| *member == "status" || (*member == "sessions" && new_times.is_some());
    let edited = wanted
        .iter()
        .copied()
        .filter(|member| !by_plan(member))
        .collect::<Vec<_>>();
    if !edited.is_empty() {
        let check = |_| Ok(());
        let change = (pushed.change)(&edited)?;
        (seminar, _) = change_seminar(conn, act, pushed.reach, id, &check, change)?;
    }
    if let Some(sessions) = new_times {
        let moved = with_plan(pushed, id, |plan| {
            reschedule_seminar(conn, act, plan, sessions, pushed.notify)
        });
        (seminar, _) = moved?;
    }
    match (status, seminar.status) {
        (Some(Status::Scheduled), Status::Draft) => {
            seminar = with_plan(pushed, id, |plan| seminars::publish(conn, act, plan))?;
        }
        (Some(Status::Postponed), Status::Scheduled) => {
            (seminar, _) = with_plan(pushed, id, |plan| postpone_seminar(conn, act, plan, pushed.notify))?;
        }
        (Some(Status::Scheduled), Status::Postponed) => {
            let detail = "A postponed seminar is scheduled again by its new times.";
            let fault = FieldError::member("/sessions", "are those that no longer hold");
            return Err(Problem::new(Code::SeminarPostponed)
                .detail(detail)
                .errors(vec![fault])
                .into());
        }
        (Some(wanted), is) if wanted != is && is != Status::Held => {
            let detail = format!("A seminar that is {is} does not become {wanted}.");
            let fault = FieldError::member("/status", detail.clone());
            return Err(Problem::new(Code::TransitionNotAllowed)
                .detail(detail)
                .errors(vec![fault])
                .into());
        }
        _ => {}
    }
    seminars::whole(conn, seminar)
}

fn times_differ(before: &Whole, sessions: &[NewSession]) -> bool {
    let old = before
        .sessions
        .iter()
        .map(|(one, _)| (one.starts_at, one.ends_at, one.date_precision));
    let mut new = sessions
        .iter()
        .map(|one| (one.starts_at, one.ends_at, one.date_precision))
        .collect::<Vec<_>>();
    new.sort_by_key(|(starts_at, _, _)| *starts_at);
    old.collect::<Vec<_>>() != new
}

fn with_plan<T>(pushed: &Pushed<'_>, id: SeminarId, act: impl FnOnce(&Plan<'_>) -> Result<T>) -> Result<T> {
    // What the caller has seen was compared when the seminar was locked.
    let check = |_| Ok(());
    act(&Plan {
        reach: pushed.reach,
        id,
        check: &check,
        reason: pushed.reason,
        public_text: pushed.public_text.clone(),
    })
}

/// The seminar as whoever pushes sees it.
fn picture(pushed: &Pushed<'_>, whole: &Whole) -> Result<Map<String, Value>> {
    let view = serde_json::to_value(view_for(Some(pushed.identity), whole.clone())).map_err(Error::internal)?;
    Ok(decided(&view))
}

/// The seminar that has this id in this system.
pub fn find(conn: &mut PgConnection, of: &OrganisationRef, system: &str, external_id: &str) -> Result<Option<Seminar>> {
    match store::named(conn, of.id, system, external_id)? {
        None => Ok(None),
        Some(id) => seminars::find(conn, id),
    }
}
