//! A claim is given up, and its seat goes on.

use diesel::PgConnection;

use super::waiting_list::move_up;
use super::{journal, refused, touch};
use crate::auth::Reach;
use crate::base::db::again;
use crate::base::problem::{Code, Error, Result};
use crate::base::text::Line;
use crate::journal::Act;
use crate::registrations::model::{CancelledBy, Registration, RegistrationId, State};
use crate::registrations::{rules, store};
use crate::seminars;

pub fn cancel(
    conn: &mut PgConnection,
    act: &Act,
    reach: &Reach,
    id: RegistrationId,
    check: impl FnOnce(i64) -> Result<()>,
    reason: Option<Line<500>>,
) -> Result<Registration> {
    let found = store::find(conn, id)?.ok_or(Code::NotFound)?;
    reach.check(found.organisation_id)?;
    let of = (found.organisation_id, found.seminar_id);
    let seats = seminars::lock_seats(conn, of, found.channel)?;
    let mut seats = seats.ok_or_else(|| Error::internal("a registration without its channel"))?;
    // Read again under the lock: somebody may have cancelled or moved it meanwhile.
    let mut registration = store::find(conn, id)?.ok_or(Code::NotFound)?;
    if registration.channel != found.channel {
        return Err(again());
    }
    check(registration.version)?;
    let cancelled = rules::cancel(registration.state).map_err(refused)?;
    if registration.state.holds_seat() {
        seats.taken -= registration.seats;
    }
    if registration.state == State::Waitlisted {
        seats.waiting -= 1;
    }
    registration.state = cancelled;
    registration.cancelled_at = Some(act.now);
    registration.cancelled_by = Some(CancelledBy::Organiser);
    registration.cancel_reason = reason.map(Line::into_string);
    touch(&mut registration, act.now);
    store::save(conn, &registration)?;
    journal(conn, act, &registration, "registration.cancelled")?;
    let seminar = seminars::find(conn, registration.seminar_id)?.ok_or(Code::NotFound)?;
    move_up(conn, act, &seminar, seats)?;
    Ok(registration)
}
