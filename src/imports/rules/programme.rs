//! From the rows of a spreadsheet to a programme, as a file in our own format would say it.

use std::collections::BTreeMap;

use chrono::{NaiveDate, NaiveDateTime, NaiveTime};
use chrono_tz::Tz;

use super::time::instant;
use crate::attendance::NewHeadcount;
use crate::base::problem::{Error, Result};
use crate::base::text::{Country, FromText, Language, Line, Slug, fold};
use crate::catalogue::CollectionKind;
use crate::imports::model::{Block, ChannelPart, CollectionPart, Entry, PartyPart, Programme, Start, VenuePart, When};
use crate::imports::sheet::{Party, Place, Understood};
use crate::seminars::{Audience, NewAdmission, NewAttendanceRule, PartyRole, Status};

/// The system of the external references of whatever came as a spreadsheet.
pub const SYSTEM: &str = "programme-import";

/// One row, ready.
pub struct Ready<'a> {
    pub understood: &'a Understood,
    pub external_id: &'a str,
}

/// The programme that these rows are; the n-th entry is the n-th row. Rows are checked before: what fails here is our mistake.
pub fn programme(rows: &[Ready<'_>], source: &str, today: NaiveDate) -> Result<Programme> {
    let mut names = Names::default();
    let seminars = rows
        .iter()
        .map(|row| names.entry(row, today))
        .collect::<Result<Vec<_>>>()?;
    Ok(Programme {
        source: text(source)?,
        system: text(SYSTEM)?,
        organisations: Vec::new(),
        collections: names.collections.into_values().collect(),
        venues: names.venues.into_values().collect(),
        seminars,
    })
}

fn text<T: FromText>(words: &str) -> Result<T> {
    T::from_text(words).map_err(|why| Error::internal(format!("a row that was ready: {why}")))
}

/// Collections and venues by their folded names.
#[derive(Default)]
struct Names {
    collections: BTreeMap<String, CollectionPart>,
    venues: BTreeMap<String, VenuePart>,
}

impl Names {
    fn collection(&mut self, name: &str) -> Result<Slug> {
        let key = text::<Slug>(&format!("c-{}", self.collections.len()))?;
        let part = CollectionPart {
            key,
            // What a column calls „Format“ or „Reihe“; whether it is a project somebody has to say.
            kind: CollectionKind::Series,
            name: text(name)?,
            description: None,
            starts_on: None,
            ends_on: None,
            funder: None,
            own_chapter: false,
        };
        Ok(self.collections.entry(fold(name)).or_insert(part).key.clone())
    }

    fn venue(&mut self, place: &Place) -> Result<Slug> {
        let folded = format!(
            "{} / {}",
            fold(place.name.as_deref().unwrap_or_default()),
            fold(&place.locality)
        );
        let part = VenuePart {
            key: text(&format!("v-{}", self.venues.len()))?,
            name: place.name.as_deref().map(text).transpose()?,
            street: None,
            postal_code: None,
            locality: text(&place.locality)?,
            country: Country::default(),
            also_known_as: Vec::new(),
        };
        Ok(self.venues.entry(folded).or_insert(part).key.clone())
    }

    fn entry(&mut self, row: &Ready<'_>, today: NaiveDate) -> Result<Entry> {
        let understood = row.understood;
        let missing = |what: &str| Error::internal(format!("a row that was ready has no {what}"));
        let venue = understood.place.as_ref().map(|place| self.venue(place)).transpose()?;
        let blocks = |days: &[NaiveDate]| {
            let blocks = days
                .iter()
                .map(|day| block(*day, understood.starts, understood.ends, venue.clone()));
            blocks.collect::<Result<Vec<_>>>()
        };
        let when = match understood.within {
            Some(span) => When::Within {
                from: span.from,
                to: span.to,
            },
            None => When::Sessions(blocks(&understood.days)?),
        };
        let postponed_to = blocks(&understood.postponed_to)?;
        let status = match (understood.status, understood.postponed_to.iter().max()) {
            (Some(Status::Postponed), Some(day)) if *day < today => Status::Held,
            (Some(Status::Postponed), Some(_)) => Status::Scheduled,
            (status, _) => status.ok_or_else(|| missing("status"))?,
        };
        let first = understood.first_day().ok_or_else(|| missing("day"))?;
        let collections = understood.collections.iter().map(|name| self.collection(name));
        let counted = understood.headcount.iter().map(|counted| {
            Ok(NewHeadcount {
                stated_as: Some(text(&counted.stated_as)?),
                value: counted.value,
                qualifier: Some(counted.qualifier),
                unit: Some(counted.unit),
                ..NewHeadcount::default()
            })
        });
        let parties = [
            (PartyRole::Lead, &understood.lead),
            (PartyRole::CoOrganiser, &understood.partners),
        ];
        let parties = parties
            .iter()
            .flat_map(|(role, parties)| parties.iter().map(|party| new_party(*role, party)));
        Ok(Entry {
            external_id: text(row.external_id)?,
            title: text(understood.title.as_deref().ok_or_else(|| missing("title"))?)?,
            kind: understood.kind.ok_or_else(|| missing("kind"))?,
            language: Language::default(),
            description: None,
            audience: Audience::Public,
            status,
            when,
            postponed_to,
            waiting_list: false,
            admission: NewAdmission::default(),
            attendance_rule: NewAttendanceRule::default(),
            team: Vec::new(),
            channels: understood
                .channels
                .iter()
                .map(|channel| ChannelPart {
                    channel: *channel,
                    capacity: None,
                })
                .collect(),
            collections: collections.collect::<Result<_>>()?,
            parties: parties.collect::<Result<_>>()?,
            headcounts: counted.collect::<Result<_>>()?,
            // What has begun was announced before, by that day.
            published_on: first.min(today),
            reason_code: understood.reason_code,
            public_text: None,
            source_quote: None,
        })
    }
}

fn new_party(role: PartyRole, party: &Party) -> Result<PartyPart> {
    Ok(match &party.organisation {
        Some(slug) => PartyPart {
            role,
            organisation: Some(text(slug)?),
            name: None,
        },
        None => PartyPart {
            role,
            organisation: None,
            name: Some(text(&party.name)?),
        },
    })
}

fn block(day: NaiveDate, starts: Option<NaiveTime>, ends: Option<NaiveTime>, venue: Option<Slug>) -> Result<Block> {
    let zone = Tz::Europe__Berlin;
    let at = |time: NaiveTime| {
        let left_out = || Error::internal("a time that the clocks leave out");
        instant(zone, NaiveDateTime::new(day, time)).ok_or_else(left_out)
    };
    Ok(Block {
        title: None,
        start: starts.map(at).transpose()?.map_or(Start::Day(day), Start::At),
        ends_at: ends.filter(|_| starts.is_some()).map(at).transpose()?,
        time_zone: zone,
        venue,
        online_platform: None::<Line<100>>,
        join_url: None,
    })
}
