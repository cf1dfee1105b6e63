//! One row: what its cells say together, and what they leave open.

use chrono::NaiveDate;

use super::doubts::{Doubt, DoubtCode};
use super::model::{Decisions, Field, Known, RawRow, Settings, Span, Understood};
use super::names;
use super::{dates, outcome, times, vocabulary};
use crate::seminars::Channel;

/// A row while it is read.
pub struct Reading<'a> {
    pub raw: &'a RawRow,
    pub decisions: &'a Decisions,
    pub settings: &'a Settings,
    pub known: &'a Known,
    pub understood: Understood,
    pub doubts: Vec<Doubt>,
}

/// Reads one row by itself. What other rows say of it comes later.
#[must_use]
pub fn read(raw: &RawRow, decisions: &Decisions, settings: &Settings, known: &Known) -> (Understood, Vec<Doubt>) {
    let mut reading = Reading {
        raw,
        decisions,
        settings,
        known,
        understood: Understood::default(),
        doubts: Vec::new(),
    };
    reading.title();
    reading.when();
    reading.place();
    reading.mode();
    reading.kind();
    names::collections(&mut reading);
    names::parties(&mut reading);
    outcome::status(&mut reading);
    reading.hours_that_are_not();
    outcome::headcount(&mut reading);
    reading.marks();
    let accepted = |doubt: &Doubt| {
        doubt.code.is_acceptable() && (decisions.accept.contains(&doubt.code) || settings.accept.contains(&doubt.code))
    };
    reading.doubts.retain(|doubt| !accepted(doubt));
    (reading.understood, reading.doubts)
}

impl<'a> Reading<'a> {
    /// What stands in the cell, or what somebody has put there instead.
    pub fn cell(&self, field: Field) -> &'a str {
        let decided = self.decisions.set.get(&field).map(String::as_str);
        decided.unwrap_or_else(|| self.raw.cell(field)).trim()
    }

    pub fn is_decided(&self, field: Field) -> bool {
        self.decisions.set.contains_key(&field)
    }

    pub fn doubt(&mut self, code: DoubtCode, field: Field) -> &mut Doubt {
        let text = self.cell(field);
        self.doubts.push(Doubt::new(code, field, text));
        let last = self.doubts.len() - 1;
        #[expect(clippy::indexing_slicing, reason = "it was pushed a line above")]
        &mut self.doubts[last]
    }

    /// `####`, a formula, a question mark: nothing that a cell of words may be. `true`: there was one.
    pub fn is_unusable(&mut self, field: Field) -> bool {
        let text = self.cell(field);
        let code = if text.starts_with("##") {
            DoubtCode::HashMarks
        } else if dates::is_formula(text) {
            DoubtCode::Formula
        } else {
            return false;
        };
        self.doubt(code, field);
        true
    }

    /// The text without its question mark, which is a doubt.
    pub fn without_question(&mut self, field: Field) -> Option<&'a str> {
        let text = self.cell(field);
        match text.strip_suffix('?').map(str::trim) {
            Some(rest) if !rest.is_empty() => {
                self.doubt(DoubtCode::Uncertain, field).choices = vec![rest.to_owned()];
                None
            }
            _ => Some(text),
        }
    }

    fn title(&mut self) {
        let text = self.cell(Field::Title);
        if text.is_empty() {
            self.doubt(DoubtCode::TitleMissing, Field::Title);
        } else if self.is_unusable(Field::Title) {
        } else if text.chars().count() > 300 {
            self.doubt(DoubtCode::TooLong, Field::Title);
        } else {
            self.understood.title = Some(text.to_owned());
        }
    }

    fn when(&mut self) {
        let text = self.cell(Field::Date);
        let mut time_beside = None;
        if text.is_empty() {
            self.doubt(DoubtCode::DateMissing, Field::Date);
        } else {
            let said = dates::read(text, &self.asked(Field::Date, None));
            time_beside = said.time;
            self.understood.days = said.days;
            self.understood.within = said.within;
            self.doubts.extend(said.doubts);
        }
        self.times(time_beside.as_deref());
    }

    pub fn asked(&self, field: Field, after: Option<NaiveDate>) -> dates::Asked<'a> {
        dates::Asked {
            settings: self.settings,
            field,
            section: self.raw.section,
            decided: self.is_decided(field),
            after,
        }
    }

    /// One cell for both, one for each, or behind the date.
    fn times(&mut self, beside: Option<&str>) {
        let of = |text: &str, field| (!text.is_empty()).then(|| times::read(text, field));
        let column = of(self.cell(Field::Time), Field::Time);
        let beside = beside.map(|text| {
            let mut said = times::read(text, Field::Date);
            // What stands behind a date and is no time makes the date doubtful.
            for doubt in said
                .doubts
                .iter_mut()
                .filter(|doubt| doubt.code == DoubtCode::TimeNotUnderstood)
            {
                doubt.code = DoubtCode::DateNotUnderstood;
                doubt.text = Some(self.cell(Field::Date).to_owned());
            }
            said
        });
        if beside.as_ref().is_some_and(|said| {
            said.doubts
                .iter()
                .any(|doubt| doubt.code == DoubtCode::DateNotUnderstood)
        }) {
            self.understood.days.clear();
        }
        let start = of(self.cell(Field::Start), Field::Start);
        let end = of(self.cell(Field::End), Field::End);
        let separate = (start.is_some() || end.is_some()).then(|| {
            let (start, end) = (start.unwrap_or_default(), end.unwrap_or_default());
            let mut said = times::Said {
                starts: start.starts,
                ends: start.ends.or(end.starts),
                doubts: [start.doubts, end.doubts].concat(),
            };
            let backwards = said.starts.zip(said.ends).is_some_and(|(starts, ends)| ends <= starts);
            if (backwards || (said.starts.is_none() && said.ends.is_some())) && said.doubts.is_empty() {
                let (field, code) = if backwards {
                    (Field::End, DoubtCode::EndBeforeStart)
                } else {
                    (Field::Start, DoubtCode::TimeNotUnderstood)
                };
                said.doubts.push(Doubt::new(code, field, self.cell(field)));
                said = times::Said {
                    starts: None,
                    ends: None,
                    ..said
                };
            }
            said
        });
        let mut said = None::<times::Said>;
        for one in [column, separate, beside].into_iter().flatten() {
            self.doubts.extend(one.doubts.iter().cloned());
            match &said {
                Some(other) if one.starts.is_some() && (other.starts, other.ends) != (one.starts, one.ends) => {
                    let canonical = [other.canonical(), one.canonical()].into_iter().flatten().collect();
                    // A time that somebody decided on wins over the one that stands behind the date.
                    if !self.is_decided(Field::Time) {
                        self.doubt(DoubtCode::TwoTimes, Field::Time).choices = canonical;
                    }
                }
                Some(_) => {}
                None => said = Some(one),
            }
        }
        let said = said.unwrap_or_default();
        self.understood.starts = said.starts;
        self.understood.ends = said.ends;
    }

    /// A time that the clocks leave out on one of its days, also on those it was moved to.
    fn hours_that_are_not(&mut self) {
        let (starts, ends) = (self.understood.starts, self.understood.ends);
        let mut days = self.understood.days.iter().chain(&self.understood.postponed_to);
        let found = days.find(|day| is_left_out(**day, starts) || is_left_out(**day, ends));
        if let Some(day) = found.copied() {
            self.understood.starts = None;
            self.understood.ends = None;
            self.doubt(DoubtCode::TimeNotUnderstood, Field::Time).text = Some(day.to_string());
        }
    }

    fn place(&mut self) {
        if self.cell(Field::Place).is_empty() || self.is_unusable(Field::Place) {
            return;
        }
        let Some(text) = self.without_question(Field::Place) else {
            return;
        };
        if vocabulary::channels(text).is_some() {
            // „online“ and „Zoom“ are no venue; `mode` looks at them.
            return;
        }
        match names::place(text, self.known) {
            names::Found::Known(place) => self.understood.place = Some(place),
            names::Found::New(place) => {
                self.understood.place = Some(place);
                self.doubt(DoubtCode::NewVenue, Field::Place);
            }
            names::Found::TooLong => {
                self.doubt(DoubtCode::TooLong, Field::Place);
            }
            names::Found::Unclear => {
                let town = format!("{text}, {text}");
                self.doubt(DoubtCode::VenueWithoutLocality, Field::Place).choices =
                    vec![format!("{text}, Aachen"), town];
            }
        }
    }

    /// From the column, or from a place that is a word for a room on the net.
    fn mode(&mut self) {
        let text = self.cell(Field::Mode);
        let place = self.cell(Field::Place);
        let net = vocabulary::channels(place).filter(|channels| !channels.contains(&Channel::Onsite));
        if !text.is_empty() && self.is_unusable(Field::Mode) {
            return;
        }
        let Some(text) = self.without_question(Field::Mode) else {
            return;
        };
        let said = match (text.is_empty(), vocabulary::channels(text)) {
            (true, _) => None,
            (false, Some(channels)) => Some(channels),
            (false, None) => match channels_by_word(text) {
                Some(channels) => Some(channels),
                None => {
                    self.doubt(DoubtCode::ModeNotUnderstood, Field::Mode).choices =
                        ["Präsenz", "online", "hybrid", "Livestream"]
                            .map(str::to_owned)
                            .to_vec();
                    return;
                }
            },
        };
        let onsite_only = said.as_deref() == Some(&[Channel::Onsite]);
        let no_onsite = said
            .as_ref()
            .is_some_and(|channels| !channels.contains(&Channel::Onsite));
        let linked = self
            .raw
            .marks
            .iter()
            .any(|mark| mark.code == DoubtCode::ModeContradicts);
        let settled = self.is_decided(Field::Mode);
        let against = (onsite_only && net.is_some())
            || (!settled && ((onsite_only && linked) || (no_onsite && self.understood.place.is_some())));
        if against {
            let beside = match (linked, place.is_empty()) {
                (true, true) => format!("{text} / Link"),
                _ => format!("{text} / {place}"),
            };
            let doubt = self.doubt(DoubtCode::ModeContradicts, Field::Mode);
            doubt.text = Some(beside);
            doubt.choices = ["Präsenz", "online", "hybrid"].map(str::to_owned).to_vec();
            return;
        }
        self.understood.channels = said.or(net).unwrap_or_default();
    }

    fn kind(&mut self) {
        let text = self.cell(Field::Kind);
        if text.is_empty() {
            self.understood.kind = Some(self.settings.kind);
            return;
        }
        if self.is_unusable(Field::Kind) {
            return;
        }
        let Some(text) = self.without_question(Field::Kind) else {
            return;
        };
        self.understood.kind = vocabulary::kind(text);
        if self.understood.kind.is_none() {
            let code = if vocabulary::channels(text).is_some() {
                DoubtCode::WordOfOtherColumn
            } else {
                DoubtCode::KindNotUnderstood
            };
            self.doubt(code, Field::Kind).choices = ["Seminar", "Workshop", "Vortrag"].map(str::to_owned).to_vec();
        }
    }

    /// What the file showed. Of a cell that somebody has written anew it says nothing any more.
    fn marks(&mut self) {
        for mark in &self.raw.marks {
            let told = matches!(mark.code, DoubtCode::ModeContradicts | DoubtCode::StatusInRemarks);
            let moot = mark.field.is_some_and(|field| self.is_decided(field));
            // One filled cell is a row with a title alone; once it has a day it is more.
            let more =
                mark.code == DoubtCode::OneCell && (self.is_decided(Field::Date) || self.is_decided(Field::Title));
            if told || moot || more {
                continue;
            }
            let choices = match mark.code {
                DoubtCode::LineBreak => mark.text.iter().cloned().collect(),
                _ => Vec::new(),
            };
            self.doubts.push(Doubt {
                code: mark.code,
                field: mark.field,
                text: mark.text.clone(),
                choices,
                other: None,
            });
        }
    }

    /// The span or days as one, for comparisons.
    pub fn span(&self) -> Option<Span> {
        let days = &self.understood.days;
        let of_days = days
            .iter()
            .min()
            .zip(days.iter().max())
            .map(|(from, to)| Span { from: *from, to: *to });
        of_days.or(self.understood.within)
    }
}

/// „Online (Zoom)“, „Präsenz, Raum 3“: the first word says it, if no other word says something else.
fn channels_by_word(text: &str) -> Option<Vec<Channel>> {
    let parts = text
        .split(|c: char| "(),;:".contains(c))
        .map(str::trim)
        .filter(|part| !part.is_empty());
    let mut meanings = parts.filter_map(vocabulary::channels);
    let first = meanings.next()?;
    meanings.all(|other| other == first).then_some(first)
}

/// Whether the clocks of Berlin leave out this time on that day.
fn is_left_out(day: NaiveDate, at: Option<chrono::NaiveTime>) -> bool {
    use chrono::TimeZone;
    at.is_some_and(|at| {
        chrono_tz::Europe::Berlin
            .from_local_datetime(&day.and_time(at))
            .earliest()
            .is_none()
    })
}
