//! What no client library sends: bytes on a connection.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::support::{TestApp, person};

/// What is answered to these bytes: the status, and the problem's code where there is a body.
fn said(app: &TestApp, bytes: &[u8]) -> (u16, String) {
    let mut connection = TcpStream::connect(app.address).unwrap();
    connection.set_read_timeout(Some(Duration::from_secs(30))).unwrap();
    let mut answer = Vec::new();
    // A connection that is reset has said what it had to say.
    drop(connection.write_all(bytes));
    drop(connection.read_to_end(&mut answer));
    let text = String::from_utf8_lossy(&answer).into_owned();
    let status = text
        .split(' ')
        .nth(1)
        .and_then(|status| status.parse().ok())
        .unwrap_or_default();
    let body = text.split_once("\r\n\r\n").map_or("", |(_, body)| body);
    let code = serde_json::from_str::<Value>(body).unwrap_or_default()["code"]
        .as_str()
        .unwrap_or_default()
        .to_owned();
    (status, code)
}

#[test]
fn bytes_that_are_no_request_are_refused() {
    let app = TestApp::spawn();
    let head = "GET /api/v1/seminars HTTP/1.1\r\nHost: x\r\nConnection: close\r\n";
    for (what, bytes) in [
        (
            "NUL in a header",
            format!("{head}X-Request-Id: a\0b\r\n\r\n").into_bytes(),
        ),
        (
            "a bare CR in a header",
            format!("{head}X-Request-Id: a\rb\r\n\r\n").into_bytes(),
        ),
        (
            "NUL in a path",
            b"GET /api/v1/seminars/\0 HTTP/1.1\r\nHost: x\r\n\r\n".to_vec(),
        ),
        (
            "a space in a path",
            b"GET /api/v1/sem inars HTTP/1.1\r\nHost: x\r\n\r\n".to_vec(),
        ),
        (
            "a length that is none",
            format!("{head}Content-Length: +3\r\n\r\nabc").into_bytes(),
        ),
        (
            "two lengths",
            format!("{head}Content-Length: 3\r\nContent-Length: 4\r\n\r\nabcd").into_bytes(),
        ),
        (
            "length and chunks",
            format!("{head}Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n").into_bytes(),
        ),
    ] {
        let (status, _) = said(&app, &bytes);
        assert_eq!(status, 400, "{what}");
    }
    // Bytes beyond ASCII are a value that HTTP lets, and that nobody here understands.
    let mut bytes = head.as_bytes().to_vec();
    bytes.extend(b"Accept-Language: \xff\xfe\r\nX-Request-Id: \xff\xfe\xfd\xff\xfe\xfd\xff\xfe\r\n\r\n");
    assert_eq!(said(&app, &bytes).0, 200);
    app.anonymous().get("/seminars").expect(200);
}

/// Headers have a size; what is beyond it is not waited for.
#[test]
fn headers_without_end_are_refused() {
    let app = TestApp::spawn();
    let many = format!(
        "GET /api/v1/seminars HTTP/1.1\r\nHost: x\r\nX: {}\r\n\r\n",
        "a".repeat(200_000)
    );
    assert_eq!(said(&app, many.as_bytes()).0, 431);
    // As far as they are read at all, with a problem document.
    let fewer = format!(
        "GET /api/v1/seminars HTTP/1.1\r\nHost: x\r\nConnection: close\r\nX: {}\r\n\r\n",
        "a".repeat(39_999)
    );
    assert_eq!(said(&app, fewer.as_bytes()), (431, "headers-too-large".to_owned()));
    assert_eq!(said(&app, fewer.replacen(&"a".repeat(10_000), "", 1).as_bytes()).0, 200);
    for name in ["If-None-Match", "If-Modified-Since"] {
        let known = |length: usize| {
            let value = "0".repeat(length);
            said(
                &app,
                format!("GET /api/v1/seminars HTTP/1.1\r\nHost: x\r\nConnection: close\r\n{name}: {value}\r\n\r\n")
                    .as_bytes(),
            )
        };
        assert_eq!(known(8192).0, 200, "{name}");
        assert_eq!(known(8193), (431, "headers-too-large".to_owned()), "{name}");
    }
    let lines = "X: a\r\n".repeat(5000);
    assert_eq!(
        said(
            &app,
            format!("GET /api/v1/seminars HTTP/1.1\r\nHost: x\r\n{lines}\r\n").as_bytes()
        )
        .0,
        431
    );
}

/// A body that stalls is given up by our own deadline, whatever sort of body it is; the control is one that ends in time.
#[test]
fn a_body_that_stalls_is_given_up() {
    let app = TestApp::spawn();
    let path = format!("/api/v1/seminars/{}/registrations", app.seminar(5));
    let token = app
        .site
        .auth
        .keys
        .issue(app.account("organiser"), app.clock.now())
        .unwrap();
    let boundary = "multipart/form-data; boundary=einlass";
    let begun = Instant::now();
    let stalled = [
        (path.as_str(), "POST", "application/json"),
        ("/api/v1/oauth/token", "POST", "application/x-www-form-urlencoded"),
        ("/api/v1/programme-imports", "POST", boundary),
        (
            "/api/v1/organisations/staedteregion-aachen/logos/neu?description=Neu",
            "PUT",
            "image/png",
        ),
        (
            "/api/v1/organisations/staedteregion-aachen/seminars?system=office",
            "PUT",
            "application/json",
        ),
    ];
    let answers = std::thread::scope(|scope| {
        let waiting = stalled.map(|(path, method, kind)| {
            let head = format!(
                "{method} {path} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {token}\r\nConnection: close\r\n\
                 Content-Type: {kind}\r\nContent-Length: 1000\r\n\r\n{{"
            );
            let app = &app;
            scope.spawn(move || said(app, head.as_bytes()))
        });
        waiting.map(|one| one.join().unwrap())
    });
    for (answer, (path, ..)) in answers.into_iter().zip(stalled) {
        assert_eq!((path, answer.0, answer.1.as_str()), (path, 408, "body-timeout"));
    }
    assert!(begun.elapsed() < Duration::from_secs(25), "{:?}", begun.elapsed());
    let whole = person("anna").to_string();
    let head = format!(
        "POST {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n{whole}",
        whole.len()
    );
    assert_eq!(said(&app, head.as_bytes()).0, 201);
}

/// An answer that nobody takes is kept for nobody; the control is one who is slow, takes some of it all the time, and has the whole.
#[test]
fn whoever_takes_nothing_of_an_answer_is_hung_up_on() {
    let app = TestApp::spawn();
    let ask = || {
        let mut connection = TcpStream::connect(app.address).unwrap();
        connection.set_read_timeout(Some(Duration::from_secs(30))).unwrap();
        connection
            .write_all(b"GET /openapi.json HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
            .unwrap();
        connection
    };
    let rest = |mut connection: TcpStream| {
        let mut rest = Vec::new();
        drop(connection.read_to_end(&mut rest));
        rest.len()
    };
    let whole = rest(ask());
    assert!(whole > 1_000_000, "more than lies on the way: {whole}");
    let (silent, mut slow) = (ask(), ask());
    let mut taken = 0;
    let begun = Instant::now();
    while begun.elapsed() < Duration::from_secs(24) {
        taken += slow.read(&mut [0; 20_000]).unwrap();
        std::thread::sleep(Duration::from_millis(500));
    }
    assert!(taken < whole / 2, "it was not slow: {taken}");
    assert_eq!(taken + rest(slow), whole);
    let got = rest(silent);
    assert!(got < whole, "{got}");
}
