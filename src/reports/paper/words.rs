//! German words: dates, lists, numbers, and the words of the wire as a council member reads them.
//!
//! What goes into a text as a name is [`escaped`] here or by the template, never both.

use chrono::{Datelike, NaiveDate};

use crate::attendance::{Qualifier, Tally, Unit, phrase};
use crate::catalogue::CollectionKind;
use crate::reports::model::{Forms, LeftOutBy, LeftOutSeminar, ReportedCount, ReportedSeminar, Span, SumRule};
use crate::seminars::{Channel, Kind, PartyRole, ReasonCode};

/// Nothing in a name acts as Markdown.
pub fn escaped(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '\\' | '`' | '*' | '_' | '[' | ']' | '<' | '>' | '#' | '|' | '~' | '&' | '$' | '{' | '}' => {
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
    escaped(&in_quotes(text))
}

/// The same, not yet fit for Markdown.
pub fn in_quotes(text: &str) -> String {
    let inner = text.replace('„', "‚").replace(['“', '”'], "‘");
    format!("„{}“", inner.trim())
}

pub fn date(day: NaiveDate) -> String {
    day.format("%d.%m.%Y").to_string()
}

/// As papers write it: 13.02.20
pub fn short_date(day: NaiveDate) -> String {
    day.format("%d.%m.%y").to_string()
}

/// „drei“; of more than twelve the number.
pub fn in_words(count: usize) -> String {
    const WORDS: [&str; 13] = [
        "keine", "eine", "zwei", "drei", "vier", "fünf", "sechs", "sieben", "acht", "neun", "zehn", "elf", "zwölf",
    ];
    WORDS
        .get(count)
        .map_or_else(|| number(count), |word| (*word).to_owned())
}

/// What sort of offer it is, with its article.
pub const fn offer(kind: Kind) -> (&'static str, &'static str) {
    match kind {
        Kind::Seminar => ("das", "Seminar"),
        Kind::Workshop => ("der", "Workshop"),
        Kind::Talk => ("der", "Vortrag"),
        Kind::Course => ("der", "Kurs"),
        Kind::InfoEvent => ("die", "Informationsveranstaltung"),
        Kind::Kickoff => ("die", "Auftaktveranstaltung"),
        Kind::Award => ("die", "Preisverleihung"),
        Kind::CompanyVisit => ("der", "Unternehmensbesuch"),
        Kind::ConsultationHour => ("die", "Sprechstunde"),
        Kind::Fair => ("die", "Messe"),
        Kind::Networking => ("die", "Netzwerkveranstaltung"),
    }
}

impl Forms {
    /// „Teilnehmende“
    pub const fn participants(self) -> &'static str {
        match self {
            Self::Neutral => "Teilnehmende",
            Self::Underscore => "Teilnehmer_innen",
        }
    }

    /// „Zuschauende“
    pub const fn viewers(self) -> &'static str {
        match self {
            Self::Neutral => "Zuschauende",
            Self::Underscore => "Zuschauer_innen",
        }
    }

    /// „180 Teilnehmende“ with the words that say how sure it is; one of them is "1 Person", which has no gender.
    pub fn people(self, said: &str, value: i64, unit: Unit) -> String {
        match (unit, value) {
            (Unit::Participants | Unit::Viewers, 1) => format!("{said} Person"),
            (Unit::Participants, _) => format!("{said} {}", self.participants()),
            (Unit::Viewers, _) => format!("{said} {}", self.viewers()),
            (Unit::Companies | Unit::Questions, _) => format!("{said} {}", unit.german(value)),
        }
    }

    /// The same after „mit“.
    pub fn with_people(self, said: &str, value: i64, unit: Unit) -> String {
        let plural = self.people(said, value, unit);
        if value == 1 || plural.ends_with('n') {
            plural
        } else {
            format!("{plural}n")
        }
    }
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

/// As the source says it, „über 130“, where it speaks of this one count and of nothing else; else as it was counted.
pub fn said(count: &ReportedCount, unit: Unit) -> (String, i64) {
    let stated = match count.stated_as.as_slice() {
        [only] if count.statements == 1 => phrase::parse(only).ok(),
        _ => None,
    };
    let stated = stated.filter(|stated| {
        let alike = stated.unit.is_none_or(|of| of == unit);
        alike && (stated.count().tally() == Some(count.tally()) || stated.value == Some(count.value))
    });
    match stated.and_then(|stated| Some((stated.count().in_german(), stated.value?))) {
        Some(stated) => stated,
        None => (count.tally().in_german(), count.value),
    }
}

/// What has to be said beside a number: in whose words it was stated, where they are not simply the number, or that it was
/// counted otherwise.
pub fn footnote(count: &ReportedCount) -> Option<String> {
    let plain = |words: &String| {
        let stated = phrase::parse(words).ok();
        stated.is_some_and(|stated| stated.qualifier == Qualifier::Exact && stated.value == Some(count.value))
    };
    let words = count.stated_as.iter().map(|words| in_quotes(words)).collect::<Vec<_>>();
    let by = count.counted_by.as_ref();
    let by = by.map(|name| format!("Gezählt bei der Ankündigung derselben Veranstaltung durch {name}."));
    let said = match count.stated_as.as_slice() {
        [] => (count.qualifier != Qualifier::Exact).then(|| "Die Angabe ist nicht genau.".to_owned()),
        [only] if plain(only) && count.statements == 1 => None,
        _ => {
            let told = format!("Im Wortlaut der Quelle: {}", words.join(", "));
            let exact = count.qualifier == Qualifier::Exact;
            Some(if exact {
                format!("{told}.")
            } else {
                format!("{told}; gezählt als {}.", count.tally().in_german())
            })
        }
    };
    let all = by.into_iter().chain(said).collect::<Vec<_>>();
    (!all.is_empty()).then(|| all.join(" "))
}

/// Why a sum is no exact number.
pub fn doubt(qualifier: Qualifier, sums: SumRule, forms: Forms) -> Option<String> {
    // The genitive of both forms is that of „Teilnehmenden“ and of „Teilnehmer_innen“.
    let of_participants = match forms {
        Forms::Neutral => "der Teilnehmenden",
        Forms::Underscore => "der Teilnehmer\\_innen",
    };
    Some(reason_for_doubt(qualifier, sums)?.replace("der Teilnehmenden", of_participants))
}

const fn reason_for_doubt(qualifier: Qualifier, sums: SumRule) -> Option<&'static str> {
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
        LeftOutBy::Merged => "zusammen mit der anderen Ankündigung gezählt",
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
        // At the end of a heading braces would be its attributes.
        assert_eq!(escaped("Förderung {EFRE}"), "Förderung \\{EFRE\\}");
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

    fn count_of(value: i64, qualifier: Qualifier, statements: usize, words: &[&str]) -> ReportedCount {
        ReportedCount {
            value,
            qualifier,
            lower_bound: None,
            basis: Basis::Headcount,
            statements,
            stated_as: words.iter().map(|s| (*s).to_owned()).collect(),
            counted_by: None,
        }
    }

    #[test]
    fn a_count_keeps_the_words_of_the_source() {
        use Qualifier::{AtLeast, Exact};
        for (count, expected, note) in [
            (count_of(180, Exact, 1, &["180 Teilnehmenden"]), "180", None),
            (
                count_of(131, AtLeast, 1, &["über 130 Teilnehmenden"]),
                "über 130",
                Some("Im Wortlaut der Quelle: „über 130 Teilnehmenden“; gezählt als mindestens 131."),
            ),
            (
                count_of(36, Exact, 1, &["jeweils 36 und 34 Teilnehmenden"]),
                "36",
                Some("Im Wortlaut der Quelle: „jeweils 36 und 34 Teilnehmenden“."),
            ),
            (
                count_of(58, Exact, 2, &["41 vor Ort"]),
                "58",
                Some("Im Wortlaut der Quelle: „41 vor Ort“."),
            ),
            (
                count_of(12, AtLeast, 0, &[]),
                "mindestens 12",
                Some("Die Angabe ist nicht genau."),
            ),
            (count_of(12, Exact, 0, &[]), "12", None),
        ] {
            let mut count = count;
            if count.qualifier == AtLeast {
                count.lower_bound = Some(count.value);
            }
            assert_eq!(said(&count, Unit::Participants).0, expected);
            assert_eq!(footnote(&count).as_deref(), note);
        }
        let of_the_other = ReportedCount {
            counted_by: Some("IHK Aachen".to_owned()),
            ..count_of(12, Exact, 0, &[])
        };
        assert_eq!(
            footnote(&of_the_other).as_deref(),
            Some("Gezählt bei der Ankündigung derselben Veranstaltung durch IHK Aachen.")
        );
    }

    #[test]
    fn people_by_choice_of_forms() {
        let of = |forms: Forms, value| {
            (
                forms.people("x", value, Unit::Participants),
                forms.with_people("x", value, Unit::Viewers),
            )
        };
        let both = |one: &str, other: &str| (one.to_owned(), other.to_owned());
        assert_eq!(of(Forms::Neutral, 2), both("x Teilnehmende", "x Zuschauenden"));
        assert_eq!(
            of(Forms::Underscore, 2),
            both("x Teilnehmer_innen", "x Zuschauer_innen")
        );
        assert_eq!(of(Forms::Neutral, 1), both("x Person", "x Person"));
        assert_eq!(Forms::Neutral.with_people("10", 10, Unit::Companies), "10 Unternehmen");
        assert_eq!(Forms::Neutral.with_people("10", 10, Unit::Questions), "10 Fragen");
    }
}
