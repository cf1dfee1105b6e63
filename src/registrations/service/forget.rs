//! Somebody is to be forgotten (GDPR, article 17): the claim stays as a number, and nobody knows whose it was.
//!
//! Two steps, because what knows people by their address or name has to be told between them: [`give_up`] locks and lets go
//! of what is ahead, [`forget`] takes the person away.

use diesel::PgConnection;
use serde_json::json;

use super::held::{By, Held};
use super::waiting_list::move_up;
use super::{journal, touch};
use crate::base::problem::{Code, Error, Result};
use crate::journal::{Act, ActorKind};
use crate::registrations::model::{CancelledBy, Companions, PersonalData, Registration, RegistrationId, State};
use crate::registrations::rules::Event;
use crate::registrations::store;

/// A registration that is to be forgotten, under the lock of its seats.
#[derive(Clone, Debug)]
pub struct Forgotten {
    pub registration: Registration,
    /// It was ahead, so it was cancelled and its seat went on.
    pub cancelled: bool,
}

/// Locks the seats of these registrations, in the order in which everybody does, and cancels what is still ahead, as its
/// holder would: otherwise a seat would be kept for nobody. `ahead`: whether that is wanted; where it is not, only locked.
/// `before`: those that were cancelled by it once, and are so again after a restore, though they may not be ahead any more.
pub fn give_up(
    conn: &mut PgConnection,
    act: &Act,
    mut all: Vec<Registration>,
    ahead: bool,
    before: &[RegistrationId],
) -> Result<Vec<Forgotten>> {
    all.sort_by_key(|one| (one.organisation_id, one.seminar_id, one.channel.as_str(), one.id));
    let given_up =
        all.into_iter().filter_map(
            |one| match given_up(conn, act, one.id, ahead, before.contains(&one.id)) {
                Err(Error::Refused(problem)) if problem.code == Code::NotFound => None,
                outcome => Some(outcome),
            },
        );
    given_up.collect()
}

fn given_up(conn: &mut PgConnection, act: &Act, id: RegistrationId, ahead: bool, before: bool) -> Result<Forgotten> {
    let mut held = Held::take(conn, act, &By::Deadline, id)?;
    let is_ahead = held.ahead(act.now);
    if !held.registration.state.active() || !(before || (ahead && is_ahead)) {
        return Ok(Forgotten {
            registration: held.registration,
            cancelled: false,
        });
    }
    held.step(act, Event::Cancel)?;
    held.registration.cancelled_at = Some(act.now);
    held.registration.cancelled_by = Some(match act.actor.kind {
        ActorKind::Registrant => CancelledBy::Registrant,
        ActorKind::Account | ActorKind::ApiClient => CancelledBy::Organiser,
        ActorKind::Anonymous | ActorKind::System => CancelledBy::System,
    });
    held.save(conn, act, "registration.cancelled", None)?;
    if is_ahead {
        move_up(conn, act, &held.whole, held.seats)?;
    }
    Ok(Forgotten {
        registration: held.registration,
        cancelled: true,
    })
}

/// Takes the person away, of registrations that [`give_up`] holds. `restricted`: what a funder may ask for stays, and
/// everything else goes (GDPR, article 18). `consents_too`: also the proof of what was agreed to.
pub fn forget(
    conn: &mut PgConnection,
    act: &Act,
    registration: Registration,
    left: PersonalData,
    consents_too: bool,
) -> Result<()> {
    let of = (registration.organisation_id, registration.id);
    let mut rest = without_the_person(registration, left);
    touch(&mut rest, act.now);
    store::save(conn, &rest)?;
    store::delete_beside(conn, of, left, consents_too)?;
    let action = match left {
        PersonalData::Restricted => "registration.restricted",
        PersonalData::Kept | PersonalData::Erased => "registration.erased",
    };
    journal(conn, act, &rest, action)
}

/// What figures are made of: the seminar, the channel, the state, how many, and when.
fn without_the_person(registration: Registration, left: PersonalData) -> Registration {
    let rest = Registration {
        phone: None,
        cancel_reason: None,
        answers: json!({}),
        // Nobody finds it by its name any more.
        search_text: String::new(),
        personal_data: left,
        ..registration
    };
    if left == PersonalData::Restricted {
        return rest;
    }
    Registration {
        given_name: String::new(),
        family_name: String::new(),
        email: String::new(),
        // By this the scans and rows that were the person's are still the same somebody's.
        email_key: erased_key(rest.id),
        company: None,
        companions: Companions::default(),
        ..rest
    }
}

/// Under which key an erased registration stands: no address, for no address has a colon without an at sign.
fn erased_key(id: RegistrationId) -> String {
    format!("erased:{id}")
}

impl Forgotten {
    /// The key by which scans and rows of other rooms refer to it once it is erased.
    #[must_use]
    pub fn key(&self) -> String {
        erased_key(self.registration.id)
    }

    /// Whether the person had a seat, and so took part as far as a funder is concerned. Who came without one is not known here.
    #[must_use]
    pub fn took_part(&self) -> bool {
        self.registration.state == State::Confirmed
    }
}
