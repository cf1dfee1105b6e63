//! What is not understood for sure, what it is called, and what settles it.

use serde::{Deserialize, Serialize};

use super::model::Field;
use crate::base::ids::words;

/// One word for machines, one sentence in each language, one that says what settles it, and whether it waits for a decision.
macro_rules! doubts {
    ($($name:ident $word:tt $kind:ident $german:literal / $english:literal;)+) => {
        words! {
            /// What is not understood for sure. The last five are notes: they say what was done and wait for nothing.
            #[schema(as = ProgrammeDoubtCode)]
            DoubtCode { $($name = $word),+ }
        }

        impl DoubtCode {
            const fn kind(self) -> Waits {
                match self { $(Self::$name => Waits::$kind),+ }
            }

            /// What it is about, in a sentence.
            #[must_use]
            pub const fn detail(self, german: bool) -> &'static str {
                match self { $(Self::$name => if german { $german } else { $english }),+ }
            }
        }
    };
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Waits {
    /// For another text of the cell.
    Value,
    /// For another text of the cell, or for being accepted.
    Accept,
    /// For nothing.
    Note,
}

doubts! {
    TitleMissing "title_missing" Value "Der Titel fehlt." / "The title is missing.";
    OneCell "one_cell" Value "Nur eine Zelle ist gefüllt: eine Überschrift oder eine Veranstaltung?" / "Only one cell is filled: a heading or a seminar?";
    MergedCell "merged_cell" Value "Die Zelle ist leer, die darüber nicht: vielleicht waren sie verbunden." / "The cell is empty and the one above is not: perhaps they were merged.";
    DateMissing "date_missing" Value "Das Datum fehlt." / "The date is missing.";
    DateOpen "date_open" Value "Die Zelle sagt, dass der Tag noch offen ist." / "The cell says that the day is still open.";
    DateNotUnderstood "date_not_understood" Value "Das Datum wird nicht verstanden." / "The date is not understood.";
    TwoDigitYear "two_digit_year" Value "Das Jahr hat nur zwei Ziffern." / "The year has two digits only.";
    NoYear "no_year" Value "Das Jahr fehlt." / "The year is missing.";
    OutsidePeriod "outside_period" Value "Der Tag liegt außerhalb des angegebenen Zeitraums." / "The day lies outside the period that was given.";
    AmbiguousOrder "ambiguous_order" Value "Tag und Monat sind nicht zu unterscheiden." / "Day and month cannot be told apart.";
    MonthFirst "month_first" Value "Der Monat scheint vor dem Tag zu stehen." / "The month seems to stand before the day.";
    ImpossibleDate "impossible_date" Value "Diesen Tag gibt es nicht." / "There is no such day.";
    WeekdayContradicts "weekday_contradicts" Value "Der Wochentag passt nicht zum Datum." / "The weekday does not fit the date.";
    DayRange "day_range" Value "Von … bis …: jeden Tag, oder irgendwann dazwischen?" / "From … to …: on each day, or some time between?";
    VaguePeriod "vague_period" Value "Der Zeitraum ist nur ungefähr gesagt." / "The period is said roughly only.";
    ExcelSerial "excel_serial" Value "Eine Zahl, wo ein Datum stehen sollte: vermutlich das Datum einer Tabellenkalkulation." / "A number where a date should be: presumably the date of a spreadsheet.";
    HashMarks "hash_marks" Value "Die Tabellenkalkulation hat statt des Inhalts #### gespeichert." / "The spreadsheet saved #### instead of the content.";
    Formula "formula" Value "Eine Formel oder ihr Fehler statt eines Werts; gerechnet wird hier nicht." / "A formula or its error instead of a value; nothing is calculated here.";
    Uncertain "uncertain" Value "Ein Fragezeichen: die Quelle ist sich selbst nicht sicher." / "A question mark: the source itself is not sure.";
    TimeNotUnderstood "time_not_understood" Value "Die Uhrzeit wird nicht verstanden." / "The time of day is not understood.";
    VagueTime "vague_time" Value "Die Uhrzeit ist nur ungefähr gesagt." / "The time of day is said roughly only.";
    EndBeforeStart "end_before_start" Value "Das Ende liegt nicht nach dem Beginn." / "The end is not after the beginning.";
    TwoTimes "two_times" Value "Zwei Zellen nennen verschiedene Uhrzeiten." / "Two cells name different times of day.";
    StatusNotUnderstood "status_not_understood" Value "Der Status wird nicht verstanden." / "The status is not understood.";
    StatusMissing "status_missing" Value "Der Tag ist vorbei, und nichts sagt, ob sie stattfand." / "The day is past, and nothing says whether it was held.";
    StatusInRemarks "status_in_remarks" Value "Eine Bemerkung nennt einen anderen Status." / "A remark names another status.";
    StatusContradicts "status_contradicts" Value "Der Status passt nicht zum neuen Termin." / "The status does not fit the new date.";
    ReasonNotUnderstood "reason_not_understood" Value "Der Grund wird nicht verstanden." / "The reason is not understood.";
    HeldInFuture "held_in_future" Value "Als durchgeführt geführt, liegt aber in der Zukunft." / "Said to be held, but it lies in the future.";
    ScheduledInPast "scheduled_in_past" Value "Als geplant geführt, liegt aber in der Vergangenheit." / "Said to be planned, but it lies in the past.";
    PostponedBackwards "postponed_backwards" Value "Der neue Termin liegt nicht nach dem alten." / "The new date is not after the old one.";
    HeadcountNotUnderstood "headcount_not_understood" Value "Die Teilnehmendenzahl wird nicht verstanden." / "The headcount is not understood.";
    HeadcountRange "headcount_range" Value "Die Teilnehmendenzahl ist eine Spanne." / "The headcount is a range.";
    CountNotHeld "count_not_held" Value "Gezählt wurde etwas, das nicht stattfand oder noch bevorsteht." / "Something was counted that was not held, or is still to come.";
    ViewersWithoutLivestream "viewers_without_livestream" Value "Zuschauende gibt es nur in einem Livestream." / "Only a livestream has viewers.";
    ModeNotUnderstood "mode_not_understood" Value "Die Form (Präsenz, online, hybrid) wird nicht verstanden." / "The mode (on site, online, hybrid) is not understood.";
    ModeContradicts "mode_contradicts" Value "Form, Ort und Link widersprechen sich." / "Mode, place and link contradict each other.";
    KindNotUnderstood "kind_not_understood" Value "Die Veranstaltungsart wird nicht verstanden." / "The kind is not understood.";
    WordOfOtherColumn "word_of_other_column" Value "Das Wort gehört in eine andere Spalte; `column_map` sagt, was welche ist." / "The word belongs to another column; `column_map` says which is what.";
    VenueWithoutLocality "venue_without_locality" Value "Der Ort ist nicht bekannt: ein Haus oder eine Gemeinde?" / "The place is not known: a house or a town?";
    TooLong "too_long" Value "Der Text ist zu lang." / "The text is too long.";
    NewVenue "new_venue" Accept "Diesen Ort gibt es hier noch nicht." / "This venue is not known here yet.";
    NewCollection "new_collection" Accept "Dieses Format oder Projekt gibt es hier noch nicht." / "This collection is not known here yet.";
    NewPartner "new_partner" Accept "Diese Organisation ist hier nicht bekannt; angenommen steht sie nur mit ihrem Namen." / "This organisation is not known here; accepted it stands by its name only.";
    DuplicateRow "duplicate_row" Accept "Dieselbe Veranstaltung am selben Tag steht schon in einer anderen Zeile." / "The same seminar on the same day stands in another row already.";
    CutOff "cut_off" Accept "Die Datei endet mitten in dieser Zeile; vielleicht fehlt etwas." / "The file ends in the middle of this row; something may be missing.";
    CellsWithoutHeading "cells_without_heading" Accept "Zellen ohne Überschrift: vielleicht sind Spalten verrutscht." / "Cells without a heading: columns may have shifted.";
    LineBreak "line_break" Accept "Die Zelle hat mehrere Zeilen; angenommen werden sie eine." / "The cell has several lines; accepted they become one.";
    UnreadableCharacters "unreadable_characters" Value "Zeichen sind nicht lesbar." / "Characters cannot be read.";
    PersonalData "personal_data" Accept "Die Zelle nennt eine Adresse oder Nummer einer Person; sie wurde nicht gespeichert." / "The cell names an address or number of a person; it was not kept.";
    SeveralDays "several_days" Note "Mehrere Tage: jeder wird ein Termin." / "Several days: each becomes a session.";
    WholeDay "whole_day" Note "Ganztägig: nur der Tag ist bekannt." / "All day: only the day is known.";
    RemarkNotKept "remark_not_kept" Note "Die Bemerkung wurde nicht gespeichert." / "The remark was not kept.";
    PersonalNotKept "personal_not_kept" Note "Eine Bemerkung nennt eine Person; sie wurde nicht gespeichert." / "A remark names a person; it was not kept.";
    AlreadyImported "already_imported" Note "Die Zeile wurde schon importiert und bleibt weg." / "The row was imported before and is left out.";
}

impl DoubtCode {
    #[must_use]
    pub const fn waits(self) -> bool {
        !matches!(self.kind(), Waits::Note)
    }

    #[must_use]
    pub const fn is_acceptable(self) -> bool {
        matches!(self.kind(), Waits::Accept)
    }

    /// What would settle it.
    #[must_use]
    pub const fn settled_by(self, german: bool) -> Option<&'static str> {
        match (self.kind(), german) {
            (Waits::Value, true) => {
                Some("`set` mit einem der `choices` oder einem anderen Text für diese Spalte, oder `skip`.")
            }
            (Waits::Value, false) => {
                Some("`set` with one of the `choices` or another text for this column, or `skip`.")
            }
            (Waits::Accept, true) => Some("`accept` mit diesem Code, `set` mit einem anderen Text, oder `skip`."),
            (Waits::Accept, false) => Some("`accept` with this code, `set` with another text, or `skip`."),
            (Waits::Note, _) => None,
        }
    }
}

/// One thing that is not understood for sure.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Doubt {
    pub code: DoubtCode,
    /// What another text is `set` for.
    pub field: Option<Field>,
    /// The cell.
    pub text: Option<String>,
    /// Readings that are possible, as they can be `set`.
    pub choices: Vec<String>,
    /// The row it has to do with.
    pub other: Option<i32>,
}

impl Doubt {
    #[must_use]
    pub fn new(code: DoubtCode, field: Field, text: &str) -> Self {
        Self {
            code,
            field: Some(field),
            text: Some(text.to_owned()),
            choices: Vec::new(),
            other: None,
        }
    }

    #[must_use]
    pub fn choices<T: ToString>(mut self, choices: impl IntoIterator<Item = T>) -> Self {
        self.choices = choices.into_iter().map(|choice| choice.to_string()).collect();
        self
    }

    #[must_use]
    pub fn other(mut self, row: i32) -> Self {
        self.other = Some(row);
        self
    }
}
