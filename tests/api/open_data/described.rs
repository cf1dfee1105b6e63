//! How a catalogue and its years are described: DCAT-AP.de in JSON-LD.

use chrono::{DateTime, Utc};
use serde_json::{Value, json};

use super::{YEARS, published, put, settings};
use crate::api::reports::with_the_paper;

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
