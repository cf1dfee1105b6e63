//! The seats that walk-ins find. They take what is left, and hold no row of theirs: whether one is free is asked under
//! the lock of the channel, as registrations are admitted.

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use diesel::PgConnection;

use super::{Knock, Scan, Who};
use crate::attendance::model::{CheckIn, Direction};
use crate::attendance::rules::{self, Objection};
use crate::attendance::store;
use crate::base::problem::Result;
use crate::seminars::{self, CapacityUnit, Channel, Seminar, SeminarId, SessionId};

/// One session through one channel.
#[derive(Clone, Copy)]
struct Hall {
    offered: bool,
    capacity: Option<i32>,
    held: i64,
    by_company: bool,
}

/// Those that were asked about in a batch.
#[derive(Default)]
pub struct Halls(HashMap<(SeminarId, SessionId, Channel), Hall>);

impl Halls {
    /// Takes the locks that the decisions below need; the seminars' are held already. No registration gets a seat there
    /// until the batch has ended. A batch whose walk-ins come in whatever is free takes none.
    pub fn lock(conn: &mut PgConnection, knocks: &[(&Knock, &Seminar)]) -> Result<()> {
        let (mut organisations, mut seminars, mut channels) = (Vec::new(), Vec::new(), Vec::new());
        for (knock, seminar) in knocks {
            for scan in knock.scans.iter().filter(|scan| needs_a_seat(knock, scan)) {
                organisations.push(seminar.organisation_id);
                seminars.push(seminar.id);
                channels.push(scan.channel);
            }
        }
        organisations.sort_unstable();
        organisations.dedup();
        seminars.sort_unstable();
        seminars.dedup();
        channels.sort_unstable();
        channels.dedup();
        seminars::lock_limited_seats(conn, &organisations, &seminars, &channels)
    }

    /// What speaks against somebody without a registration.
    pub fn objection(
        &mut self,
        conn: &mut PgConnection,
        seminar: &Seminar,
        session: SessionId,
        (knock, scan): (&Knock, &Scan),
        persons: i32,
    ) -> Result<Option<Objection>> {
        let of = (seminar.organisation_id, seminar.id);
        let key = (seminar.id, session, scan.channel);
        let hall = match self.0.entry(key) {
            Entry::Occupied(known) => Some(*known.get()),
            Entry::Vacant(vacant) => {
                let seats = seminars::seats(conn, of)?;
                let seats = seats.iter().find(|seats| seats.channel == scan.channel);
                match seats {
                    None => None,
                    Some(seats) => {
                        let by_company = seminars::admission(conn, of)?.capacity_unit == CapacityUnit::Companies;
                        let (walk_ins, persons) = store::walk_ins(conn, of, session, scan.channel)?;
                        Some(*vacant.insert(Hall {
                            offered: seats.offered,
                            capacity: seats.capacity,
                            held: i64::from(seats.taken) + if by_company { walk_ins } else { persons },
                            by_company,
                        }))
                    }
                }
            }
        };
        if let Err(objection) = rules::through(hall.map(|hall| hall.offered), knock.offline) {
            return Ok(Some(objection));
        }
        let (Some(hall), Direction::In) = (hall, scan.direction) else {
            return Ok(None);
        };
        let free = rules::seat_free(hall.capacity, hall.held, hall.weight(persons));
        Ok((!free).then_some(Objection::Full))
    }

    /// Whoever was let in is seen by those who come after in the same batch.
    pub fn keep(&mut self, check_in: &CheckIn) {
        let key = (check_in.seminar_id, check_in.session_id, check_in.channel);
        let comes = check_in.registration_id.is_none() && check_in.direction == Direction::In;
        if let Some(hall) = self.0.get_mut(&key).filter(|_| comes) {
            hall.held += i64::from(hall.weight(check_in.persons));
        }
    }
}

impl Hall {
    /// Where companies are counted, a walk-in is one, however many come.
    const fn weight(&self, persons: i32) -> i32 {
        if self.by_company { 1 } else { persons }
    }
}

/// Whether a seat that is not there would turn the scan away: what a device let in on its own has happened, and what is
/// forced is let in anyway.
const fn needs_a_seat(knock: &Knock, scan: &Scan) -> bool {
    let walk_in = matches!(scan.who, Who::WalkIn(_)) && matches!(scan.direction, Direction::In);
    walk_in && !knock.offline && !scan.force
}
