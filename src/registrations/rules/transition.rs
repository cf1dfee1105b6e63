//! What may become of a registration.

use super::Refusal;
use crate::registrations::model::State;

/// What happens to a registration after it was made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Event {
    /// The person confirms the address.
    Confirm,
    /// A freed seat is held for the person.
    Offer,
    /// The person takes the seat that is held.
    AcceptOffer,
    /// A deadline passed.
    Expire,
    /// The person or the organiser gives it up.
    Cancel,
    /// The organiser chooses an applicant.
    Accept,
    /// The organiser puts an applicant on the waiting list.
    Reserve,
    /// The organiser turns an applicant down.
    Reject,
    /// The person says that the new date suits them.
    Keep,
}

impl Event {
    #[cfg(test)]
    pub const ALL: [Self; 9] = [
        Self::Confirm,
        Self::Offer,
        Self::AcceptOffer,
        Self::Expire,
        Self::Cancel,
        Self::Accept,
        Self::Reserve,
        Self::Reject,
        Self::Keep,
    ];

    #[must_use]
    pub const fn verb(self) -> &'static str {
        match self {
            Self::Confirm => "confirmed",
            Self::Offer => "offered a seat",
            Self::AcceptOffer => "accepted: no seat is held for it",
            Self::Expire => "expired",
            Self::Cancel => "cancelled",
            Self::Accept => "accepted",
            Self::Reserve => "put on the waiting list",
            Self::Reject => "rejected",
            Self::Keep => "kept: it has no seat",
        }
    }
}

/// The state after `event`, or why there is none. A press on a link that was pressed before changes nothing and is
/// no error.
pub fn transition(state: State, event: Event) -> Result<State, Refusal> {
    use State::{Applied, Cancelled, Confirmed, Expired, Offered, Pending, Rejected, Waitlisted};
    match (state, event) {
        (Pending | Confirmed, Event::Confirm)
        | (Offered | Confirmed, Event::AcceptOffer)
        | (Applied | Waitlisted | Offered, Event::Accept)
        | (Confirmed, Event::Keep) => Ok(Confirmed),
        (Waitlisted, Event::Offer) => Ok(Offered),
        (Pending | Offered, Event::Expire) => Ok(Expired),
        (Pending | Confirmed | Waitlisted | Offered | Applied, Event::Cancel) => Ok(Cancelled),
        (Applied, Event::Reserve) => Ok(Waitlisted),
        (Applied | Waitlisted, Event::Reject) => Ok(Rejected),
        _ => Err(Refusal::NotFrom { state, event }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The whole table: every state, every event.
    #[test]
    fn every_state_and_every_event() {
        let expected = [
            // confirm, offer, accept_offer, expire, cancel, accept, reserve, reject, keep
            (
                State::Pending,
                ["confirmed", "-", "-", "expired", "cancelled", "-", "-", "-", "-"],
            ),
            (
                State::Confirmed,
                [
                    "confirmed",
                    "-",
                    "confirmed",
                    "-",
                    "cancelled",
                    "-",
                    "-",
                    "-",
                    "confirmed",
                ],
            ),
            (
                State::Waitlisted,
                ["-", "offered", "-", "-", "cancelled", "confirmed", "-", "rejected", "-"],
            ),
            (
                State::Offered,
                [
                    "-",
                    "-",
                    "confirmed",
                    "expired",
                    "cancelled",
                    "confirmed",
                    "-",
                    "-",
                    "-",
                ],
            ),
            (
                State::Applied,
                [
                    "-",
                    "-",
                    "-",
                    "-",
                    "cancelled",
                    "confirmed",
                    "waitlisted",
                    "rejected",
                    "-",
                ],
            ),
            (State::Rejected, ["-"; 9]),
            (State::Cancelled, ["-"; 9]),
            (State::Expired, ["-"; 9]),
        ];
        assert_eq!(expected.len(), State::ALL.len());
        for (state, row) in expected {
            let outcome = Event::ALL.map(|event| transition(state, event).map_or("-", State::as_str));
            assert_eq!(outcome, row, "from {state}");
        }
    }

    #[test]
    fn what_is_over_stays_over() {
        for state in State::ALL.iter().filter(|state| !state.active()) {
            for event in Event::ALL {
                assert_eq!(
                    transition(*state, event),
                    Err(Refusal::NotFrom { state: *state, event })
                );
            }
        }
    }

    #[test]
    fn only_an_offer_an_acceptance_and_a_confirmation_lead_to_a_seat() {
        for state in State::ALL.iter().filter(|state| !state.holds_seat()) {
            for event in Event::ALL {
                let seated = transition(*state, event).is_ok_and(State::holds_seat);
                assert_eq!(
                    seated,
                    matches!(
                        (state, event),
                        (State::Waitlisted, Event::Offer | Event::Accept) | (State::Applied, Event::Accept)
                    ),
                    "{state} {event:?}"
                );
            }
        }
    }
}
