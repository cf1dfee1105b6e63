//! From written times to instants: which number is the day, which zone, which day at all.

use chrono::{DateTime, Duration, LocalResult, NaiveDateTime, Offset, TimeZone, Utc};
use chrono_tz::Tz;

use super::dates::{Day, Written};
use super::entry::Entry;
use super::headings::Column;
use super::model::{DateOrder, Reading, Warning, Window};
use super::unreadable::Unreadable;

/// Two readings this near to the session are both possible.
const NEAR: Duration = Duration::hours(12);
/// What lies further away belongs to another day.
const FAR: Duration = Duration::hours(24);

/// How the dates of a file are read.
pub struct Calendar {
    pub order: DateOrder,
    /// Whether the order made a difference.
    pub mattered: bool,
    /// Dots and yet the month first: a spreadsheet took the one for the other.
    pub turned: bool,
    zone: Tz,
    session: Window,
    /// Of times without a date.
    day: Option<Day>,
}

impl Calendar {
    /// Finds the order of day and month from all dates of the file together.
    pub fn of(entries: &[Entry], day: Option<Day>, how: &Reading) -> Result<Self, Unreadable> {
        let mut calendar = Self {
            order: DateOrder::DayFirst,
            mattered: false,
            turned: false,
            zone: how.time_zone,
            session: how.session,
            day,
        };
        let all = || {
            entries
                .iter()
                .flat_map(|entry| stamps(entry).map(move |(_, stamp)| (entry.line, stamp)))
        };
        let days = || all().filter_map(|(line, stamp)| Some((line, stamp.date.or(day)?)));
        calendar.mattered = days().any(|(_, day)| day.read(DateOrder::DayFirst) != day.read(DateOrder::MonthFirst));
        if !calendar.mattered {
            return Ok(calendar);
        }
        let gaps = DateOrder::ALL
            .iter()
            .map(|order| (*order, calendar.gap(all().map(|(_, stamp)| stamp), *order)));
        let mut gaps: Vec<(DateOrder, Duration)> = gaps.filter_map(|(order, gap)| Some((order, gap?))).collect();
        gaps.sort_by_key(|(_, gap)| *gap);
        calendar.order = match (how.date_order, gaps.as_slice()) {
            (Some(said), _) => said,
            (None, [(_, near), (_, other)]) if *near <= NEAR && *other <= NEAR => {
                return Err(Unreadable::AmbiguousDates);
            }
            (None, [(nearest, _), ..]) => *nearest,
            (None, []) => DateOrder::DayFirst,
        };
        // With the order found, or said, every date must be one.
        for entry in entries {
            for (column, stamp) in stamps(entry) {
                if stamp.date.or(day).is_some_and(|day| day.read(calendar.order).is_none()) {
                    let column = match column {
                        Column::Join => "join",
                        Column::Leave => "leave",
                        _ => "timestamp",
                    };
                    return Err(Unreadable::BadRow {
                        line: entry.line,
                        column: column.to_owned(),
                    });
                }
            }
        }
        let dotted = days().any(|(_, day)| matches!(day, Day::Either { dotted: true, .. }));
        calendar.turned = dotted && calendar.order == DateOrder::MonthFirst;
        Ok(calendar)
    }

    /// How far the times lie from the session if they are read in this order; `None` where one cannot be.
    fn gap<'w>(&self, stamps: impl Iterator<Item = &'w Written>, order: DateOrder) -> Option<Duration> {
        let mut span: Option<(DateTime<Utc>, DateTime<Utc>)> = None;
        for stamp in stamps {
            let Some(day) = stamp.date.or(self.day) else { continue };
            let at = self.instant(day.read(order)?.and_time(stamp.time), stamp, &mut |_| ());
            span = Some(span.map_or((at, at), |(first, last)| (first.min(at), last.max(at))));
        }
        Some(distance(span?, &self.session))
    }

    /// The instant of a written time. `after`: what it cannot lie before, where the clock leaves a choice.
    pub fn resolve(
        &self,
        stamp: &Written,
        after: Option<DateTime<Utc>>,
        line: u64,
        warnings: &mut Vec<Warning>,
    ) -> Option<DateTime<Utc>> {
        let Some(day) = stamp.date.or(self.day) else {
            return Some(self.nearest(stamp, after));
        };
        let local = day.read(self.order)?.and_time(stamp.time);
        let mut later = None;
        let at = self.instant(local, stamp, &mut |found| match found {
            Clock::Twice(second) => later = Some(second),
            Clock::Skipped => warnings.push(Warning::HourSkipped { line }),
        });
        let Some(second) = later else { return Some(at) };
        if after.is_some_and(|after| at < after) {
            return Some(second);
        }
        warnings.push(Warning::HourTwice { line });
        Some(at)
    }

    /// A time of the day: on the day that brings it nearest to the session, or next after the coming.
    fn nearest(&self, stamp: &Written, after: Option<DateTime<Utc>>) -> DateTime<Utc> {
        let around = after.unwrap_or(self.session.starts_at);
        let today = around.with_timezone(&self.zone).date_naive();
        let days = [-1, 0, 1]
            .iter()
            .filter_map(|days| today.checked_add_signed(Duration::days(*days)));
        let times = days.map(|day| self.instant(day.and_time(stamp.time), stamp, &mut |_| ()));
        let possible = times.filter(|at| after.is_none_or(|after| *at >= after));
        possible.min_by_key(|at| (*at - around).abs()).unwrap_or(around)
    }

    fn instant(&self, local: NaiveDateTime, stamp: &Written, tell: &mut dyn FnMut(Clock)) -> DateTime<Utc> {
        if let Some(zone) = stamp.zone {
            let utc = local.checked_sub_offset(zone.fix()).unwrap_or(local);
            return utc.and_utc();
        }
        match self.zone.from_local_datetime(&local) {
            LocalResult::Single(at) => at.with_timezone(&Utc),
            LocalResult::Ambiguous(first, second) => {
                tell(Clock::Twice(second.with_timezone(&Utc)));
                first.with_timezone(&Utc)
            }
            LocalResult::None => {
                tell(Clock::Skipped);
                // By the clock as it went before: 02:30 that did not exist is 03:30.
                let before = local.checked_sub_signed(Duration::hours(3)).unwrap_or(local);
                let earlier = self.zone.from_local_datetime(&before).earliest();
                earlier.map_or_else(|| local.and_utc(), |at| at.with_timezone(&Utc) + Duration::hours(3))
            }
        }
    }
}

enum Clock {
    Twice(DateTime<Utc>),
    Skipped,
}

fn stamps(entry: &Entry) -> impl Iterator<Item = (Column, &Written)> {
    let join = entry.join.iter().map(|stamp| (Column::Join, stamp));
    let leave = entry.leave.iter().map(|stamp| (Column::Leave, stamp));
    let event = entry.event.iter().map(|(_, stamp)| (Column::Timestamp, stamp));
    join.chain(leave).chain(event)
}

/// How long it is between a span and the session; nothing if they meet.
fn distance((first, last): (DateTime<Utc>, DateTime<Utc>), session: &Window) -> Duration {
    let end = session.ends_at.unwrap_or(session.starts_at).max(session.starts_at);
    (first - end).max(session.starts_at - last).max(Duration::zero())
}

/// Whether a span lies so far from the session that it belongs to another day.
pub fn is_far(span: (DateTime<Utc>, DateTime<Utc>), session: &Window) -> bool {
    distance(span, session) > FAR
}
