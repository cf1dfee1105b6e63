//! What became of a seminar: held, cancelled, postponed to when; and how many came.

use super::doubts::{Doubt, DoubtCode};
use super::model::{Counted, Field};
use super::row::Reading;
use super::{dates, vocabulary};
use crate::attendance::phrase::{self, PhraseError};
use crate::attendance::{Qualifier, Unit};
use crate::seminars::{Channel, ReasonCode, Status};

pub fn status(reading: &mut Reading<'_>) {
    let text = reading.cell(Field::Status);
    let moved = reading.cell(Field::PostponedTo);
    let before = reading.doubts.len();
    let mut said = None;
    if !text.is_empty() && !reading.is_unusable(Field::Status) {
        let Some(text) = reading.without_question(Field::Status) else {
            return;
        };
        said = vocabulary::status(text);
        if said.is_none() {
            reading.doubt(DoubtCode::StatusNotUnderstood, Field::Status).choices =
                words(&["durchgeführt", "abgesagt", "verschoben", "geplant"]);
        }
    }
    if reading.doubts.len() > before {
        return;
    }
    if remark_contradicts(reading, said.as_ref().map(|said| said.status)) {
        return;
    }
    if let Some(reason) = said.as_ref().and_then(|said| said.reason.as_deref()) {
        reading.understood.reason_code = vocabulary::reason(reason);
        if reading.understood.reason_code.is_none() {
            let plain = said.as_ref().map(|said| said.status);
            let word = if plain == Some(Status::Postponed) {
                "verschoben"
            } else {
                "abgesagt"
            };
            let choices = vec![word.to_owned(), format!("{word} (other)")];
            reading.doubt(DoubtCode::ReasonNotUnderstood, Field::Status).choices = choices;
        }
    }
    let inner = said.as_ref().and_then(|said| said.to.clone());
    let target = if moved.is_empty() {
        inner.unwrap_or_default()
    } else {
        moved.to_owned()
    };
    let mut status = said.map(|said| said.status);
    if !target.is_empty() {
        match status {
            None | Some(Status::Postponed) => {
                status = Some(Status::Postponed);
                postponed_to(reading, &target);
            }
            Some(_) => {
                reading.doubt(DoubtCode::StatusContradicts, Field::PostponedTo).choices = vec![String::new()];
                reading.doubt(DoubtCode::StatusContradicts, Field::Status).choices = words(&["verschoben"]);
                return;
            }
        }
    }
    reading.understood.status = status;
    fits_the_day(reading);
}

fn words(choices: &[&str]) -> Vec<String> {
    choices.iter().map(|choice| (*choice).to_owned()).collect()
}

/// A remark „verschoben auf 23.04.“ beside a status that says something else or nothing.
fn remark_contradicts(reading: &mut Reading<'_>, status: Option<Status>) -> bool {
    if reading.is_decided(Field::Status) {
        return false;
    }
    let marks = reading
        .raw
        .marks
        .iter()
        .filter(|mark| mark.code == DoubtCode::StatusInRemarks);
    let texts = marks.filter_map(|mark| mark.text.clone()).collect::<Vec<_>>();
    let other = texts
        .into_iter()
        .find(|text| vocabulary::status(text).map(|said| said.status) != status);
    let Some(other) = other else { return false };
    let own = reading.cell(Field::Status);
    let choices = if own.is_empty() {
        vec![other.clone(), "durchgeführt".to_owned()]
    } else {
        vec![own.to_owned(), other.clone()]
    };
    let doubt = reading.doubt(DoubtCode::StatusInRemarks, Field::Status);
    doubt.text = Some(other);
    doubt.choices = choices;
    true
}

fn postponed_to(reading: &mut Reading<'_>, target: &str) {
    let old = reading.span();
    let said = dates::read(target, &reading.asked(Field::PostponedTo, old.map(|span| span.to)));
    let choices = said.canonical().into_iter().collect::<Vec<_>>();
    let waits = said.doubts.iter().any(|doubt| doubt.code.waits());
    reading.doubts.extend(said.doubts);
    if waits {
        return;
    }
    if said.within.is_some() || said.time.is_some() || said.days.is_empty() {
        // A seminar moves to a day; a span or a time of its own does not say to which.
        reading
            .doubts
            .push(Doubt::new(DoubtCode::DateNotUnderstood, Field::PostponedTo, target).choices(choices));
    } else if old.is_some_and(|old| said.days.iter().any(|day| *day <= old.to)) {
        reading
            .doubts
            .push(Doubt::new(DoubtCode::PostponedBackwards, Field::PostponedTo, target));
    } else {
        reading.understood.postponed_to = said.days;
    }
}

/// Whether the status can be, seen from today; where there is none, what follows from the day.
fn fits_the_day(reading: &mut Reading<'_>) {
    let today = reading.known.today;
    let Some(first) = reading.understood.first_day() else {
        return;
    };
    let past = reading.span().is_some_and(|span| span.to < today);
    let counted = !reading.cell(Field::Headcount).is_empty()
        && phrase::parse(reading.cell(Field::Headcount))
            .is_ok_and(|stated| stated.value.is_some_and(|value| value > 0));
    match reading.understood.status {
        Some(Status::Held) if first > today => {
            reading.understood.status = None;
            reading.doubt(DoubtCode::HeldInFuture, Field::Status).choices = words(&["geplant"]);
        }
        Some(Status::Scheduled) if past => {
            reading.understood.status = None;
            reading.doubt(DoubtCode::ScheduledInPast, Field::Status).choices = words(&["durchgeführt", "abgesagt"]);
        }
        None if past && (counted || reading.settings.past_is_held) => reading.understood.status = Some(Status::Held),
        None if past => {
            reading.doubt(DoubtCode::StatusMissing, Field::Status).choices =
                words(&["durchgeführt", "abgesagt", "verschoben"]);
        }
        None => reading.understood.status = Some(Status::Scheduled),
        Some(_) => {}
    }
    if matches!(reading.understood.status, Some(Status::Cancelled | Status::Postponed)) {
        reading.understood.reason_code.get_or_insert(ReasonCode::Unknown);
    }
    // What was moved to a day that is past: was it held then?
    let moved = reading.understood.postponed_to.iter().max().copied();
    if moved.is_some_and(|day| day < today)
        && !counted
        && !reading.settings.past_is_held
        && !reading.is_decided(Field::PostponedTo)
    {
        let doubt = reading.doubt(DoubtCode::StatusMissing, Field::PostponedTo);
        doubt.choices = moved.into_iter().map(|day| day.to_string()).collect();
    }
}

pub fn headcount(reading: &mut Reading<'_>) {
    let text = reading.cell(Field::Headcount);
    if text.is_empty() || reading.is_unusable(Field::Headcount) {
        return;
    }
    let Some(text) = reading.without_question(Field::Headcount) else {
        return;
    };
    let stated = match phrase::parse(text) {
        Ok(stated) => stated,
        Err(PhraseError::Range(low, high)) => {
            let choices = vec![format!("mindestens {low}"), format!("bis zu {high}")];
            reading.doubt(DoubtCode::HeadcountRange, Field::Headcount).choices = choices;
            return;
        }
        Err(_) => {
            reading
                .doubt(DoubtCode::HeadcountNotUnderstood, Field::Headcount)
                .choices = vec!["unbekannt".to_owned(), String::new()];
            return;
        }
    };
    let unit = stated.unit.unwrap_or(Unit::Participants);
    // Nothing was counted where nobody knows how many came: that is not worth a doubt.
    if stated.qualifier == Qualifier::Unknown && reading.understood.status != Some(Status::Held) {
        return;
    }
    let moved_and_held = reading
        .understood
        .postponed_to
        .iter()
        .max()
        .is_some_and(|day| *day < reading.known.today);
    match reading.understood.status {
        Some(Status::Held) | None => {}
        Some(Status::Postponed) if moved_and_held => {}
        Some(_) if stated.value == Some(0) => return,
        Some(_) => {
            reading.doubt(DoubtCode::CountNotHeld, Field::Headcount).choices = vec![String::new()];
            return;
        }
    }
    if unit == Unit::Viewers && !reading.understood.channels.contains(&Channel::Livestream) {
        reading.doubt(DoubtCode::ViewersWithoutLivestream, Field::Headcount);
        return;
    }
    if text.chars().count() > 300 {
        reading.doubt(DoubtCode::TooLong, Field::Headcount);
        return;
    }
    reading.understood.headcount = Some(Counted {
        value: stated.value,
        qualifier: stated.qualifier,
        unit,
        stated_as: text.to_owned(),
    });
}
