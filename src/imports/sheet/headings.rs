//! Which column is what: by the words that offices write above them, or as the caller says.

use std::collections::{BTreeMap, HashMap};
use std::sync::LazyLock;

use serde::Deserialize;
use utoipa::ToSchema;

use super::model::Field;
use super::table::Record;
use super::unreadable::Unreadable;
use crate::base::text::fold;

/// Headings as `fold` leaves them, apart from umlauts, which are folded here too.
const WORDS: [(Field, &str); 17] = [
    (
        Field::Title,
        "titel | titel der veranstaltung | veranstaltung | veranstaltungstitel | thema | bezeichnung | name der veranstaltung | seminar | title",
    ),
    (
        Field::Date,
        "datum | termin | termine | tag | wann | veranstaltungsdatum | veranstaltungstag | date | datum von",
    ),
    (Field::Time, "uhrzeit | zeit | uhr | zeitraum | time"),
    (Field::Start, "beginn | start | von | anfang | startzeit | beginn uhr"),
    (Field::End, "ende | bis | endzeit | schluss"),
    (Field::Place, "ort | veranstaltungsort | wo | raum | location | adresse"),
    (
        Field::Mode,
        "modus | durchführung | durchführungsform | form | veranstaltungsform | präsenz online | online präsenz | teilnahmeform",
    ),
    (
        Field::Link,
        "link | zoom link | zugangslink | url | einwahl | teams link",
    ),
    (
        Field::Kind,
        "art | veranstaltungsart | typ | veranstaltungstyp | art der veranstaltung",
    ),
    (
        Field::Collection,
        "format | reihe | veranstaltungsreihe | projekt | rahmen | programm | format projekt | reihe projekt",
    ),
    (
        Field::Lead,
        "veranstalter | veranstalter_in | veranstaltende | veranstalterin",
    ),
    (
        Field::Partners,
        "partner | kooperation | kooperationspartner | in kooperation mit | mitveranstalter | kooperationspartner_innen | partner_innen",
    ),
    (Field::Status, "status | stand | durchgeführt | stattgefunden"),
    (
        Field::PostponedTo,
        "verschoben auf | neuer termin | ersatztermin | neues datum",
    ),
    (
        Field::Headcount,
        "tn | teilnehmer | teilnehmende | teilnehmer_innen | teilnehmerzahl | teilnehmendenzahl | anzahl tn | anzahl teilnehmende | anzahl teilnehmer | anzahl der teilnehmenden | tn zahl | besucher | anzahl",
    ),
    (
        Field::Remarks,
        "bemerkung | bemerkungen | anmerkung | anmerkungen | notiz | notizen | kommentar | hinweis | hinweise",
    ),
    (
        Field::Person,
        "ansprechpartner | ansprechpartner_in | ansprechperson | kontakt | e mail | email | mail | telefon | referent | referent_in | referenten | referierende | dozent | dozent_in | moderation | verantwortlich | zuständig | sachbearbeitung",
    ),
];

/// Which heading is what, where the words are not known here: field to heading, each as it stands in the file.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(transparent)]
#[schema(as = ProgrammeColumnMap, value_type = std::collections::HashMap<String, String>, example = json!({"title": "Was", "date": "Wann genau"}))]
pub struct ColumnMap(pub BTreeMap<Field, String>);

/// What each column is.
pub type Layout = Vec<Option<Field>>;

/// What a heading is called for; a remark in brackets does not count.
#[must_use]
pub fn field(heading: &str) -> Option<Field> {
    // Folding knows gender forms in lower case only.
    let lower = heading.to_lowercase();
    let plain = lower.split('(').next().unwrap_or_default();
    [lower.as_str(), plain]
        .iter()
        .find_map(|words| MEANINGS.get(&fold(words)).copied())
}

/// The words, folded once.
static MEANINGS: LazyLock<HashMap<String, Field>> = LazyLock::new(|| {
    let each = WORDS
        .iter()
        .flat_map(|(field, words)| words.split(" | ").map(|word| (fold(word), *field)));
    each.collect()
});

/// How much a record looks like the heading; `None`: it is none.
#[must_use]
pub fn likeness(record: &Record, map: &ColumnMap) -> Option<usize> {
    let layout = guess(record, map);
    let has = |field: Field| layout.contains(&Some(field));
    let all_mapped = map.0.keys().all(|field| has(*field));
    let found = layout.iter().flatten().count();
    (has(Field::Title) && has(Field::Date) && all_mapped).then_some(found)
}

fn guess(record: &Record, map: &ColumnMap) -> Layout {
    let mapped = |heading: &str| {
        let same = |other: &&String| fold(other) == fold(heading);
        map.0.iter().find(|(_, other)| same(other)).map(|(field, _)| *field)
    };
    let cells = record.cells.iter().map(|cell| cell.trim());
    cells
        .map(|heading| {
            if heading.is_empty() {
                return None;
            }
            // What the caller says of a field is all that is known of it.
            mapped(heading).or_else(|| field(heading).filter(|field| !map.0.contains_key(field)))
        })
        .collect()
}

/// The columns below this heading. Two that are called for the same thing are refused: which is it?
pub fn layout(record: &Record, map: &ColumnMap) -> Result<Layout, Unreadable> {
    let layout = guess(record, map);
    for (second, field) in layout.iter().enumerate() {
        // Of remarks and persons there may be many; they are not kept.
        let Some(field) = field.filter(|field| field.is_kept()) else {
            continue;
        };
        let first = layout.iter().position(|other| *other == Some(field));
        if let Some(first) = first.filter(|first| *first < second) {
            return Err(Unreadable::TwoColumns {
                field,
                first: first + 1,
                second: second + 1,
                line: record.line,
            });
        }
    }
    Ok(layout)
}

/// Headings of the template, in its order.
pub const TEMPLATE: [&str; 14] = [
    "Titel",
    "Datum",
    "Uhrzeit",
    "Ort",
    "Modus",
    "Veranstaltungsart",
    "Reihe",
    "Veranstalter",
    "Kooperation",
    "Status",
    "Verschoben auf",
    "TN",
    "Link",
    "Bemerkung",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_heading_has_two_meanings() {
        let mut seen = BTreeMap::new();
        for (meaning, words) in WORDS {
            for word in words.split(" | ") {
                assert_eq!(
                    seen.insert(fold(word), meaning).filter(|other| *other != meaning),
                    None,
                    "{word}"
                );
                assert_eq!(field(word), Some(meaning), "{word}");
            }
        }
        for word in TEMPLATE {
            assert!(field(word).is_some(), "{word}");
        }
    }

    #[test]
    fn headings_as_offices_write_them() {
        for (heading, meaning) in [
            ("Titel der Veranstaltung (kurz)", Field::Title),
            (" TEILNEHMER*INNEN ", Field::Headcount),
            ("Präsenz/Online", Field::Mode),
            ("E-Mail", Field::Person),
            ("Kooperationspartner:innen", Field::Partners),
        ] {
            assert_eq!(field(heading), Some(meaning), "{heading}");
        }
        for heading in ["", "Anmeldungen", "Kosten", "()"] {
            assert_eq!(field(heading), None, "{heading}");
        }
    }
}
