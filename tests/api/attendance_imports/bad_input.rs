//! A clear problem, and nothing stored.

use std::io::{Read, Write};
use std::net::TcpStream;

use super::preview::ZOOM;
use super::*;

#[test]
fn what_is_no_report_is_refused_by_name() {
    let app = TestApp::spawn();
    let seminar = imported_seminar(&app);
    let bomb = [b"PK\x03\x04".as_slice(), &[0; 4000]].concat();
    for (file, code) in [
        (bomb.as_slice(), "report-not-csv"),
        (b"\x1f\x8b\x08\x00rest", "report-not-csv"),
        (b"%PDF-1.7", "report-not-csv"),
        (b"Farbe;Preis\nrot;3\n", "unknown-report-format"),
        (
            b"Vorname;Nachname;E-Mail;Organisation;Anwesend;Minuten;Bemerkung\nMia;\"Muster;;;ja;80;\n",
            "validation-failed",
        ),
        (b"\x00\x01\x02\x03\x04", "report-not-csv"),
    ] {
        let refused = sent(&app, &seminar, file, &[]);
        let found = refused.expect(422);
        if code != "report-not-csv" || file[0] != 0 {
            assert_eq!(found["code"], code, "{}", refused.text);
        }
        assert!(found["errors"][0]["detail"].is_string());
    }
    let unknown = sent(&app, &seminar, b"Farbe;Preis\nrot;3\n", &[]).problem(422, "unknown-report-format");
    assert!(
        unknown["detail"].as_str().unwrap().contains("Farbe, Preis"),
        "{unknown}"
    );
    assert_eq!(sent(&app, &seminar, b"", &[]).invalid(), ["/file"]);
    assert_eq!(stored(&app), 0);
}

#[test]
fn a_report_of_another_day_is_refused_and_days_that_fit_twice_are_asked() {
    let app = TestApp::spawn();
    let far = scene(&app, &[("2026-06-04T09:00:00Z", "2026-06-04T10:30:00Z")]);
    sent(&app, &far, ZOOM, &[]).problem(422, "report-of-other-day");
    // 03/04 is 4 March or 3 April: with a session on either day only the caller knows.
    let both = scene(&app, &[MORNING, ("2026-04-03T08:00:00Z", "2026-04-03T09:30:00Z")]);
    assert_eq!(sent(&app, &both, ZOOM, &[]).invalid(), ["/session"]);
    let said = sent(&app, &both, ZOOM, &[("date_order", "mdy")]).expect(201);
    assert_eq!(said["date_order"], "mdy");
    // Within one night both readings are near.
    let near = scene(&app, &[("2026-03-03T20:00:00Z", "2026-03-03T22:00:00Z")]);
    let list = b"Name (Original Name),User Email,Join Time,Leave Time,Duration (Minutes),Guest\n\
        Mia,mia@example.org,03/04/2026 01:00:00 AM,03/04/2026 02:00:00 AM,60,Yes\n";
    sent(&app, &near, list, &[("date_order", "dmy")]).problem(422, "report-of-other-day");
    assert_eq!(stored(&app), 1);
}

#[test]
fn bad_fields_are_named() {
    let app = TestApp::spawn();
    let seminar = imported_seminar(&app);
    let long = "x".repeat(9000);
    for (fields, places) in [
        (vec![("format", "teams")], vec!["/format"]),
        (vec![("session", "x")], vec!["/session"]),
        (vec![("time_zone", "Berlin")], vec!["/time_zone"]),
        (vec![("date_order", "ymd")], vec!["/date_order"]),
        (vec![("channel", "livestream")], vec!["/channel"]),
        (vec![("column_map", "{")], vec!["/column_map"]),
        (vec![("column_map", "{\"nme\": \"Name\"}")], vec!["/column_map/nme"]),
        (vec![("colour", "red")], vec!["/colour"]),
        (vec![("format", "x"), ("format", "y")], vec!["/format"]),
        (vec![("time_zone", long.as_str())], vec!["/time_zone"]),
        (vec![("format", "x"), ("channel", "y")], vec!["/format", "/channel"]),
        (vec![("format", "webex.attendance")], vec!["/format"]),
    ] {
        assert_eq!(sent(&app, &seminar, ZOOM, &fields).invalid(), places, "{fields:?}");
    }
    let path = format!("/seminars/{seminar}/attendance-imports");
    app.organiser()
        .post(&path, &json!({}))
        .problem(415, "unsupported-media-type");
    let kind = [("Content-Type", "multipart/form-data; boundary=other")];
    app.organiser()
        .send("POST", &path, &kind, Some(&form(ZOOM, &[])))
        .problem(400, "bad-request");
    assert_eq!(stored(&app), 0);
}

/// Sends the head and then `part` again and again, until the service hangs up; how much it took, and what it said.
fn pour(app: &TestApp, seminar: &str, length: &str, part: &[u8]) -> (usize, String) {
    let token = app
        .site
        .auth
        .keys
        .issue(app.account("organiser"), app.clock.now())
        .unwrap();
    let mut stream = TcpStream::connect(app.address).unwrap();
    stream
        .set_read_timeout(Some(std::time::Duration::from_secs(20)))
        .unwrap();
    let head = format!(
        "POST /api/v1/seminars/{seminar}/attendance-imports HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {token}\r\n{length}\r\n\
         Content-Type: multipart/form-data; boundary=einlass\r\n\r\n"
    );
    stream.write_all(head.as_bytes()).unwrap();
    let (mut poured, most) = (0, 60_000_000);
    let mut writer = stream.try_clone().unwrap();
    let part = part.to_vec();
    let pouring = std::thread::spawn(move || {
        while !part.is_empty() && poured < most && writer.write_all(&part).is_ok() {
            poured += part.len();
        }
        poured
    });
    let mut answer = Vec::new();
    let mut buffer = [0; 4096];
    while let Ok(read @ 1..) = stream.read(&mut buffer) {
        answer.extend_from_slice(&buffer[..read]);
        if String::from_utf8_lossy(&answer).contains("request_id") {
            break;
        }
    }
    drop(stream.shutdown(std::net::Shutdown::Both));
    (pouring.join().unwrap(), String::from_utf8_lossy(&answer).into_owned())
}

#[test]
fn a_gigabyte_is_refused_at_its_head_and_an_endless_body_at_the_limit() {
    let app = TestApp::spawn();
    let seminar = imported_seminar(&app);
    let (_, answer) = pour(&app, &seminar, "Content-Length: 1000000000", b"");
    assert!(
        answer.starts_with("HTTP/1.1 413") && answer.contains("body-too-large"),
        "{answer}"
    );
    let start = b"--einlass\r\nContent-Disposition: form-data; name=\"file\"; filename=\"r.csv\"\r\n\r\n";
    let chunk = |bytes: &[u8]| [format!("{:x}\r\n", bytes.len()).as_bytes(), bytes, b"\r\n"].concat();
    let part = chunk(&[start.as_slice(), &[b'x'; 60_000]].concat());
    let (poured, answer) = pour(&app, &seminar, "Transfer-Encoding: chunked", &part);
    assert!(
        answer.starts_with("HTTP/1.1 413") && answer.contains("body-too-large"),
        "{answer}"
    );
    assert!(poured < 30_000_000, "{poured}");
    assert_eq!(stored(&app), 0);
}
