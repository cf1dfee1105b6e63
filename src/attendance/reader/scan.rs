//! Goes through the rows once: finds the tables, whatever stands between them, and collects the entries.

use super::column_map::ColumnMap;
use super::dates::{Day, date, written};
use super::entry::{Entry, Kind, entry, event};
use super::headings::{Column, Columns};
use super::layout::{Block, Table, block, table, teams_by_position};
use super::model::{Format, Ignored, PlatformRole, Reading, Warning};
use super::rows::{Row, Rows};
use super::unreadable::Unreadable;

/// What a pass through the rows has found.
#[derive(Default)]
pub struct Scan {
    pub format: Option<Format>,
    pub entries: Vec<Entry>,
    pub ignored: Ignored,
    pub warnings: Vec<Warning>,
    /// Rows of tables that are no summary.
    pub rows: usize,
    pub host: Option<String>,
    /// The number of participants in the head of the report.
    said: Option<usize>,
    /// The day in the head of a report whose rows have times alone.
    pub day: Option<Day>,
    table: Option<Table>,
    block: Option<Block>,
    /// Teams since 2022: the number of the section, and whether its heading is yet to come.
    section: Option<u32>,
    heading_is_due: bool,
    rows_of_section: usize,
    webinar: bool,
    attendees_listed: bool,
    new_zoom: bool,
    role: Option<PlatformRole>,
    widest: Vec<String>,
    /// Of a map, the heading that was missed in the row that came nearest.
    missed: Option<(usize, String)>,
    /// A row that cannot be read: at the end of a file it may only be cut off.
    unreadable: Option<Unreadable>,
    last_row_is_short: bool,
    short_rows: usize,
    last_made_an_entry: bool,
}

const ROWS_TO_NAME_COLUMNS_FROM: usize = 40;

impl Scan {
    pub fn of(rows: &mut Rows<'_>, how: &Reading) -> Result<Self, Unreadable> {
        let mut scan = Self::default();
        let mut read = 0_usize;
        while let Some(row) = rows.next()? {
            if let Some(error) = scan.unreadable.take() {
                return Err(error);
            }
            read += 1;
            if read <= ROWS_TO_NAME_COLUMNS_FROM && row.width > scan.widest.len() {
                scan.widest = row.cells().collect();
            }
            match how.column_map {
                Some(map) => scan.mapped(&row, map)?,
                None => scan.row(&row),
            }
        }
        if read == 0 {
            return Err(Unreadable::Empty);
        }
        scan.end(rows, how)
    }

    fn mapped(&mut self, row: &Row<'_>, map: &ColumnMap) -> Result<(), Unreadable> {
        if self.table.is_some() {
            self.data(row);
            return Ok(());
        }
        match map.table(row)? {
            Ok(table) => self.begin(table),
            Err((found, missed)) => {
                if self.missed.as_ref().is_none_or(|(most, _)| found > *most) {
                    self.missed = Some((found, missed));
                }
            }
        }
        Ok(())
    }

    fn row(&mut self, row: &Row<'_>) {
        let first = row.cell(0);
        if row.width == 1 && self.mark(&first) {
            return;
        }
        let is_due = std::mem::take(&mut self.heading_is_due);
        if self.section.is_some() && self.table.is_none() && row.width > 2 {
            let columns = Columns::of(row);
            if let Some(other) = table(columns.clone(), false, false).filter(|other| !is_teams(other.format)) {
                // "2. Workshop" above a list is no section of Teams.
                self.section = None;
                self.begin(other);
                return;
            }
            if is_due {
                self.begin(teams_by_position(columns, self.section == Some(2)));
                return;
            }
        }
        if let Some(block) = self.block.take() {
            self.values_of(&block, row);
            return;
        }
        if self.section.is_some() {
            self.teams(row);
            return;
        }
        if self.table.is_none() || looks_like_a_heading(&first) {
            let columns = Columns::of(row);
            if let Some(block) = block(&columns) {
                self.webinar |= matches!(block, Block::Webinar);
                self.new_zoom |= matches!(block, Block::ZoomNew(_));
                (self.table, self.block) = (None, Some(block));
                return;
            }
            if let Some(mut table) = table(columns, self.webinar, self.new_zoom) {
                if let Some(role) = self.role {
                    table.role = role;
                }
                self.webinar |= table.format == Format::ZoomWebinar;
                self.attendees_listed |= table.role == PlatformRole::Attendee;
                self.begin(table);
                return;
            }
        }
        if self.table.is_none() && event(&row.cell(1)).is_some() && written(&row.cell(2)).is_some() {
            // Old Teams lists come without a heading too.
            let mut columns = Columns::default();
            for (at, column) in [Column::Name, Column::Action, Column::Timestamp]
                .into_iter()
                .enumerate()
            {
                columns.put(column, at);
            }
            self.begin(Table::new(Format::Teams2020, columns));
        }
        if self.table.is_some() {
            self.data(row);
        } else if super::headings::key(&first).starts_with("total number of participants") {
            self.said = row.cell(1).parse().ok();
        }
    }

    /// A row of a single cell: a section begins, or it is none of the table's.
    fn mark(&mut self, text: &str) -> bool {
        let number = text.split_once('.').and_then(|(number, _)| number.parse::<u32>().ok());
        let teams = self.format.is_none_or(|format| format == Format::Teams2022);
        if let Some(number @ 1..=9) = number
            && teams
        {
            self.section = Some(number);
            self.table = None;
            self.rows_of_section = 0;
            self.heading_is_due = matches!(number, 2 | 3);
            return true;
        }
        let lower = text.to_lowercase();
        if lower.starts_with("sep=") {
            return true;
        }
        if lower == "attendee report" {
            self.webinar = true;
            return true;
        }
        let details = [
            ("host details", PlatformRole::Host),
            ("panelist details", PlatformRole::Panelist),
            ("attendee details", PlatformRole::Attendee),
            ("other attended", PlatformRole::Attendee),
        ];
        if let Some((_, role)) = details.iter().find(|(words, _)| lower == *words) {
            self.webinar = true;
            self.role = Some(*role);
            self.table = None;
            return true;
        }
        false
    }

    fn teams(&mut self, row: &Row<'_>) {
        self.rows_of_section += 1;
        if self.table.is_some() {
            self.data(row);
        } else if self.section == Some(1) && self.rows_of_section == 2 {
            // Title, participants, start, end, …
            self.said = row.cell(1).parse().ok();
        }
    }

    fn values_of(&mut self, block: &Block, row: &Row<'_>) {
        let value = |columns: &Columns, names: &[&str]| {
            let at = names.iter().find_map(|name| columns.find(name));
            at.map(|at| row.cell(at)).unwrap_or_default()
        };
        match block {
            Block::ZoomOld(columns) | Block::ZoomNew(columns) => {
                let host = value(columns, &["user email", "host", "e-mail", "gastgeber", "email"]);
                let host = super::names::in_brackets(&host).unwrap_or(&host).to_lowercase();
                self.host = Some(host).filter(|host| host.contains('@'));
                self.said = value(columns, &["participants", "teilnehmer"]).parse().ok();
            }
            Block::Webinar => {}
            Block::Meet(columns) => self.day = date(&value(columns, &["date", "datum"])),
        }
    }

    fn begin(&mut self, table: Table) {
        // Of several tables the one with the single rows names the file.
        self.format = Some(table.format);
        self.table = Some(table);
    }

    fn data(&mut self, row: &Row<'_>) {
        let Some(table) = &self.table else { return };
        self.rows += usize::from(!table.summary);
        let understood = entry(row, table, &mut self.warnings);
        self.last_row_is_short = row.len() < table.columns.width();
        self.short_rows += usize::from(self.last_row_is_short);
        self.last_made_an_entry = matches!(understood, Ok(Kind::Person(_)));
        match understood {
            Ok(Kind::Person(entry)) => self.entries.push(*entry),
            Ok(Kind::Anonymous) => self.ignored.anonymous += 1,
            Ok(Kind::WaitingRoom) => self.ignored.waiting_room += 1,
            Ok(Kind::Nameless) => self.ignored.nameless += 1,
            Ok(Kind::Bot(name)) => {
                self.ignored.bots += 1;
                self.ignored.bot_names.insert(name);
            }
            Err(error) => self.unreadable = Some(error),
        }
    }

    fn end(mut self, rows: &Rows<'_>, how: &Reading) -> Result<Self, Unreadable> {
        let line = rows.last_line();
        let Some(found) = self.format else {
            return Err(match self.missed.take() {
                Some((_, column)) => Unreadable::MissingColumn {
                    column,
                    columns_found: self.widest,
                },
                // The first section of a Teams report and nothing else.
                None if self.section.is_some() => Unreadable::CutOff { line },
                None => Unreadable::UnknownFormat {
                    columns_found: self.widest,
                },
            });
        };
        if let Some(said) = how.format.filter(|said| *said != found) {
            return Err(Unreadable::OtherFormat { said, found });
        }
        // BigBlueButton ends without a line end, and in a quote: it quotes every cell.
        let bbb = found == Format::BigBlueButton && rows.ends_in_a_quote() && !self.last_row_is_short;
        let closed = rows.ends_in_a_line_end() || bbb;
        if !closed && self.last_row_is_short && self.last_made_an_entry {
            // The name may be half a name.
            self.entries.pop();
        }
        if let Some(error) = self.unreadable.take()
            && closed
        {
            return Err(error);
        }
        let single_short_row = self.last_row_is_short && self.short_rows == 1 && self.rows > 1;
        let unfinished = self.heading_is_due || (self.webinar && !self.attendees_listed);
        if !closed || single_short_row || unfinished {
            self.warnings.push(Warning::MayBeCutOff { line });
        }
        if let Some(said) = self.said.filter(|said| *said > self.rows && self.rows > 0) {
            let read = self.rows;
            self.warnings.push(Warning::FewerThanSaid { said, read });
        }
        if rows.bad_characters() > 0 {
            let count = rows.bad_characters();
            self.warnings.push(Warning::BadCharacters { count });
        }
        Ok(self)
    }
}

const fn is_teams(format: Format) -> bool {
    matches!(format, Format::Teams2020 | Format::Teams2021 | Format::Teams2022)
}

/// Whether the first cell of a row may begin a heading.
fn looks_like_a_heading(first: &str) -> bool {
    super::headings::is_known(first) || ["topic", "thema", "meeting id"].contains(&super::headings::key(first).as_str())
}
