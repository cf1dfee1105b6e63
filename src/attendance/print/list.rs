//! The list that is signed, and what a funder wants to see of it.

use chrono::{DateTime, Utc};
use serde_json::{Value, json};

use super::{PrintRequest, english, images, logos_told, organisers, parties, places, times};
use crate::attendance::model::{Attendee, Column, ListLanguage, Whose};
use crate::attendance::rules::columns::{Frame, cell, heading};
use crate::attendance::service::attendees::Roll;
use crate::attendance::sheets::in_words;
use crate::attendance::store::ConfirmedImport;
use crate::base::csv::Dialect;
use crate::base::dates::moment;
use crate::base::press::{Copy, Form};
use crate::base::text::fold;
use crate::catalogue::Logo;
use crate::seminars::{PartyRole, Status, TeamRole};

/// Everything a printed list is made of.
#[derive(Debug)]
pub struct Listing {
    pub attendees: Vec<Attendee>,
    pub logos: Vec<Logo>,
    /// What attendance online rests on.
    pub imports: Vec<ConfirmedImport>,
}

pub fn attendance_list(roll: &Roll, listing: Listing, asked: &PrintRequest, now: DateTime<Utc>) -> Copy {
    let Listing {
        mut attendees,
        logos,
        imports,
    } = listing;
    let language = asked.language;
    let frame = roll.frame();
    // On paper one looks for one's name.
    attendees.sort_by_cached_key(|one| (fold(one.family_name()), fold(one.given_name().unwrap_or_default())));
    let mut rows = Vec::with_capacity(attendees.len());
    for attendee in &attendees {
        rows.push(row(attendee, rows.len() + 1, &frame, asked));
        for other in others(attendee, language) {
            rows.push(row(&other, rows.len() + 1, &frame, asked));
        }
    }
    let speakers = parties(&roll.whole, &[PartyRole::Speaker]).into_iter();
    let team = roll.rule.team.0.iter().filter(|one| one.role == TeamRole::Speaker);
    let mut speakers = speakers.chain(team.map(|one| one.name.to_string())).collect::<Vec<_>>();
    let mut known = Vec::new();
    speakers.retain(|name| {
        let new = !known.contains(name);
        known.push(name.clone());
        new
    });
    let columns = asked.columns.iter().map(|column| {
        json!({"id": column.as_str(), "label": heading(*column, Some(language)), "width_hint": width(*column)})
    });
    let seminar = &roll.whole.seminar;
    let data = json!({
        "language": language.as_str(),
        "title": seminar.title,
        "organisers": organisers(&roll.whole),
        "when": times(&roll.sessions, language),
        "venue": places(&roll.whole, &roll.sessions),
        "speakers": speakers,
        "funding": parties(&roll.whole, &[PartyRole::Funder]),
        "more": more(&frame, asked),
        "reference": seminar.id,
        "logos": logos_told(&logos),
        "orientation": asked.orientation,
        "columns": columns.collect::<Value>(),
        "rows": rows,
        "blank_rows": asked.blank_rows,
        "attestation": asked.attestation.then(|| attestation(roll.whole.seminar.status, language, &imports)),
        "printed": moment(now.with_timezone(&frame.zone()), english(language)),
    });
    Copy {
        form: Form::AttendanceList,
        data,
        images: images(logos),
        at: now,
    }
}

fn row(attendee: &Attendee, number: usize, frame: &Frame, asked: &PrintRequest) -> Vec<String> {
    let number = i64::try_from(number).unwrap_or(i64::MAX);
    let dialect = match asked.language {
        ListLanguage::German => Dialect::Excel,
        ListLanguage::English => Dialect::Rfc4180,
    };
    let language = Some(asked.language);
    let cells = asked.columns.iter();
    cells
        .map(|column| in_words(cell(*column, attendee, number, frame, language), dialect, language))
        .collect()
}

/// Whoever comes along signs too: each has a line, without a name where none was given. An address or a number is not theirs.
fn others(attendee: &Attendee, language: ListLanguage) -> Vec<Attendee> {
    let Some(registration) = attendee.registration() else {
        return Vec::new();
    };
    let named = registration.companions.0.iter().map(|one| {
        let (given, family) = (one.given_name.to_string(), one.family_name.to_string());
        (given, family)
    });
    let mut names = named.collect::<Vec<_>>();
    let all = usize::try_from(registration.persons - 1).unwrap_or_default();
    let nameless = match language {
        ListLanguage::German => format!("(mit {})", attendee.name()),
        ListLanguage::English => format!("(with {})", attendee.name()),
    };
    names.resize(all.max(names.len()), (String::new(), nameless));
    let other = |(given_name, family_name): (String, String)| {
        let mut other = registration.clone();
        other.given_name = given_name;
        other.family_name = family_name;
        other.email = String::new();
        other.phone = None;
        other.persons = 1;
        other.companions.0.clear();
        Attendee {
            whose: Whose::Registered(Box::new(other)),
            records: attendee.records.clone(),
        }
    };
    names.into_iter().map(other).collect()
}

/// The length of the event, which a funder asks for.
fn more(frame: &Frame, asked: &PrintRequest) -> Vec<Value> {
    let minutes = frame.minutes().filter(|_| asked.attestation);
    let told = minutes.map(|minutes| {
        let (hours, rest) = (minutes / 60, minutes % 60);
        let (label, text) = match asked.language {
            ListLanguage::German => ("Umfang", format!("{hours}:{rest:02} Stunden")),
            ListLanguage::English => ("Duration", format!("{hours}:{rest:02} hours")),
        };
        json!({"label": label, "text": text})
    });
    told.into_iter().collect()
}

fn attestation(status: Status, language: ListLanguage, imports: &[ConfirmedImport]) -> Value {
    let german = language == ListLanguage::German;
    let held = if german {
        "Es wird bestätigt, dass die Veranstaltung wie angegeben stattgefunden hat und die aufgeführten Personen \
         teilgenommen haben. Unterschriften wurden eigenhändig geleistet."
    } else {
        "It is confirmed that the event took place as stated, and that the persons listed took part. Signatures are in \
         the persons' own hands."
    };
    let mut text = vec![held.to_owned()];
    if status == Status::Cancelled {
        text = vec![
            if german {
                "Die Veranstaltung wurde abgesagt."
            } else {
                "The event was cancelled."
            }
            .to_owned(),
        ];
    }
    if !imports.is_empty() {
        text.push(
            if german {
                "Die Teilnahme online ergibt sich aus den folgenden Berichten der Plattform, an deren Prüfsumme die \
                 vorgelegte Datei zu erkennen ist:"
            } else {
                "Attendance online follows from these reports of the platform; a file that is shown is known by its \
                 digest:"
            }
            .to_owned(),
        );
    }
    let reports = imports
        .iter()
        .map(|one| json!({"label": one.format, "sha256": one.sha256}));
    let signatures = if german {
        ["Veranstaltungsleitung", "Zweite bestätigende Person"]
    } else {
        ["Organiser", "Second person"]
    };
    json!({"text": text, "signatures": signatures, "reports": reports.collect::<Value>()})
}

/// In millimetres.
const fn width(column: Column) -> u16 {
    match column {
        Column::Number => 10,
        Column::Persons | Column::Minutes | Column::From | Column::To | Column::Hours => 18,
        Column::Channel | Column::Date | Column::Attended | Column::WalkIn => 24,
        Column::State | Column::CheckedInAt | Column::CheckedOutAt | Column::Evidence => 30,
        Column::Phone | Column::GivenName => 34,
        Column::FamilyName | Column::Name | Column::Company | Column::Companions => 45,
        Column::Email | Column::Signature | Column::Registration => 55,
    }
}
