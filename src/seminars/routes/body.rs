//! What comes in about a seminar, and how it is understood.

use chrono::{DateTime, NaiveDate, Utc};
use chrono_tz::Tz;
use serde::Deserialize;
use utoipa::ToSchema;

use crate::auth::OrganisationId;
use crate::base::body::{kept, mentioned};
use crate::base::problem::{Error, FieldError, Result};
use crate::base::text::{Language, Line, Paragraphs, WebAddress};
use crate::catalogue::{CollectionId, VenueId};
use crate::seminars::model::{Audience, Channel, DatePrecision, Kind, PartyRole};
use crate::seminars::rules::{
    IMPLAUSIBLE, Resolved, begin_of_day, capacity_fault, plausible, resolve, session_fault, zone,
};
use crate::seminars::service::{
    NewChannel, NewExternalRef, NewParty, NewSeminar, NewSession, PartyName, SeminarChange,
};

/// A span of days, both included.
#[derive(Clone, Copy, Debug, Deserialize, serde::Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"from": "2020-01-01", "to": "2021-05-31"}))]
pub struct Span {
    pub from: NaiveDate,
    pub to: NaiveDate,
}

#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NewSession, example = json!({"starts_at": "2027-05-06T18:00:00+02:00", "ends_at": "2027-05-06T20:00:00+02:00", "time_zone": "Europe/Berlin"}))]
pub struct SessionBody {
    #[serde(default)]
    pub title: Option<Line<300>>,
    /// RFC 3339 with the offset the zone has at that moment (or `Z`), or a wall-clock time without one, or, with
    /// `date_precision: day`, a calendar day.
    pub starts_at: Line<40>,
    /// In the same forms; with `date_precision: day` the last day, included.
    #[serde(default)]
    pub ends_at: Option<Line<40>>,
    #[serde(default = "minute")]
    pub date_precision: DatePrecision,
    /// IANA zone; default `Europe/Berlin`.
    #[serde(default)]
    pub time_zone: Option<Line<60>>,
    #[serde(default)]
    pub venue: Option<VenueId>,
    /// Zoom, Teams, YouTube …
    #[serde(default)]
    pub online_platform: Option<Line<100>>,
    /// Shown to members and, later, to registrants; never public.
    #[serde(default)]
    pub join_url: Option<WebAddress>,
}

fn minute() -> DatePrecision {
    DatePrecision::Minute
}

#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NewChannel, example = json!({"channel": "onsite", "capacity": 50}))]
pub struct ChannelBody {
    pub channel: Channel,
    /// Seats; absent or `null`: as many as come. A livestream has none.
    #[serde(default)]
    #[schema(minimum = 1, maximum = 1_000_000)]
    pub capacity: Option<i32>,
}

#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NewParty, example = json!({"role": "co_organiser", "organisation": "ihk-aachen"}))]
pub struct PartyBody {
    pub role: PartyRole,
    /// Id or slug; or `name` instead.
    #[serde(default)]
    pub organisation: Option<Line<60>>,
    /// Somebody who is none of the organisations.
    #[serde(default)]
    pub name: Option<Line<200>>,
}

#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NewExternalRef, example = json!({"system": "ihk-events", "external_id": "4711", "url": "https://ihk.example/4711"}))]
pub struct ExternalRefBody {
    pub system: Line<60>,
    pub external_id: Line<200>,
    #[serde(default)]
    pub url: Option<WebAddress>,
}

#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"organisation": "staedteregion-aachen", "title": "Onboarding", "kind": "seminar", "language": "de",
    "sessions": [{"starts_at": "2027-05-06T18:00:00+02:00", "ends_at": "2027-05-06T20:00:00+02:00"}],
    "channels": [{"channel": "onsite", "capacity": 50}, {"channel": "online"}],
    "parties": [{"role": "lead", "organisation": "staedteregion-aachen"}, {"role": "speaker", "name": "Dr. Michael Ziemons"}]}))]
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
}

fn public() -> Audience {
    Audience::Public
}

fn yes() -> bool {
    true
}

/// Merge patch (RFC 7396): what is not mentioned stays, `null` removes, lists are replaced whole.
#[derive(Clone, Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"title": "Onboarding für KMU", "channels": [{"channel": "onsite", "capacity": 80}]}))]
pub struct SeminarPatch {
    #[serde(default, deserialize_with = "kept")]
    pub title: Option<Line<300>>,
    #[serde(default, deserialize_with = "kept")]
    pub kind: Option<Kind>,
    #[serde(default, deserialize_with = "kept")]
    pub language: Option<Language>,
    #[serde(default, deserialize_with = "mentioned")]
    #[schema(value_type = Option<Paragraphs<20_000>>)]
    pub description: Option<Option<Paragraphs<20_000>>>,
    #[serde(default, deserialize_with = "kept")]
    pub audience: Option<Audience>,
    #[serde(default, deserialize_with = "kept")]
    #[schema(max_items = 100)]
    pub sessions: Option<Vec<SessionBody>>,
    #[serde(default, deserialize_with = "mentioned")]
    #[schema(value_type = Option<Span>)]
    pub within: Option<Option<Span>>,
    #[serde(default, deserialize_with = "kept")]
    #[schema(max_items = 3)]
    pub channels: Option<Vec<ChannelBody>>,
    #[serde(default, deserialize_with = "kept")]
    #[schema(max_items = 50)]
    pub parties: Option<Vec<PartyBody>>,
    #[serde(default, deserialize_with = "kept")]
    #[schema(max_items = 20)]
    pub collections: Option<Vec<CollectionId>>,
    #[serde(default, deserialize_with = "kept")]
    #[schema(max_items = 20)]
    pub external_refs: Option<Vec<ExternalRefBody>>,
    #[serde(default, deserialize_with = "kept")]
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

fn bounded<T>(all: Vec<T>, max: usize, pointer: &str, errors: &mut Vec<FieldError>) -> Vec<T> {
    if all.len() > max {
        errors.push(FieldError::member(
            pointer,
            format!("must have at most {max} entries, has {}", all.len()),
        ));
        return Vec::new();
    }
    all
}

fn span(within: Option<Span>, errors: &mut Vec<FieldError>) -> Option<(NaiveDate, NaiveDate)> {
    let Span { from, to } = within?;
    for (pointer, day) in [("/within/from", from), ("/within/to", to)] {
        if !plausible(day) {
            errors.push(FieldError::member(pointer, IMPLAUSIBLE));
        }
    }
    if to < from {
        errors.push(FieldError::member("/within/to", "must not be before `from`"));
    }
    Some((from, to))
}

/// Sessions of a request, sorted by nothing: their order is by start once they are stored.
pub fn sessions(all: Vec<SessionBody>, errors: &mut Vec<FieldError>) -> Vec<NewSession> {
    let all = bounded(all, 100, "/sessions", errors);
    let understood = all.into_iter().enumerate().filter_map(|(n, body)| match session(body) {
        Ok(session) => Some(session),
        Err((member, reason)) => {
            errors.push(FieldError::member(format!("/sessions/{n}/{member}"), reason));
            None
        }
    });
    understood.collect()
}

fn session(body: SessionBody) -> Result<NewSession, (&'static str, String)> {
    let zone = match &body.time_zone {
        Some(name) => zone(name.as_str()).map_err(|reason| ("time_zone", reason))?,
        None => chrono_tz::Europe::Berlin,
    };
    let precision = body.date_precision;
    let starts_at = moment(&body.starts_at, zone, precision, false).map_err(|reason| ("starts_at", reason))?;
    let ends_at = match &body.ends_at {
        Some(text) => Some(moment(text, zone, precision, true).map_err(|reason| ("ends_at", reason))?),
        None => None,
    };
    if let Some((member, reason)) = session_fault(starts_at, ends_at) {
        return Err((member, reason.to_owned()));
    }
    Ok(NewSession {
        title: body.title,
        starts_at,
        ends_at,
        date_precision: precision,
        zone,
        venue: body.venue,
        online_platform: body.online_platform,
        join_url: body.join_url,
    })
}

/// With precision `day` a day; its end is the midnight after it.
fn moment(text: &Line<40>, zone: Tz, precision: DatePrecision, end: bool) -> Result<DateTime<Utc>, String> {
    let day = |day: NaiveDate| {
        let day = if end { day.succ_opt().unwrap_or(day) } else { day };
        begin_of_day(day, zone)
    };
    match (resolve(text.as_str(), zone)?, precision) {
        (Resolved::Instant(instant), DatePrecision::Minute) => Ok(instant),
        (Resolved::Day(given), DatePrecision::Day) => Ok(day(given)),
        (Resolved::Instant(instant), DatePrecision::Day) => {
            let local = instant.with_timezone(&zone);
            let midnight = begin_of_day(local.date_naive(), zone);
            if instant == midnight {
                Ok(instant)
            } else {
                Err("with `date_precision: day` must be a day such as 2027-05-06".to_owned())
            }
        }
        (Resolved::Day(_), DatePrecision::Minute) => {
            Err("is only a day; give the time, or `date_precision: day`".to_owned())
        }
    }
}

fn channels(all: Vec<ChannelBody>, errors: &mut Vec<FieldError>) -> Vec<NewChannel> {
    let all = bounded(all, 3, "/channels", errors);
    for (n, one) in all.iter().enumerate() {
        if all.iter().take(n).any(|other| other.channel == one.channel) {
            errors.push(FieldError::member(format!("/channels/{n}/channel"), "is given twice"));
        }
        if let Some(reason) = capacity_fault(one.channel, one.capacity) {
            errors.push(FieldError::member(format!("/channels/{n}/capacity"), reason));
        }
    }
    all.into_iter()
        .map(|one| NewChannel {
            channel: one.channel,
            capacity: one.capacity,
        })
        .collect()
}

fn parties(all: Vec<PartyBody>, errors: &mut Vec<FieldError>) -> Vec<NewParty> {
    let all = bounded(all, 50, "/parties", errors);
    let understood = all.into_iter().enumerate().filter_map(|(n, one)| {
        let party = match (one.organisation, one.name) {
            (Some(organisation), None) => PartyName::Organisation(organisation.into_string()),
            (None, Some(name)) => PartyName::Named(name),
            _ => {
                errors.push(FieldError::member(
                    format!("/parties/{n}"),
                    "needs either `organisation` or `name`",
                ));
                return None;
            }
        };
        Some(NewParty { role: one.role, party })
    });
    understood.collect()
}

fn external_refs(all: Vec<ExternalRefBody>, errors: &mut Vec<FieldError>) -> Vec<NewExternalRef> {
    let all = bounded(all, 20, "/external_refs", errors);
    all.into_iter()
        .map(|one| NewExternalRef {
            system: one.system,
            external_id: one.external_id,
            url: one.url,
        })
        .collect()
}
