//! `/organisations/{organisation}/open-data` and `/open-data`: who decides that years are published, what is then public, and
//! what is not.

use chrono::{DateTime, Utc};
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
fn a_catalogue_has_every_year_that_is_over() {
    let (app, anybody) = published();
    let answer = anybody.get(YEARS);
    assert_eq!(answer.header("content-type"), "application/ld+json");
    let catalogue = answer.expect(200);
    let own = "https://einlass.example/api/v1/open-data/staedteregion-aachen";
    assert_eq!(
        (&catalogue["@type"], &catalogue["@id"]),
        (&json!("dcat:Catalog"), &json!(own))
    );
    let sets = catalogue["dcat:dataset"].as_array().unwrap();
    let ids = sets.iter().map(|set| set["@id"].as_str().unwrap().to_owned());
    let years = [2020, 2021].map(|year| format!("{own}/{year}"));
    assert_eq!(
        ids.collect::<Vec<_>>(),
        years,
        "of the other years there is nothing to tell"
    );
    let mut set = anybody.get(&format!("{YEARS}/2020")).expect(200);
    set.as_object_mut().unwrap().remove("@context");
    assert_eq!(set, sets[0], "a year is described alike in both places");
    let id = anybody.get("/organisations/staedteregion-aachen").expect(200)["id"].clone();
    let by_id = anybody.get(&format!("/open-data/{}", id.as_str().unwrap())).expect(200);
    assert_eq!(by_id, catalogue, "an address of its own, whatever it was asked by");
    app.seminar(5);
    // It is January 2027, and the seminar is in May.
    for year in ["2019", "2022", "2027", "2028", "02020", "20", "zwanzig", "2020.csv"] {
        anybody.get(&format!("{YEARS}/{year}")).problem(404, "not-found");
        anybody
            .get(&format!("{YEARS}/{year}/figures"))
            .problem(404, "not-found");
    }
    // Midnight in Berlin on New Year's Day 2028.
    let over = "2027-12-31T23:00:00Z".parse::<DateTime<Utc>>().unwrap();
    app.clock.advance(over - app.clock.now());
    assert_eq!(anybody.get(&format!("{YEARS}/2027")).status, 200);
    assert_eq!(
        anybody.get(YEARS).expect(200)["dcat:dataset"].as_array().unwrap().len(),
        3
    );
}

#[test]
fn a_year_is_described_by_the_vocabularies_of_dcat_ap_de() {
    let (_app, anybody) = published();
    let set = anybody.get(&format!("{YEARS}/2020")).expect(200);
    let eu = "http://publications.europa.eu/resource/authority";
    let de = "http://dcat-ap.de/def";
    for (member, iri) in [
        ("dcatde:contributorID", format!("{de}/contributors/openNRW")),
        (
            "dcatde:politicalGeocodingURI",
            format!("{de}/politicalGeocoding/districtKey/05334"),
        ),
        (
            "dcatde:politicalGeocodingLevelURI",
            format!("{de}/politicalGeocoding/Level/administrativeDistrict"),
        ),
        ("dct:spatial", format!("{de}/politicalGeocoding/districtKey/05334")),
        ("dcat:theme", format!("{eu}/data-theme/ECON")),
        ("dct:language", format!("{eu}/language/DEU")),
        ("dct:accrualPeriodicity", format!("{eu}/frequency/ANNUAL")),
        ("dct:accessRights", format!("{eu}/access-right/PUBLIC")),
        ("dcat:landingPage", "https://www.staedteregion.example/daten".to_owned()),
        (
            "dct:publisher",
            "https://einlass.example/api/v1/organisations/staedteregion-aachen".to_owned(),
        ),
    ] {
        assert_eq!(set[member]["@id"], iri, "{member}");
    }
    assert_eq!(
        set["dcat:contactPoint"]["vcard:hasEmail"]["@id"],
        "mailto:daten+2020@staedteregion.example"
    );
    assert_eq!(set["dcat:contactPoint"]["vcard:fn"], "Wirtschaftsförderung");
    assert_eq!(set["dct:identifier"], set["@id"]);
    assert_eq!(set["dct:temporal"]["dcat:startDate"]["@value"], "2020-01-01");
    assert_eq!(set["dct:temporal"]["dcat:endDate"]["@value"], "2020-12-31");
    assert_eq!(set["dcat:keyword"][0]["@value"], "Wirtschaftsförderung");
    let text = set["dct:description"]["@value"].as_str().unwrap();
    assert!(text.contains("1 bis 4 Personen"), "{text}");
    let distributions = set["dcat:distribution"].as_array().unwrap();
    assert_eq!(distributions.len(), 4);
    for one in distributions {
        assert_eq!(one["dct:license"]["@id"], format!("{de}/licenses/dl-by-de/2.0"));
        assert_eq!(one["dcatde:licenseAttributionByText"]["@value"], "StädteRegion Aachen");
        let address = one["dcat:downloadURL"]["@id"].as_str().unwrap();
        assert_eq!(one["dcat:accessURL"]["@id"], address);
        let path = address.strip_prefix("https://einlass.example").unwrap();
        let found = anybody.get(path);
        assert_eq!(found.status, 200, "{path}");
        let (media_type, file_type) = match found.header("content-type") {
            "application/json" => ("application/json", "JSON"),
            "text/csv; charset=utf-8" => ("text/csv", "CSV"),
            other => panic!("{other}"),
        };
        assert_eq!(
            one["dcat:mediaType"]["@id"],
            format!("https://www.iana.org/assignments/media-types/{media_type}")
        );
        assert_eq!(one["dct:format"]["@id"], format!("{eu}/file-type/{file_type}"));
    }
}

#[test]
fn a_licence_that_asks_for_no_name_gets_none() {
    let (app, _) = with_the_paper();
    let mut body = settings();
    body["licence"] = "dl-zero-de/2.0".into();
    body["publisher_name"] = "Wirtschaftsförderung der StädteRegion".into();
    put(&app.admin(), None, &body).expect(201);
    let set = app.anonymous().get(&format!("{YEARS}/2020")).expect(200);
    let one = &set["dcat:distribution"][0];
    assert_eq!(
        one["dct:license"]["@id"],
        "http://dcat-ap.de/def/licenses/dl-zero-de/2.0"
    );
    assert_eq!(one.get("dcatde:licenseAttributionByText"), None);
    assert_eq!(
        set["dct:publisher"]["foaf:name"],
        "Wirtschaftsförderung der StädteRegion"
    );
    let table = app.anonymous().get(&format!("{YEARS}/2020/figures")).expect(200);
    assert_eq!(
        (&table["attribution"], &table["publisher"]),
        (&Value::Null, &body["publisher_name"])
    );
}

#[test]
fn the_years_of_the_paper_in_public() {
    let (_app, anybody) = published();
    for (year, held, planned, participants) in [(2020, 14, 0, 680), (2021, 6, 2, 400)] {
        let figures = anybody.get(&format!("{YEARS}/{year}/figures")).expect(200);
        let whole = figure(&figures, "year", &year.to_string());
        assert_eq!(
            (&whole["held"], &whole["planned"]),
            (&json!(held), &json!(planned)),
            "{year}"
        );
        assert_eq!(whole["participants"], participants, "{year}");
        assert_eq!(whole["participants_qualifier"], "at_least");
        let seminars = anybody.get(&format!("{YEARS}/{year}/seminars")).expect(200);
        assert_eq!(seminars["seminars"].as_array().unwrap().len(), held + planned, "{year}");
        for table in [&figures, &seminars] {
            assert_eq!((&table["rule"], &table["year"]), (&json!("public@1"), &json!(year)));
            assert_eq!(table["licence"], "http://dcat-ap.de/def/licenses/dl-by-de/2.0");
            assert_eq!(
                (&table["attribution"], &table["suppressed_below"]),
                (&json!("StädteRegion Aachen"), &json!(5))
            );
        }
    }
    let seminars = anybody.get(&format!("{YEARS}/2020/seminars")).expect(200);
    let mut all = seminars["seminars"].as_array().unwrap().iter();
    let one = all
        .find(|one| one["title"].as_str().unwrap().starts_with("digitale Sprechstunde"))
        .unwrap();
    let names = one["organisations"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| one["name"].as_str().unwrap());
    assert_eq!(
        names.collect::<Vec<_>>(),
        ["StädteRegion Aachen", "Gesundheitsamt der StädteRegion Aachen"]
    );
    assert!(one["kind"].is_string());
    let figures = anybody.get(&format!("{YEARS}/2020/figures")).expect(200);
    let whole = figures.to_string() + &seminars.to_string();
    for person in ["Ziemons", "Klausur", "Informationsveranstaltung für städteregionale"] {
        assert!(!whole.contains(person), "{person}");
    }
}

#[test]
fn a_small_count_is_told_nowhere() {
    let app = TestApp::spawn();
    let both = json!([{"channel": "onsite"}, {"channel": "online"}]);
    past(
        &app,
        "staedteregion-aachen",
        &json!([
            {"title": "Vier", "date": "2020-09-01", "headcounts": [{"stated_as": "4 Teilnehmende"}]},
            {"title": "Fünf", "date": "2020-09-02", "headcounts": [{"stated_as": "5 Teilnehmende"}]},
            {"title": "Niemand", "date": "2020-10-01", "headcounts": [{"stated_as": "0 Teilnehmende"}]},
            {"title": "Unbekannt", "date": "2020-10-02"},
            {"title": "Rund drei", "date": "2020-11-03", "headcounts": [{"stated_as": "rund 3 Teilnehmende"}]},
            {"title": "Beides", "date": "2020-12-03", "channels": both, "headcounts": [
                {"channel": "onsite", "stated_as": "40 Teilnehmende"}, {"channel": "online", "stated_as": "2 Teilnehmende"}]},
        ]),
    );
    publishing(&app);
    let anybody = app.anonymous();
    let seminars = anybody.get(&format!("{YEARS}/2020/seminars")).expect(200);
    let counts = seminars["seminars"].as_array().unwrap().iter().map(|one| {
        let title = one["title"].as_str().unwrap().to_owned();
        (
            title,
            one["participants"].as_i64(),
            one["participants_suppressed"].as_bool().unwrap(),
        )
    });
    let expected = [
        ("Vier", None, true),
        ("Fünf", Some(5), false),
        ("Niemand", Some(0), false),
        ("Unbekannt", None, false),
        ("Rund drei", None, true),
        ("Beides", Some(42), false),
    ];
    assert_eq!(
        counts.collect::<Vec<_>>(),
        expected.map(|(title, count, hidden)| (title.to_owned(), count, hidden))
    );
    let figures = anybody.get(&format!("{YEARS}/2020/figures")).expect(200);
    for (by, key, sum, qualifier, counted, hidden, silent) in [
        ("year", "2020", json!(47), json!("at_least"), 3, 2, 1),
        ("month", "2020-09", json!(5), json!("at_least"), 1, 1, 0),
        ("month", "2020-10", json!(0), json!("exact"), 1, 0, 1),
        ("month", "2020-11", Value::Null, Value::Null, 0, 1, 0),
        ("channel", "onsite+online", json!(42), json!("exact"), 1, 0, 0),
    ] {
        let cell = figure(&figures, by, key);
        assert_eq!(
            (&cell["participants"], &cell["participants_qualifier"]),
            (&sum, &qualifier),
            "{key}"
        );
        assert_eq!(cell["participants_counted"], counted, "{key}");
        assert_eq!(cell["participants_suppressed"], hidden, "{key}");
        assert_eq!(cell["without_count"], silent, "{key}");
    }
    let csv = anybody.get(&format!("{YEARS}/2020/seminars?format=csv"));
    let line = csv.text.lines().find(|line| line.contains(",Vier,")).unwrap();
    assert!(line.ends_with(",,,true,,,false"), "{line}");
}

#[test]
fn tables_come_as_json_and_as_csv_of_both_dialects() {
    let (_app, anybody) = published();
    let at = |rest: &str| format!("{YEARS}/2020/{rest}");
    let json = anybody.get(&at("seminars"));
    assert_eq!(json.header("content-type"), "application/json");
    assert_eq!(
        json.header("content-disposition"),
        "attachment; filename=\"veranstaltungen-staedteregion-aachen-2020.json\""
    );
    let csv = anybody.get(&at("seminars?format=csv"));
    assert_eq!(csv.header("content-type"), "text/csv; charset=utf-8");
    assert_eq!(
        csv.header("content-disposition"),
        "attachment; filename=\"veranstaltungen-staedteregion-aachen-2020.csv\""
    );
    assert!(
        csv.text.starts_with("id,title,kind,date,"),
        "no mark, commas: {}",
        csv.text
    );
    let mut reader = csv::Reader::from_reader(csv.bytes.as_slice());
    let headings = reader.headers().unwrap().clone();
    let rows = reader.records().map(Result::unwrap).collect::<Vec<_>>();
    let json = json.expect(200);
    let all = json["seminars"].as_array().unwrap();
    assert_eq!(rows.len(), all.len());
    for (row, one) in rows.iter().zip(all) {
        let members = one
            .as_object()
            .unwrap()
            .keys()
            .map(String::as_str)
            .collect::<std::collections::BTreeSet<_>>();
        assert_eq!(headings.iter().collect::<std::collections::BTreeSet<_>>(), members);
        for (heading, cell) in headings.iter().zip(row) {
            match &one[heading] {
                Value::Null => assert_eq!(cell, "", "{heading}"),
                Value::String(text) => assert_eq!(cell, text),
                Value::Array(parts) => {
                    assert_eq!(cell.split(" | ").filter(|part| !part.is_empty()).count(), parts.len())
                }
                other => assert_eq!(cell, other.to_string(), "{heading}"),
            }
        }
    }
    let excel = anybody.get(&at("seminars?format=csv&dialect=excel"));
    assert!(excel.text.starts_with("\u{FEFF}id;title;"), "{}", excel.text);
    let accepted = anybody.get_with(&at("figures"), &[("Accept", "text/csv")]);
    assert!(accepted.text.starts_with("by,key,name,"), "{}", accepted.text);
    assert_eq!(
        accepted.header("content-disposition"),
        "attachment; filename=\"kennzahlen-staedteregion-aachen-2020.csv\""
    );
    let lines = csv::Reader::from_reader(accepted.bytes.as_slice()).records().count();
    let figures = anybody.get(&at("figures?format=json")).expect(200);
    assert_eq!(lines, figures["figures"].as_array().unwrap().len());
    anybody
        .get_with(&at("figures"), &[("Accept", "text/html")])
        .problem(406, "not-acceptable");
    assert_eq!(anybody.get(&at("figures?dialect=excel")).invalid(), ["dialect"]);
    assert_eq!(anybody.get(&at("figures?format=xml")).invalid(), ["format"]);
    assert_eq!(anybody.get(&at("figures?year=2020")).invalid(), ["year"]);
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
fn a_year_says_when_it_was_last_changed() {
    let (app, anybody) = published();
    let changed = |year: i32| anybody.get(&format!("{YEARS}/{year}")).expect(200)["dct:modified"]["@value"].clone();
    let issued = |year: i32| anybody.get(&format!("{YEARS}/{year}")).expect(200)["dct:issued"]["@value"].clone();
    let now = json!("2027-01-04T08:00:00Z");
    assert_eq!(
        (changed(2020), changed(2021), issued(2020)),
        (now.clone(), now.clone(), now.clone())
    );
    app.clock.advance(chrono::Duration::hours(1));
    let seminars = anybody.get(&format!("{YEARS}/2020/seminars")).expect(200);
    let id = seminars["seminars"][0]["id"].as_str().unwrap().to_owned();
    let stated = json!({"stated_as": "99 Teilnehmende", "basis": true});
    app.organiser()
        .post(&format!("/seminars/{id}/headcounts"), &stated)
        .expect(201);
    assert_eq!(changed(2020), json!("2027-01-04T09:00:00Z"));
    assert_eq!((changed(2021), issued(2020)), (now.clone(), now));
    let catalogue = anybody.get(YEARS).expect(200);
    assert_eq!(catalogue["dct:modified"]["@value"], "2027-01-04T09:00:00Z");
}

#[test]
fn the_demo_publishes_its_years() {
    let database = TestDatabase::empty();
    Db::new(&database.url, 2).unwrap().migrate().unwrap();
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
