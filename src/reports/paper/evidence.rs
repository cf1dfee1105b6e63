//! Behind each figure the seminars it is made of, by their numbers in the paper, each of which leads to its line.

use std::collections::HashMap;

use super::words::{escaped, number, reason};
use crate::reports::model::{ActivityReport, Figure, Sum};
use crate::seminars::SeminarId;

/// The numbers that the seminars have in the paper: in the order of the report, from 1.
pub struct Numbers {
    by_id: HashMap<SeminarId, usize>,
    linked: bool,
}

impl Numbers {
    /// `linked`: each leads to the line of its seminar.
    pub fn new(report: &ActivityReport, linked: bool) -> Self {
        let by_id = report.seminars.iter().zip(1..);
        Self {
            by_id: by_id.map(|(seminar, number)| (seminar.id, number)).collect(),
            linked,
        }
    }

    pub fn number(&self, id: SeminarId) -> usize {
        self.by_id.get(&id).copied().unwrap_or_default()
    }

    /// „1–3, 7“
    pub fn of(&self, ids: &[SeminarId]) -> String {
        let mut numbers = ids.iter().map(|id| self.number(*id)).collect::<Vec<_>>();
        numbers.sort_unstable();
        numbers.dedup();
        let mut parts = Vec::new();
        let mut rest = numbers.as_slice();
        while let Some((first, _)) = rest.split_first() {
            let run = rest
                .iter()
                .zip(*first..)
                .take_while(|(one, next)| **one == *next)
                .count();
            let (run, behind) = rest.split_at(run.max(1));
            rest = behind;
            match run {
                [one] => parts.push(self.shown(*one)),
                [one, two] => parts.extend([self.shown(*one), self.shown(*two)]),
                [one, .., last] => parts.push(format!("{}–{}", self.shown(*one), self.shown(*last))),
                [] => {}
            }
        }
        parts.join(", ")
    }

    fn shown(&self, number: usize) -> String {
        if self.linked {
            format!("[{number}](#v{number})")
        } else {
            number.to_string()
        }
    }
}

/// Every figure of the whole, with what it is made of.
pub fn figures(report: &ActivityReport, numbers: &Numbers, participants: &str, viewers: &str) -> String {
    let figures = &report.figures;
    let mut text = String::from("| Zahl | Wert | Nr. |\n| :-- | --: | :-- |\n");
    let mut line = |name: &str, value: &str, ids: &[SeminarId]| {
        text.push_str(&format!("| {name} | {value} | {} |\n", numbers.of(ids)));
    };
    let counted = |figure: &Figure| number(figure.count);
    line("angeboten", &counted(&figures.offered), &figures.offered.seminars);
    let held = &figures.held;
    line("durchgeführt", &number(held.count), &held.seminars);
    if let (Some(split), Some(before), Some(from)) = (
        report.period.split_on,
        &held.seminars_before_split,
        &held.seminars_from_split,
    ) {
        let day = super::words::date(split);
        line(&format!("– davon vor dem {day}"), &number(before.len()), before);
        line(&format!("– davon ab dem {day}"), &number(from.len()), from);
    }
    if held.undated > 0 {
        line(
            "– davon ohne bekannten Tag",
            &number(held.undated),
            &held.seminars_undated,
        );
    }
    line(
        "abgesagt",
        &number(figures.cancelled.count),
        &figures.cancelled.seminars,
    );
    for (why, ids) in &figures.cancelled.seminars_by_reason {
        line(&format!("– {}", reason(*why)), &number(ids.len()), ids);
    }
    line("verschoben", &counted(&figures.postponed), &figures.postponed.seminars);
    line("geplant", &counted(&figures.planned), &figures.planned.seminars);
    let mut sum = |name: &str, sum: &Option<Sum>| match sum {
        Some(sum) => line(name, &sum.tally().in_german(), &sum.seminars),
        None => line(name, "keine Angabe", &[]),
    };
    sum(&escaped(participants), &figures.participants);
    if figures.viewers.is_some() {
        sum(&format!("{} (nicht mitgezählt)", escaped(viewers)), &figures.viewers);
    }
    if figures.companies.is_some() {
        sum("Unternehmen", &figures.companies);
    }
    if figures.questions.is_some() {
        sum("Fragen", &figures.questions);
    }
    line(
        "durchgeführt, ohne Personenzahl",
        &counted(&figures.without_count),
        &figures.without_count.seminars,
    );
    if figures.not_summed.count > 0 {
        line(
            "durchgeführt, nicht in den Summen",
            &counted(&figures.not_summed),
            &figures.not_summed.seminars,
        );
    }
    text
}
