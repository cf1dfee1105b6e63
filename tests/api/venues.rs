//! Where seminars take place: one venue for all its spellings.

use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use einlass::catalogue::{NewVenue, ensure_venue};
use einlass::journal::{Act, Actor};
use einlass::schema::{journal, venues};
use serde_json::{Value, json};

use crate::support::{Answer, Client, TestApp, draft_body};

const MISSING: &str = "/venues/0192f3c1-8d7e-7cc0-a0ff-3f0f5f5b8b41";

fn venue(name: Option<&str>, locality: &str) -> Value {
    json!({"organisation": "staedteregion-aachen", "name": name, "locality": locality})
}

/// A venue with everything that one can have.
fn church() -> Value {
    json!({"organisation": "staedteregion-aachen", "name": "Digital Church", "street": "Jülicher Straße 72a", "postal_code": "52070",
        "locality": "Aachen", "country": "DE", "also_known_as": ["digitalHUB", "Kirche St. Elisabeth"]})
}

fn path(made: &Answer) -> String {
    format!("/venues/{}", made.id())
}

fn places(page: &Value) -> Vec<String> {
    let text = |one: &Value| {
        [&one["name"], &one["locality"]]
            .iter()
            .filter_map(|v| v.as_str())
            .collect::<Vec<_>>()
            .join(", ")
    };
    page["data"].as_array().unwrap().iter().map(text).collect()
}

/// Every page from the first to the last.
fn walk(client: &Client, query: &str) -> Vec<String> {
    let mut all = Vec::new();
    let mut cursor = String::new();
    loop {
        let body = client.get(&format!("/venues?limit=2&{query}{cursor}")).expect(200);
        all.extend(places(&body));
        let Some(next) = body["next_cursor"].as_str() else {
            return all;
        };
        cursor = format!("&cursor={next}");
    }
}

#[test]
fn a_venue_is_made_and_read_by_anybody() {
    let app = TestApp::spawn();
    let made = app.organiser().post("/venues", &church());
    let view = made.expect(201);
    assert_eq!(made.header("location"), format!("/api/v1{}", path(&made)));
    let found = app.anonymous().get(&path(&made));
    assert_eq!(found.expect(200), view);
    assert_eq!(found.header("cache-control"), "no-cache");
    assert_eq!(view["organisation"]["name"], "StädteRegion Aachen");
    for (member, value) in church().as_object().unwrap() {
        if member != "organisation" {
            assert_eq!(view[member], *value, "{member}");
        }
    }
    let unchanged = app
        .anonymous()
        .get_with(&path(&made), &[("If-None-Match", &found.etag())]);
    assert_eq!(unchanged.status, 304);
}

#[test]
fn a_place_without_a_name_is_a_locality_in_germany_unless_said_otherwise() {
    let app = TestApp::spawn();
    let organiser = app.organiser();
    let body = json!({"organisation": "staedteregion-aachen", "locality": "Aachen"});
    let view = organiser.post("/venues", &body).expect(201);
    for member in ["name", "street", "postal_code"] {
        assert_eq!(view[member], Value::Null, "{member}");
    }
    assert_eq!(view["country"], "DE");
    assert_eq!(view["also_known_as"], json!([]));
    let mut abroad = venue(None, "Kerkrade");
    abroad["country"] = "NL".into();
    assert_eq!(organiser.post("/venues", &abroad).expect(201)["country"], "NL");
    organiser
        .post("/venues", &venue(None, "AACHEN"))
        .problem(409, "name-taken");
}

#[test]
fn the_same_key_makes_one_venue() {
    let app = TestApp::spawn();
    let organiser = app.organiser();
    let first = organiser.post_with_key("/venues", "k1", &church());
    let again = organiser.post_with_key("/venues", "k1", &church());
    assert_eq!(first.id(), again.id());
    assert_eq!(again.header("idempotency-replayed"), "true");
}

#[test]
fn one_name_in_one_locality_is_taken_once_per_organisation() {
    let app = TestApp::spawn();
    let organiser = app.organiser();
    organiser
        .post("/venues", &venue(Some("Digital Church"), "Aachen"))
        .expect(201);
    organiser
        .post("/venues", &venue(Some("DIGITAL Church"), "Aachen"))
        .problem(409, "name-taken");
    let other = organiser.post("/venues", &venue(Some("Digital Church"), "Köln"));
    other.expect(201);
    let moved = organiser.patch(&path(&other), &other.etag(), &json!({"locality": "AACHEN"}));
    moved.problem(409, "name-taken");
    let mut elsewhere = venue(Some("Digital Church"), "Aachen");
    elsewhere["organisation"] = "ihk-aachen".into();
    app.foreign_organiser().post("/venues", &elsewhere).expect(201);
}

#[test]
fn of_two_venues_of_one_name_made_at_once_one_is_made() {
    diesel::table! { pg_stat_activity (pid) { pid -> Integer, datname -> Text, wait_event_type -> Nullable<Text>, } }
    let app = TestApp::spawn();
    let mut first = app.database.connect();
    let insert = "BEGIN; INSERT INTO venues (organisation_id, id, name, locality, name_key, created_at, updated_at)
        SELECT id, gen_random_uuid(), 'Digital Church', 'Aachen', 'digital church aachen', now(), now()
        FROM organisations WHERE slug = 'staedteregion-aachen'";
    first.batch_execute(insert).unwrap();
    let second = std::thread::scope(|scope| {
        let second = scope.spawn(|| app.organiser().post("/venues", &church()));
        // It has looked, found nothing, and now waits for the first to end.
        let waiting = pg_stat_activity::table
            .filter(pg_stat_activity::datname.eq(&app.database.name))
            .filter(pg_stat_activity::wait_event_type.eq("Lock"));
        while !second.is_finished() && waiting.count().get_result::<i64>(&mut app.database.connect()).unwrap() == 0 {
            std::thread::sleep(std::time::Duration::from_millis(10));
        }
        first.batch_execute("COMMIT").unwrap();
        second.join().unwrap()
    });
    second.problem(409, "name-taken");
}

#[test]
fn another_venue_s_spelling_is_taken_too() {
    let app = TestApp::spawn();
    let organiser = app.organiser();
    organiser.post("/venues", &church()).expect(201);
    let refused = organiser
        .post("/venues", &venue(Some("DigitalHub"), "Aachen"))
        .problem(409, "name-taken");
    assert!(
        refused["detail"].as_str().unwrap().contains("Digital Church, Aachen"),
        "{refused}"
    );
    let hub = organiser.post("/venues", &venue(Some("digitalHUB"), "Köln"));
    hub.expect(201);
    let moved = organiser.patch(&path(&hub), &hub.etag(), &json!({"locality": "Aachen"}));
    moved.problem(409, "name-taken");
    // The other way round: a spelling that is another's name.
    let mut super_c = venue(Some("Super C"), "Aachen");
    super_c["also_known_as"] = json!(["DIGITAL CHURCH"]);
    organiser.post("/venues", &super_c).problem(409, "name-taken");
    // Its own spellings are nobody else's.
    let own = json!({"also_known_as": ["digitalHUB", "DIGITAL Church"]});
    let church = organiser.get("/venues?q=elisabeth").expect(200)["data"][0]["id"]
        .as_str()
        .unwrap()
        .to_owned();
    let church = format!("/venues/{church}");
    let etag = organiser.get(&church).etag();
    organiser.patch(&church, &etag, &own).expect(200);
}

#[test]
fn every_wrong_member_is_named() {
    let app = TestApp::spawn();
    let organiser = app.organiser();
    let wrong = |changes: Value| {
        let mut body = church();
        body.as_object_mut()
            .unwrap()
            .extend(changes.as_object().unwrap().clone());
        organiser.post("/venues", &body).invalid()
    };
    assert_eq!(wrong(json!({"country": "Germany"})), ["/country"]);
    assert_eq!(wrong(json!({"locality": "–"})), ["/locality"]);
    assert_eq!(wrong(json!({"name": "\u{FDFA}".repeat(200)})), ["/name"]);
    assert_eq!(wrong(json!({"also_known_as": vec!["x"; 21]})), ["/also_known_as"]);
    assert_eq!(wrong(json!({"also_known_as": ["x", "?"]})), ["/also_known_as/1"]);
    assert_eq!(wrong(json!({"also_known_as": ["x", ""]})), ["/also_known_as/1"]);
    assert_eq!(wrong(json!({"city": "Aachen"})), ["/city"]);
    assert_eq!(
        organiser
            .post("/venues", &json!({"organisation": "staedteregion-aachen"}))
            .invalid(),
        ["/locality"]
    );
    assert_eq!(
        organiser.post("/venues", &json!({"locality": "Aachen"})).invalid(),
        ["/organisation"]
    );
}

#[test]
fn a_patch_leaves_changes_and_takes_away() {
    let app = TestApp::spawn();
    let organiser = app.organiser();
    let made = organiser.post("/venues", &church());
    let before = made.expect(201);
    let changed = organiser.patch(
        &path(&made),
        &made.etag(),
        &json!({"street": null, "postal_code": "52072"}),
    );
    let view = changed.expect(200);
    assert_eq!(view["street"], Value::Null);
    assert_eq!(view["postal_code"], "52072");
    for member in ["name", "locality", "country", "also_known_as"] {
        assert_eq!(view[member], before[member], "{member}");
    }
    let all = json!({"name": null, "street": "x", "postal_code": null, "locality": "Liège", "country": "BE", "also_known_as": ["Lüttich"]});
    let view = organiser.patch(&path(&made), &changed.etag(), &all).expect(200);
    for (member, value) in all.as_object().unwrap() {
        assert_eq!(view[member], *value, "{member}");
    }
    assert_eq!(app.anonymous().get(&path(&made)).expect(200), view);
    // What it was called is free again, what it is called now is not.
    organiser
        .post("/venues", &venue(Some("Digital Church"), "Aachen"))
        .expect(201);
    organiser
        .post("/venues", &venue(None, "Lüttich"))
        .problem(409, "name-taken");
}

#[test]
fn a_patch_is_refused_as_a_whole_where_it_is_wrong() {
    let app = TestApp::spawn();
    let organiser = app.organiser();
    let made = organiser.post("/venues", &church());
    let wrong = |body: Value| organiser.patch(&path(&made), &made.etag(), &body).invalid();
    for member in ["locality", "country", "also_known_as"] {
        assert_eq!(wrong(json!({member: null})), [format!("/{member}")]);
    }
    assert_eq!(
        wrong(json!({"also_known_as": vec!["x"; 21], "street": "x"})),
        ["/also_known_as"]
    );
    assert_eq!(wrong(json!({"organisation": "ihk-aachen"})), ["/organisation"]);
    assert_eq!(app.anonymous().get(&path(&made)).expect(200), made.expect(201));
}

#[test]
fn nothing_is_changed_or_deleted_unseen() {
    let app = TestApp::spawn();
    let organiser = app.organiser();
    let made = organiser.post("/venues", &church());
    let path = path(&made);
    let bare = |method: &str| organiser.send(method, &path, &[], (method == "PATCH").then_some(b"{}"));
    bare("PATCH").problem(428, "precondition-required");
    bare("DELETE").problem(428, "precondition-required");
    let changed = organiser.patch(&path, &made.etag(), &json!({"street": "x"}));
    changed.expect(200);
    organiser
        .patch(&path, &made.etag(), &json!({"street": "y"}))
        .problem(412, "precondition-failed");
    organiser
        .delete(&path, &made.etag())
        .problem(412, "precondition-failed");
    organiser.delete(&path, &changed.etag()).expect(204);
    app.anonymous().get(&path).problem(404, "not-found");
}

#[test]
fn a_venue_with_sessions_is_in_use() {
    let app = TestApp::spawn();
    let organiser = app.organiser();
    let made = organiser.post("/venues", &church());
    let mut body = draft_body(10);
    body["sessions"][0]["venue"] = made.id().into();
    let seminar = app.draft(&body);
    organiser.delete(&path(&made), &made.etag()).problem(409, "in-use");
    organiser
        .delete(&format!("/seminars/{}", seminar.id()), &seminar.etag())
        .expect(204);
    organiser.delete(&path(&made), &made.etag()).expect(204);
}

#[test]
fn writing_is_for_organisers_of_the_organisation() {
    let app = TestApp::spawn();
    let made = app.organiser().post("/venues", &church());
    let (path, etag) = (path(&made), made.etag());
    for (client, status, code) in [
        (app.anonymous(), 401, "unauthenticated"),
        (app.front_desk(), 403, "forbidden"),
        (app.reporter(), 403, "forbidden"),
        (app.platform_admin(), 403, "forbidden"),
    ] {
        client.post("/venues", &venue(None, "Köln")).problem(status, code);
        client
            .patch(&path, &etag, &json!({"street": "x"}))
            .problem(status, code);
        client.delete(&path, &etag).problem(status, code);
        client.get(&path).expect(200);
        client.get("/venues").expect(200);
    }
    app.admin().patch(&path, &etag, &json!({"street": "x"})).expect(200);
}

#[test]
fn a_foreign_venue_is_written_like_a_missing_one() {
    let app = TestApp::spawn();
    let made = app.organiser().post("/venues", &church());
    let (path, etag, foreign) = (path(&made), made.etag(), app.foreign_organiser());
    let alike = |one: Answer, other: Answer| {
        one.problem(404, "not-found");
        assert_eq!(one.but_for_the_request(), other.but_for_the_request());
    };
    let patch = json!({"name": "Meins"});
    alike(
        foreign.patch(&path, &etag, &patch),
        foreign.patch(MISSING, &etag, &patch),
    );
    alike(foreign.delete(&path, &etag), foreign.delete(MISSING, &etag));
    let mut nowhere = church();
    nowhere["organisation"] = "there-is-none".into();
    let (others, nobodys) = (foreign.post("/venues", &church()), foreign.post("/venues", &nowhere));
    assert_eq!(others.invalid(), ["/organisation"]);
    assert_eq!(others.but_for_the_request(), nobodys.but_for_the_request());
    alike(foreign.delete(&path, "\"9-x\""), foreign.delete(MISSING, "\"9-x\""));
    alike(foreign.get(MISSING), foreign.get("/venues/not-an-id"));
}

#[test]
fn lists_are_by_name_searched_by_every_word_and_paged_without_repeating() {
    let app = TestApp::spawn();
    let organiser = app.organiser();
    for body in [
        church(),
        venue(Some("Äußerer Saal"), "Würselen"),
        venue(Some("Zeche"), "Alsdorf"),
        venue(None, "Würselen"),
    ] {
        organiser.post("/venues", &body).expect(201);
    }
    let foreign = json!({"organisation": "ihk-aachen", "name": "IHK", "locality": "Aachen"});
    app.foreign_organiser().post("/venues", &foreign).expect(201);
    let anonymous = app.anonymous();
    let listed = |query: &str| walk(&anonymous, query);
    let all = [
        "Äußerer Saal, Würselen",
        "Digital Church, Aachen",
        "IHK, Aachen",
        "Würselen",
        "Zeche, Alsdorf",
    ];
    assert_eq!(listed(""), all);
    assert_eq!(listed("organisation=ihk-aachen"), ["IHK, Aachen"]);
    assert_eq!(listed("organisation=there-is-none"), Vec::<String>::new());
    assert_eq!(listed("q=wuerselen"), ["Äußerer Saal, Würselen", "Würselen"]);
    assert_eq!(listed("q=HUB+aachen"), ["Digital Church, Aachen"]);
    assert_eq!(listed("q=hub+alsdorf"), Vec::<String>::new());
    assert_eq!(
        listed("q=aachen&organisation=staedteregion-aachen"),
        ["Digital Church, Aachen"]
    );
    assert_eq!(anonymous.get("/venues?kind=series").invalid(), ["kind"]);
    assert_eq!(anonymous.get("/venues?cursor=x").invalid(), ["cursor"]);
    let page = anonymous.get("/venues?limit=2");
    assert!(
        page.header("link").starts_with("</api/v1/venues?limit=2&cursor="),
        "{}",
        page.header("link")
    );
}

#[test]
fn every_change_is_in_the_journal() {
    let app = TestApp::spawn();
    let organiser = app.organiser();
    let made = organiser.post("/venues", &church());
    let changed = organiser.patch(&path(&made), &made.etag(), &json!({"name": "Kirche"}));
    organiser.delete(&path(&made), &changed.etag()).expect(204);
    let id = made.id().parse::<uuid::Uuid>().unwrap();
    let entries = journal::table
        .filter(journal::object_id.eq(id))
        .order(journal::id)
        .select((journal::action, journal::data))
        .load::<(String, Value)>(&mut app.database.connect())
        .unwrap();
    let actions = entries.iter().map(|entry| entry.0.as_str()).collect::<Vec<_>>();
    assert_eq!(actions, ["venue.created", "venue.changed", "venue.deleted"]);
    assert_eq!(entries[1].1["name"], "Kirche");
}

#[test]
fn an_import_finds_a_venue_by_any_spelling_or_makes_it() {
    let app = TestApp::spawn();
    let made = app.organiser().post("/venues", &church());
    let ensure = |name: Option<&str>, locality: &str| {
        let act = Act {
            now: app.clock.now(),
            actor: Actor::SYSTEM,
        };
        let id = app.site.db.run(false, |conn| {
            let of = venues::table.select(venues::organisation_id).first(conn)?;
            let new = NewVenue {
                name: name.map(|name| name.parse().unwrap()),
                street: None,
                postal_code: None,
                locality: locality.parse().unwrap(),
                country: "DE".parse().unwrap(),
                also_known_as: vec![],
            };
            ensure_venue(conn, &act, of, new)
        });
        id.unwrap().to_string()
    };
    assert_eq!(ensure(Some("DIGITAL Church"), "Aachen"), made.id());
    assert_eq!(ensure(Some("Kirche St Elisabeth"), "AACHEN"), made.id());
    let city = ensure(None, "Aachen");
    assert_ne!(city, made.id());
    assert_eq!(ensure(None, "aachen"), city);
    assert_ne!(ensure(Some("Digital Church"), "Köln"), made.id());
    assert_eq!(app.anonymous().get(&path(&made)).expect(200), made.expect(201));
}
