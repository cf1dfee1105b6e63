//! Reading a programme file: understood whole, or refused with every place that is wrong.

mod admission;
mod programme;
mod seminar;
mod time;

use std::collections::BTreeMap;

use chrono::NaiveDate;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use super::model::{CollectionPart, FORMAT, Head, OrganisationPart, Programme, VenuePart};
use crate::auth::NewOrganisation;
use crate::base::body;
use crate::base::problem::FieldError;
use crate::base::text::{Line, fold};

pub use programme::{Ready, SYSTEM, programme};

/// Reads a programme. `today` decides what can have been held, and is what `in_days` counts from.
pub fn read(text: &str, today: NaiveDate) -> Result<Programme, Vec<FieldError>> {
    // Editors on Windows put a mark before the text that is none of it.
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let value = body::parse::<Value>(text.as_bytes()).map_err(|error| error.problem().errors)?;
    let Value::Object(mut file) = without_nulls(value) else {
        return Err(vec![FieldError::member("", "must be a JSON object")]);
    };
    match file.remove("format") {
        Some(Value::String(format)) if format == FORMAT => {}
        // Of another format nothing else can be told.
        _ => return Err(vec![FieldError::member("/format", format!("must be \"{FORMAT}\""))]),
    }
    let mut reader = Reader {
        today,
        errors: Vec::new(),
    };
    let programme = reader.programme(file);
    match programme {
        Some(programme) if reader.errors.is_empty() => Ok(programme),
        _ => Err(reader.errors),
    }
}

/// The entries of a list with their places; `None` where an entry was not understood.
type Parts<T> = Vec<(String, Option<T>)>;

/// What the entries of a file may refer to.
struct Known {
    organisations: BTreeMap<String, String>,
    collections: BTreeMap<String, String>,
    venues: BTreeMap<String, String>,
    within: Option<(NaiveDate, NaiveDate)>,
    published_on: Option<NaiveDate>,
}

struct Reader {
    today: NaiveDate,
    errors: Vec<FieldError>,
}

impl Reader {
    fn refuse(&mut self, at: impl Into<String>, why: impl Into<String>) {
        self.errors.push(FieldError::member(at, why));
    }

    fn part<T: DeserializeOwned>(&mut self, value: Value, at: &str) -> Option<T> {
        match body::from_value(value, at) {
            Ok(part) => Some(part),
            Err(errors) => {
                self.errors.extend(errors);
                None
            }
        }
    }

    /// Takes the list `member` out of `object`; one that is absent is empty.
    fn list(&mut self, object: &mut Map<String, Value>, member: &str, base: &str) -> Vec<Value> {
        match object.remove(member) {
            None => Vec::new(),
            Some(Value::Array(values)) => values,
            Some(_) => {
                self.refuse(format!("{base}/{member}"), "must be a list");
                Vec::new()
            }
        }
    }

    fn parts<T: DeserializeOwned>(&mut self, values: Vec<Value>, at: &str) -> Parts<T> {
        let values = values.into_iter().enumerate();
        values
            .map(|(index, value)| {
                let at = format!("{at}/{index}");
                let part = self.part(value, &at);
                (at, part)
            })
            .collect()
    }

    /// Where each name stands first, by the text of `member`; a second one is refused.
    fn names(&mut self, values: &[Value], at: &str, member: &str) -> BTreeMap<String, String> {
        let mut names = BTreeMap::new();
        for (index, value) in values.iter().enumerate() {
            let Some(name) = value.get(member).and_then(Value::as_str) else {
                continue;
            };
            let place = format!("{at}/{index}/{member}");
            match names.get(name.trim()) {
                Some(first) => self.refuse(place, format!("stands already at {first}")),
                None => {
                    names.insert(name.trim().to_owned(), place);
                }
            }
        }
        names
    }

    /// Refuses a second entry whose folded name is the same: both would become one.
    fn same_names<T>(&mut self, parts: &Parts<T>, name: impl Fn(&T) -> String) {
        let mut seen = BTreeMap::new();
        for (at, part) in parts {
            let Some(part) = part else { continue };
            if let Some(first) = seen.insert(name(part), at) {
                self.refuse(format!("{at}/name"), format!("is the same as the name at {first}"));
            }
        }
    }

    fn programme(&mut self, mut file: Map<String, Value>) -> Option<Programme> {
        let organisations = self.list(&mut file, "organisations", "");
        let collections = self.list(&mut file, "collections", "");
        let venues = self.list(&mut file, "venues", "");
        if !file.contains_key("seminars") {
            self.refuse("/seminars", "is required");
        }
        let seminars = self.list(&mut file, "seminars", "");
        let head = self.part::<Head>(Value::Object(file), "");

        let source = head.as_ref().map(|head| &head.source);
        let within = source.and_then(|source| source.within);
        let known = Known {
            organisations: self.names(&organisations, "/organisations", "slug"),
            collections: self.names(&collections, "/collections", "key"),
            venues: self.names(&venues, "/venues", "key"),
            within: within.map(|span| self.span(span, "/source/within")),
            published_on: source.and_then(|source| source.published_on).map(|day| day.0),
        };
        if known.published_on.is_some_and(|day| day > self.today) {
            self.refuse("/source/published_on", "is in the future");
        }
        self.names(&seminars, "/seminars", "external_id");

        let organisations = self.parts::<OrganisationPart>(organisations, "/organisations");
        let collections = self.parts::<CollectionPart>(collections, "/collections");
        self.same_names(&collections, |part| fold(part.name.as_str()));
        for (at, part) in &collections {
            let days = part.as_ref().and_then(|part| part.starts_on.zip(part.ends_on));
            if days.is_some_and(|(start, end)| end.0 < start.0) {
                self.refuse(format!("{at}/ends_on"), "must not be before `starts_on`");
            }
        }
        let venues = self.parts::<VenuePart>(venues, "/venues");
        self.same_names(&venues, |part| {
            let name = part.name.as_ref().map(Line::as_str).unwrap_or_default();
            format!("{} / {}", fold(name), fold(part.locality.as_str()))
        });

        // Without its head a file still has its entries looked at, in a span that nobody misses.
        let known = match &head {
            Some(_) => known,
            None => Known {
                within: Some((self.today, self.today)),
                ..known
            },
        };
        let seminars = seminars.into_iter().enumerate();
        let seminars = seminars
            .map(|(index, value)| self.seminar(value, &format!("/seminars/{index}"), &known))
            .collect::<Vec<_>>();

        let source = head?.source.title;
        let Ok(system) = system_of(&source).parse() else {
            self.refuse(
                "/source/title",
                "must have two letters or digits at least: it is what references are made of",
            );
            return None;
        };
        Some(Programme {
            source,
            system,
            organisations: understood(organisations)?
                .into_iter()
                .map(|part| NewOrganisation {
                    slug: part.slug,
                    name: part.name,
                    also_known_as: part.also_known_as,
                    homepage: part.homepage,
                })
                .collect(),
            collections: understood(collections)?,
            venues: understood(venues)?,
            seminars: seminars.into_iter().collect::<Option<_>>()?,
        })
    }
}

/// `null` is the same as absent.
fn without_nulls(value: Value) -> Value {
    match value {
        Value::Object(members) => {
            let present = members.into_iter().filter(|(_, value)| !value.is_null());
            Value::Object(present.map(|(name, value)| (name, without_nulls(value))).collect())
        }
        Value::Array(values) => Value::Array(values.into_iter().map(without_nulls).collect()),
        other => other,
    }
}

fn understood<T>(parts: Parts<T>) -> Option<Vec<T>> {
    parts.into_iter().map(|(_, part)| part).collect()
}

/// A title as the name of a system: „Mitteilungsvorlage 2021/0047“ → `mitteilungsvorlage-2021-0047`.
fn system_of(title: &Line<200>) -> String {
    let folded = fold(title.as_str());
    let mut words = folded
        .split(|c: char| !c.is_ascii_alphanumeric())
        .filter(|word| !word.is_empty());
    let first = words.next().unwrap_or_default().chars().take(60).collect::<String>();
    words.fold(first, |system, word| match system.len() + 1 + word.len() {
        0..=60 => format!("{system}-{word}"),
        _ => system,
    })
}

#[cfg(test)]
mod tests;
