//! The headings of columns, in the spellings that platforms and years have.

use unicode_normalization::UnicodeNormalization;

use super::rows::Row;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Column {
    Name,
    Given,
    Family,
    Email,
    Upn,
    Join,
    Leave,
    Duration,
    Action,
    Timestamp,
    Session,
    Role,
    Moderator,
    Guest,
    WaitingRoom,
    Attended,
    Organisation,
    Note,
}

const SPELLINGS: &[(Column, &str)] = &[
    (
        Column::Name,
        "name | name (original name) | name (ursprünglicher name) | name (originalname) | user name (original name) | \
         user name | username | full name | fullname | vollständiger name | participant | participant name | \
         attendee name | display name | benutzername | benutzername (ursprünglicher name) | \
         benutzername (originalname) | teilnehmer | teilnehmername | anzeigename",
    ),
    (Column::Given, "first name | firstname | given name | vorname"),
    (
        Column::Family,
        "last name | lastname | family name | surname | nachname | familienname",
    ),
    (
        Column::Email,
        "email | e-mail | mail | user email | email address | e-mail address | e-mail-adresse | attendee email | \
         participant email | benutzer-e-mail | e-mail des benutzers | registered email",
    ),
    (
        Column::Upn,
        "participant id (upn) | teilnehmer-id (upn) | participantid | participant id | upn",
    ),
    (
        Column::Join,
        "join time | first join | first join time | join | joined | time joined | beitrittszeit | beitrittszeitpunkt | \
         erster beitritt | beitritt | beitreten | teilnahme | beigetreten | joined at",
    ),
    (
        Column::Leave,
        "leave time | last leave | last leave time | left | leave | time exited | austrittszeit | verlassenszeit | \
         letztes verlassen | verlassen | zeitpunkt des verlassens | left at",
    ),
    (
        Column::Duration,
        "duration (minutes) | total duration (minutes) | duration | total duration | dauer (minuten) | \
         gesamtdauer (minuten) | dauer | time in session (minutes) | time in session | in-meeting duration | \
         dauer der besprechung | attendance duration | minutes | minuten | zeit in sitzung (minuten)",
    ),
    (Column::Action, "user action | action | benutzeraktion | aktion"),
    (Column::Timestamp, "timestamp | zeitstempel | utceventtimestamp"),
    (Column::Session, "sessionid | session id"),
    (Column::Role, "role | rolle"),
    (Column::Moderator, "moderator | moderatorin | moderator/in"),
    (Column::Guest, "guest | is guest | gast | ist gast"),
    (Column::WaitingRoom, "in waiting room | im warteraum | warteraum"),
    (
        Column::Attended,
        "attended | attendance | present | anwesend | teilgenommen",
    ),
    (
        Column::Organisation,
        "organisation | organization | company | firma | unternehmen",
    ),
    (
        Column::Note,
        "bemerkung | bemerkungen | note | notes | remark | remarks | comment | comments",
    ),
];

/// A heading in the form in which two of them are compared.
pub fn key(heading: &str) -> String {
    let lower = heading.nfc().collect::<String>().to_lowercase();
    lower
        .trim_matches(|c: char| c == '"' || c == ':' || c.is_whitespace())
        .to_owned()
}

/// Whether a cell is spelt like a heading of some report.
pub fn is_known(cell: &str) -> bool {
    column(&key(cell)).is_some()
}

fn column(key: &str) -> Option<Column> {
    let spelt = |(_, spellings): &&(Column, &str)| spellings.split(" | ").any(|one| one == key);
    SPELLINGS.iter().find(spelt).map(|(column, _)| *column)
}

/// Which column is what in one table.
#[derive(Clone, Debug, Default)]
pub struct Columns {
    places: Vec<(Column, usize)>,
    /// As they stand in the file.
    pub names: Vec<String>,
    keys: Vec<String>,
}

impl Columns {
    pub fn of(row: &Row<'_>) -> Self {
        let names: Vec<String> = row.cells().collect();
        let keys: Vec<String> = names.iter().map(|name| key(name)).collect();
        let mut columns = Self {
            places: Vec::new(),
            names,
            keys,
        };
        let known: Vec<_> = columns
            .keys
            .iter()
            .enumerate()
            .filter_map(|(at, key)| Some((column(key)?, at)))
            .collect();
        for (column, at) in known {
            // The first of two: a question of the organiser may be called "Name" again.
            if !columns.has(column) {
                columns.places.push((column, at));
            }
        }
        columns
    }

    pub fn has(&self, column: Column) -> bool {
        self.place(column).is_some()
    }

    pub fn has_all(&self, columns: &[Column]) -> bool {
        columns.iter().all(|column| self.has(*column))
    }

    pub fn place(&self, column: Column) -> Option<usize> {
        self.places.iter().find(|(one, _)| *one == column).map(|(_, at)| *at)
    }

    /// Places a column anew; by position, or because somebody said so.
    pub fn put(&mut self, column: Column, at: usize) {
        self.places.retain(|(one, place)| *one != column && *place != at);
        self.places.push((column, at));
    }

    pub fn is_taken(&self, at: usize) -> bool {
        self.places.iter().any(|(_, place)| *place == at)
    }

    pub fn forget_all(&mut self) {
        self.places.clear();
    }

    /// Whether a heading is spelt so.
    pub fn spelt(&self, heading: &str) -> bool {
        self.keys.iter().any(|key| key == heading)
    }

    pub fn find(&self, heading: &str) -> Option<usize> {
        let wanted = key(heading);
        self.keys.iter().position(|key| *key == wanted)
    }

    pub fn width(&self) -> usize {
        self.names.len()
    }

    /// The heading of a column, or its number.
    pub fn name_of(&self, column: Column) -> String {
        let at = self.place(column);
        let name = at.and_then(|at| self.names.get(at)).filter(|name| !name.is_empty());
        match (name, at) {
            (Some(name), _) => name.chars().take(80).collect(),
            (None, Some(at)) => (at + 1).to_string(),
            (None, None) => "?".to_owned(),
        }
    }
}
