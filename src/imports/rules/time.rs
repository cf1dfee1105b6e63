//! When a seminar of a file takes place: in sessions, on a day, or at some time in a span.

use chrono::{DateTime, Datelike, Duration, NaiveDate, NaiveDateTime, TimeZone, Utc, Weekday};
use chrono_tz::Tz;

use super::{Known, Parts, Reader};
use crate::imports::model::{Block, Day, SeminarPart, SessionPart, SpanPart, Start, When};

impl Reader {
    pub(super) fn span(&mut self, span: SpanPart, at: &str) -> (NaiveDate, NaiveDate) {
        if span.to.0 < span.from.0 {
            self.refuse(format!("{at}/to"), "must not be before `from`");
        }
        (span.from.0, span.to.0)
    }

    /// The time of a seminar: sessions, a day, or the span that its source speaks of.
    pub(super) fn when(
        &mut self,
        part: &SeminarPart,
        sessions: Parts<SessionPart>,
        at: &str,
        known: &Known,
    ) -> Option<When> {
        if part.date.is_some() && !sessions.is_empty() {
            self.refuse(format!("{at}/date"), "must not stand beside `sessions`");
        }
        let dated = part.date.is_some() || !sessions.is_empty();
        let within = part.within.map(|span| self.span(span, &format!("{at}/within")));
        if dated {
            if within.is_some() {
                self.refuse(format!("{at}/within"), "must not stand beside `date` or `sessions`");
            }
            let day = part.date.map(|Day(day)| Block {
                title: None,
                start: Start::Day(day),
                ends_at: None,
                time_zone: part.time_zone.0,
                venue: part.venue.clone(),
                online_platform: part.online_platform.clone(),
                join_url: None,
            });
            let blocks = sessions
                .into_iter()
                .map(|(place, session)| self.session(session?, &place, part))
                .collect::<Option<Vec<_>>>()?;
            return Some(When::Sessions(day.into_iter().chain(blocks).collect()));
        }
        for (given, member) in [
            (part.venue.is_some(), "venue"),
            (part.online_platform.is_some(), "online_platform"),
        ] {
            if given {
                self.refuse(
                    format!("{at}/{member}"),
                    "belongs to a session: it needs `date` or `sessions`",
                );
            }
        }
        let span = within.or(known.within);
        if span.is_none() {
            self.refuse(
                at,
                "has no time: it needs `date`, `sessions` or `within`, or the source a `within`",
            );
        }
        span.map(|(from, to)| When::Within { from, to })
    }

    fn session(&mut self, session: SessionPart, at: &str, seminar: &SeminarPart) -> Option<Block> {
        let zone = session.time_zone.unwrap_or(seminar.time_zone).0;
        let start = match (session.starts_at, session.in_days, session.at) {
            (Some(starts_at), None, None) => Some(starts_at.0),
            (None, Some(days), Some(time)) => {
                let day = working_day(self.today + Duration::days(i64::from(days)));
                let start = instant(zone, day.and_time(time.0));
                if start.is_none() {
                    self.refuse(
                        format!("{at}/at"),
                        format!("the clocks in {zone} leave out this time on {day}"),
                    );
                }
                start
            }
            (Some(_), ..) => {
                self.refuse(format!("{at}/starts_at"), "must not stand beside `in_days` and `at`");
                None
            }
            (None, Some(_), None) => {
                self.refuse(format!("{at}/at"), "is required beside `in_days`");
                None
            }
            (None, None, Some(_)) => {
                self.refuse(format!("{at}/in_days"), "is required beside `at`");
                None
            }
            (None, None, None) => {
                self.refuse(format!("{at}/starts_at"), "is required, or `in_days` and `at`");
                None
            }
        };
        if session.ends_at.is_some() && session.minutes.is_some() {
            self.refuse(format!("{at}/minutes"), "must not stand beside `ends_at`");
        }
        if session.minutes == Some(0) {
            self.refuse(format!("{at}/minutes"), "must be at least 1");
        }
        let start = start?;
        let lasting = session
            .minutes
            .map(|minutes| start + Duration::minutes(i64::from(minutes)));
        if session.ends_at.is_some_and(|end| end.0 <= start) {
            self.refuse(format!("{at}/ends_at"), "must be after `starts_at`");
        }
        Some(Block {
            title: session.title,
            start: Start::At(start),
            ends_at: session.ends_at.map(|end| end.0).or(lasting),
            time_zone: zone,
            venue: session.venue.or_else(|| seminar.venue.clone()),
            online_platform: session.online_platform.or_else(|| seminar.online_platform.clone()),
            join_url: session.join_url,
        })
    }
}

/// The day, or the Monday after where it is a Saturday or Sunday: offices do not invite for the weekend.
fn working_day(day: NaiveDate) -> NaiveDate {
    match day.weekday() {
        Weekday::Sat => day + Duration::days(2),
        Weekday::Sun => day + Duration::days(1),
        _ => day,
    }
}

/// `None` in the hour that is left out in spring; the first of the two in autumn.
pub(super) fn instant(zone: Tz, local: NaiveDateTime) -> Option<DateTime<Utc>> {
    zone.from_local_datetime(&local).earliest().map(|at| at.to_utc())
}
