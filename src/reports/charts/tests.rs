//! Pictures are read again as XML: what is drawn, what is said, and that nothing of data acts.

use std::collections::BTreeSet;

use proptest::prelude::*;
use roxmltree::{Document, Node};

use super::lettering::width;
use super::*;
use crate::base::csv::Dialect;
use crate::reports::model::{ActivityReport, Facts, Measure, Missed, Statistic, StatisticName};
use crate::reports::rules::samples::*;
use crate::reports::rules::statistics::{no_shows, of_report};
use crate::reports::rules::{built_ins, report};
use crate::seminars::{PartyRole, SeminarId, Status};

fn over(facts: Vec<Facts>) -> ActivityReport {
    report(&paper(), &rule("all"), &built_ins(), scope(), facts)
}

fn of_paper(name: StatisticName, measure: Measure) -> Statistic {
    of_report(&over(programme()), name, measure).unwrap()
}

/// The words that are seen, and the names that a pointer shows.
struct Seen {
    texts: Vec<String>,
    names: Vec<String>,
    bars: usize,
}

fn seen(svg: &str) -> Seen {
    let document = Document::parse(svg).unwrap();
    let root = document.root_element();
    let of = |tag: &'static str| root.descendants().filter(move |node| node.has_tag_name(tag));
    let words = |node: Node<'_, '_>| node.text().unwrap_or_default().to_owned();
    let bar = |node: &Node<'_, '_>| {
        let first = node.children().filter(Node::is_element).nth(1);
        first.is_some_and(|first| first.has_tag_name("rect"))
    };
    Seen {
        texts: of("text").map(words).collect(),
        names: of("g")
            .filter_map(|node| node.first_element_child())
            .map(words)
            .collect(),
        bars: of("g").filter(bar).count(),
    }
}

/// Everything in it is one of ours, does nothing, and lies inside.
fn harmless(svg: &str) {
    const ELEMENTS: &[&str] = &[
        "svg", "title", "desc", "defs", "pattern", "path", "circle", "rect", "line", "text", "g", "a",
    ];
    let document = Document::parse(svg).unwrap_or_else(|error| panic!("{error}: {svg}"));
    let root = document.root_element();
    let number = |node: &Node<'_, '_>, name: &str| node.attribute(name).unwrap().parse::<f64>().unwrap();
    let (wide, high) = (number(&root, "width"), number(&root, "height"));
    assert_eq!(root.attribute("viewBox"), Some(format!("0 0 {wide} {high}").as_str()));
    let mut ids = BTreeSet::new();
    for node in root.descendants().filter(Node::is_element) {
        assert!(ELEMENTS.contains(&node.tag_name().name()), "{node:?}");
        assert_eq!(node.tag_name().namespace(), Some("http://www.w3.org/2000/svg"));
        for attribute in node.attributes() {
            let name = attribute.name();
            assert!(
                !name.starts_with("on") && !["style", "class"].contains(&name),
                "{node:?}"
            );
            if name == "id" {
                assert!(ids.insert(attribute.value().to_owned()), "{node:?}");
            }
        }
        if node.has_tag_name("text") {
            let (x, y, size) = (number(&node, "x"), number(&node, "y"), number(&node, "font-size"));
            assert!(size >= 12.0, "{node:?}");
            let long = width(node.text().unwrap_or_default(), size);
            let (left, right) = match (node.attribute("transform").is_some(), node.attribute("text-anchor")) {
                (true, _) => (x - size, x),
                (false, None) => (x, x + long),
                (false, Some("middle")) => (x - long / 2.0, x + long / 2.0),
                (false, Some(_)) => (x - long, x),
            };
            assert!(
                left >= 0.0 && right <= wide && y <= high && y >= size,
                "{node:?} of {wide} by {high}"
            );
        }
        if node.has_tag_name("rect") && node.parent().is_some_and(|parent| !parent.has_tag_name("pattern")) {
            let (x, y) = (node.attribute("x").unwrap_or("0"), node.attribute("y").unwrap_or("0"));
            let (x, y) = (x.parse::<f64>().unwrap(), y.parse::<f64>().unwrap());
            assert!(x >= 0.0 && x + number(&node, "width") <= wide, "{node:?}");
            assert!(y >= 0.0 && y + number(&node, "height") <= high, "{node:?}");
        }
    }
}

#[test]
fn a_picture_says_what_it_shows() {
    for name in StatisticName::ALL {
        for measure in name.measures() {
            let statistic = of_paper(*name, *measure);
            let text = svg(&statistic, None);
            harmless(&text);
            assert_eq!(text, svg(&statistic, None));
            let document = Document::parse(&text).unwrap();
            let root = document.root_element();
            assert_eq!(
                (root.attribute("role"), root.attribute("lang")),
                (Some("img"), Some("de"))
            );
            let ids = root.attribute("aria-labelledby").unwrap().split(' ');
            let said = ids.map(|id| {
                root.children()
                    .find(|one| one.attribute("id") == Some(id))
                    .unwrap()
                    .text()
            });
            let alternative = alternative(&statistic);
            assert_eq!(
                said.collect::<Vec<_>>(),
                [Some(statistic.title.as_str()), Some(alternative.as_str())]
            );
            let seen = seen(&text);
            assert_eq!(seen.texts[0], statistic.title);
            assert!(
                seen.texts
                    .contains(&"01.01.2020 bis 31.05.2021 · Zählregel all@1".to_owned())
            );
            let valued = statistic.series.iter().flat_map(|series| &series.values);
            let valued = valued.filter(|cell| cell.value.is_some_and(|value| value > 0.0));
            assert_eq!(
                seen.bars,
                valued.count(),
                "{name} {measure}: a bar for each value, none for what is unknown"
            );
        }
    }
}

#[test]
fn a_legend_where_there_is_more_than_one_series() {
    let stacked = seen(&svg(&of_paper(StatisticName::Months, Measure::Seminars), None));
    for word in ["durchgeführt", "abgesagt", "geplant", "Veranstaltungen"] {
        assert!(stacked.texts.contains(&word.to_owned()), "{word}");
    }
    assert!(!stacked.texts.contains(&"verschoben".to_owned()), "nothing was");
    assert!(
        stacked
            .names
            .contains(&"April 2021, durchgeführt: 4 Veranstaltungen".to_owned())
    );
    let alone = seen(&svg(&of_paper(StatisticName::Cancellations, Measure::Seminars), None));
    assert!(!alone.texts.contains(&"abgesagt".to_owned()));
    assert!(alone.names.contains(&"pandemiebedingt: 2 Veranstaltungen".to_owned()));
}

#[test]
fn doubt_is_marked_and_explained() {
    let people = seen(&svg(&of_paper(StatisticName::Months, Measure::Participants), None));
    for word in ["≥333", "120*", "?"] {
        assert!(people.texts.contains(&word.to_owned()), "{word}");
    }
    assert!(
        people
            .names
            .contains(&"April 2021: mindestens 333 Teilnehmende".to_owned())
    );
    assert!(people.names.contains(&"Juli 2020: nicht bekannt".to_owned()));
    assert!(
        people
            .names
            .contains(&"November 2020: 120 Teilnehmende; zu einer weiteren Veranstaltung keine Angabe".to_owned())
    );
    for mark in ["≥ heißt", "? heißt", "* heißt"] {
        assert!(people.texts.iter().any(|text| text.starts_with(mark)), "{mark}");
    }
    assert!(!people.texts.iter().any(|text| text.starts_with("≤ heißt")));
}

#[test]
fn the_alternative_tells_the_highest_the_whole_and_what_is_not_known() {
    assert_eq!(
        alternative(&of_paper(StatisticName::Months, Measure::Participants)),
        "Diagramm: Teilnehmende nach Monaten, 01.01.2020 bis 31.05.2021, Zählregel all@1. Teilnehmende: höchster Wert \
         mindestens 333 Teilnehmende – April 2021; insgesamt mindestens 1.080 Teilnehmende. Bei 4 Zeiträumen ist nichts \
         bekannt. Bei einem Zeitraum fehlen einzelne Angaben."
    );
    let partners = alternative(&of_paper(StatisticName::Partners, Measure::Seminars));
    assert!(
        partners.contains("Durchgeführt: höchster Wert 19 Veranstaltungen – StädteRegion Aachen. Abgesagt:"),
        "{partners}"
    );
    assert!(partners.ends_with("Die Werte überschneiden sich und haben keine Summe."));
    let seminars = alternative(&of_paper(StatisticName::Weekdays, Measure::Seminars));
    assert!(
        seminars.contains("Geplant: höchster Wert 2 Veranstaltungen – Donnerstag; insgesamt 3 Veranstaltungen."),
        "{seminars}"
    );
    let nothing = of_report(&over(vec![]), StatisticName::Months, Measure::Seminars).unwrap();
    assert!(alternative(&nothing).ends_with("Es gibt keinen Wert über null."));
    let picture = svg(&nothing, None);
    harmless(&picture);
    assert!(
        seen(&picture)
            .texts
            .contains(&"Im Zeitraum ist hierzu nichts gezählt.".to_owned())
    );
}

#[test]
fn a_rate_of_zero_is_a_finding() {
    let report = over(programme());
    let missed = report.figures.held.seminars.iter().map(|seminar| Missed {
        seminar: *seminar,
        expected: 10,
        missing: 0,
    });
    let picture = svg(&no_shows(&report, &missed.collect::<Vec<_>>()), None);
    harmless(&picture);
    let seen = seen(&picture);
    assert!(
        seen.names.contains(&"Februar 2020: 0\u{A0}% (0 von 20)".to_owned()),
        "{:?}",
        seen.names
    );
    assert_eq!(seen.bars, 0);
}

/// So many seminars over ten years.
fn ten_years() -> ActivityReport {
    let facts = (0..900_u64).map(|n| {
        let mut one = seminar(&format!("Veranstaltung {n}"));
        one.day = Some(day("2012-01-03") + chrono::Days::new(n * 37 % 3640));
        one.headcounts = vec![stated(&format!("{} Teilnehmende", n % 80 + 3))];
        if n % 9 == 0 {
            one.status = Status::Cancelled;
        }
        let name = format!("Organisation Nr. {}", n % 40);
        one.parties = vec![taking(0, PartyRole::Lead, &name)];
        one
    });
    let mut query = paper();
    (query.period, query.split_on) = (span("2012-01-01", "2021-12-31"), None);
    report(&query, &rule("all"), &[], scope(), facts.collect())
}

#[test]
fn ten_years_are_drawn_as_years_and_many_partners_as_the_largest() {
    let report = ten_years();
    let months = of_report(&report, StatisticName::Months, Measure::Seminars).unwrap();
    assert_eq!(months.categories.len(), 120);
    let picture = svg(&months, None);
    harmless(&picture);
    let of_months = seen(&picture);
    assert_eq!(of_months.texts[0], "Veranstaltungen nach Jahren");
    assert_eq!(of_months.bars, 20);
    assert!((2012..=2021).all(|year| of_months.texts.contains(&year.to_string())));
    assert!(alternative(&months).contains("nach Jahren"));
    let partners = of_report(&report, StatisticName::Partners, Measure::Participants).unwrap();
    assert_eq!(partners.categories.len(), 40);
    let picture = svg(&partners, None);
    harmless(&picture);
    let of_partners = seen(&picture);
    assert_eq!(of_partners.bars, 15);
    let rest = of_partners
        .texts
        .iter()
        .find(|text| text.starts_with("übrige (25): je höchstens"));
    assert!(rest.is_some(), "{:?}", of_partners.texts);
    let three = of_report(&report, StatisticName::Months, Measure::Participants).unwrap();
    let most = Statistic {
        categories: three.categories[..36].to_vec(),
        ..three
    };
    let picture = svg(&most, None);
    harmless(&picture);
    assert_eq!(seen(&picture).texts[0], "Teilnehmende nach Monaten");
}

#[test]
fn every_seminar_of_a_bar_is_led_to() {
    let statistic = of_paper(StatisticName::Months, Measure::Seminars);
    let link = |id: SeminarId| format!("#seminar-{id}?a=\"b\"&c");
    let text = svg(&statistic, Some(&link));
    harmless(&text);
    let document = Document::parse(&text).unwrap();
    let led = document.descendants().filter(|node| node.has_tag_name("a"));
    let led = led
        .map(|node| node.attribute("href").unwrap().to_owned())
        .collect::<Vec<_>>();
    let cells = statistic.series.iter().flat_map(|series| &series.values);
    let all = cells.flat_map(|cell| &cell.seminars).map(|id| link(*id));
    assert_eq!(led.iter().cloned().collect::<BTreeSet<_>>(), all.collect());
    assert_eq!(led.len(), 28);
    assert!(!svg(&statistic, None).contains("<a "));
}

const HOSTILE: &[&str] = &[
    "<script>alert(1)</script>&amp;\"'><g onload=x>",
    "]]><!--",
    "WWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWW",
    "Gesellschaft für Wirtschaftsförderung und Strukturwandel der StädteRegion und ihrer Kommunen mit beschränkter Haftung",
    "\u{202e}abc\u{0}def\u{7}\n\nghi\u{FFFF}",
    "日本語の名前がここにあります 🎉",
    "&#x3c;script>",
];

fn hostile() -> ActivityReport {
    let facts = HOSTILE.iter().flat_map(|name| {
        let collections = vec![collection(name, false)];
        (0..3).map(move |n| {
            let mut one = seminar(&format!("{name} {n}"));
            let roles = [
                PartyRole::Lead,
                PartyRole::Funder,
                PartyRole::CoOrganiser,
                PartyRole::Contributor,
            ];
            one.parties = roles
                .into_iter()
                .zip(0..)
                .map(|(role, at)| taking(at, role, name))
                .collect();
            one.collections.clone_from(&collections);
            one.headcounts = vec![stated(
                ["über 13000 Teilnehmende", "17 Teilnehmende", "rund 35 Teilnehmende"][n],
            )];
            one
        })
    });
    let mut scope = scope();
    scope.organisations[0].name = HOSTILE[3].repeat(2) + HOSTILE[0];
    report(&paper(), &rule("all"), &[], scope, facts.collect())
}

#[test]
fn names_are_only_names() {
    let report = hostile();
    for name in StatisticName::ALL {
        for measure in name.measures() {
            let text = svg(&of_report(&report, *name, *measure).unwrap(), None);
            harmless(&text);
            assert!(!text.contains("<script"));
        }
    }
    let partners = svg(
        &of_report(&report, StatisticName::Partners, Measure::Seminars).unwrap(),
        None,
    );
    let seen = seen(&partners);
    assert!(
        seen.texts
            .iter()
            .any(|text| text.starts_with("WWWW") && text.ends_with('…'))
    );
    for whole in [HOSTILE[0], HOSTILE[2], HOSTILE[3], "abcdef ghi"] {
        assert!(
            seen.names.iter().any(|name| name.contains(whole)),
            "{whole}: {:?}",
            seen.names
        );
    }
    let told = alternative(&of_report(&report, StatisticName::Collections, Measure::Participants).unwrap());
    assert!(!told.chars().any(char::is_control) && told.len() < 1000, "{told}");
}

/// What no font has is no reason for a document not to be printed.
#[cfg(feature = "pdf")]
#[test]
fn the_printer_draws_them_all() {
    let folder = tempfile::tempdir().unwrap();
    let template = "#let input = json(\"data.json\")\n#set document(title: \"Probe\")\n#set text(lang: \"de\")\n\
        #for name in input.data.names { image(\"/\" + input.images.at(name), alt: name, width: 100%) }";
    std::fs::write(folder.path().join("ticket.typ"), template).unwrap();
    let (paper, hostile, years) = (over(programme()), hostile(), ten_years());
    let asked = [
        (&paper, StatisticName::Months, Measure::Seminars),
        (&paper, StatisticName::Months, Measure::Participants),
        (&paper, StatisticName::Cancellations, Measure::Seminars),
        (&hostile, StatisticName::Partners, Measure::Participants),
        (&years, StatisticName::Partners, Measure::Seminars),
    ];
    let images = asked
        .iter()
        .zip(0..)
        .map(|((report, name, measure), n)| einlass_print::Image {
            name: format!("{n}"),
            bytes: svg(&of_report(report, *name, *measure).unwrap(), None).into_bytes(),
        });
    let images = images.collect::<Vec<_>>();
    let names = images.iter().map(|image| image.name.clone()).collect::<Vec<_>>();
    let printer = einlass_print::Printer::new(Some(folder.path())).unwrap();
    let data = serde_json::json!({"names": names});
    let printed = printer.print(
        einlass_print::Template::Ticket,
        &data,
        &images,
        chrono::DateTime::UNIX_EPOCH,
    );
    assert!(printed.unwrap().starts_with(b"%PDF"));
}

#[test]
fn a_table_has_a_row_for_each_category() {
    let text = |statistic: &Statistic, dialect| String::from_utf8(csv(statistic, dialect).unwrap()).unwrap();
    let months = of_paper(StatisticName::Months, Measure::Participants);
    let excel = text(&months, Dialect::Excel);
    let lines = excel.lines().collect::<Vec<_>>();
    assert_eq!(lines.len(), 19);
    assert_eq!(
        lines[0],
        "\u{FEFF}Schlüssel;Bezeichnung;Teilnehmende;Teilnehmende: Lesart;Teilnehmende: Veranstaltungen;Teilnehmende: ohne Angabe"
    );
    assert_eq!(lines[2], "2020-02;Februar 2020;222;exact;2;0");
    assert_eq!(lines[7], "2020-07;Juli 2020;;unknown;0;1", "an empty cell, not a zero");
    let programs = text(&of_paper(StatisticName::Partners, Measure::Seminars), Dialect::Rfc4180);
    let head = programs.lines().next().unwrap();
    assert!(
        head.starts_with("key,label,detail,held,held_qualifier,held_seminars,held_unknown,cancelled,"),
        "{head}"
    );
    let report = over(programme());
    let first = report.figures.held.seminars[0];
    let missed = [Missed {
        seminar: first,
        expected: 8,
        missing: 1,
    }];
    let rates = no_shows(&report, &missed);
    assert!(text(&rates, Dialect::Excel).contains(";12,5;exact;1;8;1;"));
    assert!(text(&rates, Dialect::Rfc4180).contains(",12.5,exact,1,8,1,"));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(60))]

    /// Whatever was offered, the picture is well-formed and everything in it lies inside.
    #[test]
    fn every_picture_is_well_formed(facts in prop::collection::vec(any_facts(), 0..12), query in any_question(), rule in any_rule()) {
        let report = report(&query, &rule, &[], scope(), facts);
        for name in StatisticName::ALL {
            for measure in name.measures() {
                harmless(&svg(&of_report(&report, *name, *measure).unwrap(), Some(&|id| id.to_string())));
            }
        }
    }
}
