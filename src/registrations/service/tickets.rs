//! Tickets: the code that lets somebody in. Rows are written when they are first needed, not when somebody registers: a
//! rush for seats pays nothing for a door that opens weeks later.

use std::collections::HashMap;

use chrono::{DateTime, Duration, Utc};
use diesel::PgConnection;

use super::held::By;
use super::letters::{facts, letter};
use super::standing::{Standing, standing};
use crate::auth::OrganisationId;
use crate::base::capability::Capabilities;
use crate::base::problem::{Code, Problem, Result};
use crate::base::ticket_code::TicketCode;
use crate::mail::{Kind, Letter};
use crate::registrations::model::{RegistrationId, State, Ticket};
use crate::registrations::store;
use crate::seminars::SeminarId;

/// Who stands at the wrong door has a ticket for something that is on nearby.
const NEARBY: Duration = Duration::hours(36);

/// Writes the tickets of a seminar that are missing. Doing it twice does nothing.
pub fn issue(conn: &mut PgConnection, capabilities: &Capabilities, of: (OrganisationId, SeminarId)) -> Result<()> {
    let missing = store::without_ticket(conn, of)?;
    write(conn, capabilities, of.0, missing)
}

fn write(
    conn: &mut PgConnection,
    capabilities: &Capabilities,
    organisation: OrganisationId,
    missing: Vec<(RegistrationId, SeminarId)>,
) -> Result<()> {
    if missing.is_empty() {
        return Ok(());
    }
    let tickets = missing.into_iter().map(|(id, seminar)| Ticket {
        organisation_id: organisation,
        registration_id: id,
        seminar_id: seminar,
        code_hash: TicketCode::of(capabilities, id.0).hash(organisation.0).to_vec(),
    });
    store::insert_tickets(conn, &tickets.collect::<Vec<_>>())
}

/// Whose codes these are, each asked for at the door of one seminar. Where one is not known, the tickets that are missing
/// are written and it is looked up once more: at this door first, then at those nearby.
pub fn holders(
    conn: &mut PgConnection,
    capabilities: &Capabilities,
    asked: &[(OrganisationId, SeminarId, TicketCode)],
    now: DateTime<Utc>,
) -> Result<HashMap<(OrganisationId, TicketCode), RegistrationId>> {
    let mut left = asked
        .iter()
        .map(|one| (one.0, one.1, one.2.hash(one.0.0)))
        .collect::<Vec<_>>();
    let mut found = HashMap::new();
    for attempt in 0..3 {
        if left.is_empty() {
            break;
        }
        let mut doors = left.iter().map(|one| (one.0, one.1)).collect::<Vec<_>>();
        doors.sort_unstable();
        doors.dedup();
        if attempt == 1 {
            for of in doors {
                issue(conn, capabilities, of)?;
            }
        } else if attempt == 2 {
            doors.dedup_by_key(|of| of.0);
            for (organisation, _) in doors {
                let near = (now - NEARBY, now + NEARBY);
                let missing = store::without_ticket_between(conn, organisation, near)?;
                write(conn, capabilities, organisation, missing)?;
            }
        }
        let hashes = left.iter().map(|one| (one.0, one.2)).collect::<Vec<_>>();
        for ticket in store::tickets_by_hash(conn, &hashes)? {
            found.insert((ticket.organisation_id, ticket.code_hash), ticket.registration_id);
        }
        left.retain(|one| !found.contains_key(&(one.0, one.2.to_vec())));
    }
    let holders = asked.iter().filter_map(|(organisation, _, code)| {
        let id = found.get(&(*organisation, code.hash(organisation.0).to_vec()))?;
        Some(((*organisation, code.clone()), *id))
    });
    Ok(holders.collect())
}

/// What stands on somebody's ticket. Only who is sure to come has one.
pub fn ticket(
    conn: &mut PgConnection,
    capabilities: &Capabilities,
    by: &By<'_>,
    id: RegistrationId,
    now: DateTime<Utc>,
) -> Result<(Standing, TicketCode)> {
    let standing = standing(conn, by, id, now)?;
    let registration = &standing.registration;
    if registration.state != State::Confirmed {
        let detail = format!(
            "The registration is {}; a ticket is for one that is confirmed.",
            registration.state
        );
        return Err(Problem::new(Code::NotReady).detail(detail).into());
    }
    let code = TicketCode::of(capabilities, id.0);
    let own = vec![(registration.id, registration.seminar_id)];
    write(conn, capabilities, registration.organisation_id, own)?;
    Ok((standing, code))
}

/// What the person is told of a confirmed registration, for the calendar.
#[must_use]
pub fn letter_of(standing: &Standing) -> Letter {
    letter(
        &facts(&standing.whole, &[]),
        Kind::Confirmed,
        &standing.registration,
        None,
    )
}
