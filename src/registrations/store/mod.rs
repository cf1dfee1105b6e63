//! All SQL of the room.

mod beside;
mod bulk;
mod claimants;
mod claims;
mod due;
mod forget;
mod sharing;
mod tickets;

use diesel::prelude::*;

use super::model::{Registration, RegistrationId, State};
use crate::auth::OrganisationId;
use crate::base::db::OnConstraint;
use crate::base::problem::{Code, Problem, Result};
use crate::base::text::{fold, like_escape};
use crate::schema::registrations;
use crate::seminars::{Channel, SeminarId};

pub use beside::*;
pub use bulk::{Addressee, insert_all, registered, save_moved};
pub use claimants::{Claimant, claimants};
pub use claims::{Claim, KnownAddress, claims, claims_of, known_addresses};
pub use due::*;
pub use forget::*;
pub use sharing::*;
pub use tickets::*;

type Of = (OrganisationId, SeminarId);

fn states(such: impl Fn(State) -> bool) -> Vec<State> {
    State::ALL.iter().copied().filter(|state| such(*state)).collect()
}

pub fn find(conn: &mut PgConnection, id: RegistrationId) -> Result<Option<Registration>> {
    let query = registrations::table
        .filter(registrations::id.eq(id))
        .select(Registration::as_select());
    Ok(query.first(conn).optional()?)
}

/// [`find`], and until we commit nobody changes it: for what is written beside it only as long as it is as it was found.
pub fn find_unchanged(conn: &mut PgConnection, id: RegistrationId) -> Result<Option<Registration>> {
    let query = registrations::table
        .filter(registrations::id.eq(id))
        .select(Registration::as_select())
        .for_share();
    Ok(query.first(conn).optional()?)
}

/// Another address may be somebody's who is registered already.
pub fn save(conn: &mut PgConnection, registration: &Registration) -> Result<()> {
    diesel::update(registrations::table.find((registration.organisation_id, registration.id)))
        .set(registration)
        .execute(conn)
        .on_constraint("registrations_one_per_person", || Problem::new(Code::AlreadyRegistered))?;
    Ok(())
}

/// The first of those who wait, in the order in which they are served.
pub fn queue(conn: &mut PgConnection, of: Of, channel: Channel, limit: i64) -> Result<Vec<Registration>> {
    let query = registrations::table
        .filter(registrations::organisation_id.eq(of.0))
        .filter(registrations::seminar_id.eq(of.1))
        .filter(registrations::channel.eq(channel))
        .filter(registrations::state.eq(State::Waitlisted))
        .order(registrations::waiting_ticket)
        .limit(limit);
    Ok(query.select(Registration::as_select()).load(conn)?)
}

/// Everybody with an active claim through one channel: who has a seat, first come first, then who waits, in the order
/// of the queue, then who applies.
pub fn through(conn: &mut PgConnection, of: Of, channel: Channel) -> Result<Vec<Registration>> {
    let query = registrations::table
        .filter(registrations::organisation_id.eq(of.0))
        .filter(registrations::seminar_id.eq(of.1))
        .filter(registrations::channel.eq(channel))
        .filter(registrations::state.eq_any(states(State::active)))
        .order(registrations::id);
    let mut all = query.select(Registration::as_select()).load::<Registration>(conn)?;
    all.sort_by_key(|one| match one.state {
        State::Waitlisted => (1, one.waiting_ticket),
        State::Applied => (2, None),
        _ => (0, None),
    });
    Ok(all)
}

pub fn count(conn: &mut PgConnection, of: Of, state: State) -> Result<i64> {
    let such = registrations::table
        .filter(registrations::organisation_id.eq(of.0))
        .filter(registrations::seminar_id.eq(of.1))
        .filter(registrations::state.eq(state));
    Ok(such.count().get_result(conn)?)
}

/// After a new date nobody has said yet that it suits them.
pub fn forget_kept(conn: &mut PgConnection, of: Of) -> Result<()> {
    let kept = registrations::table
        .filter(registrations::organisation_id.eq(of.0))
        .filter(registrations::seminar_id.eq(of.1))
        .filter(registrations::kept_at.is_not_null());
    diesel::update(kept)
        .set(registrations::kept_at.eq(None::<chrono::DateTime<chrono::Utc>>))
        .execute(conn)?;
    Ok(())
}

/// How many of the queue stand before or at this ticket.
pub fn position(conn: &mut PgConnection, registration: &Registration) -> Result<Option<i64>> {
    let Some(ticket) = registration
        .waiting_ticket
        .filter(|_| registration.state == State::Waitlisted)
    else {
        return Ok(None);
    };
    let before = registrations::table
        .filter(registrations::organisation_id.eq(registration.organisation_id))
        .filter(registrations::seminar_id.eq(registration.seminar_id))
        .filter(registrations::channel.eq(registration.channel))
        .filter(registrations::state.eq(State::Waitlisted))
        .filter(registrations::waiting_ticket.le(ticket));
    Ok(Some(before.count().get_result(conn)?))
}

#[derive(Clone, Debug, Default)]
pub struct Filter {
    pub state: Option<State>,
    pub channel: Option<Channel>,
    pub q: Option<String>,
    /// Whether `q` may also find an address: nobody finds by what they may not see.
    pub by_address: bool,
}

pub fn list(
    conn: &mut PgConnection,
    of: Of,
    filter: &Filter,
    after: Option<RegistrationId>,
    limit: i64,
) -> Result<Vec<Registration>> {
    let mut query = registrations::table
        .filter(registrations::organisation_id.eq(of.0))
        .filter(registrations::seminar_id.eq(of.1))
        .select(Registration::as_select())
        .order(registrations::id)
        .limit(limit + 1)
        .into_boxed();
    if let Some(state) = filter.state {
        query = query.filter(registrations::state.eq(state));
    }
    if let Some(channel) = filter.channel {
        query = query.filter(registrations::channel.eq(channel));
    }
    for word in filter.q.as_deref().unwrap_or_default().split_whitespace() {
        let folded = registrations::search_text.like(format!("%{}%", like_escape(&fold(word))));
        let address = registrations::email_key.like(format!("%{}%", like_escape(&word.to_lowercase())));
        query = if filter.by_address {
            query.filter(folded.or(address))
        } else {
            query.filter(folded)
        };
    }
    if let Some(after) = after {
        query = query.filter(registrations::id.gt(after));
    }
    Ok(query.load(conn)?)
}

/// Those of `ids` that are still there, in the order in which they registered.
pub fn among(
    conn: &mut PgConnection,
    organisation: OrganisationId,
    ids: &[RegistrationId],
) -> Result<Vec<Registration>> {
    let query = registrations::table
        .filter(registrations::organisation_id.eq(organisation))
        .filter(registrations::id.eq_any(ids))
        .order(registrations::id);
    Ok(query.select(Registration::as_select()).load(conn)?)
}

/// People by channel and state of their registration; of a company all it brings, whatever seats are counted by.
pub fn people_by_state(conn: &mut PgConnection, of: Of) -> Result<Vec<(Channel, State, i64)>> {
    let rows = registrations::table
        .filter(registrations::organisation_id.eq(of.0))
        .filter(registrations::seminar_id.eq(of.1))
        .group_by((registrations::channel, registrations::state))
        .select((
            registrations::channel,
            registrations::state,
            diesel::dsl::sum(registrations::persons),
        ))
        .load::<(Channel, State, Option<i64>)>(conn)?;
    Ok(rows
        .into_iter()
        .filter_map(|(channel, state, people)| Some((channel, state, people?)))
        .collect())
}
