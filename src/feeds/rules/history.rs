//! What a seminar's changes of plan come to: two facts beside each other, what became of its date and what of its place.

use serde_json::Value;

use crate::feeds::model::{Change, Entry, Time};
use crate::seminars::{AttendanceMode, ChangeKind, Status};

/// The words of schema.org (`EventStatusType`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EventStatus {
    Scheduled,
    Cancelled,
    Postponed,
    Rescheduled,
    MovedOnline,
}

/// What is told of a history.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct History {
    /// What became of the date, and beside it that it moved online.
    pub status: Vec<EventStatus>,
    /// Starts that were announced before the present one, once there is a present one.
    pub previous_starts: Vec<String>,
}

#[must_use]
pub fn history(entry: &Entry) -> History {
    let rescheduled = entry
        .changes
        .iter()
        .filter(|change| change.kind == ChangeKind::Rescheduled);
    let of_the_date = match entry.status {
        Status::Cancelled => Some(EventStatus::Cancelled),
        Status::Postponed => Some(EventStatus::Postponed),
        _ => rescheduled.clone().next().map(|_| EventStatus::Rescheduled),
    };
    let mut status = Vec::from_iter(of_the_date);
    if moved_online(entry) {
        status.push(EventStatus::MovedOnline);
    }
    if status.is_empty() {
        status.push(EventStatus::Scheduled);
    }
    // While it is postponed its start is the one that was announced last, and no new one has come after it.
    let previous = if of_the_date == Some(EventStatus::Rescheduled) {
        previous_starts(rescheduled, entry)
    } else {
        Vec::new()
    };
    History {
        status,
        previous_starts: previous,
    }
}

/// Whether it can be attended from afar because of its last move. Who moved back on site moved online no longer.
fn moved_online(entry: &Entry) -> bool {
    let mut moves = entry.changes.iter().rev().filter_map(|change| match change.kind {
        ChangeKind::MovedOnline => Some(true),
        ChangeKind::MovedOnsite => Some(false),
        _ => None,
    });
    let afar = matches!(entry.mode, Some(AttendanceMode::Online | AttendanceMode::Hybrid));
    afar && moves.next() == Some(true)
}

fn previous_starts<'a>(rescheduled: impl Iterator<Item = &'a Change>, entry: &Entry) -> Vec<String> {
    let present = entry.sessions.first().map(|slot| start(&slot.time));
    let mut starts = Vec::<String>::new();
    for start in rescheduled.filter_map(|change| announced_start(&change.before)) {
        // A later session alone was moved, or it came back to where it was.
        if present.as_ref() != Some(&start) && !starts.contains(&start) {
            starts.push(start);
        }
    }
    starts
}

/// The start of the first session as the history keeps it.
fn announced_start(schedule: &Value) -> Option<String> {
    let first = schedule.pointer("/sessions/0")?;
    let member = if first["date_precision"] == "day" {
        "starts_on"
    } else {
        "starts_at"
    };
    first[member].as_str().map(str::to_owned)
}

/// A start as ISO 8601 has it: with its offset, or a day.
#[must_use]
pub fn start(time: &Time) -> String {
    match time {
        Time::Clock { begin, .. } => begin.to_rfc3339(),
        Time::Days { first, .. } => first.to_string(),
    }
}

/// The words that the office gave to the change that made a seminar what it is.
#[must_use]
pub fn public_text(entry: &Entry) -> Option<&str> {
    let kind = match entry.status {
        Status::Cancelled => ChangeKind::Cancelled,
        Status::Postponed => ChangeKind::Postponed,
        _ => return None,
    };
    let change = entry.changes.iter().rev().find(|change| change.kind == kind)?;
    change.public_text.as_deref()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::feeds::samples::{change, entry};

    fn rescheduled(before: &str) -> Change {
        let before =
            json!({"sessions": [{"starts_at": before, "date_precision": "minute", "starts_on": "2027-01-01"}]});
        change(ChangeKind::Rescheduled, None, before)
    }

    fn told(status: Status, mode: AttendanceMode, changes: Vec<Change>) -> History {
        history(&Entry {
            status,
            mode: Some(mode),
            changes,
            ..entry()
        })
    }

    #[test]
    fn date_and_place_are_two_facts() {
        use AttendanceMode::{Hybrid, Online, Onsite};
        use EventStatus::{Cancelled, MovedOnline, Postponed, Rescheduled, Scheduled};
        let moved = |kind| change(kind, None, json!({}));
        let new_date = || rescheduled("2027-04-01T18:00:00+02:00");
        let online = || moved(ChangeKind::MovedOnline);
        for (status, mode, changes, expected) in [
            (Status::Scheduled, Onsite, vec![], vec![Scheduled]),
            (Status::Held, Hybrid, vec![], vec![Scheduled]),
            (Status::Scheduled, Online, vec![online()], vec![MovedOnline]),
            (
                Status::Scheduled,
                Online,
                vec![online(), new_date()],
                vec![Rescheduled, MovedOnline],
            ),
            (
                Status::Held,
                Hybrid,
                vec![new_date(), online()],
                vec![Rescheduled, MovedOnline],
            ),
            (
                Status::Scheduled,
                Onsite,
                vec![online(), moved(ChangeKind::MovedOnsite)],
                vec![Scheduled],
            ),
            (
                Status::Scheduled,
                Hybrid,
                vec![online(), moved(ChangeKind::MovedOnsite)],
                vec![Scheduled],
            ),
            (
                Status::Scheduled,
                Onsite,
                vec![moved(ChangeKind::VenueChanged)],
                vec![Scheduled],
            ),
            (Status::Postponed, Onsite, vec![new_date()], vec![Postponed]),
            (
                Status::Cancelled,
                Online,
                vec![online(), new_date()],
                vec![Cancelled, MovedOnline],
            ),
        ] {
            assert_eq!(
                told(status, mode, changes.clone()).status,
                expected,
                "{status} {changes:?}"
            );
        }
    }

    #[test]
    fn an_old_start_is_told_once_there_is_a_new_one() {
        let (first, second) = ("2027-03-01T18:00:00+01:00", "2027-04-01T18:00:00+02:00");
        let changes = vec![rescheduled(first), rescheduled(second), rescheduled(first)];
        let previous = |status| told(status, AttendanceMode::Onsite, changes.clone()).previous_starts;
        assert_eq!(previous(Status::Scheduled), [first, second]);
        assert_eq!(previous(Status::Held), [first, second]);
        assert_eq!(previous(Status::Postponed), Vec::<String>::new());
        assert_eq!(previous(Status::Cancelled), Vec::<String>::new());
    }

    #[test]
    fn a_start_that_holds_is_no_old_one_and_a_day_stays_a_day() {
        let present = start(&entry().sessions[0].time);
        let day = json!({"sessions": [{"starts_at": "2027-04-01T00:00:00+02:00", "date_precision": "day", "starts_on": "2027-04-01"}]});
        let changes = vec![rescheduled(&present), change(ChangeKind::Rescheduled, None, day)];
        let told = told(Status::Scheduled, AttendanceMode::Onsite, changes);
        assert_eq!(told.previous_starts, ["2027-04-01"]);
        assert_eq!(told.status, [EventStatus::Rescheduled]);
        let nothing = vec![change(ChangeKind::Rescheduled, None, json!({"sessions": []}))];
        let undated = self::told(Status::Scheduled, AttendanceMode::Onsite, nothing);
        assert_eq!(undated.previous_starts, Vec::<String>::new());
    }

    #[test]
    fn the_office_speaks_by_the_last_change_of_the_kind() {
        let words = |kind, text: &str| change(kind, Some(text), json!({}));
        let changes = vec![
            words(ChangeKind::Postponed, "zum ersten"),
            words(ChangeKind::Postponed, "zum zweiten"),
            words(ChangeKind::MovedOnline, "online"),
        ];
        let entry = |status| Entry {
            status,
            changes: changes.clone(),
            ..entry()
        };
        assert_eq!(public_text(&entry(Status::Postponed)), Some("zum zweiten"));
        assert_eq!(public_text(&entry(Status::Scheduled)), None);
        assert_eq!(public_text(&entry(Status::Cancelled)), None);
    }
}
