//! A registration with the row of seats it stands in, locked: what every step begins with.

use chrono::{DateTime, Utc};
use diesel::PgConnection;

use super::letters::{facts, letter, told_with_whom};
use super::{begins, go, journal, refused, touch};
use crate::auth::Reach;
use crate::base::capability::{Capabilities, Claim, Purpose};
use crate::base::db::again;
use crate::base::problem::{Code, Error, Result};
use crate::journal::Act;
use crate::mail::{self, Kind};
use crate::registrations::model::{CancelledBy, Registration, RegistrationId};
use crate::registrations::rules::{Event, Refusal, links_work, transition};
use crate::registrations::store;
use crate::seminars::{self, Seats, SharedWith, Status, Whole};

/// Who acts on a registration.
#[derive(Clone)]
pub enum By<'a> {
    /// A member whose role reaches it.
    Member(&'a Reach),
    /// The person, who has the mail.
    Registrant(&'a Capabilities, Claim),
    /// The service itself, when a deadline has passed.
    Deadline,
}

impl By<'_> {
    /// Refuses whoever may not: a stranger hears that there is nothing here.
    pub fn may(&self, registration: &Registration) -> Result<()> {
        match self {
            Self::Member(reach) => reach.check(registration.organisation_id),
            Self::Registrant(capabilities, claim) => {
                let mine = claim.id == registration.id.0
                    && capabilities.proves(claim, Purpose::Manage, &registration.email_key);
                if mine { Ok(()) } else { Err(Code::NotFound.into()) }
            }
            Self::Deadline => Ok(()),
        }
    }

    /// Refuses links that have ended like those that never were.
    pub fn still(&self, whole: &Whole, now: DateTime<Utc>) -> Result<()> {
        let last = whole.sessions.iter().map(|(session, _)| session.starts_at).max();
        match self {
            Self::Registrant(..) if !links_work(last, now) => Err(Code::NotFound.into()),
            _ => Ok(()),
        }
    }

    pub const fn canceller(&self) -> CancelledBy {
        match self {
            Self::Member(_) => CancelledBy::Organiser,
            Self::Registrant(..) => CancelledBy::Registrant,
            Self::Deadline => CancelledBy::System,
        }
    }
}

/// Nobody else gives or takes a seat of this channel until the transaction ends.
pub struct Held {
    pub registration: Registration,
    pub seats: Seats,
    pub whole: Whole,
}

impl Held {
    /// Locks the row of seats, then reads everything else: what is read is true until we commit.
    pub fn take(conn: &mut PgConnection, act: &Act, by: &By<'_>, id: RegistrationId) -> Result<Self> {
        let found = store::find(conn, id)?.ok_or(Code::NotFound)?;
        by.may(&found)?;
        let of = (found.organisation_id, found.seminar_id);
        let seats = seminars::lock_seats(conn, of, found.channel)?;
        let seats = seats.ok_or_else(|| Error::internal("a registration without its channel"))?;
        let registration = store::find(conn, id)?.ok_or(Code::NotFound)?;
        if registration.channel != found.channel {
            return Err(again());
        }
        by.may(&registration)?;
        let seminar = seminars::find(conn, registration.seminar_id)?.ok_or(Code::NotFound)?;
        let whole = seminars::whole(conn, seminar)?;
        by.still(&whole, act.now)?;
        Ok(Self {
            registration,
            seats,
            whole,
        })
    }

    /// Whether it is still ahead: of what is over, or was entered after the fact, nobody is told by mail.
    pub fn ahead(&self, now: DateTime<Utc>) -> bool {
        matches!(self.whole.seminar.status, Status::Scheduled | Status::Postponed)
            && begins(&self.whole).is_none_or(|begins| now < begins)
    }

    /// What was held, has begun or does not take place is a record: the person changes nothing of it any more, the
    /// organiser may set it right.
    pub fn open_to(&self, by: &By<'_>, now: DateTime<Utc>) -> Result<()> {
        match (by, self.whole.seminar.status) {
            (By::Registrant(..), Status::Cancelled) => Err(refused(Refusal::Cancelled)),
            (By::Registrant(..), _) if !self.ahead(now) => Err(refused(Refusal::Closed)),
            _ => Ok(()),
        }
    }

    /// One step of the table in `rules::transition`.
    pub fn step(&mut self, act: &Act, event: Event) -> Result<()> {
        let next = transition(self.registration.state, event).map_err(refused)?;
        go(&mut self.registration, &mut self.seats, next);
        touch(&mut self.registration, act.now);
        Ok(())
    }

    /// Writes the registration and its seats, records what happened, and tells the person where `kind` says so.
    pub fn save(&mut self, conn: &mut PgConnection, act: &Act, action: &'static str, kind: Option<Kind>) -> Result<()> {
        store::save(conn, &self.registration)?;
        self.seats.overbooked = self.seats.too_many();
        seminars::save_seats(conn, &self.seats)?;
        journal(conn, act, &self.registration, action)?;
        if let Some(kind) = kind.filter(|_| self.ahead(act.now)) {
            let position = store::position(conn, &self.registration)?;
            let letter = letter(&facts(&self.whole, &[]), kind, &self.registration, position);
            let letter = told_with_whom(letter, &self.shared_with(conn)?);
            mail::post(conn, act.now, &[letter])?;
        }
        Ok(())
    }

    /// With whom the registration is shared: of what is shared now, that of which the person was told.
    fn shared_with(&self, conn: &mut PgConnection) -> Result<Vec<SharedWith>> {
        if self.whole.sharings.is_empty() {
            return Ok(Vec::new());
        }
        let told = store::told_of(conn, (self.registration.organisation_id, self.registration.id))?;
        let known = |(sharing, _): &&SharedWith| told.contains(&sharing.id);
        Ok(self.whole.sharings.iter().filter(known).cloned().collect())
    }
}
