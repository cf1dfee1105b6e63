//! One story in which everything is said that is nobody else's business, well and badly formed.

use std::time::{Duration, Instant};

use diesel::connection::SimpleConnection;
use serde_json::{Value, json};

use crate::api::attendance_imports;
use crate::mail::Server;
use crate::support::{Answer, Client, PASSWORD, TestDatabase, draft_with};

/// What must be nowhere, and the problem documents that were answered.
pub struct Told {
    pub canaries: Vec<String>,
    pub problems: Vec<String>,
}

impl Told {
    /// A word that stands nowhere else.
    fn word(&mut self, name: &str) -> String {
        self.keep(format!("kanari-{name}"))
    }

    fn address(&mut self, name: &str) -> String {
        self.keep(format!("kanari-{name}@example.org"))
    }

    fn keep(&mut self, canary: String) -> String {
        self.canaries.push(canary.clone());
        canary
    }

    /// Looked at later, where it is a problem.
    fn heard(&mut self, answer: Answer) -> Answer {
        if answer.status >= 400 {
            // Where it happened is said as it was asked; nobody is named in an address of the API.
            let problem = serde_json::from_str::<Value>(&answer.text).map(|mut problem| {
                problem.as_object_mut().unwrap().remove("instance");
                problem.to_string()
            });
            self.problems.push(problem.unwrap_or_else(|_| answer.text.clone()));
        }
        answer
    }
}

fn put(client: &Client, path: &str, body: &Value) -> Answer {
    client.send("PUT", path, &[], Some(body.to_string().as_bytes()))
}

/// The token in the link of a mail that was sent after `seen` others.
fn token(server: &Server, seen: usize) -> String {
    let begun = Instant::now();
    loop {
        let mails = server.got();
        let text = mails
            .iter()
            .skip(seen)
            .map(|mail| mail.replace("=\r\n", ""))
            .collect::<String>();
        if let Some((_, rest)) = text.split_once("/registrations/") {
            return rest
                .chars()
                .take_while(|c| c.is_ascii_alphanumeric() || "-_".contains(*c))
                .collect();
        }
        assert!(begun.elapsed() < Duration::from_secs(20), "no mail came:\n{text}");
        std::thread::sleep(Duration::from_millis(50));
    }
}

pub fn tell(anybody: &Client, database: &TestDatabase, mails: &Server) -> Told {
    let mut told = Told {
        canaries: vec![PASSWORD.to_owned()],
        problems: Vec::new(),
    };
    let organiser = who_logs_in(&mut told, anybody, "organiser@staedteregion.example");
    let admin = who_logs_in(&mut told, anybody, "admin@staedteregion.example");
    machines(&mut told, anybody, &admin);
    let seminar = who_registers(&mut told, anybody, &organiser, mails);
    at_the_door(&mut told, &organiser, &seminar);
    badly_formed(&mut told, anybody, &organiser, &seminar);
    what_breaks(&mut told, anybody, &organiser, database, &seminar);
    told
}

/// Passwords and tokens, right and wrong ones.
fn who_logs_in(told: &mut Told, anybody: &Client, email: &str) -> Client {
    let wrong = told.word("passwort-falsch");
    let unknown = told.address("unbekannt");
    for (email, password) in [(email, wrong.as_str()), (&unknown, &wrong)] {
        told.heard(anybody.post("/auth/login", &json!({"email": email, "password": password})));
    }
    let login = anybody
        .post("/auth/login", &json!({"email": email, "password": PASSWORD}))
        .expect(200);
    let text = |view: &Value, member: &str| view[member].as_str().unwrap().to_owned();
    let refreshed = anybody
        .post("/auth/refresh", &json!({"refresh_token": login["refresh_token"]}))
        .expect(200);
    for view in [&login, &refreshed] {
        told.keep(text(view, "access_token"));
        told.keep(text(view, "refresh_token"));
    }
    let somebody = anybody.with_token(&text(&refreshed, "access_token"));
    let name = told.word("konto-name");
    let me = somebody.get("/me").etag();
    somebody.patch("/me", &me, &json!({"name": name})).expect(200);
    let forged = told.word("gefaelschtes-token");
    told.heard(anybody.with_token(&format!("{forged}.{forged}.{forged}")).get("/me"));
    let weak = told.word("pw");
    told.heard(somebody.patch(
        "/me",
        &somebody.get("/me").etag(),
        &json!({"password": {"new": weak, "current": weak}}),
    ));
    somebody
}

/// Secrets of API clients and webhooks, and an address that is as good as a password.
fn machines(told: &mut Told, anybody: &Client, admin: &Client) {
    let of = "/organisations/staedteregion-aachen";
    let scopes = json!({"name": "Kalender", "scopes": ["seminars:read"]});
    let client = admin.post(&format!("{of}/api-clients"), &scopes).expect(201);
    let secret = told.keep(client["secret"].as_str().unwrap().to_owned());
    let wrong = told.word("client-secret-falsch");
    let id = client["id"].as_str().unwrap();
    for secret in [&wrong, &secret] {
        let form = [
            ("grant_type", "client_credentials"),
            ("client_id", id),
            ("client_secret", secret),
        ];
        let answer = told.heard(anybody.press("/oauth/token", &form));
        if answer.status == 200 {
            told.keep(answer.expect(200)["access_token"].as_str().unwrap().to_owned());
        }
    }
    let path = told.word("webhook-pfad");
    // Nobody listens there.
    let hook = admin.post(
        &format!("{of}/webhooks"),
        &json!({"url": format!("http://127.0.0.1:9/{path}?key={path}")}),
    );
    told.keep(hook.expect(201)["secret"].as_str().unwrap().to_owned());
    let user = told.word("webhook-user");
    told.heard(admin.post(
        &format!("{of}/webhooks"),
        &json!({"url": format!("https://{user}:{user}@example.org/")}),
    ));
}

/// Registers, changes, cancels; the seminar.
fn who_registers(told: &mut Told, anybody: &Client, organiser: &Client, mails: &Server) -> String {
    let questions = json!([
        {"id": "topic", "kind": "text", "label": {"de": "Thema"}},
        {"id": "meal", "kind": "text", "label": {"de": "Essen"}, "sensitive": true}]);
    let team = json!([{"name": told.word("team-name"), "email": told.address("team"), "role": "staff"}]);
    let photos = json!([{"purpose": "photos", "version": "1", "text": {"de": "Fotos"}}]);
    let draft = draft_with(
        50,
        json!({"questions": questions, "team": team, "consent_texts": photos}),
    );
    let made = organiser.post("/seminars", &draft);
    let seminar = format!("/seminars/{}", made.id());
    organiser
        .act(&format!("{seminar}/publish"), &made.etag(), &json!({}))
        .expect(200);

    let registrations = format!("{seminar}/registrations");
    let refused = json!({"channel": "onsite", "given_name": told.word("abgewiesen"), "family_name": told.word("nachname-2"),
        "email": told.address("abgewiesen")});
    anybody.post(&registrations, &refused).expect(201);
    std::thread::sleep(Duration::from_secs(2));
    let seen = mails.got().len();
    let person = json!({"channel": "onsite", "given_name": told.word("vorname"), "family_name": told.word("nachname"),
        "email": told.address("person"), "company": told.word("firma"), "phone": told.keep("+49 241 5198 0815 77".to_owned()),
        "companions": [{"given_name": told.word("begleitung"), "family_name": told.word("begleitung-nachname")}],
        "answers": {"topic": told.word("antwort-thema"), "meal": told.word("antwort-essen")},
        "consents": [{"purpose": "photos", "text_version": "1"}]});
    let key = told.word("idempotenz-schluessel");
    let id = anybody.post_with_key(&registrations, &key, &person).id();
    told.heard(anybody.post_with_key(&registrations, &key, &refused));
    told.heard(organiser.post(&registrations, &person));
    let link = told.keep(token(mails, seen));
    for path in [
        format!("/registrations/{link}"),
        format!("/registrations/{link}/cancel"),
    ] {
        assert_eq!(anybody.browser().get(&path).status, 200);
    }
    told.heard(anybody.browser().get(&format!("/registrations/{link}x")));
    let own = anybody.with_registration(&link);
    let phone = told.keep("+49 170 0815 4711 42".to_owned());
    let path = format!("/registrations/{id}");
    own.send(
        "PATCH",
        &path,
        &[],
        Some(json!({"phone": phone}).to_string().as_bytes()),
    )
    .expect(200);
    let sought = told.word("gesuchter-name");
    organiser.get(&format!("{registrations}?q={sought}")).expect(200);
    let table = [("Accept", "text/csv")];
    organiser.get_with(&registrations, &table).expect_status(200);
    let note = told.word("gutachten");
    told.heard(put(organiser, &format!("{path}/review"), &json!({"note": note})));
    let reason = told.word("absagegrund");
    let tag = organiser.get(&path).etag();
    organiser
        .act(&format!("{path}/cancel"), &tag, &json!({"reason": reason}))
        .expect(200);
    anybody
        .send("GET", "/seminars", &[("X-Request-Id", "kanari-anfrage-0815")], None)
        .expect(200);
    seminar
}

/// Walk-ins, the search of the door, and a report of a platform.
fn at_the_door(told: &mut Told, organiser: &Client, seminar: &str) {
    let walk_in = json!({"given_name": told.word("laufkundschaft"), "family_name": told.word("tuer-nachname"),
        "company": told.word("tuer-firma"), "email": told.address("tuer")});
    let scan = json!({"scan_id": einlass::base::ids::fresh(), "walk_in": walk_in, "force": true});
    organiser.post(&format!("{seminar}/check-ins"), &scan).expect(201);
    let sought = told.word("tuersuche");
    organiser
        .get(&format!("{seminar}/check-ins/find?q={sought}"))
        .expect(200);
    let code = told.word("falscher-code");
    told.heard(organiser.post(
        &format!("{seminar}/check-ins"),
        &json!({"scan_id": einlass::base::ids::fresh(), "code": code}),
    ));
    let list = format!(
        "Vorname;Nachname;E-Mail;Organisation;Anwesend;Minuten;Bemerkung\n{};{};{};{};ja;80;{}\n",
        told.word("liste-vorname"),
        told.word("liste-nachname"),
        told.address("liste"),
        told.word("liste-firma"),
        told.word("liste-bemerkung")
    );
    told.heard(attendance_imports::upload(organiser, seminar, list.as_bytes(), &[]));
    let map = json!({"name": told.word("spalte")}).to_string();
    told.heard(attendance_imports::upload(
        organiser,
        seminar,
        list.as_bytes(),
        &[("column_map", &map)],
    ));
}

/// Everything once more, and each time something is wrong with it: what is refused is not told on.
fn badly_formed(told: &mut Told, anybody: &Client, organiser: &Client, seminar: &str) {
    let registrations = format!("{seminar}/registrations");
    let good = json!({"channel": "onsite", "given_name": told.word("g"), "family_name": told.word("f"), "email": told.address("e")});
    let wrong = |member: &str, value: Value| {
        let mut body = good.clone();
        body[member] = value;
        body
    };
    let long = format!("{}{}", told.word("lang"), "x".repeat(5000));
    let control = format!("{}\u{0}", told.word("null"));
    let list = json!([told.word("liste-statt-text")]);
    let no_address = format!("{} at example", told.word("keine-adresse"));
    let bodies = [
        wrong("given_name", json!(long)),
        wrong("family_name", json!(control)),
        wrong("email", json!(no_address)),
        wrong("email", json!(long)),
        wrong("phone", list.clone()),
        wrong("company", json!(control)),
        wrong("language", json!(told.word("sprache"))),
        // Of what has no more than some words, the wrong one is told.
        wrong("channel", json!("balkon")),
        wrong("answers", json!({"topic": list})),
        wrong("answers", json!({"topic": long})),
        wrong(
            "consents",
            json!([{"purpose": told.word("zweck"), "text_version": told.word("fassung")}]),
        ),
        wrong(
            "companions",
            json!([{"given_name": long, "family_name": told.word("b")}]),
        ),
    ];
    for body in &bodies {
        let answer = told.heard(anybody.post(&registrations, body));
        assert_eq!(answer.status, 422, "{}", answer.text);
    }
    let torn = format!("{{\"given_name\": \"{}", told.word("abgerissen"));
    told.heard(anybody.send("POST", &registrations, &[], Some(torn.as_bytes())));
    let raw = [
        b"{\"given_name\": \"".as_slice(),
        told.word("kein-utf8").as_bytes(),
        b"\xff\"}",
    ]
    .concat();
    told.heard(anybody.send("POST", &registrations, &[], Some(&raw)));
    for query in ["cursor", "limit", "from", "unknown"] {
        let value = told.word(&format!("abfrage-{query}"));
        told.heard(organiser.get(&format!("{registrations}?{query}={value}")));
    }
    let word = told.word("pfad");
    told.heard(anybody.get(&format!("/registrations/{word}")));
    told.heard(organiser.get(&format!("/seminars/{word}/registrations")));
}

/// A database that refuses, and one that is not there.
fn what_breaks(told: &mut Told, anybody: &Client, organiser: &Client, database: &TestDatabase, seminar: &str) {
    let registrations = format!("{seminar}/registrations");
    let body = |told: &mut Told, name: &str| {
        json!({"channel": "onsite", "given_name": told.word(name), "family_name": told.word(&format!("{name}-nachname")),
            "email": told.address(name)})
    };
    // PostgreSQL puts the row into its words: "Failing row contains (…)", "Key (email_key)=(…) already exists".
    let spoil = "ALTER TABLE registrations ADD CONSTRAINT nobody CHECK (given_name NOT LIKE 'kanari%') NOT VALID";
    database.connect().batch_execute(spoil).unwrap();
    let one = body(told, "zeile");
    let answer = told.heard(anybody.post(&registrations, &one));
    assert_eq!(answer.status, 500, "{}", answer.text);
    let restore = "ALTER TABLE registrations DROP CONSTRAINT nobody;
        CREATE UNIQUE INDEX spoilt ON registrations (channel) WHERE email LIKE 'kanari-doppelt%'";
    database.connect().batch_execute(restore).unwrap();
    for name in ["doppelt-1", "doppelt-2"] {
        let one = body(told, name);
        told.heard(anybody.post(&registrations, &one));
    }
    database
        .connect()
        .batch_execute("ALTER TABLE channels RENAME TO away")
        .unwrap();
    let one = body(told, "ohne-tabelle");
    told.heard(anybody.post(&registrations, &one));
    told.heard(organiser.get(&registrations));
}
