//! How a seminar takes registrations: in which order, who confirms, what is asked, what must be reached.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{Channel, SeminarId};
use crate::auth::OrganisationId;
use crate::base::ids::words;
use crate::base::json_list::json_list;
use crate::base::text::{Line, Paragraphs, Slug};
use crate::schema::admissions;

words! {
    /// Whether a free seat is the next person's, or people apply and the organiser chooses.
    #[derive(Default)]
    AdmissionKind {
        #[default]
        FirstCome = "first_come",
        Selection = "selection",
    }
}

words! {
    /// Whether the address is confirmed before the seat is.
    #[derive(Default)]
    Confirmation {
        #[default]
        Email = "email",
        NotAsked = "none",
    }
}

words! {
    /// What a seat is: a person, or a company with all the persons it brings.
    #[derive(Default)]
    CapacityUnit {
        #[default]
        Persons = "persons",
        Companies = "companies",
    }
}

words! {
    /// What happens on the day of decision when too few are registered: the organiser is told, or the seminar is
    /// cancelled and everybody is told.
    #[derive(Default)]
    BelowMinimum {
        #[default]
        Notify = "notify",
        Cancel = "cancel",
    }
}

words! {
    /// What an answer is: text, one of the options, several of them, true or false, a number, a calendar day.
    QuestionKind {
        Text = "text",
        Choice = "choice",
        Multiple = "multiple",
        YesNo = "yes_no",
        Number = "number",
        Date = "date",
    }
}

/// A text in German and, where there is one, in English.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"de": "Essen", "en": "Meal"}))]
pub struct Worded {
    pub de: Paragraphs<2000>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub en: Option<Paragraphs<2000>>,
}

impl Worded {
    /// In the reader's language where it exists, else in German.
    #[must_use]
    pub fn in_language(&self, language: &str) -> &str {
        match &self.en {
            Some(en) if language.starts_with("en") => en.as_str(),
            _ => self.de.as_str(),
        }
    }
}

/// What is asked at registration.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"id": "meal", "kind": "choice", "label": {"de": "Essen", "en": "Meal"}, "options": ["vegan", "vegetarisch"],
    "required": true, "channels": ["onsite"], "sensitive": true}))]
pub struct Question {
    /// The member of `answers` that answers it.
    pub id: Slug,
    pub kind: QuestionKind,
    pub label: Worded,
    /// For `choice` and `multiple`.
    #[serde(default)]
    #[schema(max_items = 50)]
    pub options: Vec<Line<200>>,
    #[serde(default)]
    pub required: bool,
    /// Through which channels it is asked; empty: through all.
    #[serde(default)]
    #[schema(max_items = 3)]
    pub channels: Vec<Channel>,
    /// May tell of health or belief (diet, assistance): kept apart and deleted a week after the seminar.
    #[serde(default)]
    pub sensitive: bool,
}

/// What consent is asked for. It is never a condition for a seat (GDPR, article 7(4)).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"purpose": "photos", "version": "2027-01", "text": {"de": "Fotos der Veranstaltung dürfen mich zeigen."}}))]
pub struct ConsentText {
    pub purpose: Slug,
    pub version: Line<40>,
    pub text: Worded,
}

json_list! {
    Questions of Question;
    ConsentTexts of ConsentText;
}

/// How many must be registered, by when that is decided, and what happens if they are not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Minimum {
    pub participants: i32,
    pub decide_by: DateTime<Utc>,
    pub otherwise: BelowMinimum,
}

#[derive(Clone, Debug, PartialEq, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = admissions, primary_key(organisation_id, seminar_id), treat_none_as_null = true, check_for_backend(diesel::pg::Pg))]
pub struct Admission {
    pub organisation_id: OrganisationId,
    pub seminar_id: SeminarId,
    pub admission: AdmissionKind,
    pub confirmation: Confirmation,
    pub confirm_hours: i32,
    pub offer_hours: i32,
    pub capacity_unit: CapacityUnit,
    pub max_persons: i32,
    pub contact_email: Option<String>,
    pub minimum_participants: Option<i32>,
    pub decide_by: Option<DateTime<Utc>>,
    pub below_minimum: BelowMinimum,
    pub decided_at: Option<DateTime<Utc>>,
    pub questions: Questions,
    pub consent_texts: ConsentTexts,
}

impl Admission {
    #[must_use]
    pub fn minimum(&self) -> Option<Minimum> {
        let (participants, decide_by) = self.minimum_participants.zip(self.decide_by)?;
        Some(Minimum {
            participants,
            decide_by,
            otherwise: self.below_minimum,
        })
    }

    /// Another minimum is another decision; the same one stays decided.
    pub fn set_minimum(&mut self, minimum: Option<Minimum>) {
        if minimum == self.minimum() {
            return;
        }
        self.minimum_participants = minimum.map(|minimum| minimum.participants);
        self.decide_by = minimum.map(|minimum| minimum.decide_by);
        self.below_minimum = minimum.map(|minimum| minimum.otherwise).unwrap_or_default();
        self.decided_at = None;
    }
}
