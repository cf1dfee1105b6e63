//! What the reader makes of a file, for the session it belongs to; and what the caller is told where it cannot.

use std::time::{Duration, Instant};

use chrono_tz::Tz;

use crate::attendance::reader::{self, ColumnMap, DateOrder, Format, Reading, Report, Unreadable};
use crate::attendance::rules;
use crate::base::problem::{Code, Error, FieldError, Problem, Result};
use crate::seminars::{Session, SessionId};

/// All readings of one file together. Less than the ten seconds after which PostgreSQL ends a transaction that asks
/// nothing.
const AT_MOST: Duration = Duration::from_secs(8);

/// How the caller wants the file to be read.
#[derive(Clone, Debug, Default)]
pub struct How {
    pub format: Option<Format>,
    pub session: Option<SessionId>,
    pub time_zone: Option<Tz>,
    pub column_map: Option<ColumnMap>,
    pub date_order: Option<DateOrder>,
    /// The language in which refusals are explained.
    pub german: bool,
}

/// The report and its session: the one that is named, the only one, or the one whose day the times of the file are of.
pub fn read(bytes: &[u8], how: &How, sessions: &[Session]) -> Result<(Report, Session)> {
    if let Some(what) = foreign(bytes) {
        return Err(refusal(&Unreadable::NotCsv { what }, how.german));
    }
    let begun = Instant::now();
    let time_is_up = || begun.elapsed() > AT_MOST;
    let of = |session: &Session| {
        let of_session = session.time_zone.parse::<Tz>().unwrap_or(chrono_tz::Europe::Berlin);
        let reading = Reading {
            session: rules::window(session),
            time_zone: how.time_zone.unwrap_or(of_session),
            format: how.format,
            column_map: how.column_map.as_ref(),
            date_order: how.date_order,
            time_is_up: &time_is_up,
        };
        reader::read(bytes, &reading)
    };
    let candidates = match how.session {
        Some(id) => sessions.iter().filter(|session| session.id == id).collect::<Vec<_>>(),
        None => sessions.iter().collect(),
    };
    let mut fitting = None;
    let mut refused = None::<Unreadable>;
    for session in &candidates {
        match of(session) {
            Ok(_) if fitting.is_some() => return Err(Error::member("/session", several(&candidates))),
            Ok(report) => fitting = Some((report, Session::clone(session))),
            // Of another day than this one is the least that can be said against a file.
            Err(cause) => match &refused {
                Some(earlier) if !matches!(earlier, Unreadable::OtherDay { .. }) => {}
                _ => refused = Some(cause),
            },
        }
    }
    match (fitting, refused) {
        // A file that can be read both ways for one session does not choose another by itself.
        (Some(_), Some(Unreadable::AmbiguousDates)) => Err(Error::member("/session", several(&candidates))),
        (Some(found), _) => Ok(found),
        (None, Some(cause)) => Err(refusal(&cause, how.german)),
        (None, None) if how.session.is_some() => Err(Error::member("/session", "is no session of this seminar")),
        (None, None) => {
            let none = "The seminar has no session yet that people could have come to.";
            Err(Problem::new(Code::NotReady).detail(none).into())
        }
    }
}

fn several(sessions: &[&Session]) -> String {
    let listed = sessions
        .iter()
        .map(|session| format!("{} ({})", session.id, session.starts_at.format("%F %H:%M UTC")));
    let listed = listed.take(20).collect::<Vec<_>>().join(", ");
    format!("is required: the file fits several sessions of this seminar: {listed}")
}

/// What is never opened, by its first bytes, whatever it is called.
fn foreign(bytes: &[u8]) -> Option<&'static str> {
    const KINDS: [(&[u8], &str); 9] = [
        (b"PK\x03\x04", "xlsx/zip"),
        (b"PK\x05\x06", "zip"),
        (b"\x1f\x8b", "gzip"),
        (b"BZh", "bzip2"),
        (b"\xfd7zXZ", "xz"),
        (b"\x28\xb5\x2f\xfd", "zstd"),
        (b"7z\xbc\xaf", "7z"),
        (b"\xd0\xcf\x11\xe0", "xls"),
        (b"%PDF-", "pdf"),
    ];
    KINDS
        .iter()
        .find(|(magic, _)| bytes.starts_with(magic))
        .map(|(_, what)| *what)
}

/// Each refusal with the code a program would act on, naming the field that can be sent otherwise.
fn refusal(cause: &Unreadable, german: bool) -> Error {
    let detail = cause.detail(german);
    let (code, field) = match cause {
        Unreadable::TooLarge { .. } => (Code::BodyTooLarge, "/file"),
        Unreadable::NotCsv { .. } => (Code::ReportNotCsv, "/file"),
        Unreadable::UnknownFormat { .. } => (Code::UnknownReportFormat, "/column_map"),
        Unreadable::AmbiguousDates => (Code::DatesAmbiguous, "/date_order"),
        Unreadable::OtherDay { .. } => (Code::ReportOfOtherDay, "/file"),
        Unreadable::OtherFormat { .. } => (Code::ValidationFailed, "/format"),
        Unreadable::MissingColumn { .. } | Unreadable::UselessMap => (Code::ValidationFailed, "/column_map"),
        Unreadable::TooManyRows
        | Unreadable::TooManyColumns { .. }
        | Unreadable::UndecodableText
        | Unreadable::UnclosedQuote { .. }
        | Unreadable::Empty
        | Unreadable::Nobody { .. }
        | Unreadable::BadRow { .. }
        | Unreadable::CutOff { .. }
        | Unreadable::TimeIsUp => (Code::ValidationFailed, "/file"),
    };
    let place = FieldError::member(field, detail.clone());
    Problem::new(code).detail(detail).errors(vec![place]).into()
}

#[cfg(test)]
#[allow(clippy::panic)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_text_is_known_by_its_first_bytes() {
        for (bytes, what) in [
            (&b"PK\x03\x04rest"[..], Some("xlsx/zip")),
            (b"\x1f\x8b\x08", Some("gzip")),
            (b"Name,E-Mail", None),
        ] {
            assert_eq!(foreign(bytes), what);
        }
    }

    #[test]
    fn a_refusal_names_the_field_that_helps() {
        let told = |cause: Unreadable| match refusal(&cause, false) {
            Error::Refused(problem) => {
                let pointer = problem.errors.first().and_then(|error| error.pointer.clone());
                (problem.code, pointer.unwrap_or_default())
            }
            other => panic!("{other:?}"),
        };
        assert_eq!(
            told(Unreadable::AmbiguousDates),
            (Code::DatesAmbiguous, "/date_order".to_owned())
        );
        assert_eq!(
            told(Unreadable::UselessMap),
            (Code::ValidationFailed, "/column_map".to_owned())
        );
        assert_eq!(
            told(Unreadable::CutOff { line: 3 }),
            (Code::ValidationFailed, "/file".to_owned())
        );
    }
}
