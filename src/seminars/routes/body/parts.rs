//! The parts of a seminar as they come in, and how they are understood.

use chrono::{DateTime, NaiveDate, Utc};
use chrono_tz::Tz;
use serde::Deserialize;
use utoipa::ToSchema;

use crate::base::problem::FieldError;
use crate::base::text::{Line, WebAddress};
use crate::catalogue::VenueId;
use crate::seminars::model::{Channel, DatePrecision, PartyRole};
use crate::seminars::rules::{
    IMPLAUSIBLE, Resolved, begin_of_day, capacity_fault, plausible, resolve, session_fault, zone,
};
use crate::seminars::service::{NewChannel, NewExternalRef, NewParty, NewSession, PartyName};

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

pub(super) fn bounded<T>(all: Vec<T>, max: usize, pointer: &str, errors: &mut Vec<FieldError>) -> Vec<T> {
    if all.len() > max {
        errors.push(FieldError::member(
            pointer,
            format!("must have at most {max} entries, has {}", all.len()),
        ));
        return Vec::new();
    }
    all
}

pub(super) fn span(within: Option<Span>, errors: &mut Vec<FieldError>) -> Option<(NaiveDate, NaiveDate)> {
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

pub(super) fn channels(all: Vec<ChannelBody>, errors: &mut Vec<FieldError>) -> Vec<NewChannel> {
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

pub(super) fn parties(all: Vec<PartyBody>, errors: &mut Vec<FieldError>) -> Vec<NewParty> {
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

pub(super) fn external_refs(all: Vec<ExternalRefBody>, errors: &mut Vec<FieldError>) -> Vec<NewExternalRef> {
    let all = bounded(all, 20, "/external_refs", errors);
    all.into_iter()
        .map(|one| NewExternalRef {
            system: one.system,
            external_id: one.external_id,
            url: one.url,
        })
        .collect()
}
