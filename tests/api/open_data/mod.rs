//! `/organisations/{organisation}/open-data` and `/open-data`: who decides that years are published, what is then public, and
//! what is not.

mod described;
mod tables;

use diesel::prelude::*;
use diesel::sql_types::Text;
use einlass::base::db::Db;
use einlass::imports::{DEMO_ORGANISATION, load_demo};
use einlass::journal::{Act, Actor};
use einlass::reports::publish_demo;
use serde_json::{Value, json};

use super::reports::{past, with_the_paper};
use crate::support::{Answer, Client, PASSWORD, TestApp, TestDatabase};

pub const SETTINGS: &str = "/organisations/staedteregion-aachen/open-data";
pub const YEARS: &str = "/open-data/staedteregion-aachen";

pub fn settings() -> Value {
    json!({"contributor_id": "http://dcat-ap.de/def/contributors/openNRW", "licence": "dl-by-de/2.0",
        "contact_name": "Wirtschaftsförderung", "contact_email": "daten+2020@staedteregion.example",
        "keywords": ["Wirtschaftsförderung", "Veranstaltungen"],
        "political_geocoding": "http://dcat-ap.de/def/politicalGeocoding/districtKey/05334",
        "landing_page": "https://www.staedteregion.example/daten", "first_year": 2020})
}

fn put(client: &Client, tag: Option<&str>, body: &Value) -> Answer {
    let headers = tag.map(|tag| ("If-Match", tag));
    let headers = headers.as_slice();
    client.send("PUT", SETTINGS, headers, Some(body.to_string().as_bytes()))
}

/// The organisation publishes, from whichever call on.
pub fn publishing(app: &TestApp) {
    if app.admin().get(SETTINGS).status == 404 {
        put(&app.admin(), None, &settings()).expect(201);
    }
}

/// The same, with a year to show.
pub fn with_a_year(app: &TestApp) {
    publishing(app);
    if app.anonymous().get(&format!("{YEARS}/2020")).status == 404 {
        past(
            app,
            "staedteregion-aachen",
            &json!([{"title": "Sprechtag", "date": "2020-06-01"}]),
        );
    }
}

fn published() -> (TestApp, Client) {
    let (app, _) = with_the_paper();
    publishing(&app);
    let anybody = app.anonymous();
    (app, anybody)
}

fn figure<'a>(figures: &'a Value, by: &str, key: &str) -> &'a Value {
    let mut all = figures["figures"].as_array().unwrap().iter();
    all.find(|one| one["by"] == by && one["key"] == key)
        .unwrap_or_else(|| panic!("{by} {key} in {figures}"))
}

#[test]
fn nothing_is_published_before_it_is_decided_nor_after_it_is_taken_back() {
    let (app, _) = with_the_paper();
    let (admin, anybody) = (app.admin(), app.anonymous());
    let paths = ["", "/2020", "/2020/seminars", "/2020/figures"];
    let silent = || {
        for path in paths {
            let theirs = anybody.get(&format!("{YEARS}{path}"));
            let nobodys = anybody.get(&format!("/open-data/gibt-es-nicht{path}"));
            let same = |answer: &Answer, name: &str| {
                let id = answer.header("x-request-id").to_owned();
                answer.text.replace(name, "").replace(&id, "")
            };
            theirs.problem(404, "not-found");
            assert_eq!(same(&theirs, "staedteregion-aachen"), same(&nobodys, "gibt-es-nicht"));
            assert_eq!(theirs.header("cache-control"), nobodys.header("cache-control"));
        }
    };
    silent();
    admin.get(SETTINGS).problem(404, "not-found");
    let made = put(&admin, None, &settings());
    let body = made.expect(201);
    assert_eq!(
        made.header("location"),
        "/api/v1/organisations/staedteregion-aachen/open-data"
    );
    assert_eq!(body["catalogue"], "/api/v1/open-data/staedteregion-aachen");
    let read = admin.get(SETTINGS);
    assert_eq!((read.expect(200), read.etag()), (body, made.etag()));
    for path in paths {
        assert_eq!(anybody.get(&format!("{YEARS}{path}")).status, 200, "{path}");
    }
    put(&admin, None, &settings()).problem(428, "precondition-required");
    put(&admin, Some("\"9-x\""), &settings()).problem(412, "precondition-failed");
    let mut later = settings();
    later["first_year"] = 2021.into();
    let changed = put(&admin, Some(&made.etag()), &later);
    assert_eq!(changed.expect(200)["first_year"], 2021);
    anybody.get(&format!("{YEARS}/2020")).problem(404, "not-found");
    admin.delete(SETTINGS, &made.etag()).problem(412, "precondition-failed");
    assert_eq!(admin.delete(SETTINGS, &changed.etag()).status, 204);
    silent();
    put(&admin, Some(&changed.etag()), &settings()).problem(412, "precondition-failed");
    assert_eq!(
        journal(&app),
        ["open_data.saved", "open_data.saved", "open_data.deleted"]
    );
}

fn journal(app: &TestApp) -> Vec<String> {
    #[derive(QueryableByName)]
    struct Line {
        #[diesel(sql_type = Text)]
        action: String,
    }
    let lines = diesel::sql_query(
        "SELECT action FROM journal WHERE object_kind = 'open_data' AND data ->> 'licence' = 'dl-by-de/2.0'
             AND data::text NOT LIKE '%staedteregion.example%' ORDER BY id",
    );
    let lines = lines.load::<Line>(&mut app.database.connect()).unwrap();
    lines.into_iter().map(|line| line.action).collect()
}

#[test]
fn what_cannot_be_published_by_is_refused_by_member() {
    let app = TestApp::spawn();
    let admin = app.admin();
    let with = |member: &str, value: Value| {
        let mut body = settings();
        body[member] = value;
        put(&admin, None, &body).invalid()
    };
    for (member, value) in [
        ("contributor_id", json!("https://example.org/openNRW")),
        ("licence", json!("all-rights-reserved")),
        ("licence", json!("cc-by-nc/4.0")),
        ("contact_email", json!("niemand")),
        ("contact_url", json!("javascript:alert(1)")),
        ("keywords", json!([])),
        ("keywords", json!(["Gründer_innen", "Gründerinnen"])),
        (
            "political_geocoding",
            json!("http://dcat-ap.de/def/politicalGeocoding/districtKey/5334"),
        ),
        ("landing_page", json!("https://example.org/<a>")),
        ("first_year", json!(20)),
        ("version", json!(1)),
    ] {
        assert_eq!(with(member, value.clone()), [format!("/{member}")], "{value}");
    }
    let mut unreachable = settings();
    unreachable.as_object_mut().unwrap().remove("contact_email");
    assert_eq!(put(&admin, None, &unreachable).invalid(), ["/contact_email"]);
    unreachable["contact_url"] = "https://www.staedteregion.example/kontakt".into();
    put(&admin, None, &unreachable).expect(201);
}

#[test]
fn caches_may_keep_it_and_must_ask() {
    let (app, anybody) = published();
    for path in ["", "/2020", "/2020/seminars?format=csv", "/2020/figures"] {
        let path = format!("{YEARS}{path}");
        let first = anybody.get(&path);
        assert_eq!(first.header("cache-control"), "no-cache", "{path}");
        assert!(first.header("vary").contains("Accept"), "{path}");
        let again = anybody.get_with(&path, &[("If-None-Match", &first.etag())]);
        assert_eq!((again.status, again.text.as_str()), (304, ""), "{path}");
        assert_eq!(again.etag(), first.etag());
        let member = app.organiser().get(&path);
        assert_eq!(member.etag(), first.etag(), "members see no more than anybody");
    }
    let json = anybody.get(&format!("{YEARS}/2020/seminars")).etag();
    let csv = anybody.get(&format!("{YEARS}/2020/seminars?format=csv")).etag();
    assert_ne!(json, csv);
}

#[test]
fn the_demo_publishes_its_years() {
    let database = TestDatabase::empty();
    Db::new(&database.direct_url, 2).unwrap().migrate().unwrap();
    let app = TestApp::on(database);
    let act = Act {
        now: app.clock.now(),
        actor: Actor::SYSTEM,
    };
    let loaded = app.site.db.run(false, |conn| {
        load_demo(conn, &act, PASSWORD)?;
        publish_demo(conn, &act, DEMO_ORGANISATION)
    });
    loaded.unwrap();
    let figures = app.anonymous().get(&format!("{YEARS}/2020/figures")).expect(200);
    assert_eq!(figure(&figures, "year", "2020")["held"], 14);
    app.anonymous().get("/open-data/ihk-aachen").problem(404, "not-found");
}
