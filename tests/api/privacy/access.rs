//! Everything that is known of a person, and nothing of anybody else.

use diesel::connection::SimpleConnection;
use serde_json::{Value, json};

use super::scene::{ADDRESS, CANARIES, held};
use super::{OF, accessed};
use crate::api::sharings::{count, journal};
use crate::support::TestApp;

fn list<'a>(known: &'a Value, what: &str) -> &'a Vec<Value> {
    known[what].as_array().unwrap()
}

#[test]
fn one_document_says_everything_and_names_nobody_else() {
    let app = TestApp::spawn();
    let scene = held(&app);
    let answer = app.admin().post(
        "/privacy/access-requests",
        &json!({"organisation": OF, "email": "KanariMail@Example.org"}),
    );
    let known = answer.expect(200);
    assert_eq!(answer.header("cache-control"), "no-store");
    let text = answer.text.to_lowercase();
    // All but the kept answer of an earlier request, which has no person.
    for canary in CANARIES.iter().filter(|one| **one != "kanarikept") {
        assert!(text.contains(canary), "{canary}: {text}");
    }
    for stranger in ["berta", "Ottokarus", "gast@example.org", "Nur Name", "Jemand"] {
        assert!(!answer.text.contains(stranger), "{stranger}");
    }
    let [own, other] = list(&known, "registrations").as_slice() else {
        panic!("{known}");
    };
    assert_eq!(
        (&own["id"], &other["id"]),
        (&json!(scene.registration), &json!(scene.cancelled))
    );
    assert_eq!(
        own["companions"],
        json!([{"given_name": "Kanarialong", "family_name": "Kanaribeside"}])
    );
    let consent = &list(&known, "consents")[0];
    assert_eq!(
        (&consent["purpose"], &consent["text_version"]),
        (&json!("photos"), &json!("1"))
    );
    assert_eq!(consent["text_sha256"].as_str().unwrap().len(), 64);
    assert_eq!(list(&known, "sensitive_answers")[0]["answer"], "kanarineed");
    assert_eq!(list(&known, "reviews")[0]["note"], "kanarinote");
    let disclosed = &list(&known, "disclosures")[0];
    assert_eq!(
        (&disclosed["recipient"], &disclosed["at"]),
        (&json!("IHK Aachen"), &json!("2027-01-04T08:00:00Z"))
    );
    assert_eq!(list(&known, "check_ins").len(), 4);
    let rows = list(&known, "report_rows");
    assert!(
        rows.iter().all(|row| row["email"] == "kanarimail@example.org"),
        "who came along has rows of their own: {rows:?}"
    );
    let kinds = list(&known, "mails")
        .iter()
        .map(|mail| mail["kind"].clone())
        .collect::<Vec<_>>();
    assert!(
        kinds.contains(&json!("confirmed")) && kinds.contains(&json!("cancelled")),
        "{kinds:?}"
    );
    let until = |record: &str, id: &str| {
        let found = list(&known, "retention").iter();
        let found = found.clone().find(|one| one["record"] == record && one["id"] == id);
        found.unwrap_or_else(|| panic!("{record} {id}: {known}")).clone()
    };
    // Half a year after the end of the day of the event; a month for the seat that was given back.
    let kept = until("registration", &scene.registration);
    assert_eq!(
        (&kept["purpose"], &kept["until"]),
        (&json!("participation"), &json!("2027-11-05T22:00:00Z"))
    );
    let kept = until("registration", &scene.cancelled);
    assert_eq!(
        (&kept["purpose"], &kept["until"]),
        (&json!("not_admitted"), &json!("2027-06-05T22:00:00Z"))
    );
}

#[test]
fn that_it_was_asked_is_written_down_by_ids_only() {
    let app = TestApp::spawn();
    let scene = held(&app);
    let before = count(&app, "idempotency_keys");
    accessed(
        &app.admin(),
        &json!({"organisation": OF, "registration": scene.registration}),
    );
    let [entry] = journal(&app, "access_request.answered")
        .try_into()
        .unwrap_or_else(|_| unreachable!());
    assert_eq!(entry["registration_ids"], json!([scene.registration, scene.cancelled]));
    assert!(!entry.to_string().to_lowercase().contains("kanari"), "{entry}");
    assert_eq!(count(&app, "idempotency_keys"), before, "the answer is kept nowhere");
}

#[test]
fn whoever_has_the_mail_sees_the_same() {
    let app = TestApp::spawn();
    let scene = held(&app);
    let by_admin = accessed(&app.admin(), &json!({"organisation": OF, "email": ADDRESS}));
    // Long after the links do anything else.
    app.at("2027-09-01T08:00:00Z");
    let own = app.registrant(&scene.registration, ADDRESS);
    own.get(&format!("/registrations/{}", scene.registration))
        .problem(404, "not-found");
    let mut known = accessed(&own, &json!({}));
    known["asked_at"] = by_admin["asked_at"].clone();
    assert_eq!(known, by_admin);
    own.post("/privacy/access-requests", &json!({"email": "berta@example.org"}))
        .problem(422, "validation-failed");
    let another = app.registrant(&scene.registration, "berta@example.org");
    another
        .post("/privacy/access-requests", &json!({}))
        .problem(404, "not-found");
}

/// The outbox keeps the mails of years; who asks is answered from those that are theirs.
#[test]
fn mails_are_looked_up_by_address() {
    let app = TestApp::spawn();
    let seminar = app.seminar(5);
    app.register(&seminar, "anna").expect(201);
    let others = "INSERT INTO mails (organisation_id, id, kind, language, recipient, recipient_name, registration_id, data, state,
            due_at, created_at, sent_at)
         SELECT id, gen_random_uuid(), 'confirmed', 'de', 'somebody' || n || '@example.org', 'Somebody', gen_random_uuid(), '{}',
            'sent', now(), now(), now() FROM organisations, generate_series(1, 20000) AS n WHERE slug = 'staedteregion-aachen';
         ANALYZE mails";
    app.database.connect().batch_execute(others).unwrap();
    // The server tells a little later.
    let looks = "(SELECT FROM pg_stat_user_indexes WHERE indexrelname = 'mails_by_address' AND idx_scan > 0) AS looks";
    let begun = std::time::Instant::now();
    while count(&app, looks) == 0 {
        accessed(&app.admin(), &json!({"organisation": OF, "email": "anna@example.org"}));
        assert!(begun.elapsed().as_secs() < 30, "its index is not used");
        std::thread::sleep(std::time::Duration::from_millis(300));
    }
}
