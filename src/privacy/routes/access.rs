//! Everything that is known of a person, in one answer.

use actix_web::{HttpResponse, post, web};
use chrono::{DateTime, Utc};
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

use super::body::AccessRequest;
use crate::auth::{NeedsAdmin, OrganisationRef};
use crate::base::body::Body;
use crate::base::capability::Capabilities;
use crate::base::clock::Clock;
use crate::base::db::Db;
use crate::base::problem::Result;
use crate::privacy::model::{
    AccessCheckIn, AccessConsent, AccessDisclosure, AccessJoin, AccessMail, AccessReportRow, AccessRetention,
    AccessReview, AccessSensitiveAnswer,
};
use crate::privacy::service::{self, Known};
use crate::registrations::{Companion, Holder, PersonalData, Registration, RegistrationId, State};
use crate::seminars::{Channel, SeminarId};

#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({"id": "0192f3c1-8d7e-7cc0-a0ff-3f0f5f5b8b11", "seminar": "0192f3c1-8d7e-7cc0-a0ff-3f0f5f5b8b12",
    "channel": "onsite", "state": "confirmed", "given_name": "Anna", "family_name": "Müller", "email": "anna.mueller@example.org",
    "company": "Printenfabrik", "phone": null, "language": "de", "persons": 2,
    "companions": [{"given_name": "Berta", "family_name": "Çelik"}], "answers": {"topic": "Förderung"}, "entered_by_member": false,
    "email_confirmed_at": "2027-01-04T08:05:00Z", "kept_at": null, "cancelled_at": null, "cancel_reason": null,
    "created_at": "2027-01-04T08:00:00Z", "updated_at": "2027-01-04T08:05:00Z", "personal_data": "kept"}))]
pub struct AccessRegistration {
    pub id: RegistrationId,
    pub seminar: SeminarId,
    pub channel: Channel,
    pub state: State,
    pub given_name: String,
    pub family_name: String,
    pub email: String,
    pub company: Option<String>,
    pub phone: Option<String>,
    pub language: String,
    pub persons: i32,
    /// As the person named them.
    pub companions: Vec<Companion>,
    #[schema(value_type = Object)]
    pub answers: Value,
    /// Somebody of the organisation entered it for the person.
    pub entered_by_member: bool,
    pub email_confirmed_at: Option<DateTime<Utc>>,
    pub kept_at: Option<DateTime<Utc>>,
    pub cancelled_at: Option<DateTime<Utc>>,
    pub cancel_reason: Option<String>,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
    pub personal_data: PersonalData,
}

impl From<Registration> for AccessRegistration {
    fn from(row: Registration) -> Self {
        Self {
            id: row.id,
            seminar: row.seminar_id,
            channel: row.channel,
            state: row.state,
            given_name: row.given_name,
            family_name: row.family_name,
            email: row.email,
            company: row.company,
            phone: row.phone,
            language: row.language,
            persons: row.persons,
            companions: row.companions.0,
            answers: row.answers,
            entered_by_member: row.entered_by.is_some(),
            email_confirmed_at: row.email_confirmed_at,
            kept_at: row.kept_at,
            cancelled_at: row.cancelled_at,
            cancel_reason: row.cancel_reason,
            created_at: row.created_at,
            updated_at: row.updated_at,
            personal_data: row.personal_data,
        }
    }
}

/// Everything that is known of a person in an organisation.
#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({"organisation": {"id": "0192f3c1-8d7e-7cc0-a0ff-3f0f5f5b8b12", "slug": "staedteregion-aachen",
    "name": "StädteRegion Aachen"}, "asked_at": "2027-06-01T08:00:00Z", "registrations": [], "consents": [], "sensitive_answers": [],
    "reviews": [], "joins": [], "check_ins": [], "report_rows": [], "mails": [], "disclosures": [], "retention": []}))]
pub struct AccessDocument {
    pub organisation: OrganisationRef,
    pub asked_at: DateTime<Utc>,
    pub registrations: Vec<AccessRegistration>,
    pub consents: Vec<AccessConsent>,
    pub sensitive_answers: Vec<AccessSensitiveAnswer>,
    pub reviews: Vec<AccessReview>,
    pub joins: Vec<AccessJoin>,
    pub check_ins: Vec<AccessCheckIn>,
    pub report_rows: Vec<AccessReportRow>,
    pub mails: Vec<AccessMail>,
    /// To whom name, address and company were handed over, and when.
    pub disclosures: Vec<AccessDisclosure>,
    /// Until when what is kept.
    pub retention: Vec<AccessRetention>,
}

/// Everything that is known of a person.
///
/// Admins of the organisation, of an address or a registration; whoever has the mail, of what stands under the same address in
/// that organisation, also when the links of the mail do nothing else any more. Names of others are only those that the person
/// gave. That it was asked is written down by ids. Nothing is created, so it can be asked again.
#[utoipa::path(tag = "privacy", request_body = AccessRequest, security(("member" = []), ("registrant" = [])), responses(
    (status = 200, body = AccessDocument, description = "What is known; never kept by a cache"),
    (status = 404, description = "`not-found`: no such organisation, or not the caller's; or a token that proves nothing")))]
#[post("/privacy/access-requests")]
pub async fn create_access_request(
    holder: Holder<NeedsAdmin>,
    db: web::Data<Db>,
    clock: web::Data<Clock>,
    capabilities: web::Data<Capabilities>,
    body: Body<AccessRequest>,
) -> Result<HttpResponse> {
    let (who, _) = holder.who(None, &clock)?;
    let act = *who.act();
    let asked = body.value.asked();
    let (organisation, known) = db
        .write(move |conn| {
            let subject = service::subject(conn, &capabilities, &who, &asked)?;
            let organisation = subject.organisation.clone();
            Ok((organisation, service::access(conn, &act, subject)?))
        })
        .await?;
    Ok(HttpResponse::Ok()
        .insert_header(("Cache-Control", "no-store"))
        .json(document(organisation, act.now, known)))
}

fn document(organisation: OrganisationRef, asked_at: DateTime<Utc>, known: Known) -> AccessDocument {
    AccessDocument {
        organisation,
        asked_at,
        registrations: known.registrations.into_iter().map(AccessRegistration::from).collect(),
        consents: known.consents,
        sensitive_answers: known.sensitive_answers,
        reviews: known.reviews,
        joins: known.joins,
        check_ins: known.check_ins,
        report_rows: known.report_rows,
        mails: known.mails,
        disclosures: known.disclosures,
        retention: known.retention,
    }
}
