//! The online room, through the registrant's own link. Looking at it does nothing; pressing "join" is recorded.

use chrono::{DateTime, Duration, Utc};
use diesel::PgConnection;

use super::journal;
use crate::base::capability::{Capabilities, Claim, Purpose};
use crate::base::problem::{Code, Problem, Result};
use crate::journal::Act;
use crate::registrations::model::{Registration, RegistrationId, State};
use crate::registrations::store;
use crate::seminars::{self, Channel, Session, Status, Whole};

/// Rooms open this long before the start.
pub const EARLY: Duration = Duration::hours(1);

/// What is behind somebody's link.
#[derive(Clone, Debug)]
pub struct Room {
    pub registration: Registration,
    pub whole: Whole,
    /// The session that runs, or is the next.
    pub session: Option<Session>,
    /// Whether one can go in now.
    pub open: bool,
}

/// Looks; changes nothing.
pub fn room(conn: &mut PgConnection, capabilities: &Capabilities, claim: Claim, now: DateTime<Utc>) -> Result<Room> {
    let registration = store::find(conn, RegistrationId(claim.id))?.ok_or(Code::NotFound)?;
    if !capabilities.proves(&claim, Purpose::Join, &registration.email_key) {
        return Err(Code::NotFound.into());
    }
    let seminar = seminars::find(conn, registration.seminar_id)?.ok_or(Code::NotFound)?;
    let whole = seminars::whole(conn, seminar)?;
    let session = whole.sessions.iter().map(|(session, _)| session);
    let session = session
        .filter(|session| now < session.over_at())
        .min_by_key(|session| session.starts_at)
        .cloned();
    let comes = registration.state == State::Confirmed && registration.channel == Channel::Online;
    let takes_place = matches!(whole.seminar.status, Status::Scheduled | Status::Held);
    let open = comes
        && takes_place
        && session
            .as_ref()
            .is_some_and(|session| session.join_url.is_some() && session.starts_at - EARLY <= now);
    Ok(Room {
        registration,
        whole,
        session,
        open,
    })
}

/// Records that the person goes in, and says where to.
pub fn joined(conn: &mut PgConnection, act: &Act, capabilities: &Capabilities, claim: Claim) -> Result<String> {
    let room = room(conn, capabilities, claim, act.now)?;
    let (true, Some(session)) = (room.open, room.session) else {
        return Err(Problem::new(Code::NotReady).detail("The room is not open now.").into());
    };
    let url = session.join_url.ok_or(Code::NotReady)?;
    store::insert_join(conn, &room.registration, session.id, act.now)?;
    journal(conn, act, &room.registration, "registration.joined")?;
    Ok(url)
}
