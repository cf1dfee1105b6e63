//! Somebody registers.

use diesel::PgConnection;
use serde_json::json;

use super::{free, journal, refused, take, waiting_list, window};
use crate::auth::{AccountId, Identity};
use crate::base::db::again;
use crate::base::problem::{Code, Error, Result};
use crate::base::text::{Email, Language, Line, fold};
use crate::journal::{Act, Entry, record};
use crate::registrations::model::{Registration, RegistrationId, State};
use crate::registrations::rules::{Place, Refusal, admit, may_register};
use crate::registrations::store;
use crate::seminars::{self, Channel, SeminarId, visible_to};

/// What a person says about themselves: three members, the rest by choice.
#[derive(Clone, Debug)]
pub struct NewRegistration {
    pub channel: Channel,
    pub given_name: Line<100>,
    pub family_name: Line<100>,
    pub email: Email,
    pub company: Option<Line<200>>,
    pub phone: Option<Line<50>>,
    pub language: Language,
}

/// What the person is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Admitted {
    pub id: RegistrationId,
    pub state: State,
    pub channel: Channel,
    pub position: Option<i32>,
}

/// Registers somebody: by themselves, or by a member of the organisation who skips the window.
///
/// An address that is already registered gets from the public page the answer a new one would get, and nothing is
/// written: a stranger cannot find out who comes. Members are told.
pub fn register(
    conn: &mut PgConnection,
    act: &Act,
    id: SeminarId,
    caller: Option<&Identity>,
    new: NewRegistration,
) -> Result<Admitted> {
    let found = seminars::find(conn, id)?.ok_or(Code::NotFound)?;
    let of = (found.organisation_id, found.id);
    let member = caller.filter(|identity| identity.may_enter_registrations(of.0));
    // First the row of seats, then everything else anew: what is read below is true until we commit.
    let seats = seminars::lock_seats(conn, of, new.channel)?;
    let seminar = seminars::find(conn, id)?.ok_or(Code::NotFound)?;
    if !visible_to(&seminar, caller) {
        return Err(Code::NotFound.into());
    }
    let sessions = seminars::sessions(conn, of)?;
    may_register(window(&seminar, &sessions), act.now, member.is_some()).map_err(refused)?;
    let unavailable = || refused(Refusal::NoSuchChannel);
    let mut seats = seats
        .filter(|seats| seats.offered && seats.channel != Channel::Livestream)
        .ok_or_else(unavailable)?;
    let known = store::is_registered(conn, of, &new.email.key())?;
    if known && member.is_some() {
        return Err(refused(Refusal::AlreadyRegistered));
    }
    let place = admit(free(&seats), waiting_list(&seminar), 1).map_err(refused)?;
    let registration = row(act, of, new, place, &mut seats, member.map(|identity| identity.account));
    let admitted = Admitted {
        id: registration.id,
        state: registration.state,
        channel: registration.channel,
        position: match place {
            Place::Seat => None,
            Place::Waiting { position } => Some(position),
        },
    };
    if known {
        let data = json!({"channel": registration.channel});
        record(
            conn,
            act,
            Entry {
                organisation_id: Some(of.0.0),
                action: "seminar.registration_repeated",
                object_id: of.1.0,
                data,
            },
        )?;
        return Ok(admitted);
    }
    // One address through two channels at once: the second finds the first when it is tried again.
    store::insert(conn, &registration).map_err(|error| match error {
        Error::Refused(problem) if problem.code == Code::AlreadyRegistered => again(),
        other => other,
    })?;
    seminars::save_seats(conn, &seats)?;
    journal(conn, act, &registration, "registration.created")?;
    Ok(admitted)
}

/// The row of the new registration, and the channel's row as it is with it.
fn row(
    act: &Act,
    of: (crate::auth::OrganisationId, SeminarId),
    new: NewRegistration,
    place: Place,
    seats: &mut seminars::Seats,
    entered_by: Option<AccountId>,
) -> Registration {
    let (state, waiting_ticket) = take(seats, place, 1);
    let company = new.company.as_ref().map_or("", Line::as_str);
    let searched = [new.given_name.as_str(), new.family_name.as_str(), company];
    Registration {
        organisation_id: of.0,
        id: RegistrationId::fresh(),
        seminar_id: of.1,
        channel: new.channel,
        state,
        seats: 1,
        waiting_ticket,
        confirm_by: None,
        offered_until: None,
        search_text: fold(&searched.join(" \n ")),
        given_name: new.given_name.into_string(),
        family_name: new.family_name.into_string(),
        email_key: new.email.key(),
        email: new.email.into_string(),
        company: new.company.map(Line::into_string),
        phone: new.phone.map(Line::into_string),
        language: new.language.into_string(),
        entered_by,
        cancelled_at: None,
        cancelled_by: None,
        cancel_reason: None,
        version: 1,
        created_at: act.now,
        updated_at: act.now,
    }
}
