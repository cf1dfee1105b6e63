//! What comes in about a seminar, and how it is understood.

mod admission;
mod attendance_rule;
mod parts;

use chrono::{DateTime, Utc};
use serde::Deserialize;
use utoipa::ToSchema;

use self::admission::{MinimumBody, MinimumPatch, default_confirm_hours, default_offer_hours, default_persons, faults};
use self::attendance_rule::{AttendanceRulePatch, rule_faults};
use self::parts::{ExternalRefBody, bounded, channels, external_refs, parties, span};
use crate::auth::OrganisationId;
use crate::base::body::{kept, mentioned, yes};
use crate::base::problem::{Error, FieldError, Result};
use crate::base::text::{Email, Language, Line, Paragraphs};
use crate::catalogue::CollectionId;
use crate::seminars::model::{
    AdmissionKind, Audience, CapacityUnit, Confirmation, ConsentText, Kind, NewAttendanceRule, Question, TeamMember,
};
use crate::seminars::rules::{IMPLAUSIBLE, plausible};
use crate::seminars::service::{
    AdmissionChange, AttendanceRuleChange, NewAdmission, NewSeminar, SeminarChange, stated_rule,
};

pub use self::parts::{ChannelBody, PartyBody, SessionBody, Span, sessions};

#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"organisation": "staedteregion-aachen", "title": "Onboarding", "kind": "seminar", "language": "de",
    "sessions": [{"starts_at": "2027-05-06T18:00:00+02:00", "ends_at": "2027-05-06T20:00:00+02:00"}],
    "channels": [{"channel": "onsite", "capacity": 50}, {"channel": "online"}],
    "parties": [{"role": "lead", "organisation": "staedteregion-aachen"}, {"role": "speaker", "name": "Dr. Michael Ziemons"}],
    "attendance_rule": {"min_seconds": 900}, "team": [{"name": "Dr. Michael Ziemons", "email": "ziemons@example.org", "role": "speaker"}]}))]
pub struct NewSeminarBody {
    /// Whose seminar it is: id or slug.
    pub organisation: Line<60>,
    pub title: Line<300>,
    pub kind: Kind,
    #[serde(default)]
    pub language: Language,
    #[serde(default)]
    pub description: Option<Paragraphs<20_000>>,
    #[serde(default = "public")]
    pub audience: Audience,
    #[serde(default)]
    #[schema(max_items = 100)]
    pub sessions: Vec<SessionBody>,
    /// Where there is no date: the span the source speaks of. Not together with sessions.
    #[serde(default)]
    pub within: Option<Span>,
    #[serde(default)]
    #[schema(max_items = 3)]
    pub channels: Vec<ChannelBody>,
    #[serde(default)]
    #[schema(max_items = 50)]
    pub parties: Vec<PartyBody>,
    #[serde(default)]
    #[schema(max_items = 20)]
    pub collections: Vec<CollectionId>,
    #[serde(default)]
    #[schema(max_items = 20)]
    pub external_refs: Vec<ExternalRefBody>,
    #[serde(default = "yes")]
    pub waiting_list: bool,
    /// How many may wait per channel; absent: any number.
    #[serde(default)]
    #[schema(minimum = 1, maximum = 1_000_000)]
    pub waiting_list_limit: Option<i32>,
    #[serde(default)]
    pub registration_opens_at: Option<DateTime<Utc>>,
    /// Absent: when the first session begins.
    #[serde(default)]
    pub registration_closes_at: Option<DateTime<Utc>>,
    #[serde(default)]
    #[schema(default = "first_come")]
    pub admission: AdmissionKind,
    #[serde(default)]
    #[schema(default = "email")]
    pub confirmation: Confirmation,
    /// How long the seat of an address that is not confirmed yet is held.
    #[serde(default = "default_confirm_hours")]
    #[schema(minimum = 1, maximum = 336, default = 24)]
    pub confirm_hours: i32,
    /// How long a freed seat is held for the first who waits; shorter near the start.
    #[serde(default = "default_offer_hours")]
    #[schema(minimum = 1, maximum = 336, default = 24)]
    pub offer_hours: i32,
    #[serde(default)]
    #[schema(default = "persons")]
    pub capacity_unit: CapacityUnit,
    /// How many persons one registration may bring, the contact included.
    #[serde(default = "default_persons")]
    #[schema(minimum = 1, maximum = 100, default = 5)]
    pub max_persons: i32,
    /// Where answers to the seminar's mails go; shown to everybody.
    #[serde(default)]
    pub contact_email: Option<Email>,
    #[serde(default)]
    pub minimum: Option<MinimumBody>,
    #[serde(default)]
    #[schema(max_items = 30)]
    pub questions: Vec<Question>,
    #[serde(default)]
    #[schema(max_items = 10)]
    pub consent_texts: Vec<ConsentText>,
    /// Who counts as having been there; absent: as usual.
    #[serde(default)]
    pub attendance_rule: Option<NewAttendanceRule>,
    /// Who belongs to the seminar and is no participant; nobody twice. The names of speakers are public.
    #[serde(default)]
    #[schema(max_items = 50)]
    pub team: Vec<TeamMember>,
}

fn public() -> Audience {
    Audience::Public
}

/// Merge patch (RFC 7396): what is not mentioned stays, `null` removes, lists are replaced whole.
#[derive(Clone, Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"title": "Onboarding für KMU", "channels": [{"channel": "onsite", "capacity": 80}]}))]
pub struct SeminarPatch {
    #[serde(default, deserialize_with = "kept")]
    #[schema(nullable = false)]
    pub title: Option<Line<300>>,
    #[serde(default, deserialize_with = "kept")]
    #[schema(nullable = false)]
    pub kind: Option<Kind>,
    #[serde(default, deserialize_with = "kept")]
    #[schema(nullable = false)]
    pub language: Option<Language>,
    #[serde(default, deserialize_with = "mentioned")]
    #[schema(value_type = Option<Paragraphs<20_000>>)]
    pub description: Option<Option<Paragraphs<20_000>>>,
    #[serde(default, deserialize_with = "kept")]
    #[schema(nullable = false)]
    pub audience: Option<Audience>,
    #[serde(default, deserialize_with = "kept")]
    #[schema(max_items = 100, nullable = false)]
    pub sessions: Option<Vec<SessionBody>>,
    #[serde(default, deserialize_with = "mentioned")]
    #[schema(value_type = Option<Span>)]
    pub within: Option<Option<Span>>,
    #[serde(default, deserialize_with = "kept")]
    #[schema(max_items = 3, nullable = false)]
    pub channels: Option<Vec<ChannelBody>>,
    #[serde(default, deserialize_with = "kept")]
    #[schema(max_items = 50, nullable = false)]
    pub parties: Option<Vec<PartyBody>>,
    #[serde(default, deserialize_with = "kept")]
    #[schema(max_items = 20, nullable = false)]
    pub collections: Option<Vec<CollectionId>>,
    #[serde(default, deserialize_with = "kept")]
    #[schema(max_items = 20, nullable = false)]
    pub external_refs: Option<Vec<ExternalRefBody>>,
    #[serde(default, deserialize_with = "kept")]
    #[schema(nullable = false)]
    pub waiting_list: Option<bool>,
    #[serde(default, deserialize_with = "mentioned")]
    #[schema(value_type = Option<i32>, minimum = 1, maximum = 1_000_000)]
    pub waiting_list_limit: Option<Option<i32>>,
    #[serde(default, deserialize_with = "mentioned")]
    #[schema(value_type = Option<DateTime<Utc>>)]
    pub registration_opens_at: Option<Option<DateTime<Utc>>>,
    #[serde(default, deserialize_with = "mentioned")]
    #[schema(value_type = Option<DateTime<Utc>>)]
    pub registration_closes_at: Option<Option<DateTime<Utc>>>,
    /// Cannot change while people are registered.
    #[serde(default, deserialize_with = "kept")]
    #[schema(nullable = false)]
    pub admission: Option<AdmissionKind>,
    #[serde(default, deserialize_with = "kept")]
    #[schema(nullable = false)]
    pub confirmation: Option<Confirmation>,
    #[serde(default, deserialize_with = "kept")]
    #[schema(minimum = 1, maximum = 336, nullable = false)]
    pub confirm_hours: Option<i32>,
    #[serde(default, deserialize_with = "kept")]
    #[schema(minimum = 1, maximum = 336, nullable = false)]
    pub offer_hours: Option<i32>,
    /// Cannot change while people are registered.
    #[serde(default, deserialize_with = "kept")]
    #[schema(nullable = false)]
    pub capacity_unit: Option<CapacityUnit>,
    #[serde(default, deserialize_with = "kept")]
    #[schema(minimum = 1, maximum = 100, nullable = false)]
    pub max_persons: Option<i32>,
    #[serde(default, deserialize_with = "mentioned")]
    #[schema(value_type = Option<Email>)]
    pub contact_email: Option<Option<Email>>,
    /// Another minimum is decided on anew.
    #[serde(default, deserialize_with = "mentioned")]
    #[schema(value_type = Option<MinimumPatch>)]
    pub minimum: Option<Option<MinimumPatch>>,
    #[serde(default, deserialize_with = "kept")]
    #[schema(max_items = 30, nullable = false)]
    pub questions: Option<Vec<Question>>,
    /// Other words need another `version` once the seminar is published.
    #[serde(default, deserialize_with = "kept")]
    #[schema(max_items = 10, nullable = false)]
    pub consent_texts: Option<Vec<ConsentText>>,
    /// Also when it was held; `null`: as usual again.
    #[serde(default, deserialize_with = "mentioned")]
    #[schema(value_type = Option<AttendanceRulePatch>)]
    pub attendance_rule: Option<Option<AttendanceRulePatch>>,
    /// Also when it was held.
    #[serde(default, deserialize_with = "kept")]
    #[schema(max_items = 50, nullable = false)]
    pub team: Option<Vec<TeamMember>>,
    /// Lower a capacity below the seats taken. Nobody loses one.
    #[serde(default)]
    pub force: bool,
}

impl NewSeminarBody {
    /// Understands everything that can be understood without the database, or names all that cannot.
    pub fn understand(self, organisation_id: OrganisationId) -> Result<NewSeminar> {
        let mut errors = Vec::new();
        let within = span(self.within, &mut errors);
        if within.is_some() && !self.sessions.is_empty() {
            errors.push(FieldError::member("/within", "stands only where there are no sessions"));
        }
        window(self.registration_opens_at, self.registration_closes_at, &mut errors);
        at_least_one(self.waiting_list_limit, "/waiting_list_limit", &mut errors);
        let admission = NewAdmission {
            admission: self.admission,
            confirmation: self.confirmation,
            confirm_hours: self.confirm_hours,
            offer_hours: self.offer_hours,
            capacity_unit: self.capacity_unit,
            max_persons: self.max_persons,
            contact_email: self.contact_email,
            minimum: self.minimum.map(MinimumBody::understand),
            questions: self.questions,
            consent_texts: self.consent_texts,
        };
        errors.extend(faults(&admission.stated()));
        let attendance_rule = self.attendance_rule.unwrap_or_default();
        errors.extend(rule_faults(&stated_rule(&attendance_rule, &self.team)));
        let new = NewSeminar {
            organisation_id,
            title: self.title,
            kind: self.kind,
            language: self.language,
            description: self.description,
            audience: self.audience,
            within,
            sessions: sessions(self.sessions, &mut errors),
            channels: channels(self.channels, &mut errors),
            parties: parties(self.parties, &mut errors),
            collections: bounded(self.collections, 20, "/collections", &mut errors),
            external_refs: external_refs(self.external_refs, &mut errors),
            waiting_list: self.waiting_list,
            waiting_list_limit: self.waiting_list_limit,
            registration_opens_at: self.registration_opens_at,
            registration_closes_at: self.registration_closes_at,
            source_quote: None,
            admission,
            attendance_rule,
            team: self.team,
        };
        Error::unless_empty(errors).map(|()| new)
    }
}

impl SeminarPatch {
    pub fn understand(self) -> Result<SeminarChange> {
        let mut errors = Vec::new();
        window(
            self.registration_opens_at.flatten(),
            self.registration_closes_at.flatten(),
            &mut errors,
        );
        at_least_one(self.waiting_list_limit.flatten(), "/waiting_list_limit", &mut errors);
        let admission = AdmissionChange {
            admission: self.admission,
            confirmation: self.confirmation,
            confirm_hours: self.confirm_hours,
            offer_hours: self.offer_hours,
            capacity_unit: self.capacity_unit,
            max_persons: self.max_persons,
            contact_email: self.contact_email,
            minimum: self.minimum.map(|minimum| minimum.map(MinimumPatch::understand)),
            questions: self.questions,
            consent_texts: self.consent_texts,
        };
        errors.extend(faults(&admission.stated()));
        let attendance_rule = AttendanceRuleChange {
            rule: self
                .attendance_rule
                .map(|rule| rule.map(AttendanceRulePatch::understand)),
            team: self.team,
        };
        errors.extend(rule_faults(&attendance_rule.stated()));
        let change = SeminarChange {
            title: self.title,
            kind: self.kind,
            language: self.language,
            description: self.description,
            audience: self.audience,
            within: self.within.map(|within| span(within, &mut errors)),
            sessions: self.sessions.map(|all| sessions(all, &mut errors)),
            channels: self.channels.map(|all| channels(all, &mut errors)),
            parties: self.parties.map(|all| parties(all, &mut errors)),
            collections: self
                .collections
                .map(|all| bounded(all, 20, "/collections", &mut errors)),
            external_refs: self.external_refs.map(|all| external_refs(all, &mut errors)),
            waiting_list: self.waiting_list,
            waiting_list_limit: self.waiting_list_limit,
            registration_opens_at: self.registration_opens_at,
            registration_closes_at: self.registration_closes_at,
            admission,
            attendance_rule,
            force: self.force,
        };
        Error::unless_empty(errors).map(|()| change)
    }
}

fn window(opens: Option<DateTime<Utc>>, closes: Option<DateTime<Utc>>, errors: &mut Vec<FieldError>) {
    for (pointer, at) in [("/registration_opens_at", opens), ("/registration_closes_at", closes)] {
        if at.is_some_and(|at| !plausible(at.date_naive())) {
            errors.push(FieldError::member(pointer, IMPLAUSIBLE));
        }
    }
    if let (Some(opens), Some(closes)) = (opens, closes)
        && closes <= opens
    {
        errors.push(FieldError::member(
            "/registration_closes_at",
            "must be after `registration_opens_at`",
        ));
    }
}

fn at_least_one(number: Option<i32>, pointer: &str, errors: &mut Vec<FieldError>) {
    if number.is_some_and(|number| !(1..=1_000_000).contains(&number)) {
        errors.push(FieldError::member(pointer, "must be 1 to 1000000"));
    }
}
