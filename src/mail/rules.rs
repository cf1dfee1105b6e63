//! What is decided about a mail: when it is tried again, what it does to a calendar, whom it calls by name.

use std::time::Duration;

use uuid::Uuid;

use super::model::{Facts, Kind};

/// How long a worker may hold a mail. Longer than [`ROUND`] and the mail under way can take together.
pub const LEASE: Duration = Duration::from_mins(5);
/// After so long a worker gives back what it has not begun.
pub const ROUND: Duration = Duration::from_mins(2);
/// A mail that has failed so often is given up.
pub const ATTEMPTS: i32 = 10;

const MINUTE: u64 = 60;
const HOUR: u64 = 60 * MINUTE;
/// Waits between attempts: a server that restarts is met again soon, one that is broken for a weekend still in time.
const WAITS: [u64; 7] = [
    MINUTE,
    5 * MINUTE,
    30 * MINUTE,
    2 * HOUR,
    6 * HOUR,
    12 * HOUR,
    24 * HOUR,
];

/// How long to wait after the failed attempt of this number, counted from 1; `None`: it was the last.
/// Up to a quarter longer, by the mail's id, so that mails which failed together do not come back together.
#[must_use]
pub fn wait_after(attempt: i32, id: Uuid) -> Option<Duration> {
    if attempt >= ATTEMPTS {
        return None;
    }
    let step = usize::try_from(attempt.saturating_sub(1)).unwrap_or(0);
    let seconds = WAITS.get(step).or(WAITS.last()).copied().unwrap_or(HOUR);
    // The last bytes of a UUIDv7 are random.
    let chance = u64::from(id.as_bytes().last().copied().unwrap_or_default());
    Some(Duration::from_secs(seconds + seconds * chance / (4 * 255)))
}

/// What a mail does to the recipient's calendar.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Effect {
    /// The sessions are entered or moved; those that were dropped go.
    Enter,
    /// The recipient is taken out; the event goes on.
    Leave,
    /// The event itself does not take place.
    CallOff,
}

#[must_use]
pub fn calendar_effect(kind: Kind, facts: &Facts) -> Option<Effect> {
    let state = facts.registration.as_ref()?.state.as_str();
    match kind {
        Kind::Confirmed
        | Kind::Changed
        | Kind::SeminarRescheduled
        | Kind::SeminarMoved
        | Kind::VenueChanged
        // Who waits or is asked has nothing in the calendar that could change.
            if state == "confirmed" =>
        {
            Some(Effect::Enter)
        }
        Kind::Cancelled => Some(Effect::Leave),
        Kind::SeminarCancelled | Kind::SeminarPostponed if !["pending", "waitlisted", "applied"].contains(&state) => {
            Some(Effect::CallOff)
        }
        _ => None,
    }
}

/// Whether the way into the online room belongs into the mail.
#[must_use]
pub fn carries_join_link(kind: Kind, facts: &Facts) -> bool {
    let takes_place = !["cancelled", "postponed"].contains(&facts.seminar.status.as_str());
    let in_it = facts
        .registration
        .as_ref()
        .is_some_and(|registration| registration.channel == "online" && registration.state == "confirmed");
    let ends_it = matches!(
        kind,
        Kind::Cancelled | Kind::Expired | Kind::Rejected | Kind::SeminarCancelled | Kind::SeminarPostponed
    );
    takes_place && in_it && !ends_it
}

/// The name for the greeting. Anybody can register anybody's address under any name, so what looks like an address
/// in it could be an advertisement sent by us: then nobody is called by name.
#[must_use]
pub fn greeted(name: &str) -> Option<&str> {
    let name = name.trim();
    let advertises = name.contains(['/', ':', '@', '\\', '[', ']', '<', '>'])
        || name.split_whitespace().any(|word| {
            let word = word.trim_end_matches('.');
            word.split('.').count() > 1 && word.split('.').all(|part| part.chars().count() >= 2)
        });
    (!name.is_empty() && name.chars().count() <= 120 && !advertises).then_some(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_grow_and_end() {
        let id = Uuid::from_bytes([0; 16]);
        let waits = (1..ATTEMPTS)
            .map(|attempt| wait_after(attempt, id).unwrap().as_secs())
            .collect::<Vec<_>>();
        assert_eq!(waits, [60, 300, 1800, 7200, 21600, 43200, 86400, 86400, 86400]);
        assert_eq!(wait_after(ATTEMPTS, id), None);
    }

    #[test]
    fn mails_that_failed_together_come_back_apart_but_not_much_later() {
        let waits = |last| {
            let mut bytes = [0; 16];
            bytes[15] = last;
            wait_after(2, Uuid::from_bytes(bytes)).unwrap().as_secs()
        };
        assert_eq!(waits(255), 375);
        assert_ne!(waits(10), waits(200));
    }

    #[test]
    fn names_that_advertise_are_not_called() {
        for name in [
            "Anna Müller",
            "Dr. O'Neil",
            "J. R. R. Tolkien",
            "Anna \"Änni\" Müller",
            "Prof. Dr. A. von und zu",
        ] {
            assert_eq!(greeted(name), Some(name));
        }
        for name in [
            "Gewinne auf evil.example",
            "https://evil.example",
            "a@b.de",
            "www.evil.de",
            "",
            &"A".repeat(200),
        ] {
            assert_eq!(greeted(name), None, "{name}");
        }
    }

    #[test]
    fn only_who_is_in_it_gets_it_into_the_calendar() {
        let mut facts = crate::mail::samples::facts("online", 1, true);
        assert_eq!(calendar_effect(Kind::Confirmed, &facts), Some(Effect::Enter));
        assert_eq!(calendar_effect(Kind::Cancelled, &facts), Some(Effect::Leave));
        assert_eq!(calendar_effect(Kind::SeminarPostponed, &facts), Some(Effect::CallOff));
        assert_eq!(calendar_effect(Kind::ReminderDay, &facts), None);
        assert!(carries_join_link(Kind::ReminderDay, &facts));
        assert!(!carries_join_link(Kind::SeminarCancelled, &facts));
        facts.seminar.status = "postponed".to_owned();
        assert!(!carries_join_link(Kind::Changed, &facts));
        facts.seminar.status = "scheduled".to_owned();
        if let Some(registration) = &mut facts.registration {
            registration.state = "waitlisted".to_owned();
        }
        assert_eq!(calendar_effect(Kind::VenueChanged, &facts), None);
        assert_eq!(calendar_effect(Kind::SeminarCancelled, &facts), None);
        assert!(!carries_join_link(Kind::ReminderDay, &facts));
    }
}
