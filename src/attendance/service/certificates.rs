//! Certificates: read → decide → record.

use chrono::{DateTime, Utc};
use diesel::PgConnection;
use serde_json::json;

use super::attendees::Roll;
use crate::attendance::model::{Attendee, Listed};
use crate::attendance::print::Award;
use crate::attendance::rules::attendees::Narrowed;
use crate::attendance::rules::certificate::{NotEarned, companions_earned, earned, needed};
use crate::auth::Reach;
use crate::base::press;
use crate::base::problem::{Code, Problem, Result};
use crate::base::text::fold;
use crate::journal::{Act, Entry, record};
use crate::registrations::{self, By, RegistrationId};
use crate::seminars::{self, Seminar, SeminarId, Whole};

/// Who has earned one, of one seminar.
#[derive(Debug)]
pub struct Awards {
    pub whole: Whole,
    pub people: Vec<Award>,
    /// The language somebody registered in; of many, the seminar's.
    pub language: String,
}

fn refused(why: NotEarned) -> crate::base::problem::Error {
    Problem::new(Code::CertificateNotEarned).detail(why.in_words()).into()
}

/// Of one registration, to a member or to the person.
pub fn certificate(conn: &mut PgConnection, act: &Act, by: &By<'_>, id: RegistrationId) -> Result<Awards> {
    let standing = registrations::standing(conn, by, id, act.now)?;
    let (seminar, language) = (standing.whole.seminar, standing.registration.language);
    let roll = everybody_there(conn, seminar)?;
    let needed = asked_for(&roll, act.now)?;
    let mine = roll.attendees(conn, &[crate::attendance::model::Entry::Registration(id)])?;
    let attendee = mine.first().ok_or(Code::NotFound)?;
    let people = awards(attendee, needed).map_err(refused)?;
    if people.is_empty() {
        let nobody = "It is not known any more who came.";
        return Err(Problem::new(Code::CertificateNotEarned).detail(nobody).into());
    }
    journal(conn, act, &roll.whole, "certificate.issued", id.0, people.len())?;
    Ok(Awards {
        whole: roll.whole,
        people,
        language,
    })
}

/// Of all who have earned one, walk-ins among them, by name.
pub fn certificates(conn: &mut PgConnection, act: &Act, reach: &Reach, id: SeminarId) -> Result<Awards> {
    let seminar = seminars::reached(conn, reach, id)?;
    let roll = everybody_there(conn, seminar)?;
    let needed = asked_for(&roll, act.now)?;
    press::bounded(roll.entries.len())?;
    let mut attendees = roll.everybody(conn)?;
    attendees.sort_by_cached_key(|one| (fold(one.family_name()), fold(one.given_name().unwrap_or_default())));
    let all = attendees.iter().filter_map(|attendee| awards(attendee, needed).ok());
    let people = all.flatten().collect::<Vec<_>>();
    if people.is_empty() {
        let nobody = "Nobody attended as many sessions as the seminar asks for.";
        return Err(Problem::new(Code::CertificateNotEarned).detail(nobody).into());
    }
    press::bounded(people.len())?;
    journal(conn, act, &roll.whole, "certificates.exported", id.0, people.len())?;
    Ok(Awards {
        language: roll.whole.seminar.language.clone(),
        whole: roll.whole,
        people,
    })
}

fn everybody_there(conn: &mut PgConnection, seminar: Seminar) -> Result<Roll> {
    let narrowed = Narrowed {
        listed: Listed::Attended,
        attended: None,
    };
    Roll::call(conn, seminar, None, narrowed)
}

fn asked_for(roll: &Roll, now: DateTime<Utc>) -> Result<usize> {
    needed(roll.whole.seminar.status, &roll.sessions, roll.rule.min_sessions, now).map_err(refused)
}

/// The person, and those who came along by name where everybody was seen. Whoever has no name has no certificate.
fn awards(attendee: &Attendee, needed: usize) -> Result<Vec<Award>, NotEarned> {
    let sessions = earned(&attendee.records, needed)?;
    let online = attendee.records.iter().any(|record| record.online.is_some());
    let award = |name: String| Award {
        name,
        company: attendee.company().map(str::to_owned),
        sessions: sessions.clone(),
        online,
    };
    // Whoever was erased has none either.
    let nameless = ["", super::attendees::NAMELESS].contains(&attendee.family_name());
    let own = Some(attendee.name()).filter(|_| !nameless);
    let registration = attendee.registration();
    let came = registration.filter(|one| companions_earned(&attendee.records, one.persons, needed));
    let along = came.iter().flat_map(|one| &one.companions.0);
    let along = along.map(|one| format!("{} {}", one.given_name, one.family_name));
    Ok(own.into_iter().chain(along).map(award).collect())
}

/// How many, never who.
fn journal(
    conn: &mut PgConnection,
    act: &Act,
    whole: &Whole,
    action: &'static str,
    object_id: uuid::Uuid,
    count: usize,
) -> Result<()> {
    let entry = Entry {
        organisation_id: Some(whole.seminar.organisation_id.0),
        action,
        object_id,
        data: json!({"seminar_id": whole.seminar.id, "format": "pdf", "count": count}),
    };
    record(conn, act, entry)
}
