//! Who stands on a list of attendees, and what is said of each.

use serde::{Deserialize, Serialize};

use super::{AttendanceRecord, Person, WalkInName};
use crate::base::ids::words;
use crate::registrations::{Registration, RegistrationId};

words! {
    /// What a list of attendees is handed over as.
    ListFormat {
        Json = "json",
        Csv = "csv",
        Xlsx = "xlsx",
        Pdf = "pdf",
    }
}

words! {
    /// Whom a list names. `registered`: who has a seat; `attended`: who was there by the seminar's rule, registered or not;
    /// `all`: both, and who was seen for too short.
    Listed {
        Registered = "registered",
        Attended = "attended",
        All = "all",
    }
}

words! {
    /// The language of headings and words.
    ListLanguage {
        German = "de",
        English = "en",
    }
}

words! {
    /// What may be said of each attendee. `date`, `from`, `to` and `hours` are the event's: they stand in every line because
    /// funders ask for it. `signature` is an empty field.
    Column {
        Number = "number",
        FamilyName = "family_name",
        GivenName = "given_name",
        Name = "name",
        Company = "company",
        Email = "email",
        Phone = "phone",
        Channel = "channel",
        State = "state",
        Persons = "persons",
        Companions = "companions",
        CheckedInAt = "checked_in_at",
        CheckedOutAt = "checked_out_at",
        Minutes = "minutes",
        Attended = "attended",
        Evidence = "evidence",
        WalkIn = "walk_in",
        Registration = "registration",
        Date = "date",
        From = "from",
        To = "to",
        Hours = "hours",
        Signature = "signature",
    }
}

words! {
    /// What somebody should look at.
    Flag {
        AttendedAfterCancellation = "attended_after_cancellation",
        AttendedFromWaitlist = "attended_from_waitlist",
    }
}

/// One line of a list, before it is read: it is known who stands on it, and how many.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Entry {
    Registration(RegistrationId),
    WalkIn(Person),
}

/// Where a page of a list ended. Of a walk-in a digest, so that no address stands in a URL.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Place {
    Registration(RegistrationId),
    WalkIn([u8; 16]),
}

/// Who it is.
#[derive(Clone, Debug)]
pub enum Whose {
    Registered(Box<Registration>),
    WalkIn(WalkInName),
}

/// Somebody with a seat, or who was there.
#[derive(Clone, Debug)]
pub struct Attendee {
    pub whose: Whose,
    /// Where they were seen, of the sessions the list is about.
    pub records: Vec<AttendanceRecord>,
}

impl Attendee {
    #[must_use]
    pub fn registration(&self) -> Option<&Registration> {
        match &self.whose {
            Whose::Registered(registration) => Some(registration),
            Whose::WalkIn(_) => None,
        }
    }

    #[must_use]
    pub fn given_name(&self) -> Option<&str> {
        match &self.whose {
            Whose::Registered(registration) => Some(&registration.given_name),
            Whose::WalkIn(name) => name.given_name.as_deref(),
        }
    }

    #[must_use]
    pub fn family_name(&self) -> &str {
        match &self.whose {
            Whose::Registered(registration) => &registration.family_name,
            Whose::WalkIn(name) => &name.family_name,
        }
    }

    /// „Anna Müller“.
    #[must_use]
    pub fn name(&self) -> String {
        match self.given_name() {
            Some(given) => format!("{given} {}", self.family_name()),
            None => self.family_name().to_owned(),
        }
    }

    #[must_use]
    pub fn company(&self) -> Option<&str> {
        match &self.whose {
            Whose::Registered(registration) => registration.company.as_deref(),
            Whose::WalkIn(name) => name.company.as_deref(),
        }
    }

    #[must_use]
    pub fn email(&self) -> Option<&str> {
        match &self.whose {
            Whose::Registered(registration) => Some(&registration.email),
            Whose::WalkIn(name) => name.email.as_deref(),
        }
    }

    /// At least one of the sessions.
    #[must_use]
    pub fn attended(&self) -> bool {
        self.records.iter().any(AttendanceRecord::attended)
    }

    /// Registered for so many; of who was not registered, seen at once.
    #[must_use]
    pub fn persons(&self) -> i64 {
        match &self.whose {
            Whose::Registered(registration) => i64::from(registration.persons),
            Whose::WalkIn(_) => {
                let seen = self.records.iter().map(AttendanceRecord::persons);
                seen.max().unwrap_or(0).max(1)
            }
        }
    }

    /// Whole minutes through all sessions and channels, where they were measured.
    #[must_use]
    pub fn minutes(&self) -> Option<i64> {
        let seconds = self.records.iter().filter_map(AttendanceRecord::seconds);
        seconds.reduce(i64::saturating_add).map(|seconds| seconds / 60)
    }
}
