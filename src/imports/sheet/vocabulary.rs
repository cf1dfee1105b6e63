//! The words of offices for what became of a seminar, how it takes place and of what kind it is.

use std::collections::HashMap;
use std::sync::LazyLock;

use crate::base::text::fold;
use crate::seminars::{Channel, Kind, ReasonCode, Status};

/// What a cell says of a status.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Said {
    pub status: Status,
    /// What stands in brackets or behind „wegen“.
    pub reason: Option<String>,
    /// What stands behind „auf“.
    pub to: Option<String>,
}

const STATUS: [(Status, &str); 4] = [
    (
        Status::Held,
        "durchgeführt | stattgefunden | hat stattgefunden | fand statt | erledigt | abgeschlossen | gehalten | ja | ok | held | erfolgt",
    ),
    (
        Status::Scheduled,
        "geplant | angekündigt | in planung | findet statt | scheduled | offen für anmeldung",
    ),
    (
        Status::Cancelled,
        "abgesagt | entfällt | entfallen | ausgefallen | fällt aus | fiel aus | storniert | absage | abgebrochen | nein | cancelled",
    ),
    (
        Status::Postponed,
        "verschoben | verlegt | wird verschoben | wurde verschoben | postponed",
    ),
];

const REASONS: [(ReasonCode, &str); 6] = [
    (
        ReasonCode::Pandemic,
        "corona | coronabedingt | pandemie | pandemiebedingt | covid | covid 19 | lockdown | corona pandemie | kontaktbeschränkung",
    ),
    (
        ReasonCode::LowDemand,
        "zu wenig anmeldungen | zu wenige anmeldungen | mangels anmeldungen | zu wenig tn | zu wenige tn | zu wenige teilnehmende | geringe nachfrage",
    ),
    (
        ReasonCode::Speaker,
        "referent krank | referentin krank | krankheit | krank | referent erkrankt | referentin erkrankt | krankheitsbedingt | referent verhindert",
    ),
    (
        ReasonCode::Weather,
        "wetter | sturm | unwetter | schnee | sturmwarnung | hochwasser | witterung",
    ),
    (ReasonCode::ForceMajeure, "höhere gewalt | streik | stromausfall"),
    (
        ReasonCode::Other,
        "organisatorische gründe | aus organisatorischen gründen | terminkollision | raum belegt",
    ),
];

const MODES: [(&[Channel], &str); 6] = [
    (
        &[Channel::Onsite],
        "präsenz | präsenzveranstaltung | vor ort | onsite | in präsenz | präsentisch | analog",
    ),
    (
        &[Channel::Online],
        "online | digital | virtuell | zoom | teams | ms teams | microsoft teams | webex | webinar | bigbluebutton | bbb | online seminar | videokonferenz | go to meeting | gotomeeting",
    ),
    (
        &[Channel::Onsite, Channel::Online],
        "hybrid | präsenz und online | präsenz online | vor ort und online | online und präsenz | online präsenz",
    ),
    (
        &[Channel::Livestream],
        "livestream | stream | live stream | youtube | youtube live | facebook live",
    ),
    (
        &[Channel::Onsite, Channel::Livestream],
        "präsenz und livestream | vor ort und livestream | präsenz livestream | präsenz mit livestream",
    ),
    (
        &[Channel::Online, Channel::Livestream],
        "online und livestream | online livestream",
    ),
];

const KINDS: [(Kind, &str); 11] = [
    (
        Kind::Seminar,
        "seminar | intensivseminar | tagesseminar | online seminar",
    ),
    (Kind::Workshop, "workshop | werkstatt | online workshop"),
    (
        Kind::Talk,
        "vortrag | impulsvortrag | vortragsveranstaltung | talk | podium | podiumsdiskussion | diskussion",
    ),
    (Kind::Course, "kurs | lehrgang | schulung | course"),
    (
        Kind::InfoEvent,
        "infoveranstaltung | informationsveranstaltung | info veranstaltung | infoabend | info event",
    ),
    (Kind::Kickoff, "auftakt | auftaktveranstaltung | kick off | kickoff"),
    (
        Kind::Award,
        "preisverleihung | prämierung | auszeichnung | award | siegerehrung",
    ),
    (
        Kind::CompanyVisit,
        "unternehmensbesuch | betriebsbesichtigung | firmenbesuch | company visit",
    ),
    (
        Kind::ConsultationHour,
        "sprechtag | beratung | sprechstunde | beratungstag | consultation hour",
    ),
    (Kind::Fair, "messe | ausstellung | fair"),
    (
        Kind::Networking,
        "netzwerktreffen | stammtisch | netzwerkveranstaltung | networking | netzwerkabend",
    ),
];

/// What each word means, folded once.
type Table<T> = LazyLock<HashMap<String, T>>;

fn table<T: Clone>(groups: &[(T, &str)]) -> HashMap<String, T> {
    let words = |(meaning, all): &(T, &'_ str)| {
        let words = all.split(" | ").map(|word| (fold(word), meaning.clone()));
        words.collect::<Vec<_>>()
    };
    groups.iter().flat_map(words).collect()
}

static STATUS_WORDS: Table<Status> = LazyLock::new(|| table(&STATUS));
static REASON_WORDS: Table<ReasonCode> = LazyLock::new(|| table(&REASONS));
static MODE_WORDS: Table<&[Channel]> = LazyLock::new(|| table(&MODES));
static KIND_WORDS: Table<Kind> = LazyLock::new(|| table(&KINDS));

fn meaning<T: Copy>(table: &Table<T>, words: &str) -> Option<T> {
    table.get(&fold(words)).copied()
}

pub fn kind(words: &str) -> Option<Kind> {
    words.trim().parse().ok().or_else(|| meaning(&KIND_WORDS, words))
}

pub fn channels(words: &str) -> Option<Vec<Channel>> {
    meaning(&MODE_WORDS, words).map(<[Channel]>::to_vec)
}

pub fn reason(words: &str) -> Option<ReasonCode> {
    let words = words.trim().trim_start_matches("wegen ");
    words.parse().ok().or_else(|| meaning(&REASON_WORDS, words))
}

/// A status with its reason and the new date; `None`: not understood.
pub fn status(text: &str) -> Option<Said> {
    let (before, bracketed) = match text.split_once('(') {
        Some((before, rest)) => (before, Some(rest.trim_end().trim_end_matches(')').trim().to_owned())),
        None => (text, None),
    };
    let (before, cause) = match before.split_once(" wegen ") {
        Some((before, cause)) => (before, Some(cause.trim().to_owned())),
        None => (before, None),
    };
    let (word, to) = match before.split_once(" auf ") {
        Some((word, to)) => (word, Some(to.trim().to_owned())),
        None => (before, None),
    };
    let word = word.trim().trim_end_matches([',', '.', ':', ';', '-', '–']).trim();
    let (word, adverb) = match fold(word).strip_prefix("coronabedingt ") {
        Some(rest) => (rest.to_owned(), Some("corona".to_owned())),
        None => (word.to_owned(), None),
    };
    let status = word.parse().ok().filter(|status| *status != Status::Draft);
    let status = status.or_else(|| meaning(&STATUS_WORDS, &word))?;
    let reason = bracketed.or(cause).or(adverb).filter(|reason| !reason.is_empty());
    // Nothing moves but what is postponed.
    (to.is_none() || status == Status::Postponed).then_some(Said { status, reason, to })
}

/// The words in a remark that say that something was cancelled or postponed, and nothing else of it.
pub fn status_within(remark: &str) -> Option<String> {
    let words = remark
        .split(|c: char| c.is_whitespace())
        .map(|word| word.trim_matches(|c: char| ",;:()".contains(c)));
    let words = words.collect::<Vec<_>>();
    let at = words.iter().position(|word| {
        meaning(&STATUS_WORDS, word).is_some_and(|status| matches!(status, Status::Cancelled | Status::Postponed))
            && !matches!(fold(word).as_str(), "nein")
    })?;
    let word = words.get(at)?;
    let date = words
        .get(at + 2)
        .filter(|date| words.get(at + 1) == Some(&"auf") && date.starts_with(|c: char| c.is_ascii_digit()));
    Some(match date {
        Some(date) => format!("{word} auf {date}"),
        None => (*word).to_owned(),
    })
}

/// „Summe“, „Gesamt: 1.080“: a word for a sum, and perhaps a number with its unit.
pub fn is_sum(cell: &str) -> bool {
    let folded = fold(cell);
    let mut words = folded.split(' ');
    let first = words.next().unwrap_or_default();
    let sums = [
        "summe",
        "summen",
        "gesamt",
        "insgesamt",
        "total",
        "gesamtsumme",
        "zwischensumme",
        "gesamtzahl",
    ];
    let rest =
        |word: &str| word.chars().all(|c| c.is_ascii_digit()) || ["tn", "teilnehmende", "teilnehmer"].contains(&word);
    sums.contains(&first) && words.all(rest)
}

/// What stands alone above the seminars of a year or of a part of it; with the year.
pub fn section(cell: &str) -> Option<Option<i32>> {
    let folded = fold(cell);
    let words = folded.split(' ').collect::<Vec<_>>();
    let year = |word: &str| {
        word.parse()
            .ok()
            .filter(|year| word.len() == 4 && (1990..=2100).contains(year))
    };
    let parts = [
        "jahr",
        "halbjahr",
        "quartal",
        "fruhjahr",
        "sommer",
        "herbst",
        "winter",
        "programm",
        "veranstaltungen",
        "h1",
        "h2",
        "q1",
        "q2",
        "q3",
        "q4",
        "1",
        "2",
        "3",
        "4",
    ];
    let (last, rest) = words.split_last()?;
    let all_parts = |words: &[&str]| words.iter().all(|word| parts.contains(word));
    match year(last) {
        Some(year) if all_parts(rest) => Some(Some(year)),
        None if words.len() >= 2 && all_parts(&words) && words.iter().any(|word| word.len() > 2) => Some(None),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn statuses_of_offices() {
        let said = |status, reason: Option<&str>, to: Option<&str>| {
            let own = |text: &str| text.to_owned();
            Some(Said {
                status,
                reason: reason.map(own),
                to: to.map(own),
            })
        };
        for (text, expected) in [
            ("durchgeführt", said(Status::Held, None, None)),
            ("ABGESAGT (Corona)", said(Status::Cancelled, Some("Corona"), None)),
            ("coronabedingt abgesagt", said(Status::Cancelled, Some("corona"), None)),
            ("abgesagt wegen Sturm", said(Status::Cancelled, Some("Sturm"), None)),
            ("verschoben auf 23.04.", said(Status::Postponed, None, Some("23.04."))),
            ("fällt aus.", said(Status::Cancelled, None, None)),
            ("held", said(Status::Held, None, None)),
            ("abgesagt auf 23.04.", None),
            ("draft", None),
            ("vielleicht", None),
            ("", None),
        ] {
            assert_eq!(status(text), expected, "{text}");
        }
        assert_eq!(
            status_within("bitte beachten: verschoben auf 23.04., Frau Muster"),
            Some("verschoben auf 23.04.".to_owned())
        );
        assert_eq!(status_within("Raum nicht verfügbar"), None);
    }

    #[test]
    fn sums_and_sections() {
        for sum in ["Summe: 1.080", "Gesamt", "insgesamt 95 TN", "SUMME"] {
            assert!(is_sum(sum), "{sum}");
        }
        for other in ["Gesamtes Team gründen", "Die Summe aller Teile", "1.080", ""] {
            assert!(!is_sum(other), "{other}");
        }
        assert_eq!(section("2020"), Some(Some(2020)));
        assert_eq!(section("1. Halbjahr 2020"), Some(Some(2020)));
        assert_eq!(section("2. Halbjahr"), Some(None));
        for other in ["Gründen 2020", "12", "Seminar", "AC² 2020 Auftakt"] {
            assert_eq!(section(other), None, "{other}");
        }
    }
}
