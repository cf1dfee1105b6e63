//! Whose word holds where another system and people here write one seminar.

use serde_json::{Value, json};

use super::external_seminars::{decided_here, event, ihk, with};

#[test]
fn a_new_name_of_a_venue_or_an_organisation_is_no_decision_about_the_seminar() {
    let ihk = ihk();
    let venue = ihk
        .organiser
        .post(
            "/venues",
            &json!({"organisation": "ihk-aachen", "name": "Digital Church", "locality": "Aachen"}),
        )
        .id();
    let at = |day: u8| {
        with(
            &json!({"sessions": [{"starts_at": format!("2027-05-{day:02}T18:00:00+02:00"), "venue": venue}],
            "channels": [{"channel": "onsite", "capacity": 50}]}),
        )
    };
    ihk.push(&at(6)).expect(201);
    let path = format!("/venues/{venue}");
    let rename = json!({"name": "digitalCHURCH"});
    ihk.organiser
        .patch(&path, &ihk.organiser.get(&path).etag(), &rename)
        .expect(200);
    let admin = ihk.app.person("foreign_admin");
    let path = "/organisations/ihk-aachen";
    let rename = json!({"name": "Industrie- und Handelskammer Aachen"});
    admin.patch(path, &admin.get(path).etag(), &rename).expect(200);
    let mut moved = at(13);
    moved["parties"] =
        json!([{"role": "lead", "organisation": "ihk-aachen"}, {"role": "contributor", "name": "digitalHUB"}]);
    let view = ihk.push(&moved).expect(200);
    assert_eq!(view["sessions"][0]["starts_at"], "2027-05-13T18:00:00+02:00");
    assert_eq!(view["parties"].as_array().unwrap().len(), 2);
}

#[test]
fn what_was_said_of_the_seminar_that_had_the_id_before_says_nothing_of_this_one() {
    let ihk = ihk();
    ihk.push(&event()).expect(201);
    let first = ihk.there();
    ihk.edit(&json!({"external_refs": []}));
    // Another one bears the id now, and says something else.
    let mut body = crate::support::draft_body(5);
    body["organisation"] = json!("ihk-aachen");
    body["title"] = json!("Von Hand geschrieben");
    body["external_refs"] = json!([{"system": "ihk-events", "external_id": "4711"}]);
    ihk.organiser.post("/seminars", &body).expect(201);
    assert_ne!(ihk.there(), first);
    let named = decided_here(&ihk.push(&event()));
    assert!(named.contains(&"/title".to_owned()), "{named:?}");
}

#[test]
fn who_has_seen_one_that_is_gone_makes_no_other() {
    let ihk = ihk();
    ihk.push(&event()).expect(201);
    let seen = ihk.calendar.get(&ihk.there()).etag();
    ihk.edit(&json!({"external_refs": []}));
    ihk.push_as(&[("If-Match", &seen)], &event())
        .problem(412, "precondition-failed");
    ihk.push(&event()).expect(201);
}

/// Two different pushes of one seminar at once: the second is compared with what the first left, not with what was before; and of
/// two who have seen the same version one hears that it has changed.
#[test]
fn two_updates_at_once_come_one_after_the_other() {
    let ihk = ihk();
    ihk.push(&event()).expect(201);
    for round in 0..10 {
        let titles = ["a", "b"].map(|which| format!("Runde {round}{which}"));
        std::thread::scope(|scope| {
            for title in &titles {
                let ihk = &ihk;
                scope.spawn(move || ihk.push(&with(&json!({"title": title}))).expect(200));
            }
        });
        let seen = ihk.calendar.get(&ihk.there()).etag();
        let statuses = std::thread::scope(|scope| {
            let pushes = ["c", "d"].map(|which| {
                let (ihk, seen) = (&ihk, &seen);
                let body = with(&json!({"title": format!("Runde {round}{which}")}));
                scope.spawn(move || ihk.push_as(&[("If-Match", seen)], &body).status)
            });
            let mut statuses = pushes.map(|one| one.join().unwrap());
            statuses.sort_unstable();
            statuses
        });
        assert_eq!(statuses, [200, 412]);
        let titles = ["c", "d"].map(|which| format!("Runde {round}{which}"));
        let stands = ihk.calendar.get(&ihk.there()).expect(200)["title"].clone();
        assert!(titles.iter().any(|title| stands == json!(title)), "{stands}");
        // Whichever came last is remembered as said: the next is no decision of somebody here.
        ihk.push(&with(&json!({"title": format!("Ende {round}")}))).expect(200);
    }
    let view: Value = ihk.calendar.get(&ihk.there()).expect(200);
    assert_eq!(view["title"], "Ende 9");
}
