//! Who of those waiting is offered a freed seat.
//!
//! Strictly in order, with one exception that is stated here. A group for which too few seats are free holds up
//! the list: the free seats are saved for it, and nobody behind it gets one. It may do so once, for as long as an
//! offer would be held (`offer_hours`, a day unless the seminar says otherwise; less near the start). After that it keeps its place, but others pass it while too
//! few seats are free at once. So a group is not starved by single people who take each seat as it comes, and does
//! not block them for ever. A group larger than all seats there are is passed at once.

use chrono::{DateTime, Duration, Utc};

use super::Seats;

/// One who waits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Waiting {
    pub wanted: i32,
    /// Since when it has held up the list.
    pub held_up_since: Option<DateTime<Utc>>,
}

/// What happens to one who waits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Turn {
    /// The seats are free: they are offered.
    Offer,
    /// Some are free, but too few: they are saved up, from now on or still.
    HoldUp,
    /// Others may go ahead.
    Pass,
    /// Not its turn.
    Wait,
}

/// The turn of each in `queue`, which is in its order.
#[must_use]
pub fn promote(seats: Seats, queue: &[Waiting], now: DateTime<Utc>, patience: Duration) -> Vec<Turn> {
    let (mut taken, mut over) = (seats.taken, false);
    let mut turn = |one: &Waiting| {
        let now_free = Seats { taken, ..seats };
        if over || !now_free.fit(1) {
            over = true;
            return Turn::Wait;
        }
        if now_free.fit(one.wanted) {
            taken = taken.saturating_add(one.wanted);
            return Turn::Offer;
        }
        let impossible = seats.capacity.is_some_and(|capacity| one.wanted > capacity);
        if impossible || one.held_up_since.is_some_and(|since| since + patience <= now) {
            return Turn::Pass;
        }
        over = true;
        Turn::HoldUp
    };
    queue.iter().map(&mut turn).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use Turn::{HoldUp, Offer, Pass, Wait};

    fn turns(capacity: Option<i32>, taken: i32, queue: &[(i32, Option<i64>)]) -> Vec<Turn> {
        let now = DateTime::<Utc>::UNIX_EPOCH;
        let queue = queue.iter().map(|(wanted, hours_ago)| Waiting {
            wanted: *wanted,
            held_up_since: hours_ago.map(|hours| now - Duration::hours(hours)),
        });
        let queue = queue.collect::<Vec<_>>();
        let seats = Seats {
            capacity,
            taken,
            waiting: i32::try_from(queue.len()).unwrap(),
        };
        promote(seats, &queue, now, Duration::hours(24))
    }

    #[test]
    fn in_order_as_far_as_seats_go() {
        assert_eq!(
            turns(Some(3), 1, &[(1, None), (1, None), (1, None)]),
            [Offer, Offer, Wait]
        );
        assert_eq!(turns(None, 9, &[(1, None), (7, None)]), [Offer, Offer]);
        assert_eq!(turns(Some(3), 5, &[(1, None)]), [Wait]);
        assert_eq!(
            turns(Some(3), 3, &[(2, None), (1, None)]),
            [Wait, Wait],
            "nothing is free, nothing is saved up"
        );
    }

    #[test]
    fn a_group_holds_up_the_list_for_a_day_and_is_passed_after_it() {
        assert_eq!(turns(Some(5), 3, &[(3, None), (1, None)]), [HoldUp, Wait]);
        assert_eq!(turns(Some(5), 3, &[(3, Some(23)), (1, None)]), [HoldUp, Wait]);
        assert_eq!(
            turns(Some(5), 3, &[(3, Some(24)), (1, None), (1, None), (1, None)]),
            [Pass, Offer, Offer, Wait]
        );
        assert_eq!(
            turns(Some(5), 2, &[(3, Some(99)), (1, None)]),
            [Offer, Wait],
            "its place is still the first"
        );
        assert_eq!(
            turns(Some(5), 3, &[(3, Some(24)), (4, None), (1, None)]),
            [Pass, HoldUp, Wait],
            "each group once"
        );
    }

    #[test]
    fn a_group_larger_than_the_room_holds_up_nobody() {
        assert_eq!(turns(Some(2), 1, &[(3, None), (1, None)]), [Pass, Offer]);
    }
}
