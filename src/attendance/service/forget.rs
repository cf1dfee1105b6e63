//! Those who came are forgotten, and how many came stays: each scan and row loses its name and address, and keeps a key
//! that says nothing but whose else it is. So everybody is told apart as before, and every figure is the same.
//!
//! To be called before the registrations are forgotten: who is who is still read from their names and addresses here.

use std::collections::{BTreeMap, HashMap};

use diesel::PgConnection;

use super::records::observed;
use crate::attendance::model::{CheckInId, CheckInMethod, Forgotten, ImportState, MatchStatus, Person};
use crate::attendance::store::{self, ForgottenRow, NamedCheckIn, NamedRow};
use crate::auth::OrganisationId;
use crate::base::ids::fresh;
use crate::base::problem::Result;
use crate::registrations::{RegistrationId, known_addresses};
use crate::seminars::SeminarId;

/// Who of one seminar is to be forgotten.
#[derive(Clone, Debug)]
pub struct Forget<'a> {
    pub of: (OrganisationId, SeminarId),
    /// Registrations that are forgotten in this transaction, each with the key under which it will stand.
    pub registrations: &'a HashMap<RegistrationId, String>,
    /// The key of an address: whoever came under it.
    pub address: Option<&'a str>,
    /// Scans and rows that are known already: those of a ledger.
    pub named: &'a Forgotten,
    /// Everybody who came without a registration: their time is over.
    pub strangers: bool,
}

/// Locks the reports of the seminar, and forgets.
pub fn forget_people(conn: &mut PgConnection, who: &Forget<'_>) -> Result<Forgotten> {
    let (organisation, seminar) = who.of;
    store::lock_imports(conn, who.of)?;
    let check_ins = store::named_check_ins(conn, who.of)?;
    let rows = store::named_rows(conn, who.of)?;
    if check_ins.is_empty() && rows.is_empty() {
        return Ok(Forgotten::default());
    }
    let mut seen = observed(conn, organisation, &[seminar])?;
    let scans = seen.remove(&seminar).unwrap_or_default().scans;
    let persons = scans.into_iter().map(|scan| (scan.id, scan.person)).collect();
    let keys = check_ins.iter().filter_map(|one| one.email_key.clone());
    let mut addresses = keys
        .chain(rows.iter().filter_map(|(row, _)| row.email_key.clone()))
        .collect::<Vec<_>>();
    addresses.sort_unstable();
    addresses.dedup();
    let known = known_addresses(conn, organisation, &[seminar], &addresses)?;
    let known = known
        .into_iter()
        .map(|((_, address), known)| (address, known.registration));
    let mut naming = Naming {
        who,
        persons,
        known: known.collect(),
        keys: BTreeMap::new(),
    };
    let check_ins = check_ins.into_iter().filter_map(|one| naming.check_in(&one));
    let check_ins = check_ins.collect::<Vec<_>>();
    let rows = rows.into_iter().filter_map(|(row, state)| naming.row(&row, state));
    let rows = rows.collect::<Vec<_>>();
    store::forget_check_ins(conn, organisation, &check_ins)?;
    store::forget_rows(conn, organisation, &rows)?;
    if who.strangers {
        store::forget_file_names(conn, who.of)?;
    }
    Ok(Forgotten {
        check_ins: check_ins.into_iter().map(|(id, _)| id).collect(),
        rows: rows.into_iter().map(|row| (row.import_id, row.position)).collect(),
    })
}

/// Which seminars know an address without a registration, or have these scans and rows.
pub fn seminars_of(
    conn: &mut PgConnection,
    organisation: OrganisationId,
    address: Option<&str>,
    named: &Forgotten,
) -> Result<Vec<SeminarId>> {
    let mut all = store::seminars_of_marks(conn, organisation, named)?;
    if let Some(address) = address {
        all.extend(store::seminars_of_address(conn, organisation, address)?);
    }
    Ok(all)
}

/// Gives everybody who is forgotten a key, the same person always the same.
struct Naming<'a> {
    who: &'a Forget<'a>,
    /// Who was seen at the door.
    persons: HashMap<CheckInId, Person>,
    known: HashMap<String, RegistrationId>,
    keys: BTreeMap<Person, String>,
}

impl Naming<'_> {
    /// The check-in with its key, if it is to be forgotten.
    fn check_in(&mut self, one: &NamedCheckIn) -> Option<(CheckInId, Option<String>)> {
        if let Some(registration) = one.registration_id {
            // It names nobody itself; why it was voided may.
            let said = one.void_reason.as_ref().is_some_and(|reason| !reason.is_empty());
            let own = self.who.registrations.contains_key(&registration);
            return (said && own).then_some((one.id, None));
        }
        if one.method != CheckInMethod::WalkIn || one.family_name.is_none() {
            return None;
        }
        let by_address = || one.email_key.as_deref().map(|address| self.behind(address));
        let person = self.persons.get(&one.id).cloned().or_else(by_address);
        let person = person.unwrap_or_else(|| Person::Named(one.id.to_string()));
        let by_name = self.who.named.check_ins.contains(&one.id);
        let asked = by_name || (one.email_key.is_some() && one.email_key.as_deref() == self.who.address);
        self.goes(&person, asked).then(|| (one.id, self.key(&person)))
    }

    fn row(&mut self, row: &NamedRow, state: ImportState) -> Option<ForgottenRow> {
        let by_name = self.who.named.rows.contains(&(row.import_id, row.position));
        let asked = by_name || (row.email_key.is_some() && row.email_key.as_deref() == self.who.address);
        let taken_for = row.registration_id.filter(|_| {
            matches!(
                row.match_status,
                MatchStatus::Matched | MatchStatus::Proposed | MatchStatus::Ambiguous
            )
        });
        let person = match (taken_for, &row.email_key) {
            (Some(registration), _) => Person::Registration(registration),
            (None, Some(address)) => self.behind(address),
            (None, None) => Person::Named(row.person_key.clone()),
        };
        // The time of what counts is over for everybody: also for whose registration is kept longer, or was erased before
        // somebody took the row for it.
        let over = self.who.strangers && state == ImportState::Confirmed;
        // A row that was decided to be somebody's is theirs, whatever address it came with.
        let goes = self.goes(&person, asked) || ((asked || over) && taken_for.is_some());
        // What nobody has decided on yet has a time of its own.
        let early = self.who.strangers && state != ImportState::Confirmed;
        if !goes || (early && !matches!(person, Person::Registration(_))) || is_nameless(row) {
            return None;
        }
        let key = self.key(&person);
        Some(ForgottenRow {
            import_id: row.import_id,
            position: row.position,
            person_key: match &person {
                Person::Named(name) if name.starts_with("name:") => self.nameless(&person),
                _ => "erased".to_owned(),
            },
            email_key: key,
        })
    }

    /// Who comes under an address: whoever registered with it, else somebody.
    fn behind(&self, address: &str) -> Person {
        match self.known.get(address) {
            Some(registration) => Person::Registration(*registration),
            None => Person::Address(address.to_owned()),
        }
    }

    fn goes(&self, person: &Person, asked: bool) -> bool {
        match person {
            // Under whose name somebody came who is not forgotten yet, goes when they do.
            Person::Registration(registration) => self.who.registrations.contains_key(registration),
            Person::Address(_) | Person::Named(_) => asked || self.who.strangers,
        }
    }

    fn key(&mut self, person: &Person) -> Option<String> {
        match person {
            Person::Registration(registration) => self.who.registrations.get(registration).cloned(),
            Person::Address(_) => {
                let key = self.keys.entry(person.clone());
                Some(key.or_insert_with(|| format!("erased:{}", fresh())).clone())
            }
            Person::Named(_) => None,
        }
    }

    /// A name that is none, where one full name is one person in all reports of a session: it has two words and no digit,
    /// like the one before, where that had.
    fn nameless(&mut self, person: &Person) -> String {
        let Person::Named(before) = person else {
            return "erased".to_owned();
        };
        let full = before.contains(' ') && !before.contains(|c: char| c.is_ascii_digit());
        let key = self.keys.entry(person.clone());
        let letters = || fresh().simple().to_string().bytes().map(letter).collect::<String>();
        let word = key.or_insert_with(letters);
        if full {
            format!("name:erased {word}")
        } else {
            format!("name:{word}")
        }
    }
}

/// Nothing is left to forget: the key it has is the one by which it is known.
fn is_nameless(row: &NamedRow) -> bool {
    row.email.is_none() && row.display_names.as_array().is_none_or(Vec::is_empty)
}

/// A hexadecimal digit as one of sixteen letters.
fn letter(digit: u8) -> char {
    let value = char::from(digit)
        .to_digit(16)
        .and_then(|value| u8::try_from(value).ok());
    char::from(b'a' + value.unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::attendance::model::ImportId;

    fn taken(registration: Option<RegistrationId>) -> NamedRow {
        NamedRow {
            import_id: ImportId(fresh()),
            position: 1,
            person_key: "email:anna@example.org".to_owned(),
            display_names: serde_json::json!(["Anna"]),
            email: Some("anna@example.org".to_owned()),
            email_key: Some("anna@example.org".to_owned()),
            match_status: MatchStatus::Matched,
            registration_id: registration,
        }
    }

    /// Whether the row goes where this registration is known under the address and not forgotten now.
    fn goes(row: &NamedRow, state: ImportState, strangers: bool) -> bool {
        let nothing = Forgotten::default();
        let who = Forget {
            of: (OrganisationId(fresh()), SeminarId(fresh())),
            registrations: &HashMap::new(),
            address: None,
            named: &nothing,
            strangers,
        };
        let known = HashMap::from([("anna@example.org".to_owned(), RegistrationId(fresh()))]);
        let mut naming = Naming {
            who: &who,
            persons: HashMap::new(),
            known,
            keys: BTreeMap::new(),
        };
        naming.row(row, state).is_some()
    }

    #[test]
    fn when_its_time_is_over_a_row_goes_whatever_becomes_of_its_registration() {
        let row = taken(Some(RegistrationId(fresh())));
        assert!(goes(&row, ImportState::Confirmed, true));
        assert!(!goes(&row, ImportState::Confirmed, false), "its time is not over");
        assert!(!goes(&row, ImportState::Previewed, true), "it has a time of its own");
        // It counts as the registration's by the address alone, so it goes with it.
        assert!(!goes(&taken(None), ImportState::Confirmed, true));
    }

    #[test]
    fn a_name_that_is_none_has_no_digit() {
        let word = "0123456789abcdef".bytes().map(letter).collect::<String>();
        assert_eq!(word, "abcdefghijklmnop");
    }
}
