//! What a report finds in the tables: each way in which a seminar can belong to a period, and everybody who came, however
//! many seminars there are.

use diesel::connection::SimpleConnection;
use serde_json::{Value, json};

use crate::support::TestApp;

const YEAR: &str = "/reports/activity?from=2023-01-01&to=2023-12-31";

/// Rows as they would be after years of work. `$seminars` is a list of (title, status, begins_at, from, to, published, day).
fn stored(app: &TestApp, seminars: &str, more: &str) {
    let script = format!(
        "CREATE TEMPORARY TABLE told AS SELECT o.id AS organisation_id, gen_random_uuid() AS id, gen_random_uuid() AS session_id, those.*
             FROM organisations o, ({seminars}) those (title, status, begins_at, within_from, within_to, published_on, day)
             WHERE o.slug = 'staedteregion-aachen';
         INSERT INTO seminars (organisation_id, id, title, kind, language, audience, status, begins_at, within_from, within_to,
                 waiting_list, published_on, search_text, created_at, updated_at)
             SELECT organisation_id, id, title, 'talk', 'de', 'public', status, begins_at::timestamptz, within_from::date, within_to::date,
                 false, published_on::date, title, now(), now() FROM told;
         INSERT INTO sessions (organisation_id, seminar_id, id, starts_at, date_precision, time_zone, starts_on)
             SELECT organisation_id, id, session_id, begins_at::timestamptz, 'minute', 'Europe/Berlin', day::date FROM told WHERE day IS NOT NULL;
         {more}"
    );
    app.database.connect().batch_execute(&script).unwrap();
}

fn told(report: &Value) -> Vec<(String, String)> {
    let mut all = report["seminars"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| (one["title"].as_str().unwrap().to_owned(), one["counted_as"].to_string()))
        .collect::<Vec<_>>();
    all.sort();
    all
}

#[test]
fn each_way_into_a_period_is_found() {
    let app = TestApp::spawn();
    stored(
        &app,
        "VALUES ('session', 'held', '2023-12-31T22:30:00Z', NULL, NULL, '2023-11-01', '2023-12-31'),
            ('given up', 'held', '2024-03-01T09:00:00Z', NULL, NULL, '2023-05-01', '2024-03-01'),
            ('span', 'held', '2023-01-31T23:00:00Z', '2023-02-01', '2023-02-28', '2023-01-02', NULL),
            ('ahead', 'scheduled', '2024-02-01T09:00:00Z', NULL, NULL, '2023-12-31', '2024-02-01'),
            ('ahead in a span', 'scheduled', '2022-11-30T23:00:00Z', '2022-12-01', '2023-01-01', '2022-10-01', NULL),
            ('too late', 'held', '2024-01-01T09:00:00Z', NULL, NULL, '2023-11-01', '2024-01-01'),
            ('too early', 'scheduled', '2022-12-31T09:00:00Z', NULL, NULL, '2022-11-01', '2022-12-31'),
            ('too wide', 'held', '2022-12-01T09:00:00Z', '2022-12-31', '2023-01-31', '2022-11-01', NULL),
            ('announced later', 'scheduled', '2024-02-01T09:00:00Z', NULL, NULL, '2024-01-01', '2024-02-01'),
            ('draft', 'draft', '2023-06-01T09:00:00Z', NULL, NULL, NULL, '2023-06-01')",
        "INSERT INTO schedule_changes (organisation_id, id, seminar_id, kind, reason_code, before, after, before_on, at)
            SELECT organisation_id, gen_random_uuid(), id, 'rescheduled', 'weather', '{}', '{}', '2023-12-31', now() FROM told
            WHERE title = 'given up'",
    );
    let report = app.reporter().get(YEAR).expect(200);
    let expected = [
        ("ahead", "[\"planned\"]"),
        ("ahead in a span", "[\"planned\"]"),
        ("given up", "[\"postponed\"]"),
        ("session", "[\"held\"]"),
        ("span", "[\"held\"]"),
    ];
    let expected = expected.map(|(title, what)| (title.to_owned(), what.to_owned()));
    assert_eq!(told(&report), expected);
}

/// Who was there is looked at for some hundred seminars at a time; the sums do not know it.
#[test]
fn everybody_counts_however_many_seminars_there_are() {
    let app = TestApp::spawn();
    stored(
        &app,
        "SELECT 'x' || n, 'held', '2023-06-01T09:00:00Z', NULL, NULL, '2023-05-01', '2023-06-01' FROM generate_series(1, 1100) n",
        "INSERT INTO channels (organisation_id, seminar_id, channel) SELECT organisation_id, id, unnest('{onsite,online}'::text[]) FROM told;
         INSERT INTO check_ins (organisation_id, id, seminar_id, session_id, scan_id, method, channel, family_name, at, received_at)
            SELECT organisation_id, gen_random_uuid(), id, session_id, gen_random_uuid(), 'walk_in', 'onsite', 'Offermann', begins_at::timestamptz, now()
            FROM told WHERE title <> 'x1';
         INSERT INTO registrations (organisation_id, id, seminar_id, channel, state, given_name, family_name, email, email_key, language,
                 search_text, created_at, updated_at)
            SELECT organisation_id, session_id, id, 'online', 'confirmed', 'Sabine', 'Offermann', 's@example.org', 's@example.org', 'de', '', now(), now()
            FROM told;
         INSERT INTO joins (organisation_id, id, registration_id, session_id, at)
            SELECT organisation_id, gen_random_uuid(), session_id, session_id, begins_at::timestamptz + n * interval '1 minute'
            FROM told, generate_series(0, 1) n;
         -- Of three the join links count; one of them nobody was seen at otherwise.
         INSERT INTO attendance_rules (organisation_id, seminar_id, count_joins) SELECT organisation_id, id, title IN ('x1', 'x600', 'x1100') FROM told",
    );
    let report = app.reporter().get(YEAR).expect(200);
    let participants = &report["figures"]["participants"];
    assert_eq!(participants["value"], json!(1099 + 3));
    assert_eq!(participants["seminars"].as_array().unwrap().len(), 1100);
}
