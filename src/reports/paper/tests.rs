mod sealed;

use proptest::prelude::*;

use super::*;
use crate::reports::model::{CountedAs, CountingTerms, Facts, ReportedPlace, SumRule};
use crate::reports::rules;
use crate::reports::rules::samples::{
    any_facts, any_question, any_rule, change, collection, day, own_rule, paper, programme, rule, scope, seminar,
    stated,
};
use crate::seminars::{ChangeKind, Channel, ReasonCode, Status};

fn paper_writer() -> Paper {
    Paper {
        templates: Templates::open(None, &[]).unwrap(),
        seminar_url: "https://einlass.example/seminars/{seminar}".to_owned(),
    }
}

fn render_markdown(report: &ActivityReport) -> String {
    paper_writer().markdown(&Subject::of(report, Forms::Neutral)).unwrap()
}

fn render_sealed(content: &SealedReport, seal: &Seal) -> String {
    let subject = Subject {
        report: &content.report,
        sealed: Some((content, seal)),
        forms: Forms::Neutral,
    };
    paper_writer().markdown(&subject).unwrap()
}

fn told(facts: Vec<Facts>) -> String {
    render_markdown(&rules::report(
        &paper(),
        &rule("all"),
        &rules::built_ins(),
        scope(),
        facts,
    ))
}

/// The sentences under "Überblick".
fn overview(facts: Vec<Facts>) -> String {
    let text = told(facts);
    let (_, rest) = text.split_once("### Überblick\n\n").unwrap();
    rest.split("\n\n#").next().unwrap().trim().to_owned()
}

#[test]
fn the_paper_in_words() {
    let text = overview(programme());
    assert_eq!(
        text.split("\n\n").collect::<Vec<_>>(),
        [
            "In der Zeit vom 01.01.2020 bis 31.05.2021 wurden 25 Veranstaltungen angeboten; 23 wurden durchgeführt, \
             davon 4 vor dem 16.03.2020, 17 ab dem 16.03.2020 und 2 ohne bekannten Tag; 2 wurden abgesagt \
             (pandemiebedingt): „Gründerfoyer“ und „VISION-Preisverleihung“; verschoben wurde keine.",
            "Es nahmen mindestens 1.080 Personen teil (Angaben zu 17 Veranstaltungen); dazu kommen 450 Zuschauende im \
             Livestream, die darin nicht mitgezählt sind. Die Zahl der Teilnehmenden ist eine Untergrenze, weil manche \
             Angaben selbst nur eine Untergrenze nennen; „über 100“ zählt dabei als 101.",
            "Für 5 durchgeführte Veranstaltungen liegt keine Zahl vor: „digitalHUB meets Care and Mobility Innovation – \
             Fokus Care“, „Informationsveranstaltung für Organisationseinheiten“, „digitalHUB meets Care and Mobility \
             Innovation – Mobility“, „Regionaler Dialog im Kreis Euskirchen“ und „Regionaler Dialog im Kreis \
             Heinsberg“. Bei 4 Veranstaltungen ist der Tag nicht bekannt; sie zählen, weil die genannte Zeitspanne ganz \
             im Zeitraum liegt.",
        ]
    );
}

#[test]
fn the_paper_in_lists_and_tables() {
    let text = told(programme());
    for line in [
        "| durchgeführt | 23 | 1–21, 25, 26 |",
        "| – davon vor dem 16.03.2020 | 4 | 1–4 |",
        "| abgesagt | 2 | 24, 28 |",
        "| Teilnehmende | mindestens 1.080 | 1–4, 7–13, 16–21 |",
        "| Zuschauende (nicht mitgezählt) | 450 | 14 |",
        "| durchgeführt, ohne Personenzahl | 5 | 5, 6, 15, 25, 26 |",
        "| September 2020 | 3 | 0 | 0 | mindestens 194 | – | 8–10 |",
        "| Juni 2020 | 1 | 0 | 0 | keine Angabe | – | 5 |",
        "| **zusammen** | 23 | 2 | 3 | mindestens 1.080 | 450 |  |",
        "| hybrid (vor Ort und online) | 1 | 0 | 0 | mindestens 131 | – | 8 |",
        "| Format: AC² | 3 | 0 | 0 | 197 | 450 | 1, 3, 14 |",
        "### Format: AC²",
        "Im Format „AC²“ fanden drei Veranstaltungen statt (Federführung: GründerRegion Aachen).",
        "Zum Ende des Zeitraums sind drei weitere Veranstaltungen angekündigt:",
        "[^n8p]: Im Wortlaut der Quelle: „über 130 Teilnehmenden“; gezählt als mindestens 131.",
    ] {
        assert!(text.lines().any(|one| one == line), "{line}\n\n{text}");
    }
}

#[test]
fn what_was_called_off_is_told_by_reason() {
    let text = told(programme());
    let links = text
        .lines()
        .find(|line| line.contains("pandemiebedingt abgesagt."))
        .unwrap();
    assert!(links.starts_with("[„Gründerfoyer“](https://"), "{links}");
    assert!(links.contains(") und [„VISION-Preisverleihung“]("), "{links}");
    assert!(links.ends_with(") wurden pandemiebedingt abgesagt."), "{links}");
}

#[test]
fn names_keep_their_braces_in_headings() {
    let mut one = seminar("A");
    one.collections = vec![collection("Förderung {EFRE}", false)];
    let report = rules::report(&paper(), &rule("all"), &[], scope(), vec![one]);
    let subject = Subject::of(&report, Forms::Neutral);
    let document = document::read(&paper_writer().written(&subject, &[], true).unwrap());
    let headings = document.blocks.iter().filter_map(|block| match block {
        document::Block::Heading { text, .. } => Some(document::plain(text)),
        _ => None,
    });
    assert_eq!(headings.filter(|text| text == "Format: Förderung {EFRE}").count(), 2);
}

#[test]
fn further_places_and_other_counts_are_not_hidden() {
    let mut one = seminar("A");
    one.channels = vec![Channel::Onsite];
    one.place = Some(ReportedPlace {
        locality: Some("Aachen".to_owned()),
        country: Some("DE".to_owned()),
        elsewhere: true,
        ..ReportedPlace::default()
    });
    one.headcounts = vec![stated("10 Unternehmen")];
    let text = told(vec![one]);
    assert!(text.contains("fand unter anderem in Aachen das Seminar"), "{text}");
    assert!(text.contains("| vor Ort, Aachen, weitere Orte |"), "{text}");
    assert!(text.contains(") mit 10 Unternehmen statt."), "{text}");
    assert!(text.contains("liegt keine Zahl der Personen vor: „A“."), "{text}");
    assert!(text.contains("Durchgeführt wurde folgende Veranstaltung:"), "{text}");
}

#[test]
fn nothing_reads_well_too() {
    assert_eq!(
        overview(vec![]),
        "In der Zeit vom 01.01.2020 bis 31.05.2021 wurde keine Veranstaltung angeboten."
    );
    let text = told(vec![]);
    assert!(text.contains("### Ausblick\n\nZum Ende des Zeitraums ist keine weitere Veranstaltung angekündigt.\n"));
    for absent in ["### Nach", "### Die Veranstaltungen", "####", "| **zusammen**"] {
        assert!(!text.contains(absent), "{absent}\n{text}");
    }
}

#[test]
fn one_reads_well_too() {
    let mut only = seminar("Einzeln");
    only.headcounts = vec![stated("1 Teilnehmende"), stated("1 Zuschauende")];
    only.channels = vec![Channel::Livestream];
    assert_eq!(
        overview(vec![only]),
        "In der Zeit vom 01.01.2020 bis 31.05.2021 wurde eine Veranstaltung angeboten; eine wurde durchgeführt, und \
         zwar am oder nach dem 16.03.2020; abgesagt oder verschoben wurde keine.\n\n\
         Es nahm 1 Person teil (Angabe zu einer Veranstaltung); dazu kommt eine zuschauende Person im Livestream, die \
         darin nicht mitgezählt ist.\n\n\
         Für die durchgeführte Veranstaltung liegt eine Zahl vor."
    );
}

#[test]
fn reasons_are_told_apart() {
    let off = |title: &str, reason| Facts {
        status: Status::Cancelled,
        changes: vec![change(ChangeKind::Cancelled, None, reason)],
        ..seminar(title)
    };
    let text = overview(vec![
        off("A", ReasonCode::Pandemic),
        off("B", ReasonCode::LowDemand),
        off("C", ReasonCode::Pandemic),
    ]);
    let expected = "keine wurde durchgeführt; 3 wurden abgesagt: „A“ und „C“ (pandemiebedingt) sowie „B“ (wegen geringer Nachfrage); verschoben wurde keine.";
    assert!(text.ends_with(expected), "{text}");
}

#[test]
fn a_move_says_what_became_of_it() {
    let moved = |title: &str, status, to: &str| Facts {
        status,
        day: Some(day(to)),
        changes: vec![change(
            ChangeKind::Rescheduled,
            Some("2020-04-01"),
            ReasonCode::Pandemic,
        )],
        ..seminar(title)
    };
    let text = told(vec![
        moved("A", Status::Held, "2020-09-01"),
        moved("B", Status::Scheduled, "2021-09-01"),
        moved("C", Status::Postponed, "2020-04-01"),
    ]);
    assert!(text.contains(
        "wurden 3 Veranstaltungen angeboten; eine wurde durchgeführt, und zwar am oder nach dem 16.03.2020; 3 wurden verschoben \
         (eine davon noch im Zeitraum durchgeführt): „C“, „A“ und „B“. Was verschoben und dann doch durchgeführt oder \
         abgesagt wurde, ist als Angebot nur einmal gezählt."
    ), "{text}");
    let link = |title: &str| format!("[„{title}“](https://einlass.example/seminars/{})", seminar(title).id);
    for line in [
        format!(
            "{}, geplant für den 01.04.20, wurde pandemiebedingt verschoben (durchgeführt am 01.09.20).",
            link("A")
        ),
        format!(
            "{}, geplant für den 01.04.20, wurde pandemiebedingt verschoben (neuer Termin 01.09.21).",
            link("B")
        ),
        format!(
            "{}, geplant für den 01.04.20, wurde pandemiebedingt verschoben (noch ohne neuen Termin).",
            link("C")
        ),
        format!("- Am 01.09.21 soll das Seminar {} stattfinden.", link("B")),
    ] {
        assert!(text.lines().any(|one| one == line), "{line}\n\n{text}");
    }
}

#[test]
fn many_titles_stay_in_the_list() {
    let many = (0..13).map(|n| seminar(&format!("Nummer {n}"))).collect();
    assert!(
        overview(many).contains(
            "Für 13 durchgeführte Veranstaltungen liegt keine Zahl vor (siehe die Liste der Veranstaltungen)."
        )
    );
}

/// The paper's "19": what a rule makes of the same seminars, beside 20, 21 and 23.
#[test]
fn the_nineteen_of_the_paper_is_a_rule_and_says_so() {
    let mut nineteen = own_rule(
        "vorlage-2021-0047",
        CountingTerms {
            onsite_only_before: Some(day("2020-03-16")),
            ..rule("public").terms
        },
    );
    nineteen.note = Some("So zählt die Vorlage: mithilfe *unterschiedlicher* Software".to_owned());
    let text = render_markdown(&rules::report(
        &paper(),
        &nineteen,
        &rules::built_ins(),
        scope(),
        programme(),
    ));
    for line in [
        "| **diese Regel** | 19 | 19 | 0 | 0 |",
        "| all, Fassung 1 | 25 | 23 | 4 | 0 |",
        "| dated, Fassung 1 | 21 | 21 | 2 | 0 |",
        "| public, Fassung 1 | 20 | 20 | 1 | 0 |",
        "| overview, Fassung 1 | 16 | 16 | 0 | 3 |",
        "| 18.06.2020 | „digitalHUB meets Care and Mobility Innovation – Fokus Care“ | nur vor Ort, nach dem Stichtag |",
        "| 29.07.2020 | „Informationsveranstaltung für Organisationseinheiten“ | intern |",
        "| ohne Datum (01.01.2020–31.05.2021) | „Regionaler Dialog im Kreis Heinsberg“ | Tag nicht bekannt |",
        "- **Zur Regel:** So zählt die Vorlage: mithilfe \\*unterschiedlicher\\* Software",
    ] {
        assert!(text.lines().any(|one| one == line), "{line}\n\n{text}");
    }
    assert!(
        text.contains("Was am 16.03.2020 oder später nur vor Ort stattfand, zählt nicht als durchgeführt"),
        "{text}"
    );
    assert!(text.contains("(Regel „vorlage-2021-0047“, Fassung 1)"), "{text}");
}

#[test]
fn what_is_not_counted_is_not_said_to_be_none() {
    let only_held = own_rule(
        "nur-durchgefuehrt",
        CountingTerms {
            counts: vec![CountedAs::Held],
            offered: vec![CountedAs::Held],
            ..CountingTerms::default()
        },
    );
    let text = render_markdown(&rules::report(&paper(), &only_held, &[], scope(), programme()));
    assert!(!text.contains("abgesagt oder verschoben wurde keine"), "{text}");
    assert!(
        text.contains("Angekündigte Veranstaltungen zählt die Regel nicht."),
        "{text}"
    );
    assert!(
        text.contains("| ohne Datum (01.01.2020–31.05.2021) | „Gründerfoyer“ | der Stand zählt nicht |"),
        "{text}"
    );
}

#[test]
fn what_the_sum_rule_leaves_out_is_named() {
    let with = |sums| {
        own_rule(
            "summe",
            CountingTerms {
                sums,
                ..CountingTerms::default()
            },
        )
    };
    let told = |sums| render_markdown(&rules::report(&paper(), &with(sums), &[], scope(), programme()));
    let exact = told(SumRule::ExactOnly);
    assert!(
        exact.contains("Es nahmen 677 Personen teil (Angaben zu 14 Veranstaltungen)"),
        "{exact}"
    );
    assert!(
        exact.contains("In den Summen fehlen die Angaben zu 3 Veranstaltungen, weil sie nicht genau sind: „Offizielle"),
        "{exact}"
    );
    let stated = told(SumRule::StatedNumbers);
    assert!(
        stated.contains("Es nahmen mindestens 1.077 Personen teil (Angaben zu 17 Veranstaltungen)"),
        "{stated}"
    );
    assert!(
        stated.contains("„über 100“ zählt dabei mit der genannten 100."),
        "{stated}"
    );
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(100))]

    /// Whatever the titles: every table keeps its columns, every seminar has its line, and every figure names as many as it
    /// counts.
    #[test]
    fn titles_never_break_the_text(facts in prop::collection::vec(any_facts(), 0..15), query in any_question(), rule in any_rule()) {
        let report = rules::report(&query, &rule, &rules::built_ins(), scope(), facts);
        let text = render_markdown(&report);
        let columns = |line: &str| line.replace("\\\\", "").replace("\\|", "").matches('|').count();
        for table in text.split("\n\n").filter(|block| block.starts_with('|')) {
            let widths = table.lines().map(columns).collect::<std::collections::BTreeSet<_>>();
            prop_assert_eq!(widths.len(), 1, "{}", table);
        }
        for (name, count) in [
            ("angeboten", report.figures.offered.count),
            ("durchgeführt", report.figures.held.count),
            ("abgesagt", report.figures.cancelled.count),
            ("verschoben", report.figures.postponed.count),
            ("geplant", report.figures.planned.count),
            ("durchgeführt, ohne Personenzahl", report.figures.without_count.count),
        ] {
            let line = text.lines().find(|line| line.starts_with(&format!("| {name} |"))).unwrap();
            prop_assert_eq!(numbered(line), count, "{}", line);
        }
        let document = document::read(&paper_writer().written(&Subject::of(&report, Forms::Neutral), &[], true).unwrap());
        let mut titles = Vec::new();
        for block in &document.blocks {
            let document::Block::Table { rows, .. } = block else { continue };
            for row in rows {
                let [first, _, title, ..] = row.as_slice() else { continue };
                if let [document::Inline::Anchor { .. }] = first.as_slice() {
                    titles.push(document::plain(title));
                }
            }
        }
        let mut expected = report.seminars.iter().map(|one| words::in_quotes(&one.title)).collect::<Vec<_>>();
        titles.sort();
        expected.sort();
        prop_assert_eq!(titles, expected);
    }
}

/// How many seminars the last cell of a line names: „1–3, 7“ are four.
fn numbered(line: &str) -> usize {
    let cells = line.trim_matches('|').split('|').map(str::trim).collect::<Vec<_>>();
    let last = cells.last().unwrap();
    let of = |part: &str| match part.split_once('–') {
        Some((first, last)) => last.parse::<usize>().unwrap() - first.parse::<usize>().unwrap() + 1,
        None => usize::from(part.parse::<usize>().is_ok()),
    };
    last.split(", ").map(of).sum()
}
