//! The rules played against themselves: a seminar in memory, changed by nothing but `admit`, `promote` and
//! `transition`, over random sequences of what people and deadlines do.

use chrono::{DateTime, Duration, Utc};
use proptest::prelude::*;

use super::{Event, Place, Seats, Turn, Waiting, WaitingList, Way, admit, entered, promote, transition};
use crate::registrations::model::State;

#[derive(Clone, Debug)]
pub enum Step {
    Register(i32),
    Confirm(usize),
    Accept(usize),
    Cancel(usize),
    Capacity(i32),
    /// So many hours go by.
    Wait(i64),
}

pub fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        4 => (1..5).prop_map(Step::Register),
        2 => any::<usize>().prop_map(Step::Confirm),
        2 => any::<usize>().prop_map(Step::Accept),
        2 => any::<usize>().prop_map(Step::Cancel),
        1 => (1..12).prop_map(Step::Capacity),
        1 => (1..30_i64).prop_map(Step::Wait),
    ]
}

const DAY: Duration = Duration::hours(24);

#[derive(Clone, Debug)]
struct Person {
    state: State,
    wanted: i32,
    ticket: Option<i64>,
    held_up_since: Option<DateTime<Utc>>,
    deadline: Option<DateTime<Utc>>,
}

#[derive(Debug)]
struct Book {
    now: DateTime<Utc>,
    capacity: i32,
    people: Vec<Person>,
    tickets: i64,
}

impl Book {
    fn seats(&self) -> Seats {
        let sum = |such: fn(State) -> bool| {
            let such = self.people.iter().filter(|one| such(one.state));
            such.map(|one| one.wanted).sum::<i32>()
        };
        let waiting = self.people.iter().filter(|one| one.state == State::Waitlisted).count();
        Seats {
            capacity: Some(self.capacity),
            taken: sum(State::holds_seat),
            waiting: i32::try_from(waiting).unwrap(),
        }
    }

    fn queue(&self) -> Vec<usize> {
        let mut queue = (0..self.people.len())
            .filter(|n| self.people[*n].state == State::Waitlisted)
            .collect::<Vec<_>>();
        queue.sort_by_key(|n| self.people[*n].ticket);
        queue
    }

    fn register(&mut self, wanted: i32) {
        let open = WaitingList {
            open: true,
            limit: None,
        };
        let Ok(place) = admit(Way::FirstCome, self.seats(), open, wanted) else {
            assert!(wanted > self.capacity, "turned away though there is a waiting list");
            return;
        };
        let ticket = match place {
            Place::Waiting { position } => {
                assert_eq!(usize::try_from(position).unwrap(), self.queue().len() + 1);
                self.tickets += 1;
                Some(self.tickets)
            }
            _ => None,
        };
        self.people.push(Person {
            state: entered(place, true),
            wanted,
            ticket,
            held_up_since: None,
            deadline: Some(self.now + DAY),
        });
    }

    fn happens(&mut self, n: usize, event: Event) {
        let count = self.people.len();
        if count > 0 {
            let person = &mut self.people[n % count];
            if let Ok(next) = transition(person.state, event) {
                person.state = next;
            }
        }
    }

    /// Deadlines and free seats, as the timekeeper does it.
    fn settle(&mut self) {
        for person in &mut self.people {
            let over = person.deadline.is_some_and(|deadline| deadline <= self.now);
            if let (true, Ok(next)) = (over, transition(person.state, Event::Expire)) {
                person.state = next;
            }
        }
        let queue = self.queue();
        let waiting = queue.iter().map(|n| Waiting {
            wanted: self.people[*n].wanted,
            held_up_since: self.people[*n].held_up_since,
        });
        let turns = promote(self.seats(), &waiting.collect::<Vec<_>>(), self.now, DAY);
        self.nobody_is_overtaken(&queue, &turns);
        for (n, turn) in queue.into_iter().zip(turns) {
            let person = &mut self.people[n];
            match turn {
                Turn::Offer => {
                    person.state = transition(person.state, Event::Offer).unwrap();
                    person.deadline = Some(self.now + DAY);
                }
                Turn::HoldUp => {
                    person.held_up_since.get_or_insert(self.now);
                }
                Turn::Pass | Turn::Wait => {}
            }
        }
    }

    /// Whoever stands before somebody who is offered a seat was offered one too, or is a group that had held up the list
    /// for its day, or wants more than there is.
    fn nobody_is_overtaken(&self, queue: &[usize], turns: &[Turn]) {
        let last = turns.iter().rposition(|turn| *turn == Turn::Offer).unwrap_or_default();
        for (n, turn) in queue.iter().zip(turns).take(last) {
            let person = &self.people[*n];
            let waited = person.held_up_since.is_some_and(|since| since + DAY <= self.now);
            assert!(
                *turn == Turn::Offer || (*turn == Turn::Pass && (waited || person.wanted > self.capacity)),
                "{person:?} was overtaken: {turns:?}"
            );
        }
    }

    /// A seat is free for nobody who could have it, unless it is saved up for a group whose day is not over.
    fn no_seat_is_lost(&self) {
        let seats = self.seats();
        for n in self.queue() {
            let person = &self.people[n];
            if seats.fit(person.wanted) {
                panic!("{person:?} could have had a seat: {self:?}");
            }
            let saved_up = person.held_up_since.is_some_and(|since| self.now < since + DAY);
            if saved_up && person.wanted <= self.capacity {
                return;
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(10_000))]

    /// Over any 60 operations: never more seats given than there are (lowering the capacity takes none away, and gives
    /// none), nobody overtakes but by the stated rule, and no seat stays free that somebody in line could have.
    #[test]
    fn never_overbooked_never_overtaken_no_seat_lost(steps in prop::collection::vec(step(), 60)) {
        let mut book = Book { now: DateTime::<Utc>::UNIX_EPOCH, capacity: 5, people: Vec::new(), tickets: 0 };
        for step in steps {
            let before = book.seats().taken;
            match step {
                Step::Register(wanted) => book.register(wanted),
                Step::Confirm(n) => book.happens(n, Event::Confirm),
                Step::Accept(n) => book.happens(n, Event::AcceptOffer),
                Step::Cancel(n) => book.happens(n, Event::Cancel),
                Step::Capacity(capacity) => book.capacity = capacity,
                Step::Wait(hours) => book.now += Duration::hours(hours),
            }
            book.settle();
            prop_assert!(book.seats().taken <= book.capacity.max(before), "overbooked");
            book.no_seat_is_lost();
        }
    }
}
