//! A change of plan and those it concerns: one call changes the seminar and tells everybody.

use diesel::PgConnection;

use super::last_day;
use super::letters::{facts, letter, with_change};
use super::register::delete_on;
use super::waiting_list::move_up;
use crate::base::problem::Result;
use crate::catalogue::VenueRef;
use crate::journal::Act;
use crate::mail::{self, Kind};
use crate::registrations::model::{Registration, RegistrationId, State};
use crate::registrations::store;
use crate::seminars::{self, Channel, NewSession, Plan, Seminar, Session};

/// Whom a change of plan concerns.
#[derive(Clone, Debug, Default)]
pub struct Concerned {
    pub told: Vec<Told>,
    /// Who has no seat any more, and waits for one.
    pub lost: Vec<Told>,
}

/// Who is told what.
#[derive(Clone, Debug)]
pub struct Told {
    pub registration: RegistrationId,
    pub name: String,
    pub channel: Channel,
    pub state: State,
    pub mail: Kind,
}

impl Told {
    pub fn of(registration: &Registration, mail: Kind) -> Self {
        Self {
            registration: registration.id,
            name: registration.name(),
            channel: registration.channel,
            state: registration.state,
            mail,
        }
    }
}

/// It does not take place. Registrations stay as they are; that nothing comes of them follows from the seminar.
pub fn cancel_seminar(
    conn: &mut PgConnection,
    act: &Act,
    plan: &Plan<'_>,
    notify: bool,
) -> Result<(Seminar, Concerned)> {
    let seminar = seminars::cancel(conn, act, plan)?;
    let told = tell(conn, act, plan, &seminar, Kind::SeminarCancelled, &[], notify)?;
    Ok((seminar, told))
}

/// No new date yet: registrations stay.
pub fn postpone_seminar(
    conn: &mut PgConnection,
    act: &Act,
    plan: &Plan<'_>,
    notify: bool,
) -> Result<(Seminar, Concerned)> {
    let seminar = seminars::postpone(conn, act, plan)?;
    let told = tell(conn, act, plan, &seminar, Kind::SeminarPostponed, &[], notify)?;
    Ok((seminar, told))
}

/// New times. Whoever is registered keeps the seat or gives it back; what they said of an earlier date is forgotten,
/// and what is to be deleted after the seminar goes with its new date.
pub fn reschedule_seminar(
    conn: &mut PgConnection,
    act: &Act,
    plan: &Plan<'_>,
    sessions: &[NewSession],
    notify: bool,
) -> Result<(Seminar, Concerned)> {
    let before = seminars::lock(conn, plan.reach, plan.id)?;
    let before = seminars::whole(conn, before)?.sessions;
    let seminar = seminars::reschedule(conn, act, plan, sessions)?;
    let of = (seminar.organisation_id, seminar.id);
    let whole = seminars::whole(conn, seminar.clone())?;
    let gone = |(session, _): &(Session, Option<VenueRef>)| !whole.sessions.iter().any(|(one, _)| one.id == session.id);
    let dropped = before.into_iter().filter(gone).collect::<Vec<_>>();
    store::forget_kept(conn, of)?;
    store::move_deletion(conn, of, delete_on(last_day(&whole), act.today()))?;
    let mut concerned = tell(conn, act, plan, &seminar, Kind::SeminarRescheduled, &dropped, notify)?;
    // There may have been seats that nobody was offered while there was no date.
    for seats in seminars::seats(conn, of)? {
        concerned.told.extend(move_up(conn, act, &whole, seats)?);
    }
    Ok((seminar, concerned))
}

/// Writes a mail to everybody with an active claim.
pub fn tell(
    conn: &mut PgConnection,
    act: &Act,
    plan: &Plan<'_>,
    seminar: &Seminar,
    kind: Kind,
    dropped: &[(Session, Option<VenueRef>)],
    notify: bool,
) -> Result<Concerned> {
    if !notify {
        return Ok(Concerned::default());
    }
    let whole = seminars::whole(conn, seminar.clone())?;
    let facts = with_change(
        facts(&whole, dropped),
        plan.reason,
        plan.public_text.as_ref().map(|text| text.as_str()),
    );
    let people = store::active(conn, (seminar.organisation_id, seminar.id))?;
    let letters = people
        .iter()
        .map(|registration| letter(&facts, kind, registration, None));
    mail::post(conn, act.now, &letters.collect::<Vec<_>>())?;
    Ok(Concerned {
        told: people.iter().map(|registration| Told::of(registration, kind)).collect(),
        lost: Vec::new(),
    })
}
