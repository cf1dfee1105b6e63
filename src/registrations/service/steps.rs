//! What the person does with the links of a mail, and the organiser at the telephone.

use diesel::PgConnection;

use super::held::{By, Held};
use super::refused;
use super::waiting_list::move_up;
use crate::base::problem::{Code, Result};
use crate::base::text::{Line, Slug};
use crate::journal::Act;
use crate::mail::Kind;
use crate::registrations::model::{PersonalData, Registration, RegistrationId, State};
use crate::registrations::rules::{Event, Refusal, in_time};
use crate::registrations::store;
use crate::seminars::Status;

/// Whether the caller has seen the present version; those who come from a mail have seen none.
pub type Check<'a> = &'a dyn Fn(i64) -> Result<()>;

/// The address is confirmed, and with it the seat. Pressed twice it is still confirmed, and nobody gets a second mail.
pub fn confirm(conn: &mut PgConnection, act: &Act, by: &By<'_>, id: RegistrationId) -> Result<Registration> {
    let mut held = Held::take(conn, act, by, id)?;
    takes_place(&held)?;
    in_time(held.registration.confirm_by, act.now).map_err(refused)?;
    if held.registration.state == State::Confirmed {
        return Ok(held.registration);
    }
    held.step(act, Event::Confirm)?;
    held.registration.email_confirmed_at = Some(act.now);
    held.save(conn, act, "registration.confirmed", Some(Kind::Confirmed))?;
    Ok(held.registration)
}

/// The seat that is held for the person becomes theirs.
pub fn accept_offer(conn: &mut PgConnection, act: &Act, by: &By<'_>, id: RegistrationId) -> Result<Registration> {
    let mut held = Held::take(conn, act, by, id)?;
    takes_place(&held)?;
    in_time(held.registration.offered_until, act.now).map_err(refused)?;
    if held.registration.state == State::Confirmed {
        return Ok(held.registration);
    }
    held.step(act, Event::AcceptOffer)?;
    held.registration.email_confirmed_at.get_or_insert(act.now);
    held.save(conn, act, "registration.offer_accepted", Some(Kind::Confirmed))?;
    Ok(held.registration)
}

/// The new date suits the person.
pub fn keep(conn: &mut PgConnection, act: &Act, by: &By<'_>, id: RegistrationId) -> Result<Registration> {
    let mut held = Held::take(conn, act, by, id)?;
    takes_place(&held)?;
    held.step(act, Event::Keep)?;
    held.registration.kept_at = Some(act.now);
    held.save(conn, act, "registration.kept", None)?;
    Ok(held.registration)
}

/// The claim is given up, and its seat goes on. `tell`: the person gets a mail.
pub fn cancel(
    conn: &mut PgConnection,
    act: &Act,
    by: &By<'_>,
    id: RegistrationId,
    check: Check<'_>,
    reason: Option<Line<500>>,
    tell: bool,
) -> Result<Registration> {
    let mut held = Held::take(conn, act, by, id)?;
    check(held.registration.version)?;
    held.open_to(by, act.now)?;
    held.step(act, Event::Cancel)?;
    held.registration.cancelled_at = Some(act.now);
    held.registration.cancelled_by = Some(by.canceller());
    // Nothing is said about whoever was forgotten, nor to them.
    let known = held.registration.personal_data == PersonalData::Kept;
    held.registration.cancel_reason = reason.filter(|_| known).map(Line::into_string);
    let kind = (tell && known).then_some(Kind::Cancelled);
    held.save(conn, act, "registration.cancelled", kind)?;
    move_up(conn, act, &held.whole, held.seats)?;
    Ok(held.registration)
}

/// Taking a consent back is as easy as giving it, and changes nothing else (GDPR, article 7(3)).
pub fn withdraw_consent(
    conn: &mut PgConnection,
    act: &Act,
    by: &By<'_>,
    id: RegistrationId,
    purpose: &Slug,
) -> Result<Registration> {
    let mut held = Held::take(conn, act, by, id)?;
    let of = (held.registration.organisation_id, id);
    if store::withdraw_consent(conn, of, purpose.as_str(), act.now)? == 0 {
        return Err(Code::NotFound.into());
    }
    super::touch(&mut held.registration, act.now);
    held.save(conn, act, "registration.consent_withdrawn", None)?;
    Ok(held.registration)
}

/// Nobody confirms a seat of what does not take place. A postponed seminar keeps its registrations, so one may.
fn takes_place(held: &Held) -> Result<()> {
    match held.whole.seminar.status {
        Status::Cancelled => Err(refused(Refusal::Cancelled)),
        _ => Ok(()),
    }
}
