//! Which report a heading belongs to. By what it says, never by the name of the file.

use super::headings::{Column, Columns};
use super::model::{Format, PlatformRole, Precision};

/// One table of a file.
#[derive(Clone, Debug)]
pub struct Table {
    pub format: Format,
    pub columns: Columns,
    /// Of rows that do not say it themselves.
    pub role: PlatformRole,
    /// Repeats in sums what another table of the file has in single rows.
    pub summary: bool,
}

impl Table {
    pub fn new(format: Format, columns: Columns) -> Self {
        let summary = false;
        Self {
            format,
            columns,
            role: PlatformRole::Attendee,
            summary,
        }
    }

    /// What the times of a row are worth.
    pub fn precision(&self) -> Precision {
        let timed = self.columns.has_all(&[Column::Join, Column::Leave]);
        match self.format {
            Format::BigBlueButton | Format::GoogleMeet => Precision::FirstLastAndTotal,
            _ if self.summary && timed => Precision::FirstLastAndTotal,
            Format::Teams2020 | Format::TeamsLiveEvent => Precision::Intervals,
            _ if timed => Precision::Intervals,
            Format::OwnList => Precision::Statement,
            _ if self.columns.has(Column::Duration) => Precision::ReportedMinutes,
            _ => Precision::Statement,
        }
    }
}

/// The head of a report, whose values stand in the row below.
#[derive(Clone, Debug)]
pub enum Block {
    ZoomOld(Columns),
    ZoomNew(Columns),
    Webinar,
    Meet(Columns),
}

pub fn block(columns: &Columns) -> Option<Block> {
    let spelt = |names: &[&str]| names.iter().any(|name| columns.spelt(name));
    let topic = spelt(&["topic", "thema"]);
    if topic && spelt(&["webinar id", "webinar-id"]) {
        Some(Block::Webinar)
    } else if topic && spelt(&["meeting id", "meeting-id"]) {
        Some(Block::ZoomOld(columns.clone()))
    } else if topic && spelt(&["id"]) {
        Some(Block::ZoomNew(columns.clone()))
    } else if spelt(&["meeting title", "besprechungstitel"]) && spelt(&["date", "datum"]) {
        Some(Block::Meet(columns.clone()))
    } else {
        None
    }
}

/// The table under a heading. `webinar` and `new_zoom`: what the file has shown so far.
pub fn table(mut columns: Columns, webinar: bool, new_zoom: bool) -> Option<Table> {
    use Column::{
        Action, Attended, Duration, Email, Family, Given, Join, Leave, Moderator, Name, Role, Session, Timestamp,
    };
    let named = columns.has(Name) || columns.has_all(&[Given, Family]);
    let timed = columns.has_all(&[Join, Leave]);
    let full_name = columns.spelt("full name") || columns.spelt("vollständiger name");
    let format = if columns.has_all(&[Session, Timestamp, Action]) {
        Format::TeamsLiveEvent
    } else if columns.has_all(&[Name, Action, Timestamp]) {
        Format::Teams2020
    } else if columns.has_all(&[Name, Moderator]) && (timed || columns.width() >= 12) {
        if !columns.has_all(&[Join, Leave, Duration]) {
            for (column, at) in [(Join, 9), (Leave, 10), (Duration, 11)] {
                columns.put(column, at);
            }
        }
        Format::BigBlueButton
    } else if named && columns.has(Attended) && columns.spelt("interest rating") {
        Format::GotoWebinar
    } else if named && timed && (columns.has(Attended) || webinar) {
        Format::ZoomWebinar
    } else if (named || columns.has(Family)) && columns.has(Attended) && !columns.has(Join) {
        Format::OwnList
    } else if named && timed && (columns.spelt("attendee email") || columns.spelt("attendance duration")) {
        Format::Webex
    } else if named && timed && columns.has(Duration) && columns.spelt("time joined") {
        Format::GoogleMeet
    } else if let Some(format) = zoom(&columns, timed, new_zoom) {
        format
    } else if timed && full_name {
        Format::Teams2021
    } else if columns.has(Name) && timed && columns.has_all(&[Duration, Role]) {
        Format::Teams2022
    } else {
        return None;
    };
    if matches!(format, Format::ZoomWebinar | Format::GotoWebinar) && !columns.has(Email) && !timed {
        return None;
    }
    let first_and_last = columns.spelt("first join") || columns.spelt("erster beitritt");
    let mut table = Table::new(format, columns);
    table.summary = format == Format::Teams2022 && first_and_last;
    Some(table)
}

fn zoom(columns: &Columns, timed: bool, new: bool) -> Option<Format> {
    let german = ["dauer (minuten)", "gesamtdauer (minuten)"];
    let german = german.iter().any(|name| columns.spelt(name))
        || columns.names.iter().any(|name| {
            let name = super::headings::key(name);
            name.contains("(ursprünglich") || name.contains("(originalname")
        });
    let english = [
        "name (original name)",
        "user email",
        "duration (minutes)",
        "total duration (minutes)",
    ];
    let ours = german || english.iter().any(|name| columns.spelt(name));
    let single = timed && columns.has(Column::Name);
    let unique = columns.has_all(&[Column::Name, Column::Duration]) && !columns.has(Column::Join);
    if !ours || !(single || unique) {
        return None;
    }
    let new = new || columns.has(Column::WaitingRoom) || columns.spelt("email");
    Some(match (german, new, single) {
        (true, _, true) => Format::ZoomParticipantsGerman,
        (true, _, false) => Format::ZoomUniqueGerman,
        (_, true, true) => Format::ZoomParticipants2024,
        (_, true, false) => Format::ZoomUnique2024,
        (_, false, true) => Format::ZoomParticipants2021,
        (_, false, false) => Format::ZoomUnique2021,
    })
}

/// Teams since 2022: whatever the language, the columns stand in one order.
pub fn teams_by_position(mut columns: Columns, summary: bool) -> Table {
    use Column::{Duration, Email, Join, Leave, Name, Role, Upn};
    const SUMMARY: [Column; 7] = [Name, Join, Leave, Duration, Email, Upn, Role];
    const SINGLE: [Column; 6] = [Name, Join, Leave, Duration, Email, Role];
    let places: &[Column] = if summary { &SUMMARY } else { &SINGLE };
    let understood = columns.has_all(&[Name, Join, Leave]);
    let usual = [Name, Join, Leave]
        .iter()
        .enumerate()
        .all(|(at, column)| columns.place(*column) == Some(at));
    if !understood {
        columns.forget_all();
    }
    if !understood || usual {
        for (at, column) in places.iter().enumerate() {
            if !columns.has(*column) && !columns.is_taken(at) {
                columns.put(*column, at);
            }
        }
    }
    let mut table = Table::new(Format::Teams2022, columns);
    table.summary = summary;
    table
}
