//! What somebody who has the mail may see: their registration, and what can be done with it now.

use chrono::{DateTime, Utc};
use diesel::PgConnection;

use super::begins;
use super::disclose::{Shared, shared};
use super::held::By;
use crate::base::ids::words;
use crate::base::problem::{Code, Result};
use crate::registrations::model::{Consent, Registration, RegistrationId, SensitiveAnswer, State};
use crate::registrations::rules::in_time;
use crate::registrations::store;
use crate::seminars::{self, ChangeKind, Status, Whole};

words! {
    /// What the registrant can do now.
    Action {
        Confirm = "confirm",
        AcceptOffer = "accept_offer",
        Keep = "keep",
        Change = "change",
        Cancel = "cancel",
    }
}

#[derive(Clone, Debug)]
pub struct Standing {
    pub registration: Registration,
    /// In the waiting list, from 1.
    pub position: Option<i64>,
    pub whole: Whole,
    pub sensitive: Vec<SensitiveAnswer>,
    pub consents: Vec<Consent>,
    /// With whom it is shared, or was.
    pub shared: Vec<Shared>,
    pub actions: Vec<Action>,
}

pub fn standing(conn: &mut PgConnection, by: &By<'_>, id: RegistrationId, now: DateTime<Utc>) -> Result<Standing> {
    let registration = store::find(conn, id)?.ok_or(Code::NotFound)?;
    by.may(&registration)?;
    let of = (registration.organisation_id, registration.id);
    let seminar = seminars::find(conn, registration.seminar_id)?.ok_or(Code::NotFound)?;
    let rescheduled = seminars::schedule_changes(conn, (of.0, seminar.id), None, 100)?
        .iter()
        .any(|change| change.kind == ChangeKind::Rescheduled && change.at > registration.created_at);
    let whole = seminars::whole(conn, seminar)?;
    by.still(&whole, now)?;
    Ok(Standing {
        position: store::position(conn, &registration)?,
        sensitive: store::sensitive_answers(conn, of)?,
        consents: store::consents(conn, of)?,
        shared: shared(conn, of)?,
        actions: actions(&registration, &whole, rescheduled, now),
        registration,
        whole,
    })
}

fn actions(registration: &Registration, whole: &Whole, rescheduled: bool, now: DateTime<Utc>) -> Vec<Action> {
    let begun = begins(whole).is_some_and(|begins| begins <= now);
    let over = matches!(whole.seminar.status, Status::Cancelled | Status::Held);
    if !registration.state.active() || over || begun {
        return Vec::new();
    }
    let in_time = |deadline| in_time(deadline, now).is_ok();
    let first = match registration.state {
        State::Pending if in_time(registration.confirm_by) => Some(Action::Confirm),
        State::Offered if in_time(registration.offered_until) => Some(Action::AcceptOffer),
        State::Confirmed if rescheduled && registration.kept_at.is_none() => Some(Action::Keep),
        _ => None,
    };
    first.into_iter().chain([Action::Change, Action::Cancel]).collect()
}
