//! A person who left words everywhere, each a word of its own, and the figures they are part of.

use diesel::connection::SimpleConnection;
use serde_json::{Value, json};

use crate::api::attendance_imports::upload;
use crate::api::open_data::{YEARS, publishing};
use crate::api::sharings::{begin, read};
use crate::support::{TestApp, draft_with};

/// In the order in which they are given: name, address, company, telephone, who comes along, answers, a note, why a seat was given
/// back, the walk-in's company, why a scan was voided, a colleague with the same address, a kept answer.
pub const CANARIES: [&str; 16] = [
    "kanarigiven",
    "kanarifamily",
    "kanarimail",
    "kanaricompany",
    "kanariphone",
    "kanarialong",
    "kanaribeside",
    "kanarianswer",
    "kanarineed",
    "kanarinote",
    "kanariwhy",
    "kanariwalkin",
    "kanarivoid",
    "kanaricolleague",
    "kanarifriend",
    "kanarikept",
];

pub const ADDRESS: &str = "kanarimail@example.org";

pub struct Scene {
    pub seminar: String,
    pub registration: String,
    /// Another seminar, where the person gave the seat back.
    pub other: String,
    pub cancelled: String,
    /// Of somebody else who came too.
    pub berta: String,
}

fn body() -> Value {
    json!({"channel": "onsite", "given_name": "Kanarigiven", "family_name": "Kanarifamily", "email": "Kanarimail@example.org",
        "company": "Kanaricompany GmbH", "phone": "kanariphone", "companions": [{"given_name": "Kanarialong", "family_name": "Kanaribeside"}],
        "answers": {"topic": "kanarianswer", "need": "kanarineed"}, "consents": [{"purpose": "photos", "text_version": "1"}]})
}

fn asking() -> Value {
    let questions = json!([{"id": "topic", "kind": "text", "label": {"de": "Thema"}},
        {"id": "need", "kind": "text", "label": {"de": "Bedarf"}, "sensitive": true}]);
    draft_with(
        9,
        json!({"questions": questions, "consent_texts": [{"purpose": "photos", "version": "1", "text": {"de": "Fotos dürfen mich zeigen."}}],
            "channels": [{"channel": "onsite", "capacity": 9}, {"channel": "online", "capacity": 9}], "admission": "selection",
            "max_persons": 3}),
    )
}

/// The person registers, is shared, and gives another seat back; the seminar is still ahead.
pub fn registered(app: &TestApp) -> Scene {
    let seminar = app.published(&asking());
    let sharing = begin(app, &seminar);
    let register = |seminar: &str, body: &Value| {
        app.anonymous()
            .post(&format!("/seminars/{seminar}/registrations"), body)
            .id()
    };
    let mut own = body();
    own["told_of_sharings"] = json!([sharing]);
    let registration = register(&seminar, &own);
    let review = json!({"score": 7, "note": "kanarinote"}).to_string();
    let path = format!("/registrations/{registration}");
    let reviewed = app
        .organiser()
        .send("PUT", &format!("{path}/review"), &[], Some(review.as_bytes()));
    reviewed.expect(200);
    app.act(&path, "accept", &json!({})).expect(200);
    let berta = register(&seminar, &crate::support::person("berta"));
    app.act(&format!("/registrations/{berta}"), "accept", &json!({}))
        .expect(200);

    let other = app.seminar(1);
    let plain =
        json!({"channel": "onsite", "given_name": "Kanarigiven", "family_name": "Kanarifamily", "email": ADDRESS});
    let cancelled = register(&other, &plain);
    let path = format!("/registrations/{cancelled}");
    app.act(&path, "cancel", &json!({"reason": "kanariwhy"})).expect(200);
    assert_eq!(read(app, "").len(), 1, "the IHK has read it");
    Scene {
        seminar,
        registration,
        other,
        cancelled,
        berta,
    }
}

/// And then comes, through both channels; somebody takes the address of the company for theirs; a year goes by.
pub fn held(app: &TestApp) -> Scene {
    let scene = registered(app);
    app.at("2027-05-06T16:00:00Z");
    let session = app.sessions(&scene.seminar)[0];
    app.came(&scene.seminar, session, &scene.registration, 1);
    app.came(&scene.seminar, session, &scene.berta, 1);
    // At the door they did not look for the registration.
    app.walked_in(&scene.seminar, session, "kanarifamily", "KANARIGIVEN", Some(ADDRESS));
    app.walked_in(
        &scene.seminar,
        session,
        "Kanaricolleague",
        "Kanarifriend",
        Some(ADDRESS),
    );
    app.walked_in(&scene.seminar, session, "Ottokarus", "Ohne", None);
    let sql = format!(
        "UPDATE check_ins SET company = 'Kanariwalkin' WHERE family_name = 'KANARIGIVEN';
         UPDATE check_ins SET voided_at = at, void_reason = 'kanarivoid war es nicht' WHERE registration_id = '{id}';
         INSERT INTO idempotency_keys (key, request, created_at, location, body)
             SELECT sha256('k'), sha256('r'), now(), '/api/v1/registrations/{id}', '{{\"id\": \"{id}\", \"name\": \"kanarikept\"}}'",
        id = scene.registration,
    );
    app.database.connect().batch_execute(&sql).unwrap();
    app.came(&scene.seminar, session, &scene.registration, 2);
    let list = "Vorname;Nachname;E-Mail;Organisation;Anwesend;Minuten;Bemerkung\n\
        Kanarigiven;Kanarifamily;kanarimail@example.org;;ja;80;\nKanarialong;Kanaribeside;;;ja;75;\nOnline;Gast;gast@example.org;;ja;75;\n\
        Nur;Name;;;ja;70;\n";
    for rows in [list.to_owned(), format!("{list}Noch;Jemand;;;ja;70;\n")] {
        let made = upload(&app.organiser(), &scene.seminar, rows.as_bytes(), &[]);
        let path = format!("/seminars/{}/attendance-imports/{}", scene.seminar, made.id());
        app.act(&path, "confirm", &json!({"accept_proposed": true})).expect(200);
    }
    let undecided = format!("{list}Und;Niemand;;;ja;70;\n");
    upload(&app.organiser(), &scene.seminar, undecided.as_bytes(), &[]).expect(201);
    app.at("2027-05-07T08:00:00Z");
    for seminar in [&scene.seminar, &scene.other] {
        app.act(&format!("/seminars/{seminar}"), "complete", &json!({}))
            .expect(200);
    }
    publishing(app);
    scene
}

/// Everything that counts somebody.
pub fn figures(app: &TestApp, scene: &Scene) -> Value {
    let organiser = app.organiser();
    let of = |path: &str| organiser.get(path).expect(200);
    let seminar = format!("/seminars/{}", scene.seminar);
    let mut attendees = of(&format!("{seminar}/attendees?format=json&limit=100"))["data"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| {
            let of = |member: &str| one[member].clone();
            json!([of("persons"), of("attended"), of("walk_in"), of("state"), of("channel")]).to_string()
        })
        .collect::<Vec<_>>();
    attendees.sort();
    let span = "from=2027-01-01&to=2027-12-31";
    let channels = |id: &str| app.anonymous().get(&format!("/seminars/{id}")).expect(200)["channels"].clone();
    json!({
        "picture": of(&format!("{seminar}/attendance")),
        "activity": of(&format!("/reports/activity?{span}")),
        "participants": of(&format!("/statistics/months?{span}&measure=participants")),
        "lead_times": of(&format!("/statistics/lead-times?{span}")),
        "no_shows": of(&format!("/statistics/no-shows?{span}")),
        "attendees": attendees,
        "channels": [channels(&scene.seminar), channels(&scene.other)],
    })
}

/// The figures of the year for everybody, once it is over.
pub fn open_figures(app: &TestApp) -> String {
    app.anonymous().get(&format!("{YEARS}/2027/figures")).text
}
