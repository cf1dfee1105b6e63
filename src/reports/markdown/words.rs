//! German words: dates, lists, numbers, and the words of the wire as a council member reads them.

use chrono::{Datelike, NaiveDate};

use crate::attendance::{Qualifier, Tally, Unit};
use crate::catalogue::CollectionKind;
use crate::reports::model::{LeftOutBy, LeftOutSeminar, ReportedCount, ReportedSeminar, Span, SumRule};
use crate::seminars::{Channel, PartyRole, ReasonCode};

/// Nothing in a name acts as Markdown.
pub fn escaped(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '\\' | '`' | '*' | '_' | '[' | ']' | '<' | '>' | '#' | '|' | '~' | '&' | '$' => {
                safe.push('\\');
                safe.push(c);
            }
            c if c.is_control() => safe.push(' '),
            c => safe.push(c),
        }
    }
    safe
}

/// „Gründerfoyer“; quotation marks inside become single ones.
pub fn quoted(text: &str) -> String {
    let inner = text.replace('„', "‚").replace(['“', '”'], "‘");
    format!("„{}“", escaped(inner.trim()))
}

pub fn date(day: NaiveDate) -> String {
    day.format("%d.%m.%Y").to_string()
}

/// 2020-02 → Februar 2020
pub fn month(month: &str) -> String {
    const NAMES: [&str; 12] = [
        "Januar",
        "Februar",
        "März",
        "April",
        "Mai",
        "Juni",
        "Juli",
        "August",
        "September",
        "Oktober",
        "November",
        "Dezember",
    ];
    let first = format!("{month}-01").parse::<NaiveDate>().ok();
    let named = first.and_then(|day| Some(format!("{} {}", NAMES.get(day.month0() as usize)?, day.year())));
    named.unwrap_or_else(|| month.to_owned())
}

/// 1080 → 1.080
pub fn number(count: usize) -> String {
    Tally::exact(i64::try_from(count).unwrap_or(i64::MAX)).in_german()
}

/// "keine Veranstaltung", "eine Veranstaltung", "25 Veranstaltungen", with the verb before it: "wurden 25 …".
pub fn seminars(count: usize) -> String {
    match count {
        0 => "keine Veranstaltung".to_owned(),
        1 => "eine Veranstaltung".to_owned(),
        n => format!("{} Veranstaltungen", number(n)),
    }
}

/// The verb in the number that fits.
pub fn agreeing<'a>(count: usize, singular: &'a str, plural: &'a str) -> &'a str {
    if count < 2 { singular } else { plural }
}

/// "keine", "eine", "25".
pub fn how_many(count: usize) -> String {
    match count {
        0 => "keine".to_owned(),
        1 => "eine".to_owned(),
        n => number(n),
    }
}

/// a, b und c
pub fn listed(parts: &[String]) -> String {
    match parts {
        [] => String::new(),
        [one] => one.clone(),
        [first @ .., last] => format!("{} und {last}", first.join(", ")),
    }
}

/// How a seminar's day is told.
pub fn when(seminar: &ReportedSeminar) -> String {
    day_or_span(seminar.date, seminar.within)
}

/// The same of one that does not count.
pub fn when_left_out(seminar: &LeftOutSeminar) -> String {
    day_or_span(seminar.date, seminar.within)
}

fn day_or_span(day: Option<NaiveDate>, within: Option<Span>) -> String {
    match (day, within) {
        (Some(day), _) => date(day),
        (None, Some(within)) => format!("ohne Datum ({}–{})", date(within.from), date(within.to)),
        (None, None) => "ohne Datum".to_owned(),
    }
}

pub fn channels(channels: &[Channel]) -> String {
    let names = channels.iter().map(|channel| channel_name(*channel).to_owned());
    match channels {
        [] => "Form nicht bekannt".to_owned(),
        several if several.contains(&Channel::Onsite) && several.len() > 1 => {
            format!("hybrid ({})", listed(&names.collect::<Vec<_>>()))
        }
        _ => listed(&names.collect::<Vec<_>>()),
    }
}

const fn channel_name(channel: Channel) -> &'static str {
    match channel {
        Channel::Onsite => "vor Ort",
        Channel::Online => "online",
        Channel::Livestream => "im Livestream",
    }
}

pub const fn reason(reason: ReasonCode) -> &'static str {
    match reason {
        ReasonCode::Pandemic => "pandemiebedingt",
        ReasonCode::LowDemand => "wegen geringer Nachfrage",
        ReasonCode::Speaker => "wegen Ausfalls der Vortragenden",
        ReasonCode::Weather => "wetterbedingt",
        ReasonCode::ForceMajeure => "wegen höherer Gewalt",
        ReasonCode::Other => "aus anderem Grund",
        ReasonCode::Unknown => "ohne Angabe des Grundes",
    }
}

pub const fn collection(kind: CollectionKind) -> &'static str {
    match kind {
        CollectionKind::Series => "Format",
        CollectionKind::Programme => "Projekt",
        CollectionKind::Umbrella => "Rahmen",
    }
}

pub const fn role(role: PartyRole) -> &'static str {
    match role {
        PartyRole::Lead => "Federführung",
        PartyRole::CoOrganiser => "Mitveranstaltung",
        PartyRole::Contributor => "Mitwirkung",
        PartyRole::Host => "Gastgeberschaft",
        PartyRole::Funder => "Förderung",
        PartyRole::Speaker => "Vortrag",
    }
}

/// The words of the source; our own where it has none, or where its words speak of more than this one count.
pub fn count(count: &ReportedCount, unit: Unit) -> String {
    let words = count.stated_as.iter().map(|words| quoted(words)).collect::<Vec<_>>();
    let ours = people(count.tally(), unit);
    match count.stated_as.as_slice() {
        [] => ours,
        [only] if count.statements == 1 && numbers(only) == 1 => quoted(only),
        _ => format!("{ours} (im Wortlaut: {})", words.join(", ")),
    }
}

/// "mindestens 131 Teilnehmende"; one of them is "1 Person", which has no gender.
pub fn people(tally: Tally, unit: Unit) -> String {
    match (unit, tally.value) {
        (Unit::Participants | Unit::Viewers, 1) => format!("{} Person", tally.in_german()),
        _ => tally.in_german_with(unit),
    }
}

/// How many numbers a phrase states: "1.080" is one, "36 und 34" are two.
fn numbers(words: &str) -> usize {
    words
        .split(|c: char| !c.is_ascii_digit() && c != '.')
        .filter(|part| part.bytes().any(|b| b.is_ascii_digit()))
        .count()
}

/// Why a sum is no exact number.
pub const fn doubt(qualifier: Qualifier, sums: SumRule) -> Option<&'static str> {
    let as_stated = matches!(sums, SumRule::StatedNumbers);
    match qualifier {
        Qualifier::AtLeast | Qualifier::MoreThan if as_stated => Some(
            "Die Zahl der Teilnehmenden ist eine Untergrenze, weil manche Angaben selbst nur eine Untergrenze nennen; „über 100“ zählt dabei mit der genannten 100.",
        ),
        Qualifier::AtMost | Qualifier::LessThan if as_stated => Some(
            "Die Zahl der Teilnehmenden ist eine Obergrenze, weil manche Angaben selbst nur eine Obergrenze nennen; „weniger als 100“ zählt dabei mit der genannten 100.",
        ),
        Qualifier::AtLeast | Qualifier::MoreThan => Some(
            "Die Zahl der Teilnehmenden ist eine Untergrenze, weil manche Angaben selbst nur eine Untergrenze nennen; „über 100“ zählt dabei als 101.",
        ),
        Qualifier::AtMost | Qualifier::LessThan => Some(
            "Die Zahl der Teilnehmenden ist eine Obergrenze, weil manche Angaben selbst nur eine Obergrenze nennen; „weniger als 100“ zählt dabei als 99.",
        ),
        Qualifier::About => {
            Some("Die Zahl der Teilnehmenden ist ein Näherungswert, weil manche Angaben nur ungefähr sind.")
        }
        Qualifier::Exact | Qualifier::Unknown => None,
    }
}

/// By which term a seminar was left out.
pub const fn left_out_by(term: LeftOutBy) -> &'static str {
    match term {
        LeftOutBy::Counts => "der Stand zählt nicht",
        LeftOutBy::Whose => "keine eigene Veranstaltung",
        LeftOutBy::Internal => "intern",
        LeftOutBy::Undated => "Tag nicht bekannt",
        LeftOutBy::OwnChapters => "eigenes Kapitel",
        LeftOutBy::OnsiteOnlyBefore => "nur vor Ort, nach dem Stichtag",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::attendance::Basis;

    #[test]
    fn names_do_not_act_as_markdown() {
        assert_eq!(
            escaped("Gründer_innen *heute* | <b>"),
            "Gründer\\_innen \\*heute\\* \\| \\<b\\>"
        );
        assert_eq!(escaped("eins\nzwei"), "eins zwei");
        assert_eq!(quoted("Kick-off „Care“"), "„Kick-off ‚Care‘“");
    }

    #[test]
    fn numbers_and_lists_read_aloud() {
        assert_eq!(number(12_345), "12.345");
        assert_eq!(
            (seminars(0), seminars(1)),
            ("keine Veranstaltung".to_owned(), "eine Veranstaltung".to_owned())
        );
        assert_eq!(seminars(1080), "1.080 Veranstaltungen");
        let names = |all: &[&str]| listed(&all.iter().map(|s| (*s).to_owned()).collect::<Vec<_>>());
        assert_eq!(names(&["a"]), "a");
        assert_eq!(names(&["a", "b"]), "a und b");
        assert_eq!(names(&["a", "b", "c"]), "a, b und c");
        assert_eq!(month("2020-03"), "März 2020");
        assert_eq!(month("x"), "x");
    }

    #[test]
    fn forms_of_taking_part() {
        use Channel::{Livestream, Online, Onsite};
        assert_eq!(channels(&[]), "Form nicht bekannt");
        assert_eq!(channels(&[Onsite]), "vor Ort");
        assert_eq!(channels(&[Onsite, Online]), "hybrid (vor Ort und online)");
        assert_eq!(channels(&[Online, Livestream]), "online und im Livestream");
    }

    #[test]
    fn a_count_keeps_the_words_of_the_source() {
        let said = |value, statements, words: &[&str]| {
            let count_of = ReportedCount {
                value,
                qualifier: Qualifier::Exact,
                lower_bound: None,
                basis: Basis::Headcount,
                statements,
                stated_as: words.iter().map(|s| (*s).to_owned()).collect(),
            };
            count(&count_of, Unit::Participants)
        };
        assert_eq!(said(180, 1, &["180 Teilnehmenden"]), "„180 Teilnehmenden“");
        assert_eq!(said(1080, 1, &["1.080 Personen"]), "„1.080 Personen“");
        assert_eq!(said(1, 1, &[]), "1 Person");
        assert_eq!(
            said(36, 1, &["jeweils 36 und 34 Teilnehmenden"]),
            "36 Teilnehmende (im Wortlaut: „jeweils 36 und 34 Teilnehmenden“)"
        );
        assert_eq!(
            said(58, 2, &["41 vor Ort"]),
            "58 Teilnehmende (im Wortlaut: „41 vor Ort“)"
        );
    }
}
