//! What of a registration may be handed to another organisation.

use crate::registrations::model::{PersonalData, SharedState, State};
use crate::seminars::SharingId;

/// As many as can be in force.
const MOST_TOLD: usize = 10;

/// What is wrong with the sharings somebody says they were told of: the place, where it is one of them, and why. To be
/// told of none is nothing wrong: then nothing is shared.
pub fn told_faults(in_force: &[SharingId], told: &[SharingId]) -> Vec<(Option<usize>, String)> {
    if told.len() > MOST_TOLD {
        return vec![(
            None,
            format!("must have at most {MOST_TOLD} entries, has {}", told.len()),
        )];
    }
    let faults = told.iter().enumerate().filter_map(|(n, one)| {
        let why = if !in_force.contains(one) {
            "is not a sharing of this seminar that is in force"
        } else if told.iter().take(n).any(|before| before == one) {
            "is given twice"
        } else {
            return None;
        };
        Some((Some(n), why.to_owned()))
    });
    faults.collect()
}

/// What the recipient hears of a registration whose person was told: who it is only while the registration is confirmed,
/// its person neither erased nor restricted (GDPR, article 19), and the sharing in force; otherwise that it is to be
/// forgotten, and not why.
#[must_use]
pub const fn shared_as(state: State, known: PersonalData, in_force: bool) -> SharedState {
    if in_force && matches!((state, known), (State::Confirmed, PersonalData::Kept)) {
        SharedState::Confirmed
    } else {
        SharedState::Cancelled
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ids<const N: usize>(all: [u128; N]) -> Vec<SharingId> {
        all.map(|n| SharingId(uuid::Uuid::from_u128(n))).into()
    }

    fn places(told: &[SharingId]) -> Vec<Option<usize>> {
        let faults = told_faults(&ids([1, 2]), told);
        faults.into_iter().map(|(place, _)| place).collect()
    }

    #[test]
    fn one_is_told_of_what_is_in_force_each_once_and_need_not_be() {
        assert!(places(&[]).is_empty());
        assert!(places(&ids([2, 1])).is_empty());
        assert_eq!(places(&ids([1, 3, 1, 2, 4])), [Some(1), Some(2), Some(4)]);
        assert_eq!(places(&ids([1; 11])), [None::<usize>]);
    }

    #[test]
    fn a_person_is_shared_while_all_three_hold() {
        for state in State::ALL {
            for known in PersonalData::ALL {
                let expected = if (*state, *known) == (State::Confirmed, PersonalData::Kept) {
                    SharedState::Confirmed
                } else {
                    SharedState::Cancelled
                };
                assert_eq!(shared_as(*state, *known, true), expected, "{state} {known}");
                assert_eq!(
                    shared_as(*state, *known, false),
                    SharedState::Cancelled,
                    "{state} {known}"
                );
            }
        }
    }
}
