//! Who may register, who gets a seat, who moves up. Pure: no database, no clock.

use chrono::{DateTime, Utc};

use super::model::State;
use crate::seminars::Status;

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

/// What the seminar says about its waiting list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WaitingList {
    pub open: bool,
    pub limit: Option<i32>,
}

/// Where somebody is admitted to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    Seat,
    /// The position in the waiting list, from 1.
    Waiting {
        position: i32,
    },
}

/// When one may register, and what for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Window {
    pub status: Status,
    pub opens_at: Option<DateTime<Utc>>,
    pub closes_at: Option<DateTime<Utc>>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// A draft: hidden from strangers, not ready for members.
    Draft,
    NotOpenYet {
        opens_at: DateTime<Utc>,
    },
    Closed,
    Cancelled,
    Postponed,
    /// Not offered through this channel, or a channel without seats.
    NoSuchChannel,
    Full {
        waiting_list: bool,
    },
    AlreadyRegistered,
    /// Cancelling what is over already.
    NotActive {
        state: State,
    },
}

/// Whether registrations are taken now. Members enter them at any time, also after the fact.
pub fn may_register(window: Window, now: DateTime<Utc>, by_member: bool) -> Result<(), Refusal> {
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

/// The one place that decides whether somebody gets a seat or waits. Nobody overtakes: while somebody waits, a free seat is theirs.
pub fn admit(seats: Seats, list: WaitingList, wanted: i32) -> Result<Place, Refusal> {
    if seats.waiting == 0 && seats.fit(wanted) {
        return Ok(Place::Seat);
    }
    if list.open && list.limit.is_none_or(|limit| seats.waiting < limit) {
        return Ok(Place::Waiting {
            position: seats.waiting + 1,
        });
    }
    Err(Refusal::Full {
        waiting_list: list.open,
    })
}

/// How many of those waiting, in their order, now get a seat. `queue` is the seats each of them wants. The first
/// who does not fit ends it: smaller groups behind do not overtake.
#[must_use]
pub fn promote(seats: Seats, queue: &[i32]) -> usize {
    let mut taken = seats.taken;
    queue
        .iter()
        .take_while(|wanted| {
            let fits = Seats { taken, ..seats }.fit(**wanted);
            taken = taken.saturating_add(**wanted);
            fits
        })
        .count()
}

/// Whether there is anything left to cancel.
pub fn cancel(state: State) -> Result<State, Refusal> {
    if state.active() {
        Ok(State::Cancelled)
    } else {
        Err(Refusal::NotActive { state })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::Duration;
    use proptest::prelude::*;
    use std::collections::VecDeque;

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
            // A seat is free, but somebody waits for it.
            (seats(Some(2), 1, 1), OPEN, Ok(Place::Waiting { position: 2 })),
            (seats(None, 1_000_000, 0), NONE, Ok(Place::Seat)),
        ] {
            assert_eq!(admit(case, list, 1), outcome, "{case:?} {list:?}");
        }
        assert_eq!(admit(seats(Some(5), 3, 0), OPEN, 3), Ok(Place::Waiting { position: 1 }));
    }

    #[test]
    fn the_window() {
        let now = DateTime::<Utc>::UNIX_EPOCH;
        let (before, after) = (Some(now - Duration::hours(1)), Some(now + Duration::hours(1)));
        let window = |status, opens_at, closes_at| Window {
            status,
            opens_at,
            closes_at,
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
    fn what_is_over_cannot_be_cancelled() {
        for state in State::ALL {
            let ended = matches!(state, State::Rejected | State::Cancelled | State::Expired);
            assert_eq!(cancel(*state).is_err(), ended, "{state}");
        }
    }

    #[test]
    fn the_waiting_list_moves_up_in_order() {
        assert_eq!(promote(seats(Some(3), 1, 3), &[1, 1, 1]), 2);
        assert_eq!(promote(seats(Some(3), 1, 3), &[3, 1, 1]), 0);
        assert_eq!(promote(seats(None, 9, 2), &[1, 1]), 2);
        assert_eq!(promote(seats(Some(3), 5, 1), &[1]), 0);
    }

    #[derive(Clone, Debug)]
    enum Step {
        Register(i32),
        CancelNth(usize),
        Capacity(i32),
    }

    fn step() -> impl Strategy<Value = Step> {
        prop_oneof![
            (1..4).prop_map(Step::Register),
            (0..30_usize).prop_map(Step::CancelNth),
            (1..12).prop_map(Step::Capacity),
        ]
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(10_000))]

        /// Over any 60 operations: never more seats given than there are (lowering the capacity takes none away, and
        /// gives none), nobody overtakes, and no seat stays free that the first in line could have.
        #[test]
        fn never_overbooked_never_overtaken_no_seat_lost(steps in prop::collection::vec(step(), 1..60)) {
            let (mut capacity, mut seated, mut queue, mut arrivals) = (5, Vec::<(usize, i32)>::new(), VecDeque::<(usize, i32)>::new(), 0);
            for step in steps {
                let taken = |seated: &[(usize, i32)]| seated.iter().map(|(_, wanted)| wanted).sum::<i32>();
                let now = seats(Some(capacity), taken(&seated), i32::try_from(queue.len()).unwrap());
                match step {
                    Step::Register(wanted) => {
                        arrivals += 1;
                        match admit(now, OPEN, wanted).unwrap() {
                            Place::Seat => seated.push((arrivals, wanted)),
                            Place::Waiting { position } => {
                                queue.push_back((arrivals, wanted));
                                prop_assert_eq!(usize::try_from(position).unwrap(), queue.len());
                            }
                        }
                        prop_assert!(taken(&seated) <= capacity.max(now.taken));
                        continue;
                    }
                    Step::CancelNth(n) if n < seated.len() => drop(seated.remove(n)),
                    Step::CancelNth(n) => drop(queue.remove(n.saturating_sub(seated.len()))),
                    Step::Capacity(new) => capacity = new,
                }
                let freed = seats(Some(capacity), taken(&seated), i32::try_from(queue.len()).unwrap());
                let wanted = queue.iter().map(|(_, wanted)| *wanted).collect::<Vec<_>>();
                for _ in 0..promote(freed, &wanted) {
                    let next = queue.pop_front().unwrap();
                    prop_assert!(queue.iter().all(|(arrived, _)| *arrived > next.0), "overtaken");
                    seated.push(next);
                }
                prop_assert!(taken(&seated) <= capacity.max(freed.taken), "overbooked");
                if let Some((_, first)) = queue.front() {
                    prop_assert!(taken(&seated) + first > capacity, "a seat was lost");
                }
            }
        }
    }
}
