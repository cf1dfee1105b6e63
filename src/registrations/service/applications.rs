//! The organiser chooses among those who applied.

use diesel::PgConnection;

use super::held::{By, Held};
use super::steps::Check;
use super::waiting_list::move_up;
use super::{free, refused, waiting_list};
use crate::auth::{AccountId, Reach};
use crate::base::ids::words;
use crate::base::problem::{Code, Error, FieldError, Problem, Result};
use crate::base::text::Paragraphs;
use crate::journal::{Act, Entry, record};
use crate::mail::Kind;
use crate::registrations::model::{PersonalData, Registration, RegistrationId, Review, State};
use crate::registrations::rules::{Event, Refusal, Way, admit};
use crate::registrations::store;
use crate::seminars::{self, AdmissionKind, Seminar, SeminarId, Status};

words! {
    /// What becomes of an application.
    Decision {
        Accept = "accept",
        Reserve = "reserve",
        Reject = "reject",
    }
}

/// Decides one application. A seat is given only where one is free.
pub fn decide(
    conn: &mut PgConnection,
    act: &Act,
    by: &By<'_>,
    id: RegistrationId,
    check: Check<'_>,
    decision: Decision,
    tell: bool,
) -> Result<Registration> {
    let (held, left_the_list) = decided(conn, act, by, id, check, decision, tell)?;
    if left_the_list {
        // It may have held up the others.
        move_up(conn, act, &held.whole, held.seats)?;
    }
    Ok(held.registration)
}

/// Offers what is free in all channels, whose rows the caller has locked.
fn offer_again(conn: &mut PgConnection, act: &Act, seminar: Seminar) -> Result<()> {
    let of = (seminar.organisation_id, seminar.id);
    let whole = seminars::whole(conn, seminar)?;
    for seats in seminars::seats(conn, of)? {
        move_up(conn, act, &whole, seats)?;
    }
    Ok(())
}

/// The registration as it is now, with its seats, and whether it has left the waiting list.
fn decided(
    conn: &mut PgConnection,
    act: &Act,
    by: &By<'_>,
    id: RegistrationId,
    check: Check<'_>,
    decision: Decision,
    tell: bool,
) -> Result<(Held, bool)> {
    let mut held = Held::take(conn, act, by, id)?;
    check(held.registration.version)?;
    if held.whole.admission.admission != AdmissionKind::Selection {
        return Err(refused(Refusal::NoSelection));
    }
    let (event, action, kind) = match decision {
        Decision::Accept => (Event::Accept, "registration.accepted", Kind::Confirmed),
        Decision::Reserve => (Event::Reserve, "registration.reserved", Kind::Waitlisted),
        Decision::Reject => (Event::Reject, "registration.rejected", Kind::Rejected),
    };
    let before = held.registration.state;
    if decision == Decision::Accept && held.whole.seminar.status == Status::Cancelled {
        return Err(refused(Refusal::Cancelled));
    }
    if decision == Decision::Accept && !before.holds_seat() {
        if !held.seats.offered {
            return Err(refused(Refusal::NoSuchChannel));
        }
        let list = waiting_list(&held.whole.seminar);
        admit(Way::Chosen, free(&held.seats), list, held.registration.seats).map_err(refused)?;
    }
    held.step(act, event)?;
    held.save(conn, act, action, tell.then_some(kind))?;
    Ok((held, before == State::Waitlisted))
}

/// Decides many applications of one seminar, all or none; what is in the way is named entry by entry.
pub fn decide_all(
    conn: &mut PgConnection,
    act: &Act,
    reach: &Reach,
    seminar: SeminarId,
    decisions: &[(RegistrationId, Decision)],
    tell: bool,
) -> Result<Vec<Registration>> {
    // All channels at once and in their order, before any of them is touched.
    let locked = seminars::lock(conn, reach, seminar)?;
    let (mut all, mut errors, mut left) = (Vec::new(), Vec::new(), false);
    for (n, (id, decision)) in decisions.iter().enumerate() {
        let known = store::find(conn, *id)?.filter(|one| one.seminar_id == seminar);
        if known.is_none() {
            let place = format!("/decisions/{n}/registration");
            errors.push(FieldError::member(place, "is not a registration of this seminar"));
            continue;
        }
        match decided(conn, act, &By::Member(reach), *id, &|_| Ok(()), *decision, tell) {
            Ok((held, left_the_list)) => {
                left |= left_the_list;
                all.push(held.registration);
            }
            Err(Error::Refused(problem)) => {
                let why = problem.detail.unwrap_or_else(|| problem.code.title(false).to_owned());
                errors.push(FieldError::member(format!("/decisions/{n}"), why));
            }
            Err(error) => return Err(error),
        }
    }
    if !errors.is_empty() {
        return Err(Problem::new(Code::TransitionNotAllowed).errors(errors).into());
    }
    // After all of them, so that the order of the decisions decides nothing.
    if left {
        offer_again(conn, act, locked)?;
    }
    Ok(all)
}

/// What one reviewer thinks; said again, it replaces what they said before.
pub fn review(
    conn: &mut PgConnection,
    act: &Act,
    reach: &Reach,
    id: RegistrationId,
    account: AccountId,
    score: Option<i32>,
    note: Option<Paragraphs<2000>>,
) -> Result<Review> {
    // Whoever is being forgotten at this moment is waited for, or waits for us: nothing is written behind an erasure.
    let registration = store::find_unchanged(conn, id)?.ok_or(Code::NotFound)?;
    reach.check(registration.organisation_id)?;
    if registration.personal_data != PersonalData::Kept {
        // Nothing is noted about whoever was forgotten.
        let detail = format!("Its personal data are {}.", registration.personal_data);
        return Err(Problem::new(Code::TransitionNotAllowed).detail(detail).into());
    }
    let review = Review {
        organisation_id: registration.organisation_id,
        registration_id: id,
        account_id: account,
        score,
        note: note.map(Paragraphs::into_string),
        updated_at: act.now,
    };
    store::save_review(conn, &review)?;
    let entry = Entry {
        organisation_id: Some(registration.organisation_id.0),
        action: "registration.reviewed",
        object_id: id.0,
        data: serde_json::json!({"score": score}),
    };
    record(conn, act, entry)?;
    Ok(review)
}
