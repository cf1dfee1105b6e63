//! A letter on its way in, a mail on its way out, and the facts that both carry.

use chrono::{DateTime, FixedOffset, Utc};
use diesel::prelude::*;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use uuid::Uuid;

pub use crate::base::dates::Precision;
use crate::base::ids::words;

words! {
    /// What a mail is about. Each has a template in each language.
    #[schema(as = MailKind)]
    Kind {
        ConfirmAddress = "confirm_address",
        Confirmed = "confirmed",
        Waitlisted = "waitlisted",
        Applied = "applied",
        AlreadyRegistered = "already_registered",
        Offered = "offered",
        Expired = "expired",
        Cancelled = "cancelled",
        Changed = "changed",
        Rejected = "rejected",
        SeminarCancelled = "seminar_cancelled",
        SeminarPostponed = "seminar_postponed",
        SeminarRescheduled = "seminar_rescheduled",
        SeminarMoved = "seminar_moved",
        VenueChanged = "venue_changed",
        ReminderDay = "reminder_day",
        ReminderHour = "reminder_hour",
        /// To the organiser, who decides.
        BelowMinimum = "below_minimum",
        /// To the organiser, whose rule decided.
        BelowMinimumCancelled = "below_minimum_cancelled",
        /// To the admins of an organisation: nothing is delivered to its webhook any more.
        WebhookDisabled = "webhook_disabled",
    }
}

/// One mail to one person, as it is handed in.
#[derive(Clone, Debug)]
pub struct Letter {
    pub organisation_id: Uuid,
    pub kind: Kind,
    /// A BCP 47 tag; `en*` is answered in English, everything else in German.
    pub language: String,
    pub recipient: String,
    pub recipient_name: String,
    /// Whose personal links the mail carries.
    pub registration_id: Option<Uuid>,
    pub seminar_id: Option<Uuid>,
    /// [`Facts`] as JSON.
    pub data: Value,
    /// A name for what is to be said only once.
    pub once: Option<String>,
}

/// One row of the outbox, as far as delivering it needs it.
#[derive(Clone, Debug, QueryableByName)]
pub struct Mail {
    #[diesel(sql_type = diesel::sql_types::Uuid)]
    pub organisation_id: Uuid,
    #[diesel(sql_type = diesel::sql_types::Uuid)]
    pub id: Uuid,
    #[diesel(sql_type = diesel::sql_types::Text)]
    pub kind: String,
    #[diesel(sql_type = diesel::sql_types::Text)]
    pub language: String,
    #[diesel(sql_type = diesel::sql_types::Text)]
    pub recipient: String,
    #[diesel(sql_type = diesel::sql_types::Text)]
    pub recipient_name: String,
    #[diesel(sql_type = diesel::sql_types::Nullable<diesel::sql_types::Uuid>)]
    pub registration_id: Option<Uuid>,
    #[diesel(sql_type = diesel::sql_types::Jsonb)]
    pub data: Value,
    #[diesel(sql_type = diesel::sql_types::Integer)]
    pub attempts: i32,
    #[diesel(sql_type = diesel::sql_types::Timestamptz)]
    pub created_at: DateTime<Utc>,
}

/// The facts as they were when the mail was written.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Facts {
    pub seminar: SeminarFacts,
    pub registration: Option<RegistrationFacts>,
    pub change: Option<ChangeFacts>,
    pub minimum: Option<MinimumFacts>,
    #[serde(default)]
    pub webhook: Option<WebhookFacts>,
}

impl Facts {
    /// What a mail that is about no seminar has to say of it: who writes, and nothing else.
    #[must_use]
    pub fn of_organisation(name: String) -> Self {
        Self {
            seminar: SeminarFacts {
                id: Uuid::nil(),
                title: String::new(),
                status: String::new(),
                organisation: name,
                contact_email: None,
                sequence: 0,
                sessions: Vec::new(),
                dropped_sessions: Vec::new(),
            },
            registration: None,
            change: None,
            minimum: None,
            webhook: None,
        }
    }

    #[must_use]
    pub fn with_webhook(self, webhook: WebhookFacts) -> Self {
        Self {
            webhook: Some(webhook),
            ..self
        }
    }
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct SeminarFacts {
    pub id: Uuid,
    pub title: String,
    pub status: String,
    pub organisation: String,
    pub contact_email: Option<String>,
    pub sequence: i64,
    pub sessions: Vec<SessionFacts>,
    /// What was announced once and is no longer.
    #[serde(default)]
    pub dropped_sessions: Vec<SessionFacts>,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct SessionFacts {
    pub id: Uuid,
    pub title: Option<String>,
    pub starts_at: DateTime<FixedOffset>,
    pub ends_at: Option<DateTime<FixedOffset>>,
    pub date_precision: Precision,
    pub time_zone: String,
    pub place: Option<String>,
    pub online_platform: Option<String>,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct RegistrationFacts {
    pub id: Uuid,
    pub state: String,
    pub channel: String,
    pub given_name: String,
    pub family_name: String,
    pub persons: i64,
    pub waitlist_position: Option<i64>,
    pub confirm_by: Option<DateTime<FixedOffset>>,
    pub offered_until: Option<DateTime<FixedOffset>>,
    /// With whom it is shared.
    #[serde(default)]
    pub sharings: Vec<SharingFacts>,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct SharingFacts {
    pub organisation: String,
    pub purpose: String,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct ChangeFacts {
    pub reason_code: String,
    pub public_text: Option<String>,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct MinimumFacts {
    pub participants: i64,
    pub registered: i64,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct WebhookFacts {
    /// What its admins call it.
    pub name: String,
    pub host: String,
    /// `gone` or `failing`.
    pub reason: String,
}
