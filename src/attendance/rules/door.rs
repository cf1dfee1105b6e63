//! Who is let in, to which session, and what speaks against it.

use chrono::{DateTime, Duration, Utc};

use crate::attendance::model::Direction;
use crate::registrations::State;
use crate::seminars::{DatePrecision, Session, SessionId, Status, midnight_after};

/// When one session takes people in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Opening {
    pub session: SessionId,
    pub opens_at: DateTime<Utc>,
    pub starts_at: DateTime<Utc>,
    /// When it is over; the end of the day where no end is known.
    pub closes_at: DateTime<Utc>,
}

impl Opening {
    /// A day without a time takes people in from midnight to midnight, where it takes place.
    #[must_use]
    pub fn of(session: &Session, opens_minutes: i32) -> Self {
        let early = match session.date_precision {
            DatePrecision::Day => Duration::zero(),
            DatePrecision::Minute => Duration::minutes(opens_minutes.into()),
        };
        let end_of_the_day = || midnight_after(session.starts_on, &session.time_zone);
        Self {
            session: session.id,
            opens_at: session.starts_at - early,
            starts_at: session.starts_at,
            closes_at: session.announced_end().unwrap_or_else(end_of_the_day),
        }
    }

    fn open(&self, at: DateTime<Utc>) -> bool {
        self.opens_at <= at && at < self.closes_at
    }

    fn runs(&self, at: DateTime<Utc>) -> bool {
        self.starts_at <= at && at < self.closes_at
    }
}

/// What speaks against letting somebody in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Objection {
    Draft,
    NoSession,
    SeminarCancelled,
    SeminarPostponed,
    /// No session of this seminar.
    NoSuchSession,
    WrongSession {
        open: SessionId,
    },
    NotOpen {
        opens_at: DateTime<Utc>,
    },
    Cancelled,
    Waitlisted,
    NotConfirmed(State),
    AlreadyIn,
    NotIn,
    TooMany {
        missing: i32,
    },
    Full,
    ChannelUnavailable,
}

impl Objection {
    /// Whether the front desk may decide otherwise. Not where there is nothing to record it for.
    #[must_use]
    pub const fn forcible(&self) -> bool {
        !matches!(
            self,
            Self::Draft | Self::NoSession | Self::NoSuchSession | Self::ChannelUnavailable
        )
    }
}

/// What speaks against the seminar as it stands. A held one takes what is typed in afterwards.
pub fn takes_place(status: Status) -> Result<(), Objection> {
    match status {
        Status::Draft => Err(Objection::Draft),
        Status::Cancelled => Err(Objection::SeminarCancelled),
        Status::Postponed => Err(Objection::SeminarPostponed),
        Status::Scheduled | Status::Held => Ok(()),
    }
}

/// What speaks against the registration as it stands.
pub fn may_come(state: State) -> Result<(), Objection> {
    match state {
        State::Confirmed => Ok(()),
        State::Cancelled => Err(Objection::Cancelled),
        State::Waitlisted => Err(Objection::Waitlisted),
        State::Pending | State::Offered | State::Applied | State::Rejected | State::Expired => {
            Err(Objection::NotConfirmed(state))
        }
    }
}

/// The session that takes people in at this moment: the one that runs (the last to have begun), else the next to begin.
fn open_at(openings: &[Opening], at: DateTime<Utc>) -> Option<&Opening> {
    let open = || openings.iter().filter(|one| one.open(at));
    let running = open().filter(|one| one.runs(at)).max_by_key(|one| one.starts_at);
    running.or_else(|| open().min_by_key(|one| one.starts_at))
}

/// Which session it is for, and what speaks against that. Not named: the one that is open, else the last that is over,
/// because lists on paper are typed in afterwards, else the first there is, which is not open yet.
pub fn session(
    openings: &[Opening],
    named: Option<SessionId>,
    at: DateTime<Utc>,
) -> Result<(SessionId, Option<Objection>), Objection> {
    let open = open_at(openings, at);
    let Some(named) = named else {
        let over = openings
            .iter()
            .filter(|one| one.closes_at <= at)
            .max_by_key(|one| one.closes_at);
        if let Some(found) = open.or(over) {
            return Ok((found.session, None));
        }
        let first = openings
            .iter()
            .min_by_key(|one| one.starts_at)
            .ok_or(Objection::NoSession)?;
        let opens_at = first.opens_at;
        return Ok((first.session, Some(Objection::NotOpen { opens_at })));
    };
    let found = openings.iter().find(|one| one.session == named);
    let found = found.ok_or(Objection::NoSuchSession)?;
    let objection = match open {
        _ if found.open(at) => None,
        Some(open) => Some(Objection::WrongSession { open: open.session }),
        None if at < found.opens_at => Some(Objection::NotOpen {
            opens_at: found.opens_at,
        }),
        None => None,
    };
    Ok((named, objection))
}

/// How many come in or go, and what speaks against it. `inside`: of this registration, in this session, at this moment.
/// Not said: all who are missing, or all who are in.
#[must_use]
pub fn persons(direction: Direction, asked: Option<i32>, registered: i32, inside: i32) -> (i32, Option<Objection>) {
    let missing = (registered - inside).max(0);
    match (direction, asked) {
        (Direction::Out, asked) if inside == 0 => (asked.unwrap_or(1), Some(Objection::NotIn)),
        (Direction::Out, Some(asked)) if asked > inside => (asked, Some(Objection::TooMany { missing: inside })),
        (Direction::Out, asked) => (asked.unwrap_or(inside), None),
        (Direction::In, asked) if missing == 0 => (asked.unwrap_or(registered.max(1)), Some(Objection::AlreadyIn)),
        (Direction::In, Some(asked)) if asked > missing => (asked, Some(Objection::TooMany { missing })),
        (Direction::In, asked) => (asked.unwrap_or(missing), None),
    }
}

/// What speaks against the channel of a walk-in. `offered`: as the seminar has it, if it has it at all. What a device let in
/// on its own happened, also where the seminar has moved away from the channel meanwhile.
pub const fn through(offered: Option<bool>, offline: bool) -> Result<(), Objection> {
    match offered {
        Some(true) => Ok(()),
        Some(false) if offline => Ok(()),
        Some(false) | None => Err(Objection::ChannelUnavailable),
    }
}

/// Whether a walk-in finds a seat: `held` are those of registrations and of walk-ins before.
#[must_use]
pub fn seat_free(capacity: Option<i32>, held: i64, wanted: i32) -> bool {
    capacity.is_none_or(|capacity| held + i64::from(wanted) <= i64::from(capacity))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn id(n: u128) -> SessionId {
        SessionId(uuid::Uuid::from_u128(n))
    }

    fn at(time: &str) -> DateTime<Utc> {
        format!("2027-05-{}:00Z", time.replace(' ', "T")).parse().unwrap()
    }

    /// Two in a morning, the door two hours before each, and one a day later.
    fn openings() -> Vec<Opening> {
        let one = |n, opens: &str, starts: &str, closes: &str| Opening {
            session: id(n),
            opens_at: at(opens),
            starts_at: at(starts),
            closes_at: at(closes),
        };
        vec![
            one(1, "06 07:00", "06 09:00", "06 10:00"),
            one(2, "06 08:15", "06 10:15", "06 11:00"),
            one(3, "07 07:00", "07 09:00", "07 10:00"),
        ]
    }

    #[test]
    fn the_session_is_the_one_whose_time_it_is() {
        for (time, expected) in [
            ("06 07:00", 1),
            ("06 08:30", 1),
            ("06 09:30", 1),
            ("06 10:05", 2),
            ("06 10:59", 2),
            ("06 11:00", 2),
            ("07 06:59", 2),
            ("07 07:00", 3),
            ("30 12:00", 3),
        ] {
            assert_eq!(session(&openings(), None, at(time)), Ok((id(expected), None)), "{time}");
        }
        let early = Objection::NotOpen {
            opens_at: at("06 07:00"),
        };
        assert_eq!(session(&openings(), None, at("06 06:59")), Ok((id(1), Some(early))));
        assert_eq!(session(&[], None, at("06 09:00")), Err(Objection::NoSession));
    }

    #[test]
    fn a_session_that_is_named_is_the_wrong_one_only_while_another_is_open() {
        let wrong = |open| Some(Objection::WrongSession { open: id(open) });
        let early = |time| Some(Objection::NotOpen { opens_at: at(time) });
        for (time, named, expected) in [
            ("06 09:30", 1, None),
            ("06 09:30", 2, None),
            ("06 09:30", 3, wrong(1)),
            ("06 10:30", 1, wrong(2)),
            ("06 12:00", 1, None),
            ("06 12:00", 3, early("07 07:00")),
            ("06 06:00", 1, early("06 07:00")),
            ("30 12:00", 1, None),
        ] {
            let found = session(&openings(), Some(id(named)), at(time));
            assert_eq!(found, Ok((id(named), expected)), "{time} {named}");
        }
        let other = session(&openings(), Some(id(9)), at("06 09:30"));
        assert_eq!(other, Err(Objection::NoSuchSession));
    }

    #[test]
    fn a_group_comes_one_by_one_or_all_at_once() {
        use Direction::{In, Out};
        for (direction, asked, registered, inside, expected) in [
            (In, None, 1, 0, (1, None)),
            (In, None, 3, 0, (3, None)),
            (In, None, 3, 1, (2, None)),
            (In, Some(1), 3, 1, (1, None)),
            (In, Some(3), 3, 1, (3, Some(Objection::TooMany { missing: 2 }))),
            (In, None, 1, 1, (1, Some(Objection::AlreadyIn))),
            (In, Some(1), 3, 3, (1, Some(Objection::AlreadyIn))),
            (Out, None, 3, 2, (2, None)),
            (Out, Some(1), 3, 2, (1, None)),
            (Out, Some(3), 3, 2, (3, Some(Objection::TooMany { missing: 2 }))),
            (Out, None, 3, 0, (1, Some(Objection::NotIn))),
        ] {
            let found = persons(direction, asked, registered, inside);
            assert_eq!(found, expected, "{direction} {asked:?} {registered} {inside}");
        }
    }

    #[test]
    fn each_state_is_answered_in_its_own_way() {
        for state in State::ALL {
            let expected = match state {
                State::Confirmed => Ok(()),
                State::Cancelled => Err(Objection::Cancelled),
                State::Waitlisted => Err(Objection::Waitlisted),
                other => Err(Objection::NotConfirmed(*other)),
            };
            assert_eq!(may_come(*state), expected);
        }
        assert_eq!(takes_place(Status::Held), Ok(()));
        assert_eq!(takes_place(Status::Scheduled), Ok(()));
        assert!(!takes_place(Status::Draft).unwrap_err().forcible());
        assert!(takes_place(Status::Cancelled).unwrap_err().forcible());
        assert!(takes_place(Status::Postponed).unwrap_err().forcible());
    }

    #[test]
    fn a_channel_that_was_given_up_takes_only_what_happened() {
        let unavailable = Err(Objection::ChannelUnavailable);
        assert_eq!(through(Some(true), false), Ok(()));
        assert_eq!(through(Some(false), false), unavailable);
        assert_eq!(through(Some(false), true), Ok(()));
        assert_eq!(through(None, true), unavailable);
    }

    #[test]
    fn walk_ins_take_what_is_left() {
        assert!(seat_free(None, 1000, 1));
        assert!(seat_free(Some(10), 9, 1));
        assert!(!seat_free(Some(10), 10, 1));
        assert!(!seat_free(Some(10), 9, 2));
    }
}
