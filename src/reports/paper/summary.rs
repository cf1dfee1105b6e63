//! The report in a few sentences, in the style of the papers a council reads.

use std::collections::BTreeMap;

use super::words::{agreeing, date, doubt, escaped, how_many, listed, number, quoted, reason, seminars};
use crate::attendance::{Qualifier, Unit};
use crate::reports::model::{ActivityReport, CountedAs, Forms, ReportedSeminar, Sum};
use crate::seminars::{Channel, ReasonCode, SeminarId};

/// More titles than this are not named in a sentence: the list below has them.
const NAMED: usize = 12;

pub fn summary(report: &ActivityReport, forms: Forms) -> Vec<String> {
    let titles = Titles::of(report);
    let mut paragraphs = vec![what_was_offered(report, &titles)];
    paragraphs.extend(who_came(report, forms));
    paragraphs.extend(what_is_not_known(report, &titles));
    paragraphs
}

/// Whether anything was held, cancelled or postponed, whatever the rule calls offered.
pub fn something_was(report: &ActivityReport) -> bool {
    let figures = &report.figures;
    figures.offered.count + figures.held.count + figures.cancelled.count + figures.postponed.count > 0
}

/// Whether the rule counts such seminars: of what it does not count, the report does not say that there was none.
pub fn counts(report: &ActivityReport, what: CountedAs) -> bool {
    report.rule.terms.counts.contains(&what)
}

struct Titles<'a>(BTreeMap<SeminarId, &'a ReportedSeminar>);

impl<'a> Titles<'a> {
    fn of(report: &'a ActivityReport) -> Self {
        Self(report.seminars.iter().map(|seminar| (seminar.id, seminar)).collect())
    }

    /// `: „a“ und „b“`, or nothing when they are too many.
    fn named(&self, ids: &[SeminarId]) -> String {
        if ids.len() > NAMED {
            return " (siehe die Liste der Veranstaltungen)".to_owned();
        }
        format!(": {}", listed(&self.quoted(ids.iter())))
    }

    fn quoted<'i>(&self, ids: impl Iterator<Item = &'i SeminarId>) -> Vec<String> {
        ids.filter_map(|id| self.0.get(id))
            .map(|seminar| quoted(&seminar.title))
            .collect()
    }
}

fn what_was_offered(report: &ActivityReport, titles: &Titles<'_>) -> String {
    let (period, figures) = (&report.period, &report.figures);
    let offered = figures.offered.count;
    let mut text = format!(
        "In der Zeit vom {} bis {} {} {} angeboten",
        date(period.from),
        date(period.to),
        agreeing(offered, "wurde", "wurden"),
        seminars(offered),
    );
    if something_was(report) {
        let clauses = [held(report), cancelled(report, titles), postponed(report, titles)];
        for clause in clauses.into_iter().filter(|clause| !clause.is_empty()) {
            text.push_str("; ");
            text.push_str(&clause);
        }
        let looked_for = counts(report, CountedAs::Cancelled) && counts(report, CountedAs::Postponed);
        if figures.cancelled.count == 0 && figures.postponed.count == 0 && looked_for {
            text.push_str("; abgesagt oder verschoben wurde keine");
        }
    }
    text.push('.');
    let twice = |seminar: &ReportedSeminar| {
        let ended = |what: &CountedAs| matches!(what, CountedAs::Held | CountedAs::Cancelled);
        seminar.counted_as.contains(&CountedAs::Postponed) && seminar.counted_as.iter().any(ended)
    };
    if report.seminars.iter().any(twice) {
        text.push_str(
            " Was verschoben und dann doch durchgeführt oder abgesagt wurde, ist als Angebot nur einmal gezählt.",
        );
    }
    text
}

fn held(report: &ActivityReport) -> String {
    let held = &report.figures.held;
    let mut text = format!(
        "{} {} durchgeführt",
        how_many(held.count),
        agreeing(held.count, "wurde", "wurden")
    );
    let (Some(split), Some(before), Some(after)) = (report.period.split_on, held.before_split, held.from_split) else {
        return text;
    };
    let split = date(split);
    let sides = [
        (before, format!("vor dem {split}")),
        (after, format!("ab dem {split}")),
        (held.undated, "ohne bekannten Tag".to_owned()),
    ];
    match sides.iter().find(|(count, _)| *count == held.count) {
        _ if held.count == 0 => {}
        Some((1, side)) => text.push_str(&format!(", und zwar {}", side.replace("ab dem", "am oder nach dem"))),
        Some((_, side)) => text.push_str(&format!(", alle {}", side.replace("ab dem", "am oder nach dem"))),
        None => {
            let known = sides.iter().filter(|(count, _)| *count > 0);
            let parts = known.map(|(count, side)| format!("{} {side}", how_many(*count)));
            text.push_str(&format!(", davon {}", listed(&parts.collect::<Vec<_>>())));
        }
    }
    text
}

fn cancelled(report: &ActivityReport, titles: &Titles<'_>) -> String {
    let cancelled = &report.figures.cancelled;
    if cancelled.count == 0 {
        return String::new();
    }
    let text = format!(
        "{} {} abgesagt",
        how_many(cancelled.count),
        agreeing(cancelled.count, "wurde", "wurden")
    );
    let mut reasons = cancelled.by_reason.iter();
    match (reasons.next(), reasons.next()) {
        (Some((only, _)), None) => format!("{text} ({}){}", reason(*only), titles.named(&cancelled.seminars)),
        _ if cancelled.count > NAMED => {
            let parts = cancelled.by_reason.iter();
            let parts = parts.map(|(why, count)| format!("{} {}", number(*count), reason(*why)));
            format!("{text}, davon {}", listed(&parts.collect::<Vec<_>>()))
        }
        _ => {
            let why = |id: &&SeminarId| titles.0.get(id).and_then(|seminar| seminar.reason_code);
            let parts = cancelled.by_reason.keys().map(|wanted: &ReasonCode| {
                let those = cancelled.seminars.iter().filter(|id| why(id) == Some(*wanted));
                format!("{} ({})", listed(&titles.quoted(those)), reason(*wanted))
            });
            format!("{text}: {}", parts.collect::<Vec<_>>().join(" sowie "))
        }
    }
}

fn postponed(report: &ActivityReport, titles: &Titles<'_>) -> String {
    let postponed = &report.figures.postponed;
    let count = postponed.count;
    if count == 0 {
        let alone = report.figures.cancelled.count > 0 && counts(report, CountedAs::Postponed);
        return if alone {
            "verschoben wurde keine".to_owned()
        } else {
            String::new()
        };
    }
    let kept = report.seminars.iter().filter(|seminar| {
        seminar.counted_as.contains(&CountedAs::Postponed) && seminar.counted_as.contains(&CountedAs::Held)
    });
    let later = match kept.count() {
        0 => String::new(),
        n if n == count => " und noch im Zeitraum durchgeführt".to_owned(),
        n => format!(" ({} davon noch im Zeitraum durchgeführt)", how_many(n)),
    };
    let verb = agreeing(count, "wurde", "wurden");
    format!(
        "{} {verb} verschoben{later}{}",
        how_many(count),
        titles.named(&postponed.seminars)
    )
}

fn who_came(report: &ActivityReport, forms: Forms) -> Option<String> {
    let figures = &report.figures;
    let mut sentences = Vec::new();
    if let Some(participants) = &figures.participants {
        let tally = participants.tally();
        let verb = if tally.value == 1 { "nahm" } else { "nahmen" };
        let who = if tally.value == 1 { "Person" } else { "Personen" };
        let from = match participants.seminars.len() {
            1 => "Angabe zu einer Veranstaltung".to_owned(),
            n => format!("Angaben zu {} Veranstaltungen", number(n)),
        };
        let mut text = format!("Es {verb} {} {who} teil ({from})", tally.in_german());
        if let Some(viewers) = &figures.viewers {
            text.push_str(&format!("; {}", beside(report, viewers, forms)));
        }
        sentences.push(format!("{text}."));
        sentences.extend(doubt(tally.qualifier, report.rule.terms.sums, forms));
    } else if let Some(viewers) = &figures.viewers {
        let verb = if viewers.value == 1 { "sah" } else { "sahen" };
        let who = if viewers.value == 1 { "Person" } else { "Personen" };
        let where_from = if streamed(report) { "Im Livestream" } else { "Es" };
        sentences.push(format!("{where_from} {verb} {} {who} zu.", viewers.tally().in_german()));
    }
    let others = [
        (&figures.companies, Unit::Companies),
        (&figures.questions, Unit::Questions),
    ];
    for (sum, unit) in others {
        let Some(sum) = sum else { continue };
        sentences.push(format!("Gesondert erfasst: {}.", people(sum, unit, forms)));
    }
    (!sentences.is_empty()).then(|| sentences.join(" "))
}

fn people(sum: &Sum, unit: Unit, forms: Forms) -> String {
    escaped(&forms.people(&sum.tally().in_german(), sum.value, unit))
}

/// Viewers beside participants: told, and told apart.
fn beside(report: &ActivityReport, viewers: &Sum, forms: Forms) -> String {
    let verb = if viewers.value == 1 { "kommt" } else { "kommen" };
    let stream = if streamed(report) { " im Livestream" } else { "" };
    let who = match (viewers.value, viewers.qualifier) {
        (1, Qualifier::Exact) => "eine zuschauende Person".to_owned(),
        _ => people(viewers, Unit::Viewers, forms),
    };
    let not_counted = if viewers.value == 1 {
        "die darin nicht mitgezählt ist"
    } else {
        "die darin nicht mitgezählt sind"
    };
    format!("dazu {verb} {who}{stream}, {not_counted}")
}

fn streamed(report: &ActivityReport) -> bool {
    let mut watched = report.seminars.iter().filter(|seminar| seminar.viewers.is_some());
    watched.all(|seminar| seminar.channels.contains(&Channel::Livestream))
}

/// "einer Veranstaltung", "3 Veranstaltungen"
fn seminars_dative(count: usize) -> String {
    match count {
        1 => "einer Veranstaltung".to_owned(),
        n => format!("{} Veranstaltungen", number(n)),
    }
}

fn what_is_not_known(report: &ActivityReport, titles: &Titles<'_>) -> Option<String> {
    let figures = &report.figures;
    let without = &figures.without_count;
    // Companies or questions may have been counted all the same.
    let otherwise = |id: &SeminarId| {
        let seminar = titles.0.get(id);
        seminar.is_some_and(|one| one.companies.is_some() || one.questions.is_some())
    };
    let number_of = if without.seminars.iter().any(otherwise) {
        "keine Zahl der Personen"
    } else {
        "keine Zahl"
    };
    let mut sentences = Vec::new();
    match (figures.held.count, without.count) {
        (0, _) => {}
        (1, 0) => sentences.push("Für die durchgeführte Veranstaltung liegt eine Zahl vor.".to_owned()),
        (_, 0) => sentences.push("Für jede durchgeführte Veranstaltung liegt eine Zahl vor.".to_owned()),
        (_, 1) => sentences.push(format!(
            "Für eine durchgeführte Veranstaltung liegt {number_of} vor{}.",
            titles.named(&without.seminars)
        )),
        (_, n) => sentences.push(format!(
            "Für {} durchgeführte Veranstaltungen liegt {number_of} vor{}.",
            number(n),
            titles.named(&without.seminars)
        )),
    }
    if figures.not_summed.count > 0 {
        sentences.push(format!(
            "In den Summen fehlen die Angaben zu {}, weil sie nicht genau sind{}.",
            seminars_dative(figures.not_summed.count),
            titles.named(&figures.not_summed.seminars)
        ));
    }
    let undated = report.seminars.iter().filter(|seminar| {
        seminar.undated
            && seminar
                .counted_as
                .iter()
                .any(|what| matches!(what, CountedAs::Held | CountedAs::Cancelled))
    });
    match undated.count() {
        0 => {}
        1 => sentences.push(
            "Bei einer Veranstaltung ist der Tag nicht bekannt; sie zählt, weil die genannte Zeitspanne ganz im Zeitraum liegt."
                .to_owned(),
        ),
        n => sentences.push(format!(
            "Bei {} Veranstaltungen ist der Tag nicht bekannt; sie zählen, weil die genannte Zeitspanne ganz im Zeitraum liegt.",
            number(n)
        )),
    }
    (!sentences.is_empty()).then(|| sentences.join(" "))
}
