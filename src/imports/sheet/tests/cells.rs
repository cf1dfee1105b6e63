//! What stands in a cell, and files that are unlike the fixture.

use super::*;
use crate::imports::sheet::{DoubtCode, Field, Unreadable, dates, times};

/// As `set` takes it, or the doubt and its choices.
fn date(text: &str, settings: &Settings, section: Option<i32>) -> String {
    let asked = dates::Asked {
        settings,
        field: Field::Date,
        section,
        decided: false,
        after: None,
    };
    let said = dates::read(text, &asked);
    let doubt = said.doubts.iter().find(|doubt| doubt.code.waits());
    let time = said.time.as_deref().map(|time| format!(" {time}")).unwrap_or_default();
    match doubt {
        Some(doubt) => format!("{} [{}]", doubt.code, doubt.choices.join(" | ")),
        None => said.canonical().unwrap() + &time,
    }
}

const DATES: &str = "
    13.03.2020 = 2020-03-13
    Fr., 13. März 2020 = 2020-03-13
    Freitag, den 13.3.2020, 18:00-20:00 Uhr = 2020-03-13 18:00-20:00 uhr
    13. Mrz 2020 = 2020-03-13
    13.03.2020 18 Uhr = 2020-03-13 18 uhr
    2020-03-13 18:00 = 2020-03-13 18:00
    13./14.03.2020 = 2020-03-13, 2020-03-14
    13. und 20.03.2020 = 2020-03-13, 2020-03-20
    30.12.2020 + 06.01.2021 = 2020-12-30, 2021-01-06
    Fr 13.03.2020 und Sa 14.03.2020 = 2020-03-13, 2020-03-14
    28.12. und 04.01.2021 = no_year [2020-12-28, 2021-01-04 | 2021-12-28, 2021-01-04]
    13.03.20, 14.03.2020 = two_digit_year [2020-03-13, 2020-03-14]
    Fr., 13.03. und So., 14.03.2020 = weekday_contradicts [2020-03-13, 2020-03-14]
    13.-15.03.2020 = day_range [2020-03-13, 2020-03-14, 2020-03-15 | 2020-03-13..2020-03-15]
    13.03. – 15.03.2020 = day_range [2020-03-13, 2020-03-14, 2020-03-15 | 2020-03-13..2020-03-15]
    13.03.20 = two_digit_year [2020-03-13]
    13.03.'20 = two_digit_year [2020-03-13]
    13.03. = no_year []
    13.03. 18 Uhr = no_year []
    31.06. = impossible_date []
    31.06.2020 = impossible_date []
    00.00.0000 = impossible_date []
    Do 13.03.2020 = weekday_contradicts [2020-03-13 | 2020-03-12]
    03/04/2020 = ambiguous_order [2020-04-03 | 2020-03-04]
    03/04/20 = ambiguous_order [2020-04-03 | 2020-03-04]
    03/03/2020 = 2020-03-03
    13/03/2020 = 2020-03-13
    03/13/2020 = month_first [2020-03-13]
    43890 = excel_serial [2020-02-29 | 2024-03-01]
    März 2020 = 2020-03-01..2020-03-31
    Mitte März 2020 = vague_period [2020-03-01..2020-03-31]
    Frühjahr 2020 = vague_period [2020-03-01..2020-05-31]
    KW 12/2020 = 2020-03-16..2020-03-22
    KW12 2020 = 2020-03-16..2020-03-22
    KW 53/2020 = 2020-12-28..2021-01-03
    KW 53/2019 = impossible_date []
    KW 12 = no_year []
    2. Halbjahr 2020 = 2020-07-01..2020-12-31
    Q3 2020 = 2020-07-01..2020-09-30
    2020 = 2020-01-01..2020-12-31
    13.03.2020? = uncertain [2020-03-13]
    ##### = hash_marks []
    =A1+7 = formula []
    n.n. = date_open []
    2020-02-30 = impossible_date []
    2020-03-01..2020-02-01 = impossible_date []
    13.03.2020 oder 14.03.2020 = 2020-03-13 oder 14.03.2020
    irgendwann = date_not_understood []";

#[test]
fn dates_as_offices_write_them() {
    let none = Settings::default();
    let mut faults = Vec::new();
    for line in DATES.lines().filter(|line| !line.trim().is_empty()) {
        let (text, expected) = line.trim().rsplit_once(" = ").unwrap();
        let found = date(text, &none, None);
        if found != expected {
            faults.push(format!("{text}: {found}, not {expected}"));
        }
    }
    assert!(faults.is_empty(), "\n{}", faults.join("\n"));
}

#[test]
fn a_period_or_a_section_helps() {
    let period = |from: &str, to: &str| Settings {
        from: Some(day(from)),
        to: Some(day(to)),
        ..Settings::default()
    };
    let school = period("2020-09-01", "2021-08-31");
    for (text, expected) in [
        ("13.10.", "2020-10-13"),
        ("13.03.", "2021-03-13"),
        ("13.03.21", "2021-03-13"),
        ("13.03.20", "outside_period [2020-03-13]"),
        ("Sa 13.03.", "2021-03-13"),
        ("Fr 13.03.", "weekday_contradicts [2021-03-13 | 2021-03-12]"),
        ("KW 12", "2021-03-22..2021-03-28"),
        ("Frühjahr", "vague_period [2021-03-01..2021-05-31]"),
        ("13.03.2019", "outside_period [2019-03-13]"),
        ("29.02.", "no_year []"),
    ] {
        assert_eq!(date(text, &school, None), expected, "{text}");
    }
    let year = period("2020-01-01", "2020-12-31");
    assert_eq!(
        date("13.12.2020, 10.01.", &year, None),
        "no_year [2020-12-13, 2021-01-10 | 2020-12-13, 2020-01-10]"
    );
    let long = period("2019-01-01", "2020-12-31");
    assert_eq!(date("13.03.", &long, None), "no_year [2019-03-13 | 2020-03-13]");
    assert_eq!(date("13.03.", &Settings::default(), Some(2020)), "no_year [2020-03-13]");
}

#[test]
fn hours_that_the_clocks_leave_out_are_doubts() {
    for (date, time, status) in [
        ("29.03.2020", "02:30", "durchgeführt"),
        ("29.03.2020", "01:00-02:30", "durchgeführt"),
        ("13.03.2020", "02:30", "verschoben auf 29.03.2020"),
    ] {
        let sheet = sheet(&format!(
            "Titel;Datum;Uhrzeit;Status\nNacht der Technik;{date};{time};{status}\n"
        ));
        let read = interpreted(&sheet.rows, &Settings::default());
        let codes = read[0].doubts.iter().map(|doubt| doubt.code).collect::<Vec<_>>();
        assert!(
            codes.contains(&DoubtCode::TimeNotUnderstood),
            "{date} {time}: {codes:?}"
        );
    }
}

#[test]
fn times_as_offices_write_them() {
    for (text, expected) in [
        ("18-20 Uhr", "18:00-20:00"),
        ("18 Uhr", "18:00"),
        ("18.30 bis 20 Uhr", "18:30-20:00"),
        ("18:00 Uhr – 19:30 Uhr", "18:00-19:30"),
        ("ab 9 Uhr", "09:00"),
        ("18:00:00", "18:00"),
        ("10-16", "10:00-16:00"),
        ("25 Uhr", "time_not_understood []"),
        ("20-18 Uhr", "end_before_start [20:00]"),
        ("ca. 18 Uhr", "vague_time [18:00]"),
        ("18 Uhr?", "uncertain [18:00]"),
        ("abends", "vague_time [ganztägig]"),
        ("18 Uhr, Einlass 17 Uhr", "time_not_understood []"),
    ] {
        let said = times::read(text, Field::Time);
        let found = match said.doubts.first() {
            Some(doubt) => format!("{} [{}]", doubt.code, doubt.choices.join(" | ")),
            None => said.canonical().unwrap(),
        };
        assert_eq!(found, expected, "{text}");
    }
}

#[test]
fn encodings_and_separators() {
    let text = "Thema\tWann\tTN\nGründen\t13.03.2020\t12\n";
    let utf16 = [
        &b"\xFF\xFE"[..],
        &text.encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<_>>(),
    ]
    .concat();
    let marked = [&b"\xEF\xBB\xBF"[..], text.as_bytes()].concat();
    let commas = text.replace('\t', ",").into_bytes();
    let said = [&b"sep=;\r\n"[..], text.replace('\t', ";").as_bytes()].concat();
    for (bytes, encoding, delimiter) in [
        (utf16, "utf-16-le-bom", '\t'),
        (marked, "utf-8-bom", '\t'),
        (commas, "utf-8", ','),
        (said, "utf-8", ';'),
    ] {
        let sheet = read(&bytes, &ColumnMap::default()).unwrap();
        assert_eq!((sheet.encoding.as_str(), sheet.delimiter), (encoding, delimiter));
        assert_eq!(sheet.rows[0].cell(Field::Title), "Gründen");
        let read = interpreted(&sheet.rows, &Settings::default());
        assert_eq!(
            (
                read[0].doubts.len(),
                read[0].understood.headcount.as_ref().unwrap().value
            ),
            (0, Some(12))
        );
    }
}

#[test]
fn rows_and_lines_are_those_of_the_file() {
    let sheet = sheet("Titel;Datum\n\"A\nB\";13.03.2020\n;;;\nC;14.03.2020;;;;\n");
    let places = sheet.rows.iter().map(|row| (row.row, row.line)).collect::<Vec<_>>();
    assert_eq!(places, [(2, 2), (4, 5)]);
    assert!(sheet.rows[1].marks.is_empty(), "semicolons at the end are nothing");
}

#[test]
fn files_that_are_refused() {
    let refused = |bytes: &[u8]| read(bytes, &ColumnMap::default()).unwrap_err();
    let head = "Titel;Datum\n";
    assert_eq!(refused(b"PK\x03\x04rest"), Unreadable::NotCsv { what: "xlsx/zip" });
    assert_eq!(refused(b" \r\n"), Unreadable::Empty);
    assert_eq!(refused(head.as_bytes()), Unreadable::NoRows { line: 1 });
    let unclosed = format!("{head}A;13.03.2020\n\"B;14.03.2020\nC;15.03.2020\n");
    assert_eq!(refused(unclosed.as_bytes()), Unreadable::UnclosedQuote { line: 3 });
    let swallowing = "Titel;Datum;Ort\nA;13.03.2020;\n\"B;14.03.2020;\nC;15.03.2020;\n\"D\";16.03.2020;\n";
    assert_eq!(refused(swallowing.as_bytes()), Unreadable::UnclosedQuote { line: 3 });
    let wide = format!("{head}{}x\n", ";".repeat(64));
    assert_eq!(
        refused(wide.as_bytes()),
        Unreadable::TooManyColumns { line: 2, columns: 65 }
    );
    let long = head.to_owned() + &"A;13.03.2020\n".repeat(2001);
    assert_eq!(refused(long.as_bytes()), Unreadable::TooManyRows { line: 2002 });
    assert_eq!(
        refused(&vec![b'x'; 2_000_001]),
        Unreadable::TooLarge { bytes: 2_000_001 }
    );
    assert!(matches!(refused(b"Was;Wo\nA;B\n"), Unreadable::NoHeading { .. }));
    let twice = Unreadable::TwoColumns {
        field: Field::Date,
        first: 2,
        second: 3,
        line: 1,
    };
    assert_eq!(refused(b"Titel;Datum;Termin\nA;B;C\n"), twice);
    for why in [twice, Unreadable::Empty, Unreadable::UndecodableText] {
        assert_ne!(why.detail(true), why.detail(false));
    }
}

#[test]
fn a_map_says_what_the_words_do_not() {
    let map = |field, heading: &str| ColumnMap([(field, heading.to_owned())].into());
    let text = "Was;Datum;Termin\nGründen;13.03.2020;x\n";
    assert!(read(text.as_bytes(), &map(Field::Title, "Was")).is_err(), "two dates");
    let both = ColumnMap([(Field::Title, "was".to_owned()), (Field::Date, "Datum".to_owned())].into());
    let sheet = read(text.as_bytes(), &both).unwrap();
    assert_eq!(sheet.rows[0].cell(Field::Date), "13.03.2020");
    let missing = read(text.as_bytes(), &map(Field::Title, "Wie")).unwrap_err();
    assert!(matches!(
        missing,
        Unreadable::NoSuchColumn {
            field: Field::Title,
            ..
        }
    ));
}
