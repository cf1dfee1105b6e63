//! What another system says of a seminar, and how it is understood.

use chrono::{DateTime, Utc};
use serde::Deserialize;
use serde_json::{Map, Value, json};
use utoipa::ToSchema;

use crate::auth::OrganisationRef;
use crate::base::body::{from_value, kept, yes};
use crate::base::problem::{Error, FieldError, Result};
use crate::base::text::{Email, Language, Line, Paragraphs, WebAddress};
use crate::catalogue::CollectionId;
use crate::partners::rules::ownership::MEMBERS;
use crate::seminars::{
    ChannelBody, Kind, NewSeminar, NewSeminarBody, NewSession, PartyBody, ReasonCode, SeminarChange, SeminarPatch,
    SessionBody, Status, session_list,
};

/// A seminar as another system has it. What is left out is not stated: it is as usual where the seminar is new here, and
/// stays where it is not.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[expect(dead_code, reason = "what is only looked at, before it is taken as it was sent")]
#[schema(as = ExternalSeminar, example = json!({"title": "Fördermittel für die Digitalisierung", "kind": "info_event", "url": "https://ihk.example/4711",
    "sessions": [{"starts_at": "2027-05-06T18:00:00+02:00", "ends_at": "2027-05-06T20:00:00+02:00"}], "channels": [{"channel": "online", "capacity": 100}],
    "parties": [{"role": "lead", "organisation": "ihk-aachen"}]}))]
pub struct ExternalSeminarBody {
    pub title: Line<300>,
    pub kind: Kind,
    #[serde(default)]
    pub language: Option<Language>,
    #[serde(default)]
    pub description: Option<Paragraphs<20_000>>,
    /// draft, scheduled (where absent), postponed or cancelled. That it was held is said here, not there.
    #[serde(default)]
    pub status: Option<Status>,
    /// Why the plan changes, where this changes it.
    #[serde(default)]
    pub reason_code: Option<ReasonCode>,
    /// For the public history, and for those who are told.
    #[serde(default)]
    pub public_text: Option<Line<1000>>,
    /// Whether everybody with an active registration is told of a change of plan.
    #[serde(default = "yes")]
    pub notify: bool,
    #[serde(default)]
    #[schema(max_items = 100)]
    pub sessions: Option<Vec<SessionBody>>,
    #[serde(default)]
    #[schema(max_items = 3)]
    pub channels: Option<Vec<ChannelBody>>,
    #[serde(default)]
    #[schema(max_items = 50)]
    pub parties: Option<Vec<PartyBody>>,
    #[serde(default)]
    #[schema(max_items = 20)]
    pub collections: Option<Vec<CollectionId>>,
    #[serde(default)]
    pub registration_opens_at: Option<DateTime<Utc>>,
    #[serde(default)]
    pub registration_closes_at: Option<DateTime<Utc>>,
    #[serde(default)]
    pub contact_email: Option<Email>,
    /// The page of the seminar there; taken when the seminar is new here, and changed here after that.
    #[serde(default)]
    pub url: Option<WebAddress>,
    /// In a call with many: the other system's id.
    #[serde(default, deserialize_with = "kept")]
    #[schema(nullable = false)]
    pub external_id: Option<Line<200>>,
}

/// Understood as far as that goes without the database.
pub struct Understood {
    pub system: String,
    pub external_id: String,
    /// The members another system decides, as they were sent.
    pub sent: Map<String, Value>,
    pub status: Option<Status>,
    pub reason: ReasonCode,
    pub public_text: Option<Line<1000>>,
    pub notify: bool,
    pub sessions: Option<Vec<NewSession>>,
    url: Option<Value>,
}

impl Understood {
    pub fn read(value: Value, system: &Line<60>, external_id: &Line<200>) -> Result<Self> {
        let body = from_value::<ExternalSeminarBody>(value.clone(), "").map_err(Error::invalid)?;
        let mut errors = Vec::new();
        if body.external_id.is_some() {
            errors.push(FieldError::member("/external_id", "stands in the address"));
        }
        if body.status == Some(Status::Held) {
            errors.push(FieldError::member(
                "/status",
                "is draft, scheduled, postponed or cancelled",
            ));
        }
        let sessions = body.sessions.map(|sessions| session_list(sessions, &mut errors));
        let members = value.as_object().cloned().unwrap_or_default();
        let url = members.get("url").cloned().filter(|url| !url.is_null());
        let sent = members.into_iter().filter(|(name, _)| MEMBERS.contains(&name.as_str()));
        let understood = Self {
            system: system.as_str().to_owned(),
            external_id: external_id.as_str().to_owned(),
            sent: sent.collect(),
            status: body.status,
            reason: body.reason_code.unwrap_or(ReasonCode::Unknown),
            public_text: body.public_text,
            notify: body.notify,
            sessions,
            url,
        };
        let all = understood
            .sent
            .keys()
            .map(String::as_str)
            .filter(|member| *member != "status");
        if errors.is_empty() {
            // Everything that is wrong with the rest is said now, whichever part of it will be used.
            if let Err(Error::Refused(problem)) = understood.change(&all.collect::<Vec<_>>()) {
                errors.extend(problem.errors);
            }
        }
        Error::unless_empty(errors).map(|()| understood)
    }

    /// The whole as a new seminar of `of`.
    pub fn new_seminar(&self, of: &OrganisationRef) -> Result<NewSeminar> {
        let mut members = self.sent.clone();
        members.retain(|name, value| name != "status" && !value.is_null());
        members.insert("organisation".to_owned(), json!(of.id));
        let reference = json!({"system": self.system, "external_id": self.external_id, "url": self.url});
        members.insert("external_refs".to_owned(), json!([reference]));
        let body = from_value::<NewSeminarBody>(Value::Object(members), "").map_err(Error::invalid)?;
        body.understand(of.id)
    }

    /// A change of these members only.
    pub fn change(&self, members: &[&str]) -> Result<SeminarChange> {
        let sent = self.sent.iter().filter(|(name, _)| members.contains(&name.as_str()));
        let patch = sent.map(|(name, value)| (name.clone(), value.clone())).collect();
        let patch = from_value::<SeminarPatch>(Value::Object(patch), "").map_err(Error::invalid)?;
        patch.understand()
    }
}
