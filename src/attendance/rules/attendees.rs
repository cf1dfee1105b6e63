//! Who stands on a list of attendees, in which order, and what is strange about it.

use std::collections::BTreeMap;

use crate::attendance::model::{AttendanceRecord, Entry, Flag, Listed, Person, Place};
use crate::base::digest::sha256;
use crate::registrations::{Claim, State};

/// Everything seen of everybody.
pub type Seen = BTreeMap<Person, Vec<AttendanceRecord>>;

/// What a list is narrowed by.
#[derive(Clone, Copy, Debug)]
pub struct Narrowed {
    pub listed: Listed,
    pub attended: Option<bool>,
}

impl Narrowed {
    fn fits(self, has_seat: bool, seen: &[AttendanceRecord]) -> bool {
        let attended = seen.iter().any(AttendanceRecord::attended);
        let listed = match self.listed {
            Listed::Registered => has_seat,
            Listed::Attended => attended,
            Listed::All => has_seat || !seen.is_empty(),
        };
        listed && self.attended.is_none_or(|wanted| wanted == attended)
    }
}

/// The lines of a list: who registered in the order in which they did, then who did not, by a digest.
#[must_use]
pub fn entries(claims: &[Claim], seen: &Seen, narrowed: Narrowed) -> Vec<Entry> {
    let of = |person: &Person| seen.get(person).map(Vec::as_slice).unwrap_or_default();
    let mut entries = claims
        .iter()
        .filter(|claim| {
            let has_seat = claim.state == State::Confirmed;
            narrowed.fits(has_seat, of(&Person::Registration(claim.id)))
        })
        .map(|claim| Entry::Registration(claim.id))
        .collect::<Vec<_>>();
    let mut walk_ins = seen
        .iter()
        .filter(|(person, seen)| !matches!(person, Person::Registration(_)) && narrowed.fits(false, seen))
        .map(|(person, _)| Entry::WalkIn(person.clone()))
        .collect::<Vec<_>>();
    walk_ins.sort_by_key(place);
    entries.extend(walk_ins);
    entries
}

/// By which a list goes on where a page of it ended.
#[must_use]
pub fn place(entry: &Entry) -> Place {
    match entry {
        Entry::Registration(id) | Entry::WalkIn(Person::Registration(id)) => Place::Registration(*id),
        Entry::WalkIn(Person::Address(key)) => digest("address", key),
        Entry::WalkIn(Person::Named(key)) => digest("name", key),
    }
}

fn digest(kind: &str, key: &str) -> Place {
    let whole = sha256(format!("{kind}:{key}").as_bytes());
    let mut part = [0; 16];
    for (to, from) in part.iter_mut().zip(whole) {
        *to = from;
    }
    Place::WalkIn(part)
}

/// What somebody should look at: they were there, and had no seat.
#[must_use]
pub fn flags(state: State, attended: bool) -> Vec<Flag> {
    match state {
        State::Cancelled if attended => vec![Flag::AttendedAfterCancellation],
        State::Waitlisted | State::Offered if attended => vec![Flag::AttendedFromWaitlist],
        _ => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::attendance::model::Presence;
    use crate::registrations::RegistrationId;
    use crate::seminars::{Channel, SessionId};

    fn seen(person: Person, attended: bool) -> (Person, Vec<AttendanceRecord>) {
        let presence = Presence {
            attended,
            persons: 1,
            seconds: None,
            at_least: false,
            from: None,
            to: None,
            evidence: Vec::new(),
        };
        let record = AttendanceRecord {
            person: person.clone(),
            session_id: SessionId::fresh(),
            name: None,
            onsite: Some(presence),
            online: None,
        };
        (person, vec![record])
    }

    #[test]
    fn who_is_listed() {
        let [came, missing, cancelled, briefly] = [(); 4].map(|()| RegistrationId::fresh());
        let claims = [
            (came, State::Confirmed),
            (missing, State::Confirmed),
            (cancelled, State::Cancelled),
            (briefly, State::Waitlisted),
        ];
        let claims = claims.map(|(id, state)| Claim {
            id,
            channel: Channel::Onsite,
            state,
            persons: 1,
        });
        let walk_in = Person::Address("a@b.de".to_owned());
        let all = Seen::from([
            seen(Person::Registration(came), true),
            seen(Person::Registration(cancelled), true),
            seen(Person::Registration(briefly), false),
            seen(walk_in.clone(), true),
        ]);
        let list = |listed, attended| entries(&claims, &all, Narrowed { listed, attended });
        let entry = Entry::Registration;
        let walk_in = Entry::WalkIn(walk_in);
        assert_eq!(list(Listed::Registered, None), [entry(came), entry(missing)]);
        assert_eq!(
            list(Listed::Attended, None),
            [entry(came), entry(cancelled), walk_in.clone()]
        );
        assert_eq!(
            list(Listed::All, None),
            [entry(came), entry(missing), entry(cancelled), entry(briefly), walk_in]
        );
        assert_eq!(list(Listed::Registered, Some(false)), [entry(missing)]);
        assert_eq!(list(Listed::Attended, Some(false)), []);
        assert_eq!(list(Listed::All, Some(false)), [entry(missing), entry(briefly)]);
    }

    #[test]
    fn walk_ins_stand_in_one_order_after_the_others() {
        let people = ["a", "b", "c", "d"].map(|key| Person::Named(key.to_owned()));
        let all = people.map(|person| seen(person, true)).into_iter().collect::<Seen>();
        let narrowed = Narrowed {
            listed: Listed::All,
            attended: None,
        };
        let places = entries(&[], &all, narrowed).iter().map(place).collect::<Vec<_>>();
        assert!(places.is_sorted(), "{places:?}");
        assert!(
            places
                .iter()
                .all(|one| *one > Place::Registration(RegistrationId::fresh()))
        );
    }

    #[test]
    fn without_a_seat_and_there() {
        assert_eq!(flags(State::Cancelled, true), [Flag::AttendedAfterCancellation]);
        assert_eq!(flags(State::Waitlisted, true), [Flag::AttendedFromWaitlist]);
        assert_eq!(flags(State::Cancelled, false), []);
        assert_eq!(flags(State::Confirmed, true), []);
        assert_eq!(flags(State::Pending, true), []);
    }
}
