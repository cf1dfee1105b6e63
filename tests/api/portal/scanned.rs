//! What programs do with the links of a mail before anybody reads it, and what the database would give away.

use chrono::Duration;
use diesel::prelude::*;
use einlass::base::capability::Purpose;
use einlass::base::digest::sha256;
use einlass::portal::PATHS;
use serde_json::json;

use super::{answering, asking, browser, registered};
use crate::support::{PASSWORD, TestApp};

#[derive(QueryableByName)]
struct Found {
    #[diesel(sql_type = diesel::sql_types::Text)]
    found: String,
}

/// Every table with every row, as text.
fn dump(app: &TestApp) -> String {
    let conn = &mut app.database.connect();
    let tables =
        diesel::sql_query("SELECT tablename::text AS found FROM pg_tables WHERE schemaname = 'public' ORDER BY 1");
    let tables = tables.load::<Found>(conn).unwrap();
    let rows = tables.into_iter().map(|Found { found: table }| {
        let rows = format!("SELECT coalesce(string_agg(r::text, E'\\n' ORDER BY r::text), '') AS found FROM {table} r");
        format!(
            "{table}\n{}\n",
            diesel::sql_query(rows).get_result::<Found>(conn).unwrap().found
        )
    });
    rows.collect()
}

/// The seminar asks for a confirmation, and has a room.
fn invited(app: &TestApp) -> String {
    let mut body = asking();
    body["channels"] = json!([{"channel": "online", "capacity": 3}]);
    body["sessions"][0]["join_url"] = json!("https://zoom.example/j/1?pwd=geheim");
    let mut anna = answering("anna");
    anna["channel"] = json!("online");
    registered(app, &app.published(&body), &anna)
}

#[test]
fn a_hundred_scanners_change_nothing_and_one_press_does() {
    let app = TestApp::spawn();
    let id = invited(&app);
    let before = dump(&app);
    let path = |pattern: &str| {
        let purpose = if pattern.starts_with("/join") {
            Purpose::Join
        } else {
            Purpose::Manage
        };
        let path = pattern.replace("{token}", &app.token_of(purpose, &id, "anna"));
        path.replace("{format}", "svg").replace("{purpose}", "photos")
    };
    assert!(PATHS.len() >= 9, "a link that is not scanned");
    for (pattern, methods) in PATHS {
        let path = path(pattern);
        let acts_only = !methods.contains(&"GET");
        for n in 0..50 {
            for method in ["GET", "HEAD"] {
                // As a scanner asks, and as the reader it pretends to be.
                let agent = if n % 2 == 0 { "Mozilla/5.0 (scanner)" } else { "Outlook" };
                let answer = browser(&app).send(method, &path, &[("User-Agent", agent), ("Purpose", "prefetch")], None);
                assert_eq!(answer.status == 405, acts_only, "{method} {pattern}: {}", answer.status);
            }
        }
        assert!(dump(&app) == before, "{pattern} was acted on");
    }
    let confirm = path("/registrations/{token}/confirm");
    assert_eq!(browser(&app).press(&confirm, &[]).status, 303);
    let confirmed = dump(&app);
    // The control: what is done is seen.
    assert_ne!(confirmed, before);
    assert_eq!(
        browser(&app).press(&confirm, &[]).status,
        303,
        "pressed again, it says what is so"
    );
    assert!(dump(&app) == confirmed, "a second press changes nothing");
}

#[test]
fn a_press_that_comes_too_late_changes_nothing() {
    let app = TestApp::spawn();
    let id = invited(&app);
    let page = app.page(&id, "anna");
    app.clock.advance(Duration::hours(25));
    app.tick();
    let before = dump(&app);
    for action in ["confirm", "accept-offer", "keep"] {
        assert_eq!(
            browser(&app).press(&format!("{page}/{action}"), &[]).status,
            409,
            "{action}"
        );
    }
    assert!(dump(&app) == before);
}

#[test]
fn whoever_has_the_database_has_no_token() {
    let app = TestApp::spawn();
    let id = invited(&app);
    browser(&app).press(&format!("{}/confirm", app.page(&id, "anna")), &[]);
    app.site.postman.deliver_due(&app.site.db, &app.clock, 100).unwrap();
    let login = json!({"email": "organiser@staedteregion.example", "password": PASSWORD});
    let tokens = app.anonymous().post("/auth/login", &login).expect(200);
    let text = |member: &str| tokens[member].as_str().unwrap().to_owned();
    let machine = app.machine(&["seminars:read"]);
    let hook = app.admin().post(
        "/organisations/staedteregion-aachen/webhooks",
        &json!({"url": "https://portal.example.org/"}),
    );
    let hook = hook.expect(201)["secret"].as_str().unwrap().to_owned();
    let links = [Purpose::Manage, Purpose::Join].map(|purpose| app.token_of(purpose, &id, "anna"));
    let secrets = [
        links.to_vec(),
        vec![
            text("access_token"),
            text("refresh_token"),
            machine.secret,
            hook,
            PASSWORD.to_owned(),
        ],
    ]
    .concat();

    let dump = dump(&app);
    let hex = |bytes: &[u8]| bytes.iter().map(|byte| format!("{byte:02x}")).collect::<String>();
    for secret in &secrets {
        // Neither whole nor by halves, nor the bytes that are written so.
        let half = secret.len() / 2;
        for part in [secret.as_str(), &secret[half..]] {
            assert!(!dump.contains(part), "{part} stands in the database");
        }
        let spelled = secret.rsplit(['_', '.']).next().unwrap();
        if let Some(bytes) = einlass::base::digest::from_base64url(spelled).filter(|bytes| bytes.len() >= 32) {
            let (_, last) = bytes.split_at(bytes.len() - 32);
            assert!(
                !dump.contains(&hex(last)),
                "the bytes of {secret} stand in the database"
            );
        }
    }
    // The control: what is meant to stand there is found, in the same spelling.
    assert!(dump.contains(&id) && dump.contains(&hex(&sha256(text("refresh_token").as_bytes()))));
}
