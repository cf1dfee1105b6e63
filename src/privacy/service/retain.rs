//! What is kept no longer than it has to be: every record whose time is over is forgotten as an erasure would, and is counted
//! as before. In small transactions, each a seminar's; several instances may do it at once, and doing it twice does nothing
//! twice.

use std::collections::{BTreeMap, HashMap};

use chrono::{DateTime, Utc};
use diesel::PgConnection;
use serde_json::json;
use uuid::Uuid;

use crate::attendance::{Forget, Forgotten, forget_people};
use crate::auth::OrganisationId;
use crate::base::db::Db;
use crate::base::problem::{Error, Result};
use crate::journal::{Act, Actor, Entry, record};
use crate::mail;
use crate::privacy::model::Due;
use crate::privacy::store;
use crate::registrations::{self, PersonalData, RegistrationId};
use crate::seminars::{self, SeminarId};

/// Looked at together. Few enough that nobody waits for their seminar, many enough that a year is done in minutes.
const AT_ONCE: usize = 200;

/// Rounds that an organisation has for a kind in a run: what is left then is the next run's, and however much that is, everything
/// has a turn.
const ROUNDS: usize = 25;

/// What of an organisation is forgotten together: of a seminar or of a kind.
type Batch = (&'static str, Option<SeminarId>);

const PEOPLE: &str = "people";
const MAILS: &str = "mails";
const CONSENTS: &str = "consents";

/// Forgets what is due, and says how many records that were. What fails is logged and has its turn again in the next run; it
/// holds up nothing else in this one. What was not even found in time is told in the end, so that it does not go unseen: a kind of
/// which nothing is forgotten any more. When it is `ended`, what is left has its turn in the next one too.
pub fn retain(db: &Db, now: DateTime<Utc>, ended: impl Fn() -> bool) -> Result<usize> {
    let act = Act {
        now,
        actor: Actor::SYSTEM,
    };
    let (mut all, mut not_found) = (0, None);
    'keepers: for organisation in db.run(true, store::keepers)? {
        for nth in 0..store::OURS {
            if ended() {
                break 'keepers;
            }
            match retain_of(db, &act, organisation, nth, &ended) {
                Ok(count) => all += count,
                Err(Error::Unavailable(cause)) if cause.contains("timeout") => {
                    tracing::warn!(cause, %organisation, of = store::kind(nth), "what is kept no longer was not found in time; the others go on");
                    not_found = Some(Error::Unavailable(cause));
                }
                Err(error) => return Err(error),
            }
        }
    }
    not_found.map_or(Ok(all), Err)
}

fn retain_of(db: &Db, act: &Act, organisation: OrganisationId, nth: usize, ended: &impl Fn() -> bool) -> Result<usize> {
    let (mut all, mut passed_over) = (0, Vec::new());
    for _ in 0..ROUNDS {
        let due = db.run(true, |conn| {
            store::due(conn, organisation, act.now, nth, &passed_over, AT_ONCE)
        })?;
        if due.is_empty() {
            break;
        }
        for ((what, seminar), due) in batches(due) {
            if ended() {
                return Ok(all);
            }
            let of = (organisation, what, seminar);
            let done = match db.run(false, |conn| apply(conn, act, of, &due)) {
                Ok(count) => count,
                Err(Error::Unavailable(cause)) if !cause.contains("timeout") => return Err(Error::Unavailable(cause)),
                Err(error) => {
                    tracing::warn!(%error, "something was kept too long; it is tried again");
                    0
                }
            };
            if done == 0 {
                passed_over.extend(due.iter().map(|one| one.object_id));
            }
            all += done;
        }
    }
    Ok(all)
}

/// How many records of all organisations are kept though their time was over a day ago, and how many are due.
pub fn overdue(db: &Db, now: DateTime<Utc>) -> Result<(i64, i64)> {
    let (mut overdue, mut due) = (0, 0);
    for organisation in db.run(true, store::keepers)? {
        let all = db.run(true, |conn| store::standings(conn, organisation, now))?;
        overdue += all.iter().map(|one| one.overdue).sum::<i64>();
        due += all.iter().map(|one| one.due).sum::<i64>();
    }
    Ok((overdue, due))
}

fn batches(due: Vec<Due>) -> BTreeMap<Batch, Vec<Due>> {
    let mut all = BTreeMap::<Batch, Vec<Due>>::new();
    for one in due {
        let of = match one.kind.as_str() {
            "mail" => (MAILS, None),
            "consent" => (CONSENTS, None),
            _ => (PEOPLE, one.seminar_id),
        };
        all.entry(of).or_default().push(one);
    }
    all
}

fn apply(
    conn: &mut PgConnection,
    act: &Act,
    (organisation, what, seminar): (OrganisationId, &'static str, Option<SeminarId>),
    due: &[Due],
) -> Result<usize> {
    let ids = || due.iter().map(|one| one.object_id).collect::<Vec<Uuid>>();
    let done = match (what, seminar) {
        (MAILS, _) => mail::delete(conn, organisation.0, &ids())?,
        (CONSENTS, _) => registrations::delete_consents(conn, organisation, &ids())?,
        (_, Some(seminar)) => people(conn, act, (organisation, seminar), due)?,
        (_, None) => 0,
    };
    if done > 0 {
        let entry = Entry {
            organisation_id: Some(organisation.0),
            action: "retention.applied",
            object_id: seminar.map_or(organisation.0, |seminar| seminar.0),
            data: json!({"of": what, "seminar_id": seminar, "records": done}),
        };
        record(conn, act, entry)?;
    }
    Ok(done)
}

/// Registrations of a seminar whose time is over, and with them, where that is over too, whoever came without one.
fn people(conn: &mut PgConnection, act: &Act, of: (OrganisationId, SeminarId), due: &[Due]) -> Result<usize> {
    // Since it was read what is due, somebody may have held the seminar, put it off, or given it another day.
    seminars::lock_all(conn, &[of.1])?;
    let due = store::still_due(conn, of.0, act.now, due)?;
    if due.is_empty() {
        return Ok(0);
    }
    let registered = due.iter().filter(|one| one.kind == "registration");
    let ids = registered.map(|one| RegistrationId(one.object_id)).collect::<Vec<_>>();
    let found = registrations::among(conn, of.0, &ids)?;
    let locked = registrations::give_up(conn, act, found, false, &[])?;
    let gone = locked
        .into_iter()
        .filter(|one| one.registration.personal_data != PersonalData::Erased);
    let gone = gone.collect::<Vec<_>>();
    let keys = gone.iter().map(|one| (one.registration.id, one.key()));
    let forgotten = forget_people(
        conn,
        &Forget {
            of,
            registrations: &keys.collect::<HashMap<_, _>>(),
            address: None,
            named: &Forgotten::default(),
            strangers: due.iter().any(|one| one.kind != "registration"),
        },
    )?;
    // Answers that were kept for a repeated request go by themselves within a day.
    let count = gone.len() + forgotten.check_ins.len() + forgotten.rows.len();
    for one in gone {
        // The proof of a consent has a time of its own.
        registrations::forget(conn, act, one.registration, PersonalData::Erased, false)?;
    }
    Ok(count)
}
