//! Rows and words of the room.

use chrono::{DateTime, NaiveDate, Utc};
use diesel::prelude::*;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::auth::{AccountId, OrganisationId};
use crate::base::ids::{id, words};
use crate::base::json_list::json_list;
use crate::base::text::{Line, fold};
use crate::journal::ActorKind;
use crate::schema::{consents, disclosures, registrations, reviews, sensitive_answers, sharing_notices, tickets};
use crate::seminars::{Channel, SeminarId, SharingId};

id! {
    /// A registration.
    RegistrationId,
    /// One consent, given once.
    ConsentId,
    /// That a registration was handed over, once.
    DisclosureId,
}

words! {
    /// Where a registration stands. `pending`: a seat is held until the address is confirmed; `offered`: a freed
    /// seat is held for one who waited; `applied`: the organiser will choose.
    State {
        Pending = "pending",
        Confirmed = "confirmed",
        Waitlisted = "waitlisted",
        Offered = "offered",
        Applied = "applied",
        Rejected = "rejected",
        Cancelled = "cancelled",
        Expired = "expired",
    }
}

impl State {
    /// Whether it holds a seat.
    #[must_use]
    pub const fn holds_seat(self) -> bool {
        matches!(self, Self::Pending | Self::Confirmed | Self::Offered)
    }

    /// Whether the person still wants to come: one such claim per seminar and address.
    #[must_use]
    pub const fn active(self) -> bool {
        matches!(
            self,
            Self::Pending | Self::Confirmed | Self::Waitlisted | Self::Offered | Self::Applied
        )
    }
}

words! {
    /// Who cancelled.
    CancelledBy {
        Registrant = "registrant",
        Organiser = "organiser",
        System = "system",
    }
}

words! {
    /// Whether it is still known who registered. `restricted`: it was to be erased, and has to be kept for a funder; nobody
    /// works with it. `erased`: only what figures are made of is left.
    PersonalData {
        Kept = "kept",
        Restricted = "restricted",
        Erased = "erased",
    }
}

#[derive(Clone, Debug, PartialEq, Eq, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = registrations, primary_key(organisation_id, id), treat_none_as_null = true, check_for_backend(diesel::pg::Pg))]
pub struct Registration {
    pub organisation_id: OrganisationId,
    pub id: RegistrationId,
    pub seminar_id: SeminarId,
    pub channel: Channel,
    pub state: State,
    pub seats: i32,
    pub waiting_ticket: Option<i64>,
    pub confirm_by: Option<DateTime<Utc>>,
    pub offered_until: Option<DateTime<Utc>>,
    pub given_name: String,
    pub family_name: String,
    pub email: String,
    pub email_key: String,
    pub company: Option<String>,
    pub phone: Option<String>,
    pub language: String,
    pub search_text: String,
    pub entered_by: Option<AccountId>,
    pub cancelled_at: Option<DateTime<Utc>>,
    pub cancelled_by: Option<CancelledBy>,
    pub cancel_reason: Option<String>,
    pub version: i64,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
    /// The contact and everybody it brings.
    pub persons: i32,
    /// Those of them with a name, without the contact.
    pub companions: Companions,
    pub answers: serde_json::Value,
    pub email_confirmed_at: Option<DateTime<Utc>>,
    pub held_up_since: Option<DateTime<Utc>>,
    pub kept_at: Option<DateTime<Utc>>,
    pub personal_data: PersonalData,
}

impl Registration {
    #[must_use]
    pub fn name(&self) -> String {
        format!("{} {}", self.given_name, self.family_name)
    }

    /// What one may search it by, folded: names and company.
    #[must_use]
    pub fn searched(&self) -> String {
        let own = [&self.given_name, &self.family_name];
        let company = self.company.iter();
        let companions = self
            .companions
            .0
            .iter()
            .flat_map(|one| [one.given_name.as_str(), one.family_name.as_str()]);
        let words = own.into_iter().chain(company).map(String::as_str).chain(companions);
        fold(&words.collect::<Vec<_>>().join(" \n "))
    }
}

/// Somebody who comes along, by name. Who comes without one is only counted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"given_name": "Berta", "family_name": "Çelik"}))]
pub struct Companion {
    pub given_name: Line<100>,
    pub family_name: Line<100>,
}

json_list! {
    Companions of Companion;
}

/// An answer that is kept apart and goes on its day.
#[derive(Clone, Debug, PartialEq, Queryable, Selectable, Insertable)]
#[diesel(table_name = sensitive_answers, check_for_backend(diesel::pg::Pg))]
pub struct SensitiveAnswer {
    pub organisation_id: OrganisationId,
    pub registration_id: RegistrationId,
    pub question: String,
    pub answer: serde_json::Value,
    pub delete_on: NaiveDate,
}

/// What somebody agreed to, in which words, and until when.
#[derive(Clone, Debug, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = consents, check_for_backend(diesel::pg::Pg))]
pub struct Consent {
    pub organisation_id: OrganisationId,
    pub id: ConsentId,
    pub registration_id: RegistrationId,
    pub purpose: String,
    pub text_version: String,
    /// SHA-256 of the text as it was shown.
    pub text_hash: Vec<u8>,
    pub language: String,
    pub given_at: DateTime<Utc>,
    pub withdrawn_at: Option<DateTime<Utc>>,
}

/// Of which sharing somebody was told before registering.
#[derive(Clone, Debug, PartialEq, Eq, Insertable)]
#[diesel(table_name = sharing_notices, check_for_backend(diesel::pg::Pg))]
pub struct SharingNotice {
    pub organisation_id: OrganisationId,
    pub registration_id: RegistrationId,
    pub sharing_id: SharingId,
    pub at: DateTime<Utc>,
}

words! {
    /// How a registration is handed over. `confirmed`: with the person's name, address and company. `cancelled`: without;
    /// what the recipient has of it is to be deleted.
    SharedState {
        Confirmed = "confirmed",
        Cancelled = "cancelled",
    }
}

/// One registration in one answer to another organisation.
#[derive(Clone, Debug, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = disclosures, check_for_backend(diesel::pg::Pg))]
pub struct Disclosure {
    pub organisation_id: OrganisationId,
    pub id: DisclosureId,
    pub seminar_id: SeminarId,
    pub registration_id: RegistrationId,
    pub sharing_id: SharingId,
    pub recipient_id: OrganisationId,
    pub state: SharedState,
    pub actor_kind: ActorKind,
    pub actor_id: Uuid,
    pub at: DateTime<Utc>,
}

/// What one reviewer thinks of an application.
#[derive(Clone, Debug, PartialEq, Eq, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = reviews, treat_none_as_null = true, check_for_backend(diesel::pg::Pg))]
pub struct Review {
    pub organisation_id: OrganisationId,
    pub registration_id: RegistrationId,
    pub account_id: AccountId,
    pub score: Option<i32>,
    pub note: Option<String>,
    pub updated_at: DateTime<Utc>,
}

/// By which code somebody is let in: its digest.
#[derive(Clone, Debug, PartialEq, Eq, Queryable, QueryableByName, Selectable, Insertable)]
#[diesel(table_name = tickets, check_for_backend(diesel::pg::Pg))]
pub struct Ticket {
    pub organisation_id: OrganisationId,
    pub registration_id: RegistrationId,
    pub seminar_id: SeminarId,
    pub code_hash: Vec<u8>,
}

/// A registration as the door knows it: who it is, not how to reach them.
#[derive(Clone, Debug, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = registrations, check_for_backend(diesel::pg::Pg))]
pub struct Guest {
    pub organisation_id: OrganisationId,
    pub id: RegistrationId,
    pub seminar_id: SeminarId,
    pub channel: Channel,
    pub state: State,
    pub persons: i32,
    pub given_name: String,
    pub family_name: String,
    pub company: Option<String>,
    pub cancelled_at: Option<DateTime<Utc>>,
}

impl Guest {
    #[must_use]
    pub fn name(&self) -> String {
        format!("{} {}", self.given_name, self.family_name)
    }

    /// "Müller, A.": enough to greet somebody, little to lose with a device.
    #[must_use]
    pub fn short_name(&self) -> String {
        match self.given_name.chars().next() {
            Some(initial) => format!("{}, {initial}.", self.family_name),
            None => self.family_name.clone(),
        }
    }
}
