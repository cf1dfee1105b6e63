//! What holds for every request and every answer.

use serde_json::json;

use crate::support::{TestApp, draft_body};

#[test]
fn a_wrong_method_is_told_the_right_ones() {
    let app = TestApp::spawn();
    for (method, path, allow) in [
        ("PUT", "/seminars", "GET, POST, HEAD"),
        ("PATCH", "/auth/login", "POST"),
        ("DELETE", "/openapi.json", "GET, HEAD"),
        ("POST", "/docs/", "GET, HEAD"),
        (
            "POST",
            "/seminars/01900000-0000-7000-8000-000000000000",
            "GET, PATCH, DELETE, HEAD",
        ),
        ("PUT", "/health/live", "GET, HEAD"),
        ("PUT", "/seminars.ics", "GET, HEAD"),
        ("PUT", "/seminars/01900000-0000-7000-8000-000000000000.ics", "GET, HEAD"),
        // Another operation has a parameter where these have a name.
        ("PATCH", "/programme-imports/template.csv", "GET, HEAD"),
        (
            "GET",
            "/seminars/01900000-0000-7000-8000-000000000000/check-ins/batch",
            "POST",
        ),
        (
            "PUT",
            "/seminars/01900000-0000-7000-8000-000000000000/check-ins/batch",
            "POST",
        ),
    ] {
        let answer = app.organiser().send(method, path, &[], Some(b"{}"));
        answer.problem(405, "method-not-allowed");
        assert_eq!(answer.header("allow"), allow, "{method} {path}");
        // Nobody is asked to log in for what cannot be done.
        let stranger = app.anonymous().send(method, path, &[], Some(b"{}"));
        stranger.problem(405, "method-not-allowed");
    }
}

#[test]
fn what_is_not_there_is_a_problem_document_too() {
    let app = TestApp::spawn();
    for path in [
        "/nothing",
        "/seminars/not-an-id",
        "/seminars/%00",
        "/organisations/%00",
        "/organisations/%ff",
        "/health/none",
        "/api/v2/seminars",
    ] {
        let document = app.anonymous().get(path).problem(404, "not-found");
        assert_eq!(document["type"], "/problems/not-found");
        assert!(document["instance"].as_str().unwrap().ends_with(path), "{document}");
    }
    let kind = app.anonymous().get("/problems/not-found").expect(200);
    assert_eq!(kind["status"], 404);
    let long = format!("/seminars?q={}", "a".repeat(9000));
    app.anonymous().get(&long).problem(414, "uri-too-long");
}

#[test]
fn problems_speak_german_first_and_english_when_asked() {
    let app = TestApp::spawn();
    let title = |language: Option<&str>| {
        let headers = language
            .map(|language| vec![("Accept-Language", language)])
            .unwrap_or_default();
        app.anonymous()
            .get_with("/seminars/x", &headers)
            .problem(404, "not-found")["title"]
            .as_str()
            .unwrap()
            .to_owned()
    };
    let (german, english) = ("Hier ist nichts", "Nothing is here");
    for (asked, expected) in [
        (None, german),
        (Some("de-DE,de;q=0.9,en;q=0.8"), german),
        (Some("en-GB,en;q=0.9,de;q=0.8"), english),
        (Some("en"), english),
        (Some("fr"), german),
        (Some("fr, en;q=0.5"), english),
        (Some("*"), german),
        (Some(";;;"), german),
    ] {
        assert_eq!(title(asked), expected, "{asked:?}");
    }
}

#[test]
fn every_answer_has_an_id_and_the_headers_of_an_api() {
    let app = TestApp::spawn();
    let id = app.seminar(5);
    for path in [
        "/seminars".to_owned(),
        format!("/seminars/{id}"),
        "/nothing".to_owned(),
        "/health/live".to_owned(),
    ] {
        let answer = app
            .anonymous()
            .get_with(&path, &[("X-Request-Id", "from-the-portal-1")]);
        assert_eq!(answer.header("x-request-id"), "from-the-portal-1");
        assert_eq!(answer.header("x-content-type-options"), "nosniff");
        assert_eq!(
            answer.header("content-security-policy"),
            "default-src 'none'; frame-ancestors 'none'"
        );
        assert_eq!(answer.header("referrer-policy"), "no-referrer");
        let invented = app.anonymous().get_with(&path, &[("X-Request-Id", "<script>")]);
        assert_eq!(invented.header("x-request-id").len(), 36);
        assert_ne!(
            app.anonymous().get(&path).header("x-request-id"),
            invented.header("x-request-id")
        );
    }
    let problem = app
        .anonymous()
        .get_with("/nothing", &[("X-Request-Id", "from-the-portal-1")])
        .expect(404);
    assert_eq!(problem["request_id"], "from-the-portal-1");
    assert_eq!(app.anonymous().get("/seminars").header("cache-control"), "no-cache");
    assert_eq!(
        app.organiser()
            .get(&format!("/seminars/{id}/registrations"))
            .header("cache-control"),
        "no-store"
    );
    assert_eq!(app.anonymous().get("/seminars/x").header("cache-control"), "no-store");
}

/// A portal asks from its server. No origin is let in, not even one that looks like ours, and no preflight is answered with yes.
#[test]
fn no_page_from_elsewhere_may_read_an_answer() {
    let app = TestApp::spawn();
    let own = app.site.config.public_url.as_str();
    let origins = [
        "null".to_owned(),
        own.to_owned(),
        format!("{own}.evil.example"),
        format!("{own}:8443"),
        own.replace("://", "://evil"),
        own.replacen("http", "chrome-extension", 1),
        "https://portal.example.org".to_owned(),
    ];
    for origin in &origins {
        let asked = [("Origin", origin.as_str()), ("Access-Control-Request-Method", "POST")];
        for (method, path) in [
            ("GET", "/seminars"),
            ("GET", "/me"),
            ("OPTIONS", "/seminars"),
            ("OPTIONS", "/auth/login"),
        ] {
            let answer = app.organiser().send(method, path, &asked, None);
            let let_in = answer
                .headers
                .keys()
                .find(|name| name.as_str().starts_with("access-control-"));
            assert_eq!(let_in, None, "{method} {path} from {origin}");
        }
    }
}

/// Also where an answer has several problems in it, none of which is the answer itself; and what was too long to be an id is
/// not repeated whole.
#[test]
fn problems_inside_of_an_answer_have_its_id() {
    let app = TestApp::spawn();
    let path = "/organisations/staedteregion-aachen/seminars?system=office";
    let body = json!({"seminars": [{"external_id": "x".repeat(300)}]});
    let headers = [("X-Request-Id", "from-the-portal-2")];
    let answer = app
        .organiser()
        .send("PUT", path, &headers, Some(body.to_string().as_bytes()));
    let result = &answer.expect(200)["results"][0];
    assert_eq!(result["problem"]["request_id"], "from-the-portal-2");
    assert_eq!(result["external_id"], "x".repeat(200));
}

/// A machine is nobody with a profile; the document says so.
#[test]
fn a_machine_has_no_profile() {
    let app = TestApp::spawn();
    app.client(&["seminars:read"]).get("/me").problem(403, "forbidden");
    let document = serde_json::to_value(einlass::app::document()).unwrap();
    for method in ["get", "patch"] {
        let told = &document["paths"]["/api/v1/me"][method]["responses"]["403"]["description"];
        assert!(told.as_str().unwrap_or_default().contains("`forbidden`"), "{method}");
    }
}

#[test]
fn head_is_get_without_the_body() {
    let app = TestApp::spawn();
    let path = format!("/seminars/{}", app.seminar(5));
    let (head, get) = (
        app.anonymous().send("HEAD", &path, &[], None),
        app.anonymous().get(&path),
    );
    assert_eq!((head.status, head.text.as_str()), (200, ""));
    assert_eq!(head.etag(), get.etag());
    assert_eq!(head.header("content-length"), get.text.len().to_string());
}

#[test]
fn conditional_gets_save_the_body() {
    let app = TestApp::spawn();
    let path = format!("/seminars/{}", app.seminar(5));
    let first = app.anonymous().get(&path);
    let tag = first.etag();
    assert!(tag.starts_with('"') && tag.ends_with('"'), "strong: {tag}");
    for known in [tag.clone(), format!("\"x\", {tag}"), format!("W/{tag}"), "*".to_owned()] {
        let again = app.anonymous().get_with(&path, &[("If-None-Match", &known)]);
        assert_eq!(
            (again.status, again.text.as_str(), again.etag()),
            (304, "", tag.clone()),
            "{known}"
        );
    }
    assert_eq!(
        app.anonymous().get_with(&path, &[("If-None-Match", "\"x\"")]).status,
        200
    );
    // Members see another representation, so it has another tag.
    let mut body = draft_body(5);
    body["sessions"][0]["join_url"] = "https://zoom.example/j/1".into();
    let path = format!("/seminars/{}", app.published(&body));
    assert_ne!(app.anonymous().get(&path).etag(), app.organiser().get(&path).etag());
}

#[test]
fn documentation_and_document_come_from_the_program() {
    let app = TestApp::spawn();
    let client = app.anonymous();
    assert_eq!(client.get("/docs").header("location"), "/docs/");
    let page = client.get("/docs/");
    assert_eq!(page.status, 200);
    assert!(page.header("content-type").starts_with("text/html"));
    assert!(!page.text.contains("https://"), "nothing from elsewhere");
    assert_eq!(client.get("/docs/swagger-ui.css").status, 200);
    let document = client.get("/openapi.json").expect(200);
    assert_eq!(document["info"]["title"], "Einlass");
    assert_eq!(document, serde_json::to_value(einlass::app::document()).unwrap());
}

#[test]
fn health_knows_about_the_database() {
    let app = TestApp::spawn();
    let client = app.anonymous();
    client.get("/health/live").expect(200);
    client.get("/health/ready").expect(200);
    use diesel::connection::SimpleConnection;
    let mut conn = app.database.connect();
    conn.batch_execute(
        "DELETE FROM __diesel_schema_migrations WHERE version = (SELECT max(version) FROM __diesel_schema_migrations)",
    )
    .unwrap();
    let refused = client.get("/health/ready");
    refused.problem(503, "unavailable");
    assert_eq!(refused.header("retry-after"), "2");
    client.get("/health/live").expect(200);
}

#[test]
fn terminated_connections_are_replaced_and_lock_waits_end() {
    use diesel::connection::SimpleConnection;
    let app = TestApp::spawn();
    let id = app.seminar(5);
    let mut conn = app.database.connect();
    let terminate = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()";
    for n in 0..3 {
        conn.batch_execute(terminate).unwrap();
        app.register(&id, &format!("n{n}")).expect(201);
    }
    conn.batch_execute("BEGIN; SELECT 1 FROM channels FOR UPDATE").unwrap();
    let begun = std::time::Instant::now();
    app.register(&id, "late").problem(503, "unavailable");
    assert!(begun.elapsed().as_secs() < 6);
    app.anonymous().get(&format!("/seminars/{id}")).expect(200);
    conn.batch_execute("ROLLBACK").unwrap();
    assert_eq!(app.register(&id, "late").expect(201)["state"], json!("confirmed"));
}
