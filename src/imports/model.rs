//! What a programme file says: first its parts as they are written, then the programme they come to.

mod preview;

use std::fmt;
use std::str::FromStr;

use chrono::{DateTime, Datelike, NaiveDate, NaiveTime, Utc};
use chrono_tz::Tz;
use serde::{Deserialize, Deserializer};

use crate::attendance::{NewHeadcount, Qualifier, Unit};
use crate::auth::NewOrganisation;
use crate::base::text::{Country, Email, Language, Line, Paragraphs, Slug, WebAddress};
use crate::catalogue::CollectionKind;
use crate::seminars::{
    AdmissionKind, Audience, CapacityUnit, Channel, Confirmation, Kind, NewAdmission, NewAttendanceRule, PartyRole,
    ReasonCode, Status, TeamMember,
};

pub use preview::{ProgrammeImport, ProgrammeImportId, ProgrammeImportState, ProgrammeRow};

/// What the member `format` of a file must say.
pub const FORMAT: &str = "einlass.programme/1";

/// A calendar day, `2021-05-31`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Day(pub NaiveDate);

/// A time of day, `18:00`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TimeOfDay(pub NaiveTime);

/// An instant with its offset, `2027-02-03T18:00:00+01:00`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Instant(pub DateTime<Utc>);

/// An IANA time zone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Zone(pub Tz);

impl FromStr for Day {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, String> {
        let shape = text.len() == 10
            && text
                .split('-')
                .all(|part| part.bytes().all(|byte| byte.is_ascii_digit()));
        if !shape {
            return Err("must be a day written YYYY-MM-DD".to_owned());
        }
        let day = text
            .parse::<NaiveDate>()
            .map_err(|_| format!("there is no day {text} in the calendar"))?;
        if (1900..=2200).contains(&day.year()) {
            Ok(Self(day))
        } else {
            Err("must be between 1900 and 2200".to_owned())
        }
    }
}

impl FromStr for TimeOfDay {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, String> {
        NaiveTime::parse_from_str(text, "%H:%M")
            .ok()
            .filter(|_| text.len() == 5)
            .map(Self)
            .ok_or_else(|| "must be a time of day written HH:MM".to_owned())
    }
}

impl FromStr for Instant {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, String> {
        DateTime::parse_from_rfc3339(text)
            .map(|at| Self(at.to_utc()))
            .map_err(|_| "must be an instant with its offset, such as 2027-02-03T18:00:00+01:00".to_owned())
    }
}

impl FromStr for Zone {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, String> {
        text.parse()
            .map(Self)
            .map_err(|_| "must be an IANA time zone such as Europe/Berlin".to_owned())
    }
}

impl Default for Zone {
    fn default() -> Self {
        Self(Tz::Europe__Berlin)
    }
}

fn written<'de, T: FromStr<Err = String>, D: Deserializer<'de>>(deserializer: D) -> Result<T, D::Error> {
    let text = String::deserialize(deserializer)?;
    text.parse().map_err(serde::de::Error::custom)
}

macro_rules! read_from_text {
    ($($name:ident),+) => {$(
        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                written(deserializer)
            }
        }
    )+};
}
read_from_text!(Day, TimeOfDay, Instant, Zone);

/// What the file says besides its lists.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Head {
    pub source: SourcePart,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SourcePart {
    pub title: Line<200>,
    pub within: Option<SpanPart>,
    pub published_on: Option<Day>,
}

#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SpanPart {
    pub from: Day,
    pub to: Day,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OrganisationPart {
    pub slug: Slug,
    pub name: Line<200>,
    #[serde(default)]
    pub also_known_as: Vec<Line<200>>,
    pub homepage: Option<WebAddress>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CollectionPart {
    pub key: Slug,
    pub kind: CollectionKind,
    pub name: Line<200>,
    pub description: Option<Paragraphs<5000>>,
    pub starts_on: Option<Day>,
    pub ends_on: Option<Day>,
    pub funder: Option<Line<200>>,
    #[serde(default)]
    pub own_chapter: bool,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct VenuePart {
    pub key: Slug,
    pub name: Option<Line<200>>,
    pub street: Option<Line<200>>,
    pub postal_code: Option<Line<20>>,
    pub locality: Line<100>,
    #[serde(default)]
    pub country: Country,
    #[serde(default)]
    pub also_known_as: Vec<Line<200>>,
}

/// A seminar without its lists, which are read entry by entry.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SeminarPart {
    pub external_id: Line<200>,
    pub title: Line<300>,
    pub kind: Kind,
    #[serde(default)]
    pub language: Language,
    pub description: Option<Paragraphs<20_000>>,
    #[serde(default = "public")]
    pub audience: Audience,
    pub status: Status,
    pub date: Option<Day>,
    pub within: Option<SpanPart>,
    #[serde(default)]
    pub time_zone: Zone,
    pub venue: Option<Slug>,
    pub online_platform: Option<Line<100>>,
    #[serde(default)]
    pub waiting_list: bool,
    #[serde(default)]
    pub admission: AdmissionKind,
    #[serde(default)]
    pub confirmation: Confirmation,
    pub confirm_hours: Option<i32>,
    pub offer_hours: Option<i32>,
    #[serde(default)]
    pub capacity_unit: CapacityUnit,
    pub max_persons: Option<i32>,
    pub contact_email: Option<Email>,
    #[serde(default)]
    pub attendance_rule: NewAttendanceRule,
    pub published_on: Option<Day>,
    pub reason_code: Option<ReasonCode>,
    pub public_text: Option<Line<1000>>,
    pub source_quote: Option<Paragraphs<5000>>,
}

fn public() -> Audience {
    Audience::Public
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SessionPart {
    pub title: Option<Line<300>>,
    pub starts_at: Option<Instant>,
    pub ends_at: Option<Instant>,
    pub in_days: Option<u16>,
    pub at: Option<TimeOfDay>,
    pub minutes: Option<u16>,
    pub time_zone: Option<Zone>,
    pub venue: Option<Slug>,
    pub online_platform: Option<Line<100>>,
    pub join_url: Option<WebAddress>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ChannelPart {
    pub channel: Channel,
    pub capacity: Option<i32>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PartyPart {
    pub role: PartyRole,
    pub organisation: Option<Slug>,
    pub name: Option<Line<200>>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HeadcountPart {
    pub stated_as: Option<Line<300>>,
    pub value: Option<i64>,
    pub qualifier: Option<Qualifier>,
    pub unit: Option<Unit>,
    pub channel: Option<Channel>,
}

/// A file that was understood whole: every reference in it leads somewhere, every day exists.
#[derive(Debug)]
pub struct Programme {
    pub source: Line<200>,
    /// The source as the system of external references.
    pub system: Slug,
    pub organisations: Vec<NewOrganisation>,
    pub collections: Vec<CollectionPart>,
    pub venues: Vec<VenuePart>,
    pub seminars: Vec<Entry>,
}

/// One seminar of a programme. Collections, venues and organisations are named by their keys in the file.
#[derive(Debug)]
pub struct Entry {
    pub external_id: Line<200>,
    pub title: Line<300>,
    pub kind: Kind,
    pub language: Language,
    pub description: Option<Paragraphs<20_000>>,
    pub audience: Audience,
    pub status: Status,
    pub when: When,
    /// Its new times, where it was postponed: `status` is what became of it then.
    pub postponed_to: Vec<Block>,
    pub waiting_list: bool,
    pub admission: NewAdmission,
    pub attendance_rule: NewAttendanceRule,
    pub team: Vec<TeamMember>,
    pub channels: Vec<ChannelPart>,
    pub collections: Vec<Slug>,
    pub parties: Vec<PartyPart>,
    pub headcounts: Vec<NewHeadcount>,
    pub published_on: NaiveDate,
    pub reason_code: Option<ReasonCode>,
    pub public_text: Option<Line<1000>>,
    pub source_quote: Option<Paragraphs<5000>>,
}

#[derive(Clone, Debug, PartialEq)]
pub enum When {
    Sessions(Vec<Block>),
    /// The source gives no date, only the span it speaks of.
    Within {
        from: NaiveDate,
        to: NaiveDate,
    },
}

/// One time block.
#[derive(Clone, Debug, PartialEq)]
pub struct Block {
    pub title: Option<Line<300>>,
    pub start: Start,
    pub ends_at: Option<DateTime<Utc>>,
    pub time_zone: Tz,
    pub venue: Option<Slug>,
    pub online_platform: Option<Line<100>>,
    pub join_url: Option<WebAddress>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Start {
    Day(NaiveDate),
    At(DateTime<Utc>),
}

impl Block {
    /// The calendar day in the block's own time zone.
    #[must_use]
    pub fn starts_on(&self) -> NaiveDate {
        match self.start {
            Start::Day(day) => day,
            Start::At(at) => at.with_timezone(&self.time_zone).date_naive(),
        }
    }
}

impl When {
    /// The day by which it has begun.
    #[must_use]
    pub fn begun_by(&self) -> Option<NaiveDate> {
        match self {
            Self::Sessions(blocks) => blocks.iter().map(Block::starts_on).min(),
            Self::Within { to, .. } => Some(*to),
        }
    }

    /// The first day that it can have begun on.
    #[must_use]
    pub fn first_day(&self) -> Option<NaiveDate> {
        match self {
            Self::Sessions(blocks) => blocks.iter().map(Block::starts_on).min(),
            Self::Within { from, .. } => Some(*from),
        }
    }
}

/// What an import came to: organisations, collections and venues are those of the file, known before or not.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Summary {
    pub organisations: usize,
    pub collections: usize,
    pub venues: usize,
    pub seminars: usize,
    pub headcounts: usize,
}

impl std::ops::AddAssign for Summary {
    fn add_assign(&mut self, other: Self) {
        self.organisations += other.organisations;
        self.collections += other.collections;
        self.venues += other.venues;
        self.seminars += other.seminars;
        self.headcounts += other.headcounts;
    }
}

impl fmt::Display for Summary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let many = |count: usize, one: &str| match count {
            1 => format!("1 {one}"),
            _ => format!("{count} {one}s"),
        };
        write!(
            f,
            "{} with {}; {}, {} and {}, made where there were none",
            many(self.seminars, "seminar"),
            many(self.headcounts, "headcount"),
            many(self.organisations, "organisation"),
            many(self.collections, "collection"),
            many(self.venues, "venue"),
        )
    }
}
