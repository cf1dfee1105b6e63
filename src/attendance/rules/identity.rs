//! Who somebody is of whom only an address is known.

use std::collections::HashMap;

use crate::attendance::model::{Observations, Person, Scan};
use crate::base::text::fold;
use crate::registrations::KnownAddress;

/// The addresses of those who are known by nothing else.
pub fn addresses_of(seen: &Observations) -> impl Iterator<Item = String> + '_ {
    let scans = seen.scans.iter().map(|scan| &scan.person);
    let all = scans.chain(seen.reported.iter().map(|one| &one.person));
    all.filter_map(|person| match person {
        Person::Address(address) => Some(address.clone()),
        Person::Registration(_) | Person::Named(_) => None,
    })
}

/// Whoever came without a registration and has the address of one is who registered, unless they were asked their name
/// at the door and gave another: colleagues share the address of their company. So two names with one address are two
/// people, and the first of them is whom a report means by the address.
pub fn told_apart<'r>(seen: &mut Observations, registered: impl Fn(&str) -> Option<&'r KnownAddress>) {
    let mut first = HashMap::<String, String>::new();
    seen.scans.sort_by_key(|scan| (scan.at, scan.id));
    for scan in &mut seen.scans {
        let Person::Address(address) = &scan.person else {
            continue;
        };
        let name = name(scan);
        let known = registered(address);
        let is_known = known.filter(|known| known.names.iter().any(|(given, family)| folded(given, family) == name));
        if let Some(known) = is_known {
            scan.person = Person::Registration(known.registration);
        } else if known.is_some() || *first.entry(address.clone()).or_insert_with(|| name.clone()) != name {
            scan.person = Person::Address(format!("{address} {name}"));
        }
    }
    for reported in &mut seen.reported {
        if let Person::Address(address) = &reported.person
            && let Some(known) = registered(address)
        {
            reported.person = Person::Registration(known.registration);
        }
    }
}

fn name(scan: &Scan) -> String {
    let name = scan.name.as_ref();
    name.map_or_else(String::new, |name| {
        folded(name.given_name.as_deref().unwrap_or_default(), &name.family_name)
    })
}

/// In no order: the door has asked for the name in a hurry.
fn folded(given_name: &str, family_name: &str) -> String {
    let name = fold(&format!("{given_name} {family_name}"));
    let mut words = name.split_whitespace().collect::<Vec<_>>();
    words.sort_unstable();
    words.join(" ")
}

#[cfg(test)]
mod tests {
    use chrono::DateTime;
    use uuid::Uuid;

    use super::*;
    use crate::attendance::model::{CheckInId, CheckInMethod, Direction, WalkInName};
    use crate::registrations::RegistrationId;
    use crate::seminars::{Channel, SessionId};

    const ADDRESS: &str = "info@nadelwerk.example";

    fn scan(n: u128, given_name: &str, family_name: &str) -> Scan {
        Scan {
            id: CheckInId(Uuid::from_u128(n)),
            person: Person::Address(ADDRESS.to_owned()),
            session_id: SessionId(Uuid::from_u128(1)),
            channel: Channel::Onsite,
            direction: Direction::In,
            method: CheckInMethod::WalkIn,
            persons: 1,
            expected: 1,
            at: DateTime::UNIX_EPOCH,
            name: Some(WalkInName {
                given_name: Some(given_name.to_owned()),
                family_name: family_name.to_owned(),
                company: None,
                email: Some(ADDRESS.to_owned()),
            }),
        }
    }

    fn who(scans: Vec<Scan>, registered: Option<&KnownAddress>) -> Vec<Person> {
        let mut seen = Observations {
            scans,
            ..Observations::default()
        };
        told_apart(&mut seen, |_| registered);
        seen.scans.into_iter().map(|scan| scan.person).collect()
    }

    #[test]
    fn two_names_with_one_address_are_two_people() {
        let door = || {
            vec![
                scan(1, "Leyla", "Örnek"),
                scan(2, "Kemal", "Örnek"),
                scan(3, "Oernek", "Leyla"),
            ]
        };
        let [leyla, kemal, again] = who(door(), None).try_into().unwrap_or_else(|_| unreachable!());
        assert_eq!(
            leyla,
            Person::Address(ADDRESS.to_owned()),
            "whom a report means by the address"
        );
        assert_ne!(leyla, kemal);
        assert_eq!(leyla, again);
        let anna = KnownAddress {
            registration: RegistrationId(Uuid::from_u128(9)),
            names: vec![
                ("Anna".to_owned(), "Nadel".to_owned()),
                ("Kemal".to_owned(), "Örnek".to_owned()),
            ],
        };
        let [leyla, kemal, again] = who(door(), Some(&anna)).try_into().unwrap_or_else(|_| unreachable!());
        assert_eq!(kemal, Person::Registration(anna.registration));
        assert_ne!(leyla, kemal, "a colleague with the address of somebody who registered");
        assert_eq!(leyla, again);
    }
}
