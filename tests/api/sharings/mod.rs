//! Shared registrations: only where the seminar says so, the person was told before registering, and each time that they
//! are handed over is written down.

mod read;
mod told;

use diesel::prelude::*;
use serde_json::{Value, json};

use crate::support::{Answer, TestApp, draft_body, person};

pub const PURPOSE: &str = "Gemeinsame Durchführung";

pub fn with(organisation: &str) -> Value {
    json!({"organisation": organisation, "purpose": PURPOSE})
}

/// A sharing of a seminar of its own; its path.
pub fn begun(app: &TestApp) -> String {
    let seminar = app.seminar(5);
    format!("/seminars/{seminar}/sharings/{}", begin(app, &seminar))
}

/// The seminar is shared with the IHK from now on; the sharing's id.
#[track_caller]
pub fn begin(app: &TestApp, seminar: &str) -> String {
    app.organiser()
        .post(&format!("/seminars/{seminar}/sharings"), &with("ihk-aachen"))
        .id()
}

#[track_caller]
pub fn end(app: &TestApp, seminar: &str, sharing: &str) {
    let path = format!("/seminars/{seminar}/sharings/{sharing}");
    app.organiser().send("DELETE", &path, &[], None).expect(204);
}

/// Somebody registers who was told of these sharings.
pub fn register_told(app: &TestApp, seminar: &str, name: &str, told: &[&str]) -> Answer {
    let mut body = person(name);
    body["told_of_sharings"] = json!(told);
    app.anonymous()
        .post(&format!("/seminars/{seminar}/registrations"), &body)
}

/// What an organiser of the IHK reads.
#[track_caller]
pub fn read(app: &TestApp, query: &str) -> Vec<Value> {
    let page = app
        .foreign_organiser()
        .get(&format!("/shared-registrations{query}"))
        .expect(200);
    page["data"].as_array().unwrap().clone()
}

/// The data of all journal entries of one kind, in the order written.
pub fn journal(app: &TestApp, action: &str) -> Vec<Value> {
    use einlass::schema::journal::dsl;
    let query = dsl::journal
        .filter(dsl::action.eq(action))
        .order(dsl::id)
        .select(dsl::data);
    query.load(&mut app.database.connect()).unwrap()
}

pub fn count(app: &TestApp, table: &str) -> i64 {
    #[derive(QueryableByName)]
    struct Count {
        #[diesel(sql_type = diesel::sql_types::BigInt)]
        count: i64,
    }
    let query = diesel::sql_query(format!("SELECT count(*) AS count FROM {table}"));
    query.get_result::<Count>(&mut app.database.connect()).unwrap().count
}

fn public(app: &TestApp, seminar: &str) -> Value {
    app.anonymous().get(&format!("/seminars/{seminar}")).expect(200)
}

#[test]
fn a_seminar_says_with_whom_it_is_shared_and_no_longer_says_so_once_that_has_ended() {
    let app = TestApp::spawn();
    let seminar = app.seminar(5);
    let path = format!("/seminars/{seminar}");
    let before = app.etag(&path);
    let made = app.organiser().post(&format!("{path}/sharings"), &with("ihk-aachen"));
    let sharing = made.expect(201);
    assert_eq!(
        (
            &sharing["organisation"]["slug"],
            &sharing["purpose"],
            &sharing["ended_at"]
        ),
        (&json!("ihk-aachen"), &json!(PURPOSE), &Value::Null)
    );
    let own = made.header("location").strip_prefix("/api/v1").unwrap().to_owned();
    let found = app.organiser().get(&own);
    assert_eq!((found.expect(200), found.etag()), (sharing.clone(), made.etag()));
    let shown = json!([{"id": sharing["id"], "organisation": sharing["organisation"], "purpose": PURPOSE}]);
    assert_eq!(public(&app, &seminar)["sharings"], shown);
    let change = json!({"title": "Neu"});
    app.organiser()
        .patch(&path, &before, &change)
        .problem(412, "precondition-failed");
    let fields = |entry: &Value| entry["changed_fields"].clone();
    let entries = || journal(&app, "seminar.changed").iter().map(fields).collect::<Vec<_>>();
    assert_eq!(entries(), [json!(["sharings"])]);

    let between = app.etag(&path);
    app.clock.advance(chrono::Duration::hours(1));
    end(&app, &seminar, sharing["id"].as_str().unwrap());
    assert_eq!(public(&app, &seminar)["sharings"], json!([]));
    app.organiser()
        .patch(&path, &between, &change)
        .problem(412, "precondition-failed");
    assert_eq!(entries(), [json!(["sharings"]), json!(["sharings"])]);
    let kept = app.organiser().get(&own);
    assert_eq!(kept.expect(200)["ended_at"], "2027-01-04T09:00:00Z");
    assert_ne!(kept.etag(), made.etag());

    // Ended again it stays as it is, and nothing has changed.
    let last = app.etag(&path);
    app.clock.advance(chrono::Duration::hours(1));
    end(&app, &seminar, sharing["id"].as_str().unwrap());
    assert_eq!(app.organiser().get(&own).expect(200), kept.expect(200));
    assert_eq!((app.etag(&path), entries().len()), (last, 2));
}

#[test]
fn all_there_ever_were_are_listed_page_by_page() {
    let app = TestApp::spawn();
    let seminar = app.seminar(5);
    let first = begin(&app, &seminar);
    end(&app, &seminar, &first);
    let second = begin(&app, &seminar);
    begin(&app, &app.seminar(5));
    let path = format!("/seminars/{seminar}/sharings?limit=1");
    let page = app.organiser().get(&path).expect(200);
    assert_eq!(page["data"][0]["id"], first, "{page}");
    let cursor = page["next_cursor"].as_str().unwrap();
    let rest = app.organiser().get(&format!("{path}&cursor={cursor}")).expect(200);
    assert_eq!(
        (&rest["data"][0]["id"], &rest["next_cursor"]),
        (&json!(second), &Value::Null)
    );
    let elsewhere = format!("/seminars/{}/sharings/{second}", app.seminar(5));
    app.organiser().get(&elsewhere).problem(404, "not-found");
    app.organiser()
        .send("DELETE", &elsewhere, &[], None)
        .problem(404, "not-found");
    assert_eq!(public(&app, &seminar)["sharings"][0]["id"], second);
}

#[test]
fn it_is_shared_with_another_organisation_once_and_with_ten_at_most() {
    let app = TestApp::spawn();
    let seminar = app.seminar(5);
    let path = format!("/seminars/{seminar}/sharings");
    let share = |organisation: &str| app.organiser().post(&path, &with(organisation));
    for wrong in [
        with("staedteregion-aachen"),
        with("gibt-es-nicht"),
        with("0192f3c1-8d7e-7cc0-a0ff-3f0f5f5b8b11"),
    ] {
        assert_eq!(
            app.organiser().post(&path, &wrong).invalid(),
            ["/organisation"],
            "{wrong}"
        );
    }
    let long = json!({"organisation": "ihk-aachen", "purpose": "ä".repeat(501), "until": 1});
    assert_eq!(app.organiser().post(&path, &long).invalid(), ["/purpose", "/until"]);
    let ihk = app.anonymous().get("/organisations/ihk-aachen").expect(200)["id"].clone();
    let first = share(ihk.as_str().unwrap()).id();
    assert_eq!(share("ihk-aachen").invalid(), ["/organisation"], "once");
    for n in 1..=10 {
        let new = json!({"slug": format!("verein-{n}"), "name": format!("Verein {n}")});
        app.platform_admin().post("/organisations", &new).expect(201);
        if n < 10 {
            share(&format!("verein-{n}")).expect(201);
        }
    }
    share("verein-10").problem(409, "limit-reached");
    end(&app, &seminar, &first);
    share("verein-10").expect(201);
    assert_eq!(public(&app, &seminar)["sharings"].as_array().unwrap().len(), 10);
}

#[test]
fn what_is_cancelled_begins_no_sharing_and_may_end_one() {
    let app = TestApp::spawn();
    let seminar = app.seminar(5);
    let sharing = begin(&app, &seminar);
    app.act(
        &format!("/seminars/{seminar}"),
        "cancel",
        &json!({"reason_code": "other"}),
    )
    .expect(200);
    let path = format!("/seminars/{seminar}/sharings");
    app.organiser()
        .post(&path, &with("ihk-aachen"))
        .problem(409, "seminar-cancelled");
    end(&app, &seminar, &sharing);
}

#[test]
fn begun_again_with_its_key_it_is_one_sharing() {
    let app = TestApp::spawn();
    let seminar = app.seminar(5);
    let path = format!("/seminars/{seminar}/sharings");
    let once = || app.organiser().post_with_key(&path, "a key", &with("ihk-aachen"));
    assert_eq!(once().expect(201), once().expect(201));
    assert_eq!(count(&app, "sharings"), 1);
}

#[test]
fn two_at_once_with_one_organisation_are_one_sharing() {
    let app = TestApp::spawn();
    let seminar = app.published(&draft_body(5));
    let path = format!("/seminars/{seminar}/sharings");
    let statuses = std::thread::scope(|scope| {
        let sent = [0, 1].map(|_| scope.spawn(|| app.organiser().post(&path, &with("ihk-aachen")).status));
        let mut statuses = sent.map(|one| one.join().unwrap());
        statuses.sort_unstable();
        statuses
    });
    assert_eq!((statuses, count(&app, "sharings")), ([201, 422], 1));
}
