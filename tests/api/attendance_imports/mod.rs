//! Reports of platforms: upload → preview → resolve → confirm → revert.

mod bad_input;
mod corrected;
mod decided;
mod preview;
mod unusual;

use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use einlass::base::ids::fresh;
use einlass::schema::attendance_imports;
use serde_json::{Value, json};

use crate::support::{Answer, Client, TestApp};

/// The session of the samples: 4 March 2026, 10 o'clock to half past eleven in Berlin.
const SCENE: &str = include_str!("scene.json");

/// A list of one's own, with one person who registered by name.
pub const LIST: &[u8] = b"Vorname;Nachname;E-Mail;Organisation;Anwesend;Minuten;Bemerkung\n\
    Mia;Musterbeispiel;;;ja;80;\nUngemeldet;Gast;gast@example.org;;ja;75;\n";

/// A seminar with the registrations of the scene, and its sessions; its id.
pub fn scene(app: &TestApp, sessions: &[(&str, &str)]) -> String {
    let scene = serde_json::from_str::<Value>(SCENE).unwrap();
    let id = fresh().to_string();
    let mut sql = format!(
        "INSERT INTO seminars (organisation_id, id, title, kind, language, audience, status, begins_at, waiting_list, published_on,
             search_text, created_at, updated_at)
         SELECT id, '{id}', 'Beispielseminar', 'seminar', 'de', 'public', 'held', '2026-03-04', true, '2026-01-01', '', now(), now()
         FROM organisations WHERE slug = 'staedteregion-aachen';
         INSERT INTO channels (organisation_id, seminar_id, channel) SELECT organisation_id, id, 'online' FROM seminars WHERE id = '{id}';
         INSERT INTO admissions (organisation_id, seminar_id) SELECT organisation_id, id FROM seminars WHERE id = '{id}';
         INSERT INTO attendance_rules (organisation_id, seminar_id, team) SELECT organisation_id, id,
             '[{{\"name\": \"Wirtschaftsförderung Demo\", \"email\": \"host@example.org\", \"role\": \"staff\"}},
               {{\"name\": \"Dr. Referent\", \"email\": \"referent@example.org\", \"role\": \"speaker\"}}]'
         FROM seminars WHERE id = '{id}';"
    );
    for (starts_at, ends_at) in sessions {
        sql += &format!(
            "INSERT INTO sessions (organisation_id, seminar_id, id, starts_at, ends_at, date_precision, time_zone, starts_on)
             SELECT organisation_id, id, '{}', '{starts_at}', '{ends_at}', 'minute', 'Europe/Berlin', '{starts_at}'::timestamptz::date
             FROM seminars WHERE id = '{id}';",
            fresh()
        );
    }
    for (n, one) in scene["registrations"].as_array().unwrap().iter().enumerate() {
        let text = |member: &str| one[member].as_str().unwrap().to_owned();
        let cancelled = text("state") == "cancelled";
        let (at, by) = if cancelled {
            ("now()", "'registrant'")
        } else {
            ("NULL", "NULL")
        };
        sql += &format!(
            "INSERT INTO registrations (organisation_id, id, seminar_id, channel, state, seats, waiting_ticket, given_name, family_name, email,
                 email_key, language, search_text, cancelled_at, cancelled_by, created_at, updated_at)
             SELECT organisation_id, '{}', id, 'online', '{}', 1, {n}, '{}', '{}', '{email}', '{email}', 'de', '', {at}, {by}, now(), now()
             FROM seminars WHERE id = '{id}';",
            fresh(),
            text("state"),
            text("given_name"),
            text("family_name"),
            email = text("email"),
        );
    }
    app.database.connect().batch_execute(&sql).unwrap();
    id
}

pub const MORNING: (&str, &str) = ("2026-03-04T09:00:00Z", "2026-03-04T10:30:00Z");

/// [`scene`] with its one session.
pub fn imported_seminar(app: &TestApp) -> String {
    scene(app, &[MORNING])
}

/// A multipart form of one file and some fields, with the boundary `einlass`.
pub fn form(file: &[u8], fields: &[(&str, &str)]) -> Vec<u8> {
    let mut body = Vec::new();
    for (name, value) in fields {
        body.extend(
            format!("--einlass\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n").as_bytes(),
        );
    }
    body.extend(b"--einlass\r\nContent-Disposition: form-data; name=\"file\"; filename=\"C:\\\\reports\\\\report.csv\"\r\nContent-Type: text/csv\r\n\r\n");
    body.extend(file);
    body.extend(b"\r\n--einlass--\r\n");
    body
}

pub fn upload(who: &Client, seminar: &str, file: &[u8], fields: &[(&str, &str)]) -> Answer {
    let kind = [("Content-Type", "multipart/form-data; boundary=einlass")];
    let path = format!("/seminars/{seminar}/attendance-imports");
    who.send("POST", &path, &kind, Some(&form(file, fields)))
}

fn sent(app: &TestApp, seminar: &str, file: &[u8], fields: &[(&str, &str)]) -> Answer {
    upload(&app.organiser(), seminar, file, fields)
}

/// How many imports there are.
fn stored(app: &TestApp) -> i64 {
    attendance_imports::table
        .count()
        .get_result(&mut app.database.connect())
        .unwrap()
}

/// The participant of this name.
fn named<'a>(import: &'a Value, name: &str) -> &'a Value {
    let all = import["participants"].as_array().unwrap();
    let found = all
        .iter()
        .find(|one| one["display_names"][0].as_str().unwrap().contains(name));
    found.unwrap_or_else(|| panic!("{name} in {import}"))
}

pub fn registration_of(app: &TestApp, seminar: &str, email: &str) -> String {
    let all = app
        .organiser()
        .get(&format!("/seminars/{seminar}/registrations?limit=100"))
        .expect(200);
    let found = all["data"].as_array().unwrap().iter().find(|one| one["email"] == email);
    found.unwrap()["id"].as_str().unwrap().to_owned()
}

fn decide(app: &TestApp, path: &str, decisions: Value) -> Answer {
    app.organiser()
        .patch(path, &app.etag(path), &json!({"participants": decisions}))
}
