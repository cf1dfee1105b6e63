//! What seminars belong to: found by anybody, kept by the organisation's organisers.

use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use einlass::catalogue::{CollectionKind, NewCollection, ensure_collection};
use einlass::journal::{Act, Actor};
use einlass::schema::{collections, journal};
use serde_json::{Value, json};

use crate::support::{Answer, Client, TestApp, draft_body};

const MISSING: &str = "/collections/0192f3c1-8d7e-7cc0-a0ff-3f0f5f5b8b31";

fn series(name: &str) -> Value {
    json!({"organisation": "staedteregion-aachen", "kind": "series", "name": name})
}

/// A programme with everything that one can have.
fn programme() -> Value {
    json!({"organisation": "staedteregion-aachen", "kind": "programme", "name": "Care and Mobility Innovation",
        "description": "Neue Produkte für Pflege und Mobilität.\nIn der Region.", "starts_on": "2019-01-01", "ends_on": "2021-12-31",
        "funder": "EFRE.NRW", "own_chapter": true})
}

fn path(made: &Answer) -> String {
    format!("/collections/{}", made.id())
}

fn names(page: &Value) -> Vec<&str> {
    page["data"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| one["name"].as_str().unwrap())
        .collect()
}

/// Every page from the first to the last.
fn walk(client: &Client, query: &str) -> Vec<String> {
    let mut all = Vec::new();
    let mut cursor = String::new();
    loop {
        let page = client.get(&format!("/collections?limit=2&{query}{cursor}"));
        let body = page.expect(200);
        all.extend(names(&body).into_iter().map(str::to_owned));
        let Some(next) = body["next_cursor"].as_str() else {
            assert_eq!(page.header("link"), "");
            return all;
        };
        assert!(page.header("link").ends_with("; rel=\"next\""));
        cursor = format!("&cursor={next}");
    }
}

#[test]
fn a_collection_is_made_and_read_by_anybody() {
    let app = TestApp::spawn();
    let made = app.organiser().post("/collections", &programme());
    let view = made.expect(201);
    assert_eq!(made.header("location"), format!("/api/v1{}", path(&made)));
    let found = app.anonymous().get(&path(&made));
    assert_eq!(found.expect(200), view);
    assert_eq!(found.header("cache-control"), "no-cache");
    assert_eq!(view["organisation"]["slug"], "staedteregion-aachen");
    for (member, value) in programme().as_object().unwrap() {
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
fn what_is_left_out_is_null_or_false() {
    let app = TestApp::spawn();
    let view = app
        .organiser()
        .post("/collections", &series("Hallo Nachbar"))
        .expect(201);
    for member in ["description", "starts_on", "ends_on", "funder"] {
        assert_eq!(view[member], Value::Null, "{member}");
    }
    assert_eq!(view["own_chapter"], false);
}

#[test]
fn the_same_key_makes_one_collection() {
    let app = TestApp::spawn();
    let organiser = app.organiser();
    let first = organiser.post_with_key("/collections", "k1", &series("Hallo Nachbar"));
    let again = organiser.post_with_key("/collections", "k1", &series("Hallo Nachbar"));
    assert_eq!(first.id(), again.id());
    assert_eq!(again.header("idempotency-replayed"), "true");
    let other = organiser.post_with_key("/collections", "k1", &series("Gründertage"));
    other.problem(422, "idempotency-key-reused");
}

#[test]
fn one_name_in_any_spelling_is_taken_once_per_organisation() {
    let app = TestApp::spawn();
    let organiser = app.organiser();
    organiser
        .post("/collections", &series("Gründer_innen-Tage"))
        .expect(201);
    organiser
        .post("/collections", &series("GRUENDERINNEN Tage"))
        .problem(409, "name-taken");
    let other = organiser.post("/collections", &series("Hallo Nachbar"));
    let renamed = organiser.patch(&path(&other), &other.etag(), &json!({"name": "gründerinnen–tage"}));
    renamed.problem(409, "name-taken");
    let own = organiser.patch(&path(&other), &other.etag(), &json!({"name": "HALLO, Nachbar!"}));
    assert_eq!(own.expect(200)["name"], "HALLO, Nachbar!");
    let mut elsewhere = series("Gründerinnen-Tage");
    elsewhere["organisation"] = "ihk-aachen".into();
    app.foreign_organiser().post("/collections", &elsewhere).expect(201);
}

#[test]
fn every_wrong_member_is_named() {
    let app = TestApp::spawn();
    let organiser = app.organiser();
    let wrong = |changes: Value| {
        let mut body = programme();
        body.as_object_mut()
            .unwrap()
            .extend(changes.as_object().unwrap().clone());
        organiser.post("/collections", &body).invalid()
    };
    assert_eq!(wrong(json!({"ends_on": "2018-12-31"})), ["/ends_on"]);
    assert_eq!(wrong(json!({"starts_on": "0019-01-01"})), ["/starts_on"]);
    assert_eq!(wrong(json!({"starts_on": "01.01.2019"})), ["/starts_on"]);
    assert_eq!(wrong(json!({"name": "–"})), ["/name"]);
    assert_eq!(wrong(json!({"name": "x".repeat(201)})), ["/name"]);
    assert_eq!(wrong(json!({"description": "x".repeat(5001)})), ["/description"]);
    assert_eq!(wrong(json!({"kind": "format"})), ["/kind"]);
    assert_eq!(wrong(json!({"color": "red"})), ["/color"]);
    assert_eq!(
        organiser
            .post(
                "/collections",
                &json!({"organisation": "staedteregion-aachen", "name": "x"})
            )
            .invalid(),
        ["/kind"]
    );
    assert_eq!(
        organiser
            .post("/collections", &json!({"kind": "series", "name": "x"}))
            .invalid(),
        ["/organisation"]
    );
}

#[test]
fn a_patch_leaves_changes_and_takes_away() {
    let app = TestApp::spawn();
    let organiser = app.organiser();
    let made = organiser.post("/collections", &programme());
    let before = made.expect(201);
    let changed = organiser.patch(
        &path(&made),
        &made.etag(),
        &json!({"funder": "Interreg", "description": null}),
    );
    let view = changed.expect(200);
    assert_eq!(view["funder"], "Interreg");
    assert_eq!(view["description"], Value::Null);
    for member in ["kind", "name", "starts_on", "ends_on", "own_chapter"] {
        assert_eq!(view[member], before[member], "{member}");
    }
    assert_eq!(app.anonymous().get(&path(&made)).expect(200), view);
    let all = json!({"kind": "umbrella", "name": "CMI", "description": "x", "starts_on": null, "ends_on": null, "funder": null, "own_chapter": false});
    let view = organiser.patch(&path(&made), &changed.etag(), &all).expect(200);
    for (member, value) in all.as_object().unwrap() {
        assert_eq!(view[member], *value, "{member}");
    }
}

#[test]
fn a_patch_is_refused_as_a_whole_where_it_is_wrong() {
    let app = TestApp::spawn();
    let organiser = app.organiser();
    let made = organiser.post("/collections", &programme());
    let wrong = |body: Value| organiser.patch(&path(&made), &made.etag(), &body).invalid();
    // Against what is stored, not only against what is sent.
    assert_eq!(wrong(json!({"ends_on": "2018-12-31", "funder": "x"})), ["/ends_on"]);
    assert_eq!(wrong(json!({"starts_on": "2022-01-01"})), ["/ends_on"]);
    for member in ["kind", "name", "own_chapter"] {
        assert_eq!(wrong(json!({member: null})), [format!("/{member}")]);
    }
    assert_eq!(wrong(json!({"organisation": "ihk-aachen"})), ["/organisation"]);
    assert_eq!(app.anonymous().get(&path(&made)).expect(200), made.expect(201));
}

#[test]
fn nothing_is_changed_or_deleted_unseen() {
    let app = TestApp::spawn();
    let organiser = app.organiser();
    let made = organiser.post("/collections", &series("Hallo Nachbar"));
    let path = path(&made);
    let bare = |method: &str| organiser.send(method, &path, &[], (method == "PATCH").then_some(b"{}"));
    bare("PATCH").problem(428, "precondition-required");
    bare("DELETE").problem(428, "precondition-required");
    let changed = organiser.patch(&path, &made.etag(), &json!({"own_chapter": true}));
    changed.expect(200);
    organiser
        .patch(&path, &made.etag(), &json!({"own_chapter": false}))
        .problem(412, "precondition-failed");
    organiser
        .delete(&path, &made.etag())
        .problem(412, "precondition-failed");
    organiser.delete(&path, &changed.etag()).expect(204);
    app.anonymous().get(&path).problem(404, "not-found");
    organiser.delete(&path, &changed.etag()).problem(404, "not-found");
}

#[test]
fn a_collection_with_seminars_is_in_use() {
    let app = TestApp::spawn();
    let organiser = app.organiser();
    let made = organiser.post("/collections", &series("Hallo Nachbar"));
    let mut body = draft_body(10);
    body["collections"] = json!([made.id()]);
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
    let made = app.organiser().post("/collections", &series("Hallo Nachbar"));
    let (path, etag) = (path(&made), made.etag());
    for (client, status, code) in [
        (app.anonymous(), 401, "unauthenticated"),
        (app.front_desk(), 403, "forbidden"),
        (app.reporter(), 403, "forbidden"),
        (app.platform_admin(), 403, "forbidden"),
    ] {
        client.post("/collections", &series("Neu")).problem(status, code);
        client
            .patch(&path, &etag, &json!({"own_chapter": true}))
            .problem(status, code);
        client.delete(&path, &etag).problem(status, code);
        client.get(&path).expect(200);
        client.get("/collections").expect(200);
    }
    app.admin()
        .patch(&path, &etag, &json!({"own_chapter": true}))
        .expect(200);
}

#[test]
fn a_foreign_collection_is_written_like_a_missing_one() {
    let app = TestApp::spawn();
    let made = app.organiser().post("/collections", &series("Hallo Nachbar"));
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
    let mut nowhere = series("Neu");
    nowhere["organisation"] = "there-is-none".into();
    let (others, nobodys) = (
        foreign.post("/collections", &series("Neu")),
        foreign.post("/collections", &nowhere),
    );
    assert_eq!(others.invalid(), ["/organisation"]);
    assert_eq!(others.but_for_the_request(), nobodys.but_for_the_request());
    // A stale tag tells a stranger nothing either.
    alike(foreign.delete(&path, "\"9-x\""), foreign.delete(MISSING, "\"9-x\""));
    alike(foreign.get(MISSING), foreign.get("/collections/not-an-id"));
}

#[test]
fn lists_are_by_name_and_narrowed() {
    let app = TestApp::spawn();
    let organiser = app.organiser();
    for body in [programme(), series("Öffentliche Vergabe"), series("Hallo Nachbar")] {
        organiser.post("/collections", &body).expect(201);
    }
    let foreign = json!({"organisation": "ihk-aachen", "kind": "umbrella", "name": "Europawoche"});
    let made = app.foreign_organiser().post("/collections", &foreign).expect(201);
    let ihk = made["organisation"]["id"].as_str().unwrap();
    let anonymous = app.anonymous();
    let all = [
        "Care and Mobility Innovation",
        "Europawoche",
        "Hallo Nachbar",
        "Öffentliche Vergabe",
    ];
    let listed = |query: &str| walk(&anonymous, query);
    assert_eq!(listed(""), all);
    assert_eq!(listed("organisation=ihk-aachen"), ["Europawoche"]);
    assert_eq!(listed(&format!("organisation={ihk}")), ["Europawoche"]);
    assert_eq!(listed("organisation=there-is-none"), Vec::<String>::new());
    assert_eq!(listed("kind=series"), ["Hallo Nachbar", "Öffentliche Vergabe"]);
    assert_eq!(listed("kind=series&organisation=ihk-aachen"), Vec::<String>::new());
    assert_eq!(anonymous.get("/collections?kind=format").invalid(), ["kind"]);
    assert_eq!(anonymous.get("/collections?colour=red").invalid(), ["colour"]);
    assert_eq!(anonymous.get("/collections?limit=101").invalid(), ["limit"]);
    for cursor in ["x", "bnVsbA", &cursor("a\0"), &cursor("")] {
        assert_eq!(
            anonymous.get(&format!("/collections?cursor={cursor}")).invalid(),
            ["cursor"]
        );
    }
}

/// A cursor of one's own making.
fn cursor(name: &str) -> String {
    use base64::Engine;
    let key = json!([name, "0192f3c1-8d7e-7cc0-a0ff-3f0f5f5b8b31"]).to_string();
    base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(key)
}

#[test]
fn a_search_finds_every_word_in_name_funder_or_description() {
    let app = TestApp::spawn();
    for body in [programme(), series("Öffentliche Vergabe"), series("100 % Nachbar")] {
        app.organiser().post("/collections", &body).expect(201);
    }
    let anonymous = app.anonymous();
    let found = |q: &str| walk(&anonymous, &format!("q={q}"));
    let care = ["Care and Mobility Innovation"];
    assert_eq!(found("MOBILITY"), care);
    assert_eq!(found("efre+innovation"), care);
    assert_eq!(found("mobilitaet+pflege"), care);
    assert_eq!(found("efre+vergabe"), Vec::<String>::new());
    assert_eq!(found("oeffentlich"), ["Öffentliche Vergabe"]);
    assert_eq!(found("100%25"), ["100 % Nachbar"]);
    assert_eq!(
        anonymous.get(&format!("/collections?q={}", "x".repeat(201))).invalid(),
        ["q"]
    );
}

#[test]
fn pages_show_everything_once_while_others_write() {
    let app = TestApp::spawn();
    let organiser = app.organiser();
    for at in [1, 3, 5, 7, 9] {
        organiser
            .post("/collections", &series(&format!("Reihe {at}")))
            .expect(201);
    }
    for query in ["", "&q=reihe"] {
        let first = organiser.get(&format!("/collections?limit=2{query}")).expect(200);
        assert_eq!(names(&first), ["Reihe 1", "Reihe 3"]);
        let new = organiser.post("/collections", &series("Reihe 2"));
        let next = first["next_cursor"].as_str().unwrap();
        let second = organiser
            .get(&format!("/collections?limit=2{query}&cursor={next}"))
            .expect(200);
        assert_eq!(names(&second), ["Reihe 5", "Reihe 7"]);
        organiser.delete(&path(&new), &new.etag()).expect(204);
    }
}

#[test]
fn a_search_reads_on_until_the_page_is_full() {
    let app = TestApp::spawn();
    let insert = "INSERT INTO collections (organisation_id, id, kind, name, name_key, created_at, updated_at)
        SELECT o.id, gen_random_uuid(), 'series', 'Reihe ' || n, 'reihe ' || lpad(n::text, 5, '0'), now(), now()
        FROM organisations o, generate_series(1, 1200) n WHERE o.slug = 'ihk-aachen'";
    app.database.connect().batch_execute(insert).unwrap();
    let page = app.anonymous().get("/collections?q=reihe+99&limit=3").expect(200);
    assert_eq!(names(&page), ["Reihe 99", "Reihe 199", "Reihe 299"]);
    let all = walk(&app.anonymous(), "q=reihe+99");
    assert_eq!(all.len(), 21);
    // Beyond what a search looks at in one go.
    assert_eq!(walk(&app.anonymous(), "q=reihe+1199"), ["Reihe 1199"]);
}

#[test]
fn every_change_is_in_the_journal() {
    let app = TestApp::spawn();
    let organiser = app.organiser();
    let made = organiser.post("/collections", &series("Hallo Nachbar"));
    let changed = organiser.patch(&path(&made), &made.etag(), &json!({"name": "Hallo Nachbarin"}));
    organiser.delete(&path(&made), &changed.etag()).expect(204);
    organiser
        .delete(&path(&made), &changed.etag())
        .problem(404, "not-found");
    let id = made.id().parse::<uuid::Uuid>().unwrap();
    let entries = journal::table
        .filter(journal::object_id.eq(id))
        .order(journal::id)
        .select((journal::action, journal::actor_id, journal::data))
        .load::<(String, Option<uuid::Uuid>, Value)>(&mut app.database.connect())
        .unwrap();
    let actions = entries.iter().map(|entry| entry.0.as_str()).collect::<Vec<_>>();
    assert_eq!(
        actions,
        ["collection.created", "collection.changed", "collection.deleted"]
    );
    assert!(entries.iter().all(|entry| entry.1 == Some(app.account("organiser").0)));
    assert_eq!(entries[1].2["name"], "Hallo Nachbarin");
}

#[test]
fn an_import_finds_a_collection_by_any_spelling_or_makes_it() {
    let app = TestApp::spawn();
    let made = app.organiser().post("/collections", &programme());
    let ensure = |name: &str| {
        let act = Act {
            now: app.clock.now(),
            actor: Actor::SYSTEM,
        };
        let id = app.site.db.run(false, |conn| {
            let of = collections::table.select(collections::organisation_id).first(conn)?;
            let new = NewCollection {
                kind: CollectionKind::Programme,
                name: name.parse().unwrap(),
                description: None,
                starts_on: None,
                ends_on: None,
                funder: None,
                own_chapter: false,
            };
            ensure_collection(conn, &act, of, new)
        });
        id.unwrap().to_string()
    };
    assert_eq!(
        ensure("CARE & Mobility: Innovation"),
        ensure("Care Mobility Innovation")
    );
    assert_eq!(ensure("care and mobility innovation"), made.id());
    assert_eq!(app.anonymous().get(&path(&made)).expect(200), made.expect(201));
}
