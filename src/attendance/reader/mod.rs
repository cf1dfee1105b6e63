//! Reads the attendance reports of meeting platforms, and our own list.
//!
//! Pure: bytes and the session in, persons with intervals out. No report has a version number, so each is known by
//! its headings; what is not understood for sure is refused, and what is only likely is a warning.
//!
//! `base::decode` bytes → text · `rows` text → rows, the limits · `headings`, `layout` which table is which · `scan` one pass
//! through the rows · `entry` one row · `dates`, `durations` what stands in a cell · `calendar` which day, which zone ·
//! `settle` comings and goings → intervals · `people` rows → persons · `intervals`, `presence` how long · `matching` who that is.

mod calendar;
mod column_map;
mod dates;
mod durations;
mod entry;
mod headings;
pub mod intervals;
mod layout;
mod matching;
mod model;
mod names;
mod people;
mod presence;
mod register;
mod rows;
mod scan;
mod settle;
#[cfg(test)]
mod tests;
mod unreadable;

pub use crate::base::decode::Encoding;
pub use column_map::ColumnMap;
pub use matching::{
    Match, MatchFlag, MatchMethod, Registered, RegistrationStanding, TeamMember, TeamPart, Verdict, match_people,
};
pub use model::{DateOrder, Format, Ignored, PlatformRole, Precision, Reading, Report, Seen, Warning, Window};
pub use presence::{Presence, PresenceRule, presence};
pub use register::is_shown;
pub use unreadable::{MAX_BYTES, MAX_COLUMNS, MAX_ROWS, Unreadable};

use calendar::Calendar;
use rows::Rows;
use scan::Scan;

/// More warnings than this say no more than this many.
const MAX_WARNINGS: usize = 100;

/// Reads one report.
///
/// # Errors
///
/// Whatever is not understood for sure is refused, see [`Unreadable`].
pub fn read(bytes: &[u8], how: &Reading) -> Result<Report, Unreadable> {
    let mut rows = Rows::open(bytes, how.time_is_up)?;
    let mut scan = Scan::of(&mut rows, how)?;
    let Some(format) = scan.format else {
        return Err(Unreadable::Empty);
    };
    let no_dates = scan.day.is_none() && scan.entries.iter().any(entry::Entry::has_time_without_date);
    let calendar = Calendar::of(&scan.entries, scan.day, how)?;
    let (placed, covers) = settle::settle(&mut scan, &calendar, how)?;
    let people = people::people(placed, &mut scan);
    if people.is_empty() && scan.ignored == Ignored::default() {
        return Err(Unreadable::Nobody { format });
    }
    let precision = precision(format, &people);
    let mut warnings = general_warnings(format, precision, &people);
    warnings.extend(no_dates.then_some(Warning::NoDates));
    warnings.extend(calendar.turned.then_some(Warning::DaysAndMonthsTurned));
    warnings.append(&mut scan.warnings);
    if warnings.len() > MAX_WARNINGS {
        let more = Warning::AndMore {
            warnings: warnings.len() - MAX_WARNINGS,
        };
        warnings.truncate(MAX_WARNINGS);
        warnings.push(more);
    }
    let summary_alone = scan.rows == 0;
    Ok(Report {
        format,
        encoding: rows.encoding,
        delimiter: rows.delimiter,
        date_order: calendar.mattered.then_some(calendar.order),
        precision,
        rows: if summary_alone { people.len() } else { scan.rows },
        people,
        ignored: scan.ignored,
        warnings,
        covers,
    })
}

/// What the times of the whole report are worth: as little as those of most rows.
fn precision(format: Format, people: &[Seen]) -> Precision {
    if format == Format::GoogleMeet {
        return Precision::ReportedMinutes;
    }
    let best = people.iter().map(|seen| seen.precision).min();
    best.unwrap_or(Precision::Statement)
}

fn general_warnings(format: Format, precision: Precision, people: &[Seen]) -> Vec<Warning> {
    let unverified = matches!(
        format,
        Format::ZoomParticipantsGerman | Format::ZoomUniqueGerman | Format::GotoWebinar
    );
    let mut warnings = Vec::new();
    warnings.extend(unverified.then_some(Warning::Unverified));
    warnings.extend((!people.iter().any(|seen| seen.email.is_some())).then_some(Warning::NoEmails));
    warnings.extend(match precision {
        Precision::ReportedMinutes if format != Format::GoogleMeet => Some(Warning::NoTimes),
        Precision::FirstLastAndTotal | Precision::ReportedMinutes => Some(Warning::UpperBound),
        _ => None,
    });
    warnings.extend((format == Format::BigBlueButton).then_some(Warning::TimesOfOtherZone));
    warnings
}
