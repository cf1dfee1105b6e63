//! The report as German text: for reading aloud in a committee, and for pasting into its paper.

mod summary;
mod tables;
mod words;

#[cfg(test)]
mod tests;

use super::model::{ActivityReport, CountedAs, ReportedSeminar, Seal, SealedReport};
use crate::attendance::Unit;
use crate::base::text::Line;
use crate::seminars::Status;
use words::{channels, count, date, escaped, listed, number, quoted, reason, when};

/// The whole report in Markdown.
#[must_use]
pub fn render_markdown(report: &ActivityReport) -> String {
    told(report, &[])
}

/// A sealed report: what was sealed, and by what it is known.
#[must_use]
pub fn render_sealed(content: &SealedReport, seal: &Seal) -> String {
    let at = content.sealed_at.with_timezone(&chrono_tz::Europe::Berlin);
    let mut lines = vec![format!(
        "- **Versiegelt:** am {} um {} Uhr, Nr. {}, SHA-256 {}",
        date(at.date_naive()),
        at.format("%H:%M"),
        content.id,
        seal.sha256
    )];
    if let Some(of) = &content.deliberation {
        let named = [
            ("Vorlage", of.paper_reference.as_ref().map(Line::as_str)),
            ("Vorlage in OParl", of.paper_id.as_ref().map(Line::as_str)),
            ("Sitzung in OParl", of.meeting_id.as_ref().map(Line::as_str)),
            ("Tagesordnungspunkt", of.agenda_item_number.as_ref().map(Line::as_str)),
            (
                "Tagesordnungspunkt in OParl",
                of.agenda_item_id.as_ref().map(Line::as_str),
            ),
        ];
        let known = named
            .iter()
            .filter_map(|(what, value)| Some(format!("{what} {}", escaped((*value)?))));
        lines.push(format!("- **Vorgelegt zu:** {}", known.collect::<Vec<_>>().join(", ")));
    }
    if !seal.intact {
        lines.push(
            "- **Achtung:** Der Inhalt ist nicht mehr der, der versiegelt wurde; die Prüfsummen stimmen nicht überein."
                .to_owned(),
        );
    }
    told(&content.report, &lines)
}

fn told(report: &ActivityReport, more: &[String]) -> String {
    let mut text = String::from("# Veranstaltungsbericht\n\n");
    text.push_str(&head(report));
    for line in more {
        text.push('\n');
        text.push_str(line);
    }
    section(&mut text, "Überblick", &summary::summary(report).join("\n\n"));
    let offered = summary::something_was(report);
    if offered {
        section(&mut text, "Nach Monaten", &tables::by_month(report));
        section(&mut text, "Nach Form", &tables::by_channel(report));
    }
    if offered && report.by_collection.iter().any(|one| one.collection.is_some()) {
        let note = "Eine Veranstaltung kann zu mehreren Formaten, Projekten und Rahmen gehören; die Zeilen lassen sich deshalb nicht zusammenzählen.";
        let table = tables::by_collection(report);
        section(
            &mut text,
            "Nach Format, Projekt und Rahmen",
            &format!("{note}\n\n{table}"),
        );
    }
    if offered && !report.by_organisation.is_empty() {
        let note = "An einer Veranstaltung können mehrere Organisationen beteiligt sein; die Zeilen lassen sich deshalb nicht zusammenzählen.";
        let table = tables::by_organisation(report);
        section(
            &mut text,
            "Nach beteiligten Organisationen",
            &format!("{note}\n\n{table}"),
        );
    }
    if offered {
        section(&mut text, "Die Veranstaltungen", &lists(report));
    }
    if !report.left_out.is_empty() {
        let note = "Diese Veranstaltungen fallen in den Zeitraum und zählen nach der Regel nicht:";
        section(
            &mut text,
            "Nicht gezählt",
            &format!("{note}\n\n{}", tables::left_out(report)),
        );
    }
    if offered && !report.other_rules.is_empty() {
        let note = "Dieselben Veranstaltungen, nach anderen Regeln gezählt. „Mehr“ und „weniger“ sagen, wie viele dort als durchgeführt zählen und hier nicht, und umgekehrt.";
        section(
            &mut text,
            "Andere Zählregeln",
            &format!("{note}\n\n{}", tables::other_rules(report)),
        );
    }
    section(&mut text, "Ausblick", &outlook(report));
    text.push('\n');
    text
}

fn head(report: &ActivityReport) -> String {
    let period = &report.period;
    let of = report
        .scope
        .organisations
        .iter()
        .map(|of| escaped(&of.name))
        .collect::<Vec<_>>();
    let mut lines = vec![format!("- **Zeitraum:** {} bis {}", date(period.from), date(period.to))];
    if !of.is_empty() {
        lines.push(format!("- **Programm:** {}", listed(&of)));
    }
    if let Some(of) = &report.scope.collection {
        lines.push(format!(
            "- **Nur {}:** {}",
            words::collection(of.kind),
            escaped(&of.name)
        ));
    }
    let rule = &report.rule;
    lines.push(format!(
        "- **Zählweise:** {} (Regel „{}“, Fassung {})",
        escaped(&rule.text),
        escaped(&rule.id),
        rule.version
    ));
    if let Some(note) = &rule.note {
        lines.push(format!("- **Zur Regel:** {}", escaped(note)));
    }
    lines.join("\n")
}

fn section(text: &mut String, title: &str, body: &str) {
    text.push_str(&format!("\n\n## {title}\n\n{}", body.trim_end()));
}

/// What counts as what, one list for each: each figure can be counted off.
fn lists(report: &ActivityReport) -> String {
    let kinds = [
        (CountedAs::Held, "Durchgeführt", report.figures.held.count),
        (CountedAs::Cancelled, "Abgesagt", report.figures.cancelled.count),
        (CountedAs::Postponed, "Verschoben", report.figures.postponed.count),
    ];
    let parts = kinds
        .into_iter()
        .filter(|(.., count)| *count > 0)
        .map(|(what, title, count)| {
            let mut those = counting_as(report, what).collect::<Vec<_>>();
            if what == CountedAs::Postponed {
                those.sort_by_key(|seminar| seminar.postponed_from);
            }
            let those = those.into_iter().map(|seminar| line(seminar, what));
            format!(
                "### {title} ({})\n\n{}",
                number(count),
                those.collect::<Vec<_>>().join("\n")
            )
        });
    parts.collect::<Vec<_>>().join("\n\n")
}

fn counting_as(report: &ActivityReport, what: CountedAs) -> impl Iterator<Item = &ReportedSeminar> {
    report
        .seminars
        .iter()
        .filter(move |seminar| seminar.counted_as.contains(&what))
}

fn line(seminar: &ReportedSeminar, what: CountedAs) -> String {
    let mut parts = vec![when_counted(seminar, what), quoted(&seminar.title)];
    match what {
        CountedAs::Held => {
            parts.push(channels(&seminar.channels));
            parts.push(how_many_came(seminar));
        }
        CountedAs::Cancelled => parts.extend(seminar.reason_code.map(|why| reason(why).to_owned())),
        CountedAs::Postponed => {
            // Of one that was called off in the end, the reason is that of the end.
            let reasons = seminar.reason_code.filter(|_| seminar.status != Status::Cancelled);
            parts.extend(reasons.map(|why| reason(why).to_owned()));
            parts.push(what_became_of_it(seminar));
        }
        CountedAs::Planned => parts.push(channels(&seminar.channels)),
    }
    let mut parts = parts.into_iter();
    let first = parts.next().unwrap_or_default();
    format!("- {first}: {}", parts.collect::<Vec<_>>().join(", "))
}

fn when_counted(seminar: &ReportedSeminar, what: CountedAs) -> String {
    match (what, seminar.postponed_from) {
        (CountedAs::Postponed, Some(day)) => date(day),
        _ => when(seminar),
    }
}

fn what_became_of_it(seminar: &ReportedSeminar) -> String {
    match (seminar.status, seminar.date) {
        (Status::Held, Some(day)) => format!("durchgeführt am {}", date(day)),
        (Status::Held, None) => "durchgeführt".to_owned(),
        (Status::Cancelled, _) => "später abgesagt".to_owned(),
        (Status::Scheduled, Some(day)) => format!("neuer Termin {}", date(day)),
        _ => "noch ohne neuen Termin".to_owned(),
    }
}

fn how_many_came(seminar: &ReportedSeminar) -> String {
    let counts = [
        (&seminar.participants, Unit::Participants),
        (&seminar.viewers, Unit::Viewers),
        (&seminar.companies, Unit::Companies),
        (&seminar.questions, Unit::Questions),
    ];
    let known = counts.iter().filter_map(|(of, unit)| Some(count(of.as_ref()?, *unit)));
    let known = known.collect::<Vec<_>>();
    if known.is_empty() {
        "keine Zahl bekannt".to_owned()
    } else {
        known.join(", ")
    }
}

fn outlook(report: &ActivityReport) -> String {
    if !summary::counts(report, CountedAs::Planned) {
        return "Angekündigte Veranstaltungen zählt die Regel nicht.".to_owned();
    }
    let those = counting_as(report, CountedAs::Planned).map(|seminar| line(seminar, CountedAs::Planned));
    let those = those.collect::<Vec<_>>();
    match those.len() {
        0 => "Zum Ende des Zeitraums ist keine weitere Veranstaltung angekündigt.".to_owned(),
        1 => format!(
            "Zum Ende des Zeitraums ist eine weitere Veranstaltung angekündigt:\n\n{}",
            those.join("\n")
        ),
        n => format!(
            "Zum Ende des Zeitraums sind {} weitere Veranstaltungen angekündigt:\n\n{}",
            number(n),
            those.join("\n")
        ),
    }
}
