//! How a seminar is shown.

use chrono::{DateTime, FixedOffset, NaiveDate, Utc};
use serde::Serialize;
use utoipa::ToSchema;

use super::body::Span;
use crate::auth::{Identity, OrganisationRef, Role};
use crate::catalogue::{CollectionRef, VenueRef};
use crate::seminars::model::{
    Admission, AdmissionKind, AttendanceMode, AttendanceRule, Audience, BelowMinimum, CapacityUnit, Channel,
    Confirmation, ConsentText, DatePrecision, Kind, PartyRole, Question, SeminarId, SeminarRef, SessionId, SharingId,
    Status, TeamMember, TeamRole,
};
use crate::seminars::rules::{attendance_mode, local, together};
use crate::seminars::store::{Whole, involved};

#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Seminar, example = json!({"id": "0192f3c1-8d7e-7cc0-a0ff-3f0f5f5b8b11",
    "organisation": {"id": "0192f3c1-8d7e-7cc0-a0ff-3f0f5f5b8b12", "slug": "staedteregion-aachen", "name": "StädteRegion Aachen"},
    "title": "Onboarding", "kind": "seminar", "language": "de", "description": null, "audience": "public", "status": "scheduled",
    "attendance_mode": "hybrid", "within": null, "sessions": [{"id": "0192f3c1-8d7e-7cc0-a0ff-3f0f5f5b8b13", "title": null,
    "starts_at": "2027-05-06T18:00:00+02:00", "ends_at": "2027-05-06T20:00:00+02:00", "date_precision": "minute",
    "time_zone": "Europe/Berlin", "venue": null, "online_platform": "Zoom"}],
    "channels": [{"channel": "onsite", "capacity": 50, "free_seats": 12, "waiting": 0}, {"channel": "online", "capacity": null, "free_seats": null, "waiting": 0}],
    "parties": [{"role": "lead", "organisation": {"id": "0192f3c1-8d7e-7cc0-a0ff-3f0f5f5b8b12", "slug": "staedteregion-aachen", "name": "StädteRegion Aachen"}, "name": "StädteRegion Aachen"}],
    "collections": [], "external_refs": [], "waiting_list": true, "waiting_list_limit": null,
    "registration_opens_at": null, "registration_closes_at": null, "published_on": "2027-01-04", "admission": "first_come",
    "confirmation": "email", "confirm_hours": 24, "offer_hours": 24, "capacity_unit": "persons", "max_persons": 5,
    "contact_email": "seminare@staedteregion-aachen.example",
    "minimum": {"participants": 8, "decide_by": "2027-04-22T10:00:00Z", "otherwise": "notify", "decided_at": null},
    "questions": [{"id": "meal", "kind": "choice", "label": {"de": "Essen", "en": "Meal"}, "options": ["vegan", "vegetarisch"],
    "required": true, "channels": ["onsite"], "sensitive": true}],
    "consent_texts": [{"purpose": "photos", "version": "2027-01", "text": {"de": "Fotos der Veranstaltung dürfen mich zeigen."}}],
    "attendance_rule": {"min_seconds": 600, "min_sessions": null, "opens_minutes": 120, "bridge_gap_seconds": 60,
    "clip_to_session": true, "keep_times": false, "count_joins": false},
    "sharings": [{"id": "0192f3c1-8d7e-7cc0-a0ff-3f0f5f5b8b14", "organisation": {"id": "0192f3c1-8d7e-7cc0-a0ff-3f0f5f5b8b15", "slug": "ihk-aachen", "name": "IHK Aachen"},
    "purpose": "Gemeinsame Durchführung; die IHK begrüßt die Teilnehmenden."}],
    "team": [{"name": "Dr. Petra Vogt", "email": "vogt@example.org", "role": "speaker"}]}))]
pub struct SeminarView {
    pub id: SeminarId,
    /// Whose seminar it is.
    pub organisation: OrganisationRef,
    pub title: String,
    pub kind: Kind,
    pub language: String,
    pub description: Option<String>,
    pub audience: Audience,
    pub status: Status,
    /// Follows from the channels; `null` where nobody has said.
    pub attendance_mode: Option<AttendanceMode>,
    /// Where there is no date: the span the source speaks of.
    pub within: Option<Span>,
    /// While the seminar is postponed or cancelled: the times that no longer hold.
    pub sessions: Vec<SessionView>,
    pub channels: Vec<ChannelView>,
    /// To everybody but members also the organisers and partners of the other announcements (`merged`).
    pub parties: Vec<PartyView>,
    pub collections: Vec<CollectionRef>,
    pub external_refs: Vec<ExternalRefView>,
    pub waiting_list: bool,
    pub waiting_list_limit: Option<i32>,
    pub registration_opens_at: Option<DateTime<Utc>>,
    pub registration_closes_at: Option<DateTime<Utc>>,
    pub admission: AdmissionKind,
    pub confirmation: Confirmation,
    /// How long the seat of an address that is not confirmed yet is held.
    pub confirm_hours: i32,
    /// How long a freed seat is held for the first who waits; shorter near the start.
    pub offer_hours: i32,
    pub capacity_unit: CapacityUnit,
    /// How many persons one registration may bring, the contact included.
    pub max_persons: i32,
    /// Where answers to the seminar's mails go, and what the organiser is to decide; `null`: answers are not read, and
    /// decisions go to all organisers and admins.
    pub contact_email: Option<String>,
    /// For members of the organisation only.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub minimum: Option<MinimumView>,
    /// What is asked at registration.
    pub questions: Vec<Question>,
    /// What consent is asked for.
    pub consent_texts: Vec<ConsentText>,
    /// With whom names, e-mail addresses and companies of those who register are shared, and what for. A form shows all of
    /// them before it is sent, and says so in `told_of_sharings`.
    #[schema(max_items = 10)]
    pub sharings: Vec<SharingInForce>,
    /// Who counts as having been there. For members of the organisation only.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub attendance_rule: Option<AttendanceRuleView>,
    /// Who belongs to the seminar and is no participant: all of them with their addresses for organisers of the
    /// organisation, the names of the speakers for everybody else.
    pub team: Vec<TeamMember>,
    /// The day it was announced, or by which it is known to have been.
    pub published_on: Option<NaiveDate>,
    /// The words of the source, where it was imported from a text.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub source_quote: Option<String>,
    /// The seminar that stands for this one in lists and reports: the same event, announced by another organisation or twice.
    /// New registrations go there.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub merged_into: Option<SeminarRef>,
    /// The other announcements of the same event that this one stands for; left out where there are none.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub merged: Vec<SeminarRef>,
}

#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Session)]
pub struct SessionView {
    pub id: SessionId,
    pub title: Option<String>,
    pub starts_at: DateTime<FixedOffset>,
    /// With `date_precision: day` the midnight after the last day.
    pub ends_at: Option<DateTime<FixedOffset>>,
    pub date_precision: DatePrecision,
    pub time_zone: String,
    pub venue: Option<VenueRef>,
    pub online_platform: Option<String>,
    /// For members of the organisation only.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub join_url: Option<String>,
}

#[derive(Debug, Serialize, ToSchema)]
#[schema(as = SeminarChannel)]
pub struct ChannelView {
    pub channel: Channel,
    /// `null`: as many as come.
    pub capacity: Option<i32>,
    /// Seats one can still have; `null` where they are not counted.
    pub free_seats: Option<i32>,
    /// How many are waiting.
    pub waiting: i32,
}

#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Party)]
pub struct PartyView {
    pub role: PartyRole,
    /// `null` for somebody who is none of the organisations.
    pub organisation: Option<OrganisationRef>,
    pub name: String,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct SharingInForce {
    pub id: SharingId,
    /// Who may read.
    pub organisation: OrganisationRef,
    pub purpose: String,
}

#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ExternalRef)]
pub struct ExternalRefView {
    pub system: String,
    pub external_id: String,
    pub url: Option<String>,
}

#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Minimum)]
pub struct MinimumView {
    pub participants: i32,
    pub decide_by: DateTime<Utc>,
    pub otherwise: BelowMinimum,
    pub decided_at: Option<DateTime<Utc>>,
}

#[derive(Debug, Serialize, ToSchema)]
#[schema(as = AttendanceRule)]
pub struct AttendanceRuleView {
    /// Whoever was present for less than this in a session did not attend it. Where nobody measured, presence is
    /// enough.
    pub min_seconds: i32,
    /// How many sessions a certificate needs; `null`: all.
    pub min_sessions: Option<i32>,
    /// How many minutes before the start of a session the door opens.
    pub opens_minutes: i32,
    /// An absence as long as this or shorter is none.
    pub bridge_gap_seconds: i32,
    /// Whether only time inside the session counts.
    pub clip_to_session: bool,
    /// Whether join and leave times are kept, not only how long somebody was there. What was kept while it held stays.
    pub keep_times: bool,
    /// Whether entering the online room by the personal link counts as having been there.
    pub count_joins: bool,
}

fn rule_view(rule: &AttendanceRule) -> AttendanceRuleView {
    AttendanceRuleView {
        min_seconds: rule.min_seconds,
        min_sessions: rule.min_sessions,
        opens_minutes: rule.opens_minutes,
        bridge_gap_seconds: rule.bridge_gap_seconds,
        clip_to_session: rule.clip_to_session,
        keep_times: rule.keep_times,
        count_joins: rule.count_joins,
    }
}

/// The team as it is, or what of it is public.
fn team_view(team: Vec<TeamMember>, organiser: bool) -> Vec<TeamMember> {
    if organiser {
        return team;
    }
    let speakers = team.into_iter().filter(|member| member.role == TeamRole::Speaker);
    speakers.map(|speaker| TeamMember { email: None, ..speaker }).collect()
}

fn minimum_view(admission: &Admission) -> Option<MinimumView> {
    let minimum = admission.minimum()?;
    Some(MinimumView {
        participants: minimum.participants,
        decide_by: minimum.decide_by,
        otherwise: minimum.otherwise,
        decided_at: admission.decided_at,
    })
}

/// The seminar as this caller may see it.
#[must_use]
pub fn view_for(caller: Option<&Identity>, whole: Whole) -> SeminarView {
    let member = caller.is_some_and(|identity| identity.is_member_of(whole.seminar.organisation_id));
    let organiser = caller.is_some_and(|identity| identity.has_role(whole.seminar.organisation_id, Role::Organiser));
    let offered = whole.channels.iter().filter(|seats| seats.offered).collect::<Vec<_>>();
    let mode = attendance_mode(&offered.iter().map(|seats| seats.channel).collect::<Vec<_>>());
    let channels = offered.iter().map(|seats| ChannelView {
        channel: seats.channel,
        capacity: seats.capacity,
        // Behind a waiting list no seat is free to a newcomer.
        free_seats: seats.capacity.map(|capacity| {
            if seats.waiting > 0 {
                0
            } else {
                (capacity - seats.taken).max(0)
            }
        }),
        waiting: seats.waiting,
    });
    let channels = channels.collect();
    let sessions = whole.sessions.into_iter().map(|(session, venue)| SessionView {
        id: session.id,
        title: session.title,
        starts_at: local(session.starts_at, &session.time_zone),
        ends_at: session.ends_at.map(|end| local(end, &session.time_zone)),
        date_precision: session.date_precision,
        time_zone: session.time_zone,
        venue,
        online_platform: session.online_platform,
        join_url: session.join_url.filter(|_| member),
    });
    let merged = whole.merged.into_iter();
    let merged = merged.filter(|one| member || one.audience == Audience::Public);
    let merged = merged.collect::<Vec<_>>();
    let mut parties = involved(whole.parties);
    // Members see what is written down: it is what they send back when they change it.
    if !member {
        let others = merged
            .iter()
            .map(|one| (&one.seminar.organisation, involved(one.parties.clone())));
        parties = together(&whole.organisation, parties, others);
    }
    let parties = parties.into_iter().map(|party| PartyView {
        role: party.role,
        name: party.name,
        organisation: party.organisation,
    });
    let external_refs = whole.external_refs.into_iter().map(|one| ExternalRefView {
        system: one.system,
        external_id: one.external_id,
        url: one.url,
    });
    let sharings = whole
        .sharings
        .into_iter()
        .map(|(sharing, organisation)| SharingInForce {
            id: sharing.id,
            organisation,
            purpose: sharing.purpose,
        });
    let seminar = whole.seminar;
    let admission = whole.admission;
    SeminarView {
        id: seminar.id,
        organisation: whole.organisation,
        title: seminar.title,
        kind: seminar.kind,
        language: seminar.language,
        description: seminar.description,
        audience: seminar.audience,
        status: seminar.status,
        attendance_mode: mode,
        within: seminar
            .within_from
            .zip(seminar.within_to)
            .map(|(from, to)| Span { from, to }),
        sessions: sessions.collect(),
        channels,
        parties: parties.collect(),
        collections: whole.collections,
        external_refs: external_refs.collect(),
        waiting_list: seminar.waiting_list,
        waiting_list_limit: seminar.waiting_list_limit,
        registration_opens_at: seminar.registration_opens_at,
        registration_closes_at: seminar.registration_closes_at,
        minimum: minimum_view(&admission).filter(|_| member),
        admission: admission.admission,
        confirmation: admission.confirmation,
        confirm_hours: admission.confirm_hours,
        offer_hours: admission.offer_hours,
        capacity_unit: admission.capacity_unit,
        max_persons: admission.max_persons,
        contact_email: admission.contact_email,
        questions: admission.questions.0,
        consent_texts: admission.consent_texts.0,
        sharings: sharings.collect(),
        attendance_rule: member.then(|| rule_view(&whole.attendance_rule)),
        team: team_view(whole.attendance_rule.team.0, organiser),
        published_on: seminar.published_on,
        source_quote: seminar.source_quote,
        merged_into: whole.merged_into,
        merged: merged.into_iter().map(|one| one.seminar).collect(),
    }
}
