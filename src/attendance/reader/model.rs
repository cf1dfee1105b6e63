//! What is asked of the reader and what it answers.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use serde::Serialize;

use super::ColumnMap;
use crate::base::decode::Encoding;
use crate::base::ids::words;

words! {
    /// Whose report it is and of which years. `de_unverified`: nobody has shown us a real file yet.
    Format {
        ZoomParticipants2021 = "zoom.meeting.participants.v2021",
        ZoomUnique2021 = "zoom.meeting.unique.v2021",
        ZoomParticipants2024 = "zoom.meeting.participants.v2024",
        ZoomUnique2024 = "zoom.meeting.unique.v2024",
        ZoomParticipantsGerman = "zoom.meeting.participants.de_unverified",
        ZoomUniqueGerman = "zoom.meeting.unique.de_unverified",
        ZoomWebinar = "zoom.webinar.attendees",
        Teams2020 = "teams.attendance.v2020",
        Teams2021 = "teams.attendance.v2021",
        Teams2022 = "teams.attendance.v2022",
        TeamsLiveEvent = "teams.live_event.engagement",
        Webex = "webex.attendance",
        GotoWebinar = "goto.webinar.attendees",
        BigBlueButton = "bbb.learning_dashboard",
        GoogleMeet = "google.meet.attendance",
        OwnList = "own.attendance_list.v1",
        Mapped = "column_map",
    }
}

words! {
    /// Which of two numbers is the day: 03/04 is 3 April or 4 March.
    DateOrder {
        DayFirst = "dmy",
        MonthFirst = "mdy",
    }
}

words! {
    /// What the times are worth.
    Precision {
        /// Each coming and going.
        Intervals = "intervals",
        /// The first coming, the last going, and a total between them.
        FirstLastAndTotal = "first_last_and_total",
        /// A total alone.
        ReportedMinutes = "reported_minutes",
        /// Yes or no.
        Statement = "statement",
    }
}

words! {
    /// What a person was in the room of the platform. In the order in which one role stands for several: whoever
    /// was the host on one device is not an attendee on the other, and an attendee asked to the front is still one.
    PlatformRole {
        Host = "host",
        Organizer = "organizer",
        Moderator = "moderator",
        Attendee = "attendee",
        Presenter = "presenter",
        Panelist = "panelist",
    }
}

/// What the reader needs to know besides the file.
pub struct Reading<'a> {
    pub session: Window,
    /// The zone of times that name none.
    pub time_zone: chrono_tz::Tz,
    /// What the file is said to be; another finding is refused.
    pub format: Option<Format>,
    pub column_map: Option<&'a ColumnMap>,
    pub date_order: Option<DateOrder>,
    /// Asked every 256 rows.
    pub time_is_up: &'a dyn Fn() -> bool,
}

/// When the session was.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Window {
    pub starts_at: DateTime<Utc>,
    /// `None`: nobody knows, and nothing is assumed.
    pub ends_at: Option<DateTime<Utc>>,
}

/// What a file says.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Report {
    pub format: Format,
    pub encoding: Encoding,
    pub delimiter: char,
    /// `None` where every date names its month, or where both readings are one.
    pub date_order: Option<DateOrder>,
    pub precision: Precision,
    /// Rows of the table that the times are taken from.
    pub rows: usize,
    pub people: Vec<Seen>,
    pub ignored: Ignored,
    pub warnings: Vec<Warning>,
    /// From the first coming to the last going.
    pub covers: Option<(DateTime<Utc>, DateTime<Utc>)>,
}

/// One person, or one device whose owner is not known.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Seen {
    /// `email:…` or `name:…`
    pub key: String,
    pub display_names: Vec<String>,
    /// In the form in which addresses are compared.
    pub email: Option<String>,
    pub role: PlatformRole,
    pub roles_seen: BTreeSet<PlatformRole>,
    /// What `segments` and `reported_seconds` are worth for this person.
    pub precision: Precision,
    /// As the rows have them; two devices overlap.
    pub segments: Vec<(DateTime<Utc>, DateTime<Utc>)>,
    /// The sum of the platform's own totals; two devices count twice in it.
    pub reported_seconds: Option<i64>,
    /// A list that says yes or no in words, or a webinar's row of somebody who stayed away.
    pub said_attended: Option<bool>,
    pub phone_dial_in: bool,
    pub organisation: Option<String>,
    pub note: Option<String>,
    /// Where this person is first named.
    pub line: u64,
}

/// Rows that are no person, and why.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Ignored {
    pub anonymous: usize,
    pub waiting_room: usize,
    pub bots: usize,
    /// The names of the bots, so that somebody can see that they are some.
    pub bot_names: BTreeSet<String>,
    /// Rows of a recurring meeting's other days.
    pub other_day: usize,
    pub nameless: usize,
}

/// What the reader is not sure of. `line` is a line of the file.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(tag = "code", rename_all = "snake_case")]
pub enum Warning {
    MayBeCutOff { line: u64 },
    BadCharacters { count: usize },
    Unverified,
    NoEmails,
    NoTimes,
    NoDates,
    UpperBound,
    TimesOfOtherZone,
    DaysAndMonthsTurned,
    HourTwice { line: u64 },
    HourSkipped { line: u64 },
    LeftBeforeJoined { line: u64 },
    NeverLeft { line: u64 },
    LeftWithoutJoining { line: u64 },
    DurationUnclear { line: u64 },
    SaysNothing { line: u64 },
    OtherDays { rows: usize },
    FewerThanSaid { said: usize, read: usize },
    OnlyInSummary { line: u64 },
    SummaryDisagrees { line: u64 },
    AndMore { warnings: usize },
}

impl Warning {
    /// For whoever looks at the preview.
    #[must_use]
    pub fn detail(&self, german: bool) -> String {
        let (in_german, in_english) = match self {
            Self::MayBeCutOff { line } => (
                format!("Die Datei endet in Zeile {line} mitten in einer Angabe; vielleicht ist sie abgeschnitten."),
                format!("The file ends inside a row, line {line}; it may be cut off."),
            ),
            Self::BadCharacters { count } => (
                format!("{count} Zeichen waren nicht lesbar."),
                format!("{count} characters could not be read."),
            ),
            Self::Unverified => (
                "Diese Fassung des Berichts ist nicht an einer echten Datei geprüft; bitte genau ansehen.".into(),
                "This version of the report has not been checked against a real file; look closely.".into(),
            ),
            Self::NoEmails => (
                "Der Bericht hat keine E-Mail-Adressen; Namen sind nur Vorschläge.".into(),
                "The report has no e-mail addresses; names are proposals only.".into(),
            ),
            Self::NoTimes => (
                "Der Bericht hat keine Zeiten: Zwei Geräte einer Person zählen doppelt, und die Zeit außerhalb des \
                 Termins zählt mit."
                    .into(),
                "The report has no times: two devices of one person count twice, and so does time outside the session."
                    .into(),
            ),
            Self::NoDates => (
                "Die Zeiten haben kein Datum; angenommen ist der Tag des Termins.".into(),
                "The times have no date; the day of the session is assumed.".into(),
            ),
            Self::UpperBound => (
                "Der Bericht kennt nur das erste Kommen und das letzte Gehen; die Zeit im Termin ist eine Obergrenze."
                    .into(),
                "The report knows only the first coming and the last going; the time in the session is an upper bound."
                    .into(),
            ),
            Self::TimesOfOtherZone => (
                "Die Zeiten folgen der Uhr des Rechners, der den Bericht geladen hat.".into(),
                "The times follow the clock of the computer that downloaded the report.".into(),
            ),
            Self::DaysAndMonthsTurned => (
                "Tag und Monat sind in der Datei vertauscht; vermutlich hat eine Tabellenkalkulation sie umgestellt."
                    .into(),
                "Day and month are turned in the file; a spreadsheet has probably done it.".into(),
            ),
            Self::HourTwice { line } => (
                format!("Zeile {line}: Diese Stunde gab es zweimal (Zeitumstellung); angenommen ist die erste."),
                format!("Line {line}: this hour came twice (clocks went back); the first is assumed."),
            ),
            Self::HourSkipped { line } => (
                format!("Zeile {line}: Diese Stunde gab es nicht (Zeitumstellung); angenommen ist die nächste."),
                format!("Line {line}: this hour did not exist (clocks went forward); the next is assumed."),
            ),
            Self::LeftBeforeJoined { line } => (
                format!("Zeile {line}: Das Gehen liegt vor dem Kommen; diese Zeit zählt nicht."),
                format!("Line {line}: left before joining; this time does not count."),
            ),
            Self::NeverLeft { line } => (
                format!("Zeile {line}: Zum Kommen fehlt das Gehen; gezählt ist bis zur letzten Zeit der Datei."),
                format!("Line {line}: joined and never left; counted until the last time of the file."),
            ),
            Self::LeftWithoutJoining { line } => (
                format!("Zeile {line}: Zum Gehen fehlt das Kommen; diese Zeit zählt nicht."),
                format!("Line {line}: left without joining; this time does not count."),
            ),
            Self::DurationUnclear { line } => (
                format!("Zeile {line}: Die Dauer ist nicht lesbar."),
                format!("Line {line}: the duration could not be read."),
            ),
            Self::SaysNothing { line } => (
                format!("Zeile {line}: weder „ja“ noch „nein“ und keine Minuten; gilt als nicht anwesend."),
                format!("Line {line}: neither yes nor no and no minutes; taken as not attended."),
            ),
            Self::OtherDays { rows } => (
                format!("{rows} Zeilen gehören zu anderen Tagen und zählen nicht."),
                format!("{rows} rows belong to other days and do not count."),
            ),
            Self::FewerThanSaid { said, read } => (
                format!("Der Bericht nennt {said} Teilnehmende, enthält aber {read}; vielleicht ist er abgeschnitten."),
                format!("The report states {said} participants but holds {read}; it may be cut off."),
            ),
            Self::OnlyInSummary { line } => (
                format!(
                    "Zeile {line}: nur in der Übersicht, ohne einzelne Zeiten; vielleicht ist die Datei abgeschnitten."
                ),
                format!("Line {line}: only in the summary, without single times; the file may be cut off."),
            ),
            Self::SummaryDisagrees { line } => (
                format!("Zeile {line}: Die Übersicht nennt mehr Zeit als die einzelnen Zeilen."),
                format!("Line {line}: the summary states more time than the single rows."),
            ),
            Self::AndMore { warnings } => (
                format!("… und {warnings} weitere Hinweise."),
                format!("… and {warnings} more warnings."),
            ),
        };
        if german { in_german } else { in_english }
    }
}
