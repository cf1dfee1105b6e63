//! Single rules: what is refused, what is warned of, which of two readings is taken.

use super::*;
use crate::attendance::reader::unreadable::MAX_BESIDE;

const ZOOM: &str = "Name (Original Name),User Email,Join Time,Leave Time,Duration (Minutes)\n";

fn refused(text: &str) -> Unreadable {
    read_text(text).unwrap_err()
}

fn zoom(rows: &str) -> Result<Report, Unreadable> {
    read_text(&format!("{ZOOM}{rows}"))
}

#[test]
fn what_is_no_csv_is_called_by_its_name() {
    for (bytes, what) in [
        (&b"PK\x03\x04rest"[..], "xlsx/zip"),
        (b"%PDF-1.7", "pdf"),
        (b"\x1F\x8B\x08", "gzip"),
        (b"<!DOCTYPE html><html>", "html"),
        (b"  {\"a\": 1}", "json"),
    ] {
        assert_eq!(read(bytes, &how()), Err(Unreadable::NotCsv { what }));
    }
    assert_eq!(read(b"", &how()), Err(Unreadable::Empty));
    assert_eq!(read(b"\xEF\xBB\xBF\r\n \n", &how()), Err(Unreadable::Empty));
    assert_eq!(
        read(&[1, 2, 3, 4, 5, 6, 7, 8, 200, 210], &how()),
        Err(Unreadable::UndecodableText)
    );
}

#[test]
fn bounds() {
    let large = vec![b'a'; MAX_BYTES + 1];
    assert_eq!(read(&large, &how()), Err(Unreadable::TooLarge { bytes: MAX_BYTES + 1 }));
    let row = "Lena Probst,lena.probst@firma.example,05/06/2027 06:00:00 PM,05/06/2027 07:00:00 PM,60\n";
    assert_eq!(zoom(&row.repeat(MAX_ROWS + MAX_BESIDE)), Err(Unreadable::TooManyRows));
    assert_eq!(zoom(&row.repeat(MAX_ROWS)).unwrap().people.len(), 1);
    let wide = format!("{}b\n", "a,".repeat(MAX_COLUMNS));
    assert_eq!(
        refused(&wide),
        Unreadable::TooManyColumns {
            line: 1,
            columns: MAX_COLUMNS + 1
        }
    );
    // A spreadsheet's empty cells at the end are none.
    let padded = format!("{ZOOM}{}", row.replace('\n', &format!("{}\n", ",".repeat(200))));
    assert_eq!(read_text(&padded).unwrap().people.len(), 1);
    let late = Reading {
        time_is_up: &|| true,
        ..how()
    };
    assert_eq!(read(ZOOM.as_bytes(), &late), Err(Unreadable::TimeIsUp));
}

#[test]
fn refusals_name_line_and_column() {
    let error = zoom("A B,,gestern,05/06/2027 06:00:00 PM,1\nC D,,05/06/2027 06:00:00 PM,05/06/2027 06:00:00 PM,1\n");
    let error = error.unwrap_err();
    assert_eq!(
        error,
        Unreadable::BadRow {
            line: 2,
            column: "Join Time".into()
        }
    );
    assert_eq!(
        error.detail(true),
        "Zeile 2, Spalte „Join Time“: Die Angabe ist nicht lesbar."
    );
    assert_eq!(
        zoom("\"A B,,05/06/2027 06:00:00 PM\nC"),
        Err(Unreadable::UnclosedQuote { line: 2 })
    );
    assert_eq!(
        refused("Wer,Wann\nA,B\n"),
        Unreadable::UnknownFormat {
            columns_found: vec!["Wer".into(), "Wann".into()]
        }
    );
    assert_eq!(
        zoom(""),
        Err(Unreadable::Nobody {
            format: Format::ZoomParticipants2021
        })
    );
    let said = Reading {
        format: Some(Format::Webex),
        ..how()
    };
    assert_eq!(
        read(ZOOM.as_bytes(), &said),
        Err(Unreadable::OtherFormat {
            said: Format::Webex,
            found: Format::ZoomParticipants2021
        })
    );
}

#[test]
fn the_other_day_is_refused_and_other_days_are_left_out() {
    let near = "A B,,05/06/2027 06:00:00 PM,05/06/2027 07:00:00 PM,60\n";
    let far = "C D,,05/13/2027 06:00:00 PM,05/13/2027 07:00:00 PM,60\n";
    assert!(matches!(zoom(far), Err(Unreadable::OtherDay { .. })));
    let report = zoom(&format!("{near}{far}")).unwrap();
    assert_eq!(report.people.len(), 1);
    assert_eq!(report.ignored.other_day, 1);
    assert!(report.warnings.contains(&Warning::OtherDays { rows: 1 }));
}

#[test]
fn days_and_months() {
    let both = "A B,,05/06/2027 06:00:00 PM,05/06/2027 07:00:00 PM,60\nC D,,06/05/2027 06:00:00 PM,06/05/2027 07:00:00 PM,60\n";
    assert_eq!(zoom(both), Err(Unreadable::AmbiguousDates));
    let said = Reading {
        date_order: Some(DateOrder::DayFirst),
        ..how()
    };
    let report = read(format!("{ZOOM}{both}").as_bytes(), &said).unwrap();
    assert_eq!(
        (report.date_order, report.people[0].key.as_str()),
        (Some(DateOrder::DayFirst), "name:c d")
    );
    // A German spreadsheet has taken 05/06 for 5 June.
    let turned = zoom("A B,,05.06.2027 18:00,05.06.2027 19:00,60\n").unwrap();
    assert!(turned.warnings.contains(&Warning::DaysAndMonthsTurned));
    let impossible = zoom("A B,,13/06/2027 18:00,05/13/2027 19:00,60\n");
    assert_eq!(
        impossible,
        Err(Unreadable::BadRow {
            line: 2,
            column: "leave".into()
        })
    );
    assert_eq!(
        zoom("A B,,05/05/2027 18:00,05/05/2027 19:00,60\n").unwrap().date_order,
        None
    );
}

#[test]
fn hours_that_come_twice_or_never() {
    let night = |day: &str, rows: &str| {
        let starts_at = at(day);
        let session = Window {
            starts_at,
            ends_at: None,
        };
        let how = Reading { session, ..how() };
        read(format!("{ZOOM}{rows}").as_bytes(), &how).unwrap()
    };
    // Clocks go back on 31 October 2027 at three.
    let twice = night(
        "2027-10-30T23:00:00Z",
        "A B,,2027-10-31 02:50:00,2027-10-31 02:10:00,20\n",
    );
    assert_eq!(
        twice.people[0].segments,
        [(at("2027-10-31T00:50:00Z"), at("2027-10-31T01:10:00Z"))]
    );
    assert!(twice.warnings.contains(&Warning::HourTwice { line: 2 }));
    // And forward on 28 March 2027 at two.
    let never = night(
        "2027-03-28T00:00:00Z",
        "A B,,2027-03-28 01:30:00,2027-03-28 02:30:00,0\n",
    );
    assert_eq!(
        never.people[0].segments,
        [(at("2027-03-28T00:30:00Z"), at("2027-03-28T01:30:00Z"))]
    );
    assert!(never.warnings.contains(&Warning::HourSkipped { line: 2 }));
}

#[test]
fn comings_without_goings() {
    let list = "Full Name\tUser Action\tTimestamp\nA B\tJoined before\t06/05/2027, 18:00:00\nC D\tJoined\t06/05/2027, 18:10:00\n\
                C D\tLeft\t06/05/2027, 19:00:00\nE F\tLeft\t06/05/2027, 18:20:00\n";
    let report = read_text(list).unwrap();
    let a = &report
        .people
        .iter()
        .find(|seen| seen.key == "name:a b")
        .unwrap()
        .segments;
    assert_eq!(*a, [(at("2027-05-06T16:00:00Z"), at("2027-05-06T17:00:00Z"))]);
    assert!(report.warnings.contains(&Warning::NeverLeft { line: 2 }));
    assert!(report.warnings.contains(&Warning::LeftWithoutJoining { line: 5 }));
    let back = zoom("A B,,05/06/2027 07:00:00 PM,05/06/2027 06:00:00 PM,60\n").unwrap();
    assert!(back.warnings.contains(&Warning::LeftBeforeJoined { line: 2 }));
    assert_eq!(presence(&back.people[0], &window(), &RULE).present_seconds, Some(0));
}

#[test]
fn half_a_name_at_the_end_is_nobody() {
    let row = "Lena Probst,lena.probst@firma.example,05/06/2027 06:00:00 PM,05/06/2027 07:00:00 PM,60\n";
    let report = zoom(&format!("{row}Jörg Mül")).unwrap();
    assert_eq!(report.people.len(), 1);
    assert!(report.warnings.contains(&Warning::MayBeCutOff { line: 3 }));
    assert_eq!(
        refused("1. Summary\nTitle\tX\nAttended participants\t3\n"),
        Unreadable::CutOff { line: 3 }
    );
}

#[test]
fn a_map_explains_an_unknown_report() {
    let text = "Export vom Mai\nWer;Adresse;Von;Bis\nLena Probst;lena.probst@firma.example;06.05.2027 18:00;06.05.2027 19:00\n";
    let map = |leave: &str| ColumnMap {
        name: Some("wer".into()),
        email: Some("ADRESSE".into()),
        join_time: Some("Von".into()),
        leave_time: Some(leave.into()),
        ..ColumnMap::default()
    };
    let (good, other, useless) = (map("Bis"), map("Ende"), ColumnMap::default());
    let with = |map| {
        read(
            text.as_bytes(),
            &Reading {
                column_map: Some(map),
                ..how()
            },
        )
    };
    let report = with(&good).unwrap();
    assert_eq!(
        (report.format, report.people[0].key.as_str()),
        (Format::Mapped, "email:lena.probst@firma.example")
    );
    assert_eq!(
        presence(&report.people[0], &window(), &RULE).in_session_seconds,
        Some(3600)
    );
    let Err(Unreadable::MissingColumn { column, columns_found }) = with(&other) else {
        panic!()
    };
    assert_eq!((column.as_str(), columns_found.len()), ("Ende", 4));
    assert_eq!(with(&useless), Err(Unreadable::UselessMap));
}

#[test]
fn rarer_reports() {
    let goto = "General Information\nWebinar Name,Webinar ID\nX,1-2-3\nSession Details\nAttended,Interest Rating,Last Name,First Name,\
                Email Address,Registration Date/Time,Join Time,Leave Time,Time in Session\n\
                Yes,50,Probst,Lena,lena.probst@firma.example,x,\"May 6, 2027 18:00 CEST\",\"May 6, 2027 19:00 CEST\",60 minutes\n\
                No,,Fern,Nora,nora.fern@web.example,x,--,--,--\n";
    let report = read_text(goto).unwrap();
    assert_eq!((report.format, report.people.len()), (Format::GotoWebinar, 2));
    assert_eq!(
        report.people[0].segments,
        [(at("2027-05-06T16:00:00Z"), at("2027-05-06T17:00:00Z"))]
    );
    assert_eq!(report.people[1].said_attended, Some(false));
    let german = "Name (ursprünglicher Name);E-Mail;Gesamtdauer (Minuten);Gast\nLena Probst;;61;Ja\n";
    let report = read_text(german).unwrap();
    assert_eq!(
        (report.format, report.people[0].reported_seconds),
        (Format::ZoomUniqueGerman, Some(3660))
    );
    let numbered = "2. Workshop\nVorname;Nachname;E-Mail;Anwesend\nLena;Probst;;ja\n";
    assert_eq!(read_text(numbered).unwrap().format, Format::OwnList);
    let quotes = "Name,Moderator,Activity Score,Join,Left,Duration\r\n\"Max \"Maxi\" Muster\",\"FALSE\",\"0\",\"2027-05-06 18:00\",\"2027-05-06 19:00\",\"01:00:00\"";
    assert_eq!(read_text(quotes).unwrap().people[0].key, "name:max maxi muster");
}
