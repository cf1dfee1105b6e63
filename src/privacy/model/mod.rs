//! Rows and words of the room.

mod access;

use chrono::{DateTime, NaiveDate, Utc};
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Integer, Nullable, Text, Timestamptz, Uuid as SqlUuid};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

pub use access::*;

use crate::attendance::{CheckInId, ImportId};
use crate::auth::OrganisationId;
use crate::base::ids::{id, words};
use crate::journal::ActorKind;
use crate::registrations::RegistrationId;
use crate::schema::{erasures, retention_holds, retention_periods};
use crate::seminars::SeminarId;

id! {
    /// That somebody was forgotten, once.
    ErasureId,
    /// That something must not be forgotten before a day.
    HoldId,
}

words! {
    /// What a record that names somebody is kept for.
    #[schema(as = RetentionPurpose)]
    Purpose {
        /// Registered, and never confirmed the address.
        Unconfirmed = "unconfirmed",
        /// Was rejected, waited in vain, cancelled, or let an offer pass, and did not come.
        NotAdmitted = "not_admitted",
        /// Had a seat, walked in, or stands in a report of who was there.
        Participation = "participation",
        /// Diet, assistance (GDPR, article 9).
        SensitiveAnswers = "sensitive_answers",
        /// Reports of platforms on which nobody decided, or that were taken back.
        UndecidedReports = "undecided_reports",
        /// What was written to whom.
        Mails = "mails",
        /// That somebody agreed, after the registration is anonymous.
        Consents = "consents",
    }
}

words! {
    /// Why it is erased: the ground of article 17(1) GDPR.
    ErasureReason {
        NoLongerNeeded = "no_longer_needed",
        ConsentWithdrawn = "consent_withdrawn",
        Objection = "objection",
        Unlawful = "unlawful",
        LegalObligation = "legal_obligation",
    }
}

/// A row of a report.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[schema(as = ErasedReportRow, example = json!({"import": "0192f3c1-8d7e-7cc0-a0ff-3f0f5f5b8b11", "position": 3}))]
pub struct ReportRow {
    pub import: ImportId,
    pub position: i32,
}

/// A seminar of which a funder may ask who came.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = HeldSeminar, example = json!({"seminar": "0192f3c1-8d7e-7cc0-a0ff-3f0f5f5b8b11", "until": "2032-12-31"}))]
pub struct HeldSeminar {
    pub seminar: SeminarId,
    /// The last day.
    pub until: NaiveDate,
}

/// What an erasure took away, by ids only.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Objects {
    pub registrations: Vec<RegistrationId>,
    /// Kept for a funder, and nothing more than that needs.
    pub restricted: Vec<RegistrationId>,
    pub check_ins: Vec<CheckInId>,
    pub import_participants: Vec<ReportRow>,
    /// Why something was restricted, and until when.
    pub held: Vec<HeldSeminar>,
    pub mails: usize,
    /// Of the registrations, those that were ahead and were cancelled first.
    #[serde(default)]
    pub cancelled: Vec<RegistrationId>,
    /// Also those that were about somebody else's registration.
    #[serde(default)]
    pub mail_ids: Vec<Uuid>,
}

/// A line of the ledger.
#[derive(Clone, Debug, PartialEq, Queryable, Selectable, Insertable, Serialize, Deserialize)]
#[diesel(table_name = erasures, check_for_backend(diesel::pg::Pg))]
#[serde(deny_unknown_fields)]
pub struct Erasure {
    pub organisation_id: OrganisationId,
    pub id: ErasureId,
    pub at: DateTime<Utc>,
    pub actor_kind: ActorKind,
    pub actor_id: Option<Uuid>,
    pub reason: Option<ErasureReason>,
    /// [`Objects`] as JSON.
    pub objects: serde_json::Value,
    pub cancelled: i32,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = retention_periods, primary_key(organisation_id, purpose), treat_none_as_null = true, check_for_backend(diesel::pg::Pg))]
pub struct OwnPeriod {
    pub organisation_id: OrganisationId,
    pub purpose: Purpose,
    pub days: Option<i32>,
    pub version: i64,
    pub updated_at: DateTime<Utc>,
}

#[derive(Clone, Debug, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = retention_holds, check_for_backend(diesel::pg::Pg))]
pub struct Hold {
    pub organisation_id: OrganisationId,
    pub id: HoldId,
    pub seminar_id: Option<SeminarId>,
    pub collection_id: Option<Uuid>,
    pub until: NaiveDate,
    pub reason: String,
    pub version: i64,
    pub created_at: DateTime<Utc>,
    pub released_at: Option<DateTime<Utc>>,
}

/// How the records of one purpose stand.
#[derive(Clone, Debug, QueryableByName)]
pub struct Standing {
    #[diesel(sql_type = Text)]
    pub purpose: Purpose,
    #[diesel(sql_type = Integer)]
    pub days: i32,
    #[diesel(sql_type = BigInt)]
    pub kept: i64,
    #[diesel(sql_type = BigInt)]
    pub held: i64,
    #[diesel(sql_type = BigInt)]
    pub undated: i64,
    #[diesel(sql_type = BigInt)]
    pub due: i64,
    #[diesel(sql_type = BigInt)]
    pub overdue: i64,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    pub next: Option<DateTime<Utc>>,
}

impl Standing {
    /// The same purpose, of other records.
    pub fn add(&mut self, more: &Self) {
        self.kept += more.kept;
        self.held += more.held;
        self.undated += more.undated;
        self.due += more.due;
        self.overdue += more.overdue;
        self.next = self.next.into_iter().chain(more.next).min();
    }
}

/// A record whose time is over.
#[derive(Clone, Debug, QueryableByName)]
pub struct Due {
    #[diesel(sql_type = Text)]
    pub kind: String,
    #[diesel(sql_type = Nullable<SqlUuid>)]
    pub seminar_id: Option<SeminarId>,
    #[diesel(sql_type = SqlUuid)]
    pub object_id: Uuid,
}
