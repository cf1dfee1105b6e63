//! What the templates of a paper are given: everything in it has been counted and put into words; they only arrange.

use chrono_tz::Europe::Berlin;
use minijinja::Value;
use serde::Serialize;

use super::evidence::{self, Numbers};
use super::groups::{Group, groups};
use super::sentences::{Sentence, sentence};
use super::stated::{StatedView, stated};
use super::tables::{self, Frame};
use super::words::{self, date, in_quotes, in_words, listed, reason};
use super::{Subject, summary};
use crate::base::document::Picture;
use crate::base::text::Line;
use crate::catalogue::CollectionKind;
use crate::reports::model::{
    ActivityReport, CountedAs, Deliberation, Forms, OfficeTexts, ReportedSeminar, Seal, SealedReport,
};
use crate::seminars::{ReasonCode, SeminarId, Status};

/// How a seminar's page is found.
pub type Url<'a> = &'a dyn Fn(SeminarId) -> String;

#[derive(Serialize)]
pub struct View {
    /// As a document a paper has places that lead to each other, pages and pictures; what is read as Markdown has not.
    places: bool,
    new_page: Value,
    title: String,
    period: Period,
    /// Whose programme it is, as a sentence names them.
    organisations: String,
    texts: Texts,
    collection: Option<Collection>,
    rule: Rule,
    seal: Option<SealView>,
    something_was: bool,
    overview: Vec<Value>,
    stated: Vec<StatedView>,
    groups: Vec<GroupView>,
    counts_planned: bool,
    outlook: Vec<Sentence>,
    outlook_in_words: String,
    tables: Tables,
    charts: Vec<Chart>,
    notes: Vec<Note>,
}

/// What the office says in its own words.
#[derive(Serialize)]
struct Texts {
    introduction: Value,
    legal: Value,
    staff: Value,
    finances: Value,
}

#[derive(Clone, Serialize)]
struct Period {
    from: String,
    to: String,
    split_on: Option<String>,
}

#[derive(Serialize)]
struct Collection {
    kind: &'static str,
    name: String,
}

#[derive(Serialize)]
struct Rule {
    name: String,
    version: i32,
    text: String,
    note: Option<String>,
}

#[derive(Serialize)]
struct SealView {
    day: String,
    time: String,
    id: String,
    sha256: String,
    intact: bool,
    deliberation: String,
}

#[derive(Serialize)]
struct GroupView {
    /// „Format: AC²“
    heading: String,
    /// „Im Format „AC²““
    lead: String,
    /// Whether there is something that they belong to.
    own: bool,
    /// Whether papers give it a chapter of its own.
    own_chapter: bool,
    /// Whether something was held in a chapter before.
    follows: bool,
    how_many: String,
    /// What is the same for all that were held; then it is not told of each.
    parties: String,
    held: Vec<Sentence>,
    cancelled: Vec<Cancelled>,
    postponed: Vec<Postponed>,
    /// All of them, a line each.
    table: Value,
}

#[derive(Serialize)]
struct Cancelled {
    seminars: Vec<Sentence>,
    /// „pandemiebedingt“
    why: &'static str,
}

#[derive(Serialize)]
struct Postponed {
    seminar: Sentence,
    /// The day given up.
    day: String,
    why: &'static str,
    became: String,
}

#[derive(Serialize)]
struct Tables {
    figures: Value,
    months: Value,
    channels: Value,
    collections: Value,
    organisations: Value,
    left_out: Value,
    other_rules: Value,
}

/// A picture, and what is said where there is none.
#[derive(Serialize)]
struct Chart {
    name: String,
    caption: String,
    alternative: String,
}

#[derive(Clone, Serialize)]
pub struct Note {
    id: String,
    text: String,
}

/// Text that is Markdown already.
fn markdown(text: String) -> Value {
    Value::from_safe_string(text)
}

pub fn view(subject: &Subject<'_>, texts: OfficeTexts, url: Url<'_>, pictures: &[Picture], places: bool) -> View {
    let report = subject.report;
    let numbers = Numbers::new(report, places);
    let frame = Frame {
        report,
        numbers: &numbers,
        forms: subject.forms,
    };
    let mut notes = Vec::new();
    let groups = groups(report);
    let groups = groups.iter().map(|group| {
        let table = tables::seminars(frame, group, url, places, &mut |id, text| notes.push(Note { id, text }));
        group_view(frame, group, url, table)
    });
    let mut groups = groups.collect::<Vec<_>>();
    let mut follows = false;
    for group in &mut groups {
        group.follows = follows;
        follows |= !group.held.is_empty();
    }
    let planned = report
        .seminars
        .iter()
        .filter(|one| one.counted_as.contains(&CountedAs::Planned));
    let outlook = planned.map(|one| sentence(one, numbers.number(one.id), None, url(one.id), frame.forms));
    let outlook = outlook.collect::<Vec<_>>();
    View {
        places,
        new_page: markdown(if places { "***".to_owned() } else { String::new() }),
        title: "Veranstaltungsbericht".to_owned(),
        period: period(report),
        organisations: organisations(report),
        texts: Texts {
            introduction: markdown(texts.introduction),
            legal: markdown(texts.legal),
            staff: markdown(texts.staff),
            finances: markdown(texts.finances),
        },
        collection: report.scope.collection.as_ref().map(|of| Collection {
            kind: words::collection(of.kind),
            name: of.name.clone(),
        }),
        rule: Rule {
            name: report.rule.id.clone(),
            version: report.rule.version,
            text: report.rule.text.clone(),
            note: report.rule.note.clone(),
        },
        seal: subject.sealed.map(|(content, seal)| seal_view(content, seal)),
        something_was: summary::something_was(report),
        overview: summary::summary(report, frame.forms)
            .into_iter()
            .map(markdown)
            .collect(),
        stated: report.stated.iter().map(stated).collect(),
        groups,
        counts_planned: summary::counts(report, CountedAs::Planned),
        outlook_in_words: in_words(outlook.len()),
        outlook,
        tables: tables_of(frame),
        charts: pictures.iter().map(chart).collect(),
        notes,
    }
}

fn chart(picture: &Picture) -> Chart {
    Chart {
        name: picture.name.clone(),
        caption: picture.caption.clone(),
        alternative: picture.alternative.clone(),
    }
}

fn tables_of(frame: Frame<'_>) -> Tables {
    let report = frame.report;
    let when = |there: bool, table: fn(Frame<'_>) -> String| {
        let text = if there { table(frame) } else { String::new() };
        markdown(text)
    };
    let forms = frame.forms;
    let figures = evidence::figures(report, frame.numbers, forms.participants(), forms.viewers());
    let in_collections = report.by_collection.iter().any(|one| one.collection.is_some());
    Tables {
        figures: markdown(figures),
        months: when(true, tables::by_month),
        channels: when(true, tables::by_channel),
        collections: when(in_collections, tables::by_collection),
        organisations: when(!report.by_organisation.is_empty(), tables::by_organisation),
        left_out: when(!report.left_out.is_empty(), |frame| tables::left_out(frame.report)),
        other_rules: when(
            summary::something_was(report) && !report.other_rules.is_empty(),
            |frame| tables::other_rules(frame.report),
        ),
    }
}

fn group_view(frame: Frame<'_>, group: &Group<'_>, url: Url<'_>, table: String) -> GroupView {
    let of = group.collection.map(|one| one.id);
    let told = |one: &ReportedSeminar| sentence(one, frame.numbers.number(one.id), of, url(one.id), frame.forms);
    let counting = |what: CountedAs| {
        let such = group.seminars.iter().copied();
        such.filter(move |one| one.counted_as.contains(&what))
    };
    let mut held = counting(CountedAs::Held).map(told).collect::<Vec<_>>();
    let same = held.first().map(|one| one.parties.clone()).unwrap_or_default();
    let all_alike = held.len() > 1 && held.iter().all(|one| one.parties == same);
    let parties = if all_alike { same } else { String::new() };
    if all_alike {
        held.iter_mut().for_each(|one| one.parties.clear());
    }
    let gone = counting(CountedAs::Cancelled).collect::<Vec<_>>();
    let mut reasons = gone
        .iter()
        .map(|one| one.reason_code.unwrap_or(ReasonCode::Unknown))
        .collect::<Vec<_>>();
    reasons.sort_unstable();
    reasons.dedup();
    let cancelled = reasons.into_iter().map(|why| {
        let those = gone
            .iter()
            .filter(|one| one.reason_code.unwrap_or(ReasonCode::Unknown) == why);
        Cancelled {
            seminars: those.map(|one| told(one)).collect(),
            why: reason(why),
        }
    });
    let postponed = counting(CountedAs::Postponed).map(|one| Postponed {
        seminar: told(one),
        day: one.postponed_from.map(words::short_date).unwrap_or_default(),
        // Of one that was called off in the end, the reason is that of the end.
        why: one
            .reason_code
            .filter(|_| one.status != Status::Cancelled)
            .map(reason)
            .unwrap_or_default(),
        became: what_became_of_it(one),
    });
    let (heading, lead) = match group.collection {
        Some(one) => {
            let name = in_quotes(&one.name);
            let lead = match one.kind {
                CollectionKind::Series => format!("Im Format {name}"),
                CollectionKind::Programme => format!("Im Projekt {name}"),
                CollectionKind::Umbrella => format!("Im Rahmen von {name}"),
            };
            (format!("{}: {}", words::collection(one.kind), one.name), lead)
        }
        None => ("Weitere Veranstaltungen".to_owned(), String::new()),
    };
    GroupView {
        heading,
        lead,
        own: group.collection.is_some(),
        own_chapter: group.own_chapter,
        follows: false,
        how_many: in_words(held.len()),
        parties,
        held,
        cancelled: cancelled.collect(),
        postponed: postponed.collect(),
        table: markdown(table),
    }
}

pub fn what_became_of_it(seminar: &ReportedSeminar) -> String {
    match (seminar.status, seminar.date) {
        (Status::Held, Some(day)) => format!("durchgeführt am {}", words::short_date(day)),
        (Status::Held, None) => "durchgeführt".to_owned(),
        (Status::Cancelled, _) => "später abgesagt".to_owned(),
        (Status::Scheduled, Some(day)) => format!("neuer Termin {}", words::short_date(day)),
        _ => "noch ohne neuen Termin".to_owned(),
    }
}

fn seal_view(content: &SealedReport, seal: &Seal) -> SealView {
    let at = content.sealed_at.with_timezone(&Berlin);
    SealView {
        day: date(at.date_naive()),
        time: at.format("%H:%M").to_string(),
        id: content.id.to_string(),
        sha256: seal.sha256.clone(),
        intact: seal.intact,
        deliberation: content.deliberation.as_ref().map(deliberation).unwrap_or_default(),
    }
}

fn deliberation(of: &Deliberation) -> String {
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
        .filter_map(|(what, value)| Some(format!("{what} {}", (*value)?)));
    known.collect::<Vec<_>>().join(", ")
}

/// What the texts of an office may name.
#[derive(Clone, Serialize)]
pub struct About {
    period: Period,
    organisations: String,
    places: bool,
}

pub fn about(report: &ActivityReport) -> About {
    About {
        period: period(report),
        organisations: organisations(report),
        places: false,
    }
}

fn period(report: &ActivityReport) -> Period {
    Period {
        from: date(report.period.from),
        to: date(report.period.to),
        split_on: report.period.split_on.map(date),
    }
}

fn organisations(report: &ActivityReport) -> String {
    let of = report.scope.organisations.iter().map(|of| of.name.clone());
    listed(&of.collect::<Vec<_>>())
}

/// Whose own texts are asked for: of one programme those of its organisation, of several none.
pub fn only_organisation(report: &ActivityReport) -> Option<&str> {
    match report.scope.organisations.as_slice() {
        [only] => Some(&only.slug),
        _ => None,
    }
}

impl Subject<'_> {
    #[must_use]
    pub const fn of(report: &ActivityReport, forms: Forms) -> Subject<'_> {
        Subject {
            report,
            sealed: None,
            forms,
        }
    }
}
