//! Who may register, and who gets a seat.

use chrono::{DateTime, Utc};

use super::Refusal;
use crate::registrations::model::State;
use crate::seminars::{CapacityUnit, SeminarId, Status};

/// The seats of one channel at one moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Seats {
    /// `None`: as many as come.
    pub capacity: Option<i32>,
    pub taken: i32,
    /// How many registrations wait for a seat.
    pub waiting: i32,
}

impl Seats {
    /// Whether `wanted` more fit.
    #[must_use]
    pub fn fit(self, wanted: i32) -> bool {
        self.capacity
            .is_none_or(|capacity| self.taken.saturating_add(wanted) <= capacity)
    }
}

/// How many seats a registration takes: its persons, or one where companies are counted, however many it brings.
#[must_use]
pub const fn seats_of(unit: CapacityUnit, persons: i32) -> i32 {
    match unit {
        CapacityUnit::Persons => persons,
        CapacityUnit::Companies => 1,
    }
}

/// What the seminar says about its waiting list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WaitingList {
    pub open: bool,
    pub limit: Option<i32>,
}

/// In which way somebody comes to the desk.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    /// A free seat is the next person's.
    FirstCome,
    /// People apply; the organiser chooses later.
    Application,
    /// The organiser has chosen this one: a free seat, whoever waits.
    Chosen,
}

/// Where somebody is admitted to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    Seat,
    /// The position in the waiting list, from 1.
    Waiting {
        position: i32,
    },
    /// Among those the organiser will choose from.
    Application,
}

/// When one may register, and what for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Window {
    pub status: Status,
    pub opens_at: Option<DateTime<Utc>>,
    pub closes_at: Option<DateTime<Utc>>,
    /// The seminar that stands for it, to which the public goes.
    pub merged_into: Option<SeminarId>,
}

/// Whether registrations are taken now. Members enter them at any time, also after the fact.
pub fn may_register(window: Window, now: DateTime<Utc>, by_member: bool) -> Result<(), Refusal> {
    if let Some(into) = window.merged_into.filter(|_| !by_member) {
        return Err(Refusal::Merged { into });
    }
    match window.status {
        Status::Draft => Err(Refusal::Draft),
        Status::Cancelled => Err(Refusal::Cancelled),
        Status::Postponed => Err(Refusal::Postponed),
        Status::Scheduled | Status::Held if by_member => Ok(()),
        Status::Held => Err(Refusal::Closed),
        Status::Scheduled => match window {
            Window {
                opens_at: Some(opens_at),
                ..
            } if now < opens_at => Err(Refusal::NotOpenYet { opens_at }),
            Window {
                closes_at: Some(closes_at),
                ..
            } if closes_at <= now => Err(Refusal::Closed),
            _ => Ok(()),
        },
    }
}

/// The one place that decides whether somebody gets a seat or waits. Nobody overtakes: while somebody waits, a free
/// seat is theirs. Whoever wants more seats than there are would wait for ever, and is told so.
pub fn admit(way: Way, seats: Seats, list: WaitingList, wanted: i32) -> Result<Place, Refusal> {
    if let Some(capacity) = seats.capacity.filter(|capacity| wanted > *capacity) {
        return Err(Refusal::TooLarge { capacity });
    }
    match way {
        Way::Application => return Ok(Place::Application),
        Way::FirstCome if seats.waiting == 0 && seats.fit(wanted) => return Ok(Place::Seat),
        Way::Chosen if seats.fit(wanted) => return Ok(Place::Seat),
        Way::Chosen => {
            return Err(Refusal::Full {
                waiting_list: list.open,
            });
        }
        Way::FirstCome => {}
    }
    // Where a seat is free but somebody waits, the list takes one in also where it is closed or full: the seat is offered
    // a moment later, to those who were there first, and to this one if it is left.
    let behind_somebody = seats.waiting > 0 && seats.fit(wanted);
    if behind_somebody || (list.open && list.limit.is_none_or(|limit| seats.waiting < limit)) {
        return Ok(Place::Waiting {
            position: seats.waiting + 1,
        });
    }
    Err(Refusal::Full {
        waiting_list: list.open,
    })
}

/// The state a place begins in. `confirm`: the seat is held until the address is confirmed.
#[must_use]
pub const fn entered(place: Place, confirm: bool) -> State {
    match place {
        Place::Seat if confirm => State::Pending,
        Place::Seat => State::Confirmed,
        Place::Waiting { .. } => State::Waitlisted,
        Place::Application => State::Applied,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::Duration;

    const OPEN: WaitingList = WaitingList {
        open: true,
        limit: None,
    };
    const NONE: WaitingList = WaitingList {
        open: false,
        limit: None,
    };

    fn seats(capacity: Option<i32>, taken: i32, waiting: i32) -> Seats {
        Seats {
            capacity,
            taken,
            waiting,
        }
    }

    #[test]
    fn seats_first_then_the_waiting_list_then_nothing() {
        let limited = WaitingList {
            open: true,
            limit: Some(2),
        };
        for (case, list, outcome) in [
            (seats(Some(2), 1, 0), NONE, Ok(Place::Seat)),
            (seats(Some(2), 2, 0), OPEN, Ok(Place::Waiting { position: 1 })),
            (seats(Some(2), 2, 7), OPEN, Ok(Place::Waiting { position: 8 })),
            (seats(Some(2), 2, 0), NONE, Err(Refusal::Full { waiting_list: false })),
            (seats(Some(2), 2, 1), limited, Ok(Place::Waiting { position: 2 })),
            (seats(Some(2), 2, 2), limited, Err(Refusal::Full { waiting_list: true })),
            // Overbooked by the organiser's own decision.
            (seats(Some(2), 5, 0), NONE, Err(Refusal::Full { waiting_list: false })),
            // A seat is free, but somebody waits for it: also where the list is closed or full.
            (seats(Some(2), 1, 1), NONE, Ok(Place::Waiting { position: 2 })),
            (seats(Some(9), 1, 2), limited, Ok(Place::Waiting { position: 3 })),
            (seats(Some(2), 1, 1), OPEN, Ok(Place::Waiting { position: 2 })),
            (seats(None, 1_000_000, 0), NONE, Ok(Place::Seat)),
        ] {
            assert_eq!(admit(Way::FirstCome, case, list, 1), outcome, "{case:?} {list:?}");
        }
        let group = |wanted| admit(Way::FirstCome, seats(Some(5), 3, 0), OPEN, wanted);
        assert_eq!(group(3), Ok(Place::Waiting { position: 1 }));
        assert_eq!(group(6), Err(Refusal::TooLarge { capacity: 5 }));
    }

    #[test]
    fn who_applies_takes_no_seat_and_who_is_chosen_waits_for_nobody() {
        let apply = |seats| admit(Way::Application, seats, NONE, 1);
        assert_eq!(apply(seats(Some(1), 1, 0)), Ok(Place::Application));
        let choose = |seats| admit(Way::Chosen, seats, OPEN, 1);
        assert_eq!(choose(seats(Some(2), 1, 9)), Ok(Place::Seat));
        assert_eq!(
            choose(seats(Some(2), 2, 0)),
            Err(Refusal::Full { waiting_list: true }),
            "never beyond the seats"
        );
    }

    #[test]
    fn only_a_seat_is_held_until_the_address_is_confirmed() {
        assert_eq!(entered(Place::Seat, true), State::Pending);
        assert_eq!(entered(Place::Seat, false), State::Confirmed);
        assert_eq!(entered(Place::Waiting { position: 1 }, true), State::Waitlisted);
        assert_eq!(entered(Place::Application, true), State::Applied);
    }

    #[test]
    fn the_window() {
        let now = DateTime::<Utc>::UNIX_EPOCH;
        let (before, after) = (Some(now - Duration::hours(1)), Some(now + Duration::hours(1)));
        let window = |status, opens_at, closes_at| Window {
            status,
            opens_at,
            closes_at,
            merged_into: None,
        };
        for (window, public, member) in [
            (
                window(Status::Draft, None, None),
                Err(Refusal::Draft),
                Err(Refusal::Draft),
            ),
            (window(Status::Scheduled, None, None), Ok(()), Ok(())),
            (window(Status::Scheduled, before, after), Ok(()), Ok(())),
            (window(Status::Scheduled, Some(now), after), Ok(()), Ok(())),
            (
                window(Status::Scheduled, after, None),
                Err(Refusal::NotOpenYet {
                    opens_at: after.unwrap(),
                }),
                Ok(()),
            ),
            (window(Status::Scheduled, None, before), Err(Refusal::Closed), Ok(())),
            (window(Status::Scheduled, None, Some(now)), Err(Refusal::Closed), Ok(())),
            (window(Status::Held, None, after), Err(Refusal::Closed), Ok(())),
            (
                window(Status::Postponed, None, after),
                Err(Refusal::Postponed),
                Err(Refusal::Postponed),
            ),
            (
                window(Status::Cancelled, None, after),
                Err(Refusal::Cancelled),
                Err(Refusal::Cancelled),
            ),
        ] {
            assert_eq!(may_register(window, now, false), public, "{window:?}");
            assert_eq!(may_register(window, now, true), member, "{window:?} by a member");
        }
    }

    #[test]
    fn one_event_takes_new_registrations_in_one_place() {
        let into = SeminarId(uuid::Uuid::nil());
        for status in [Status::Scheduled, Status::Held, Status::Cancelled] {
            let window = Window {
                status,
                opens_at: None,
                closes_at: None,
                merged_into: Some(into),
            };
            assert_eq!(
                may_register(window, DateTime::<Utc>::UNIX_EPOCH, false),
                Err(Refusal::Merged { into })
            );
            let by_member = may_register(window, DateTime::<Utc>::UNIX_EPOCH, true);
            assert_ne!(
                by_member,
                Err(Refusal::Merged { into }),
                "the office may enter what it knows"
            );
        }
    }
}
