//! What happens is told: once, signed, and in ids.

use serde_json::{Value, json};

use super::receiver::Receiver;
use super::{WEBHOOKS, open, told};
use crate::support::draft_with;

#[test]
fn a_change_of_plan_is_told_in_ids() {
    let (told, [seminar]) = told(["Gründen im Nebenerwerb"]);
    assert_eq!(told.app.deliver(), 0, "what was before is not told");
    told.app.register(&seminar, "anna").expect(201);
    told.app
        .act(
            &format!("/seminars/{seminar}"),
            "cancel",
            &json!({"reason_code": "weather", "public_text": "Sturm."}),
        )
        .expect(200);
    assert_eq!(told.app.deliver(), 1);
    let seen = &told.receiver.seen()[0];
    assert_eq!(seen.kind(), "seminar.cancelled");
    assert_eq!(seen.seminar(), seminar);
    assert_eq!(seen.body["timestamp"], "2027-01-04T08:00:00.000000Z");
    let members = seen.body["data"]
        .as_object()
        .unwrap()
        .keys()
        .cloned()
        .collect::<Vec<_>>();
    for member in &members {
        let known = ["changed_fields", "object", "organisation", "tombstone", "version"];
        assert!(known.contains(&member.as_str()), "{member}: {}", seen.text);
    }
    for personal in ["anna", "Müller", "example.org", "Sturm"] {
        assert!(!seen.text.contains(personal), "{}", seen.text);
    }
    assert!(seen.text.len() < 20_000);
    assert_eq!(seen.headers["content-type"], "application/json");
    assert_eq!(told.app.deliver(), 0, "once");
    assert_eq!(
        told.app.deliveries(&told.webhook),
        [("delivered".to_owned(), 1, "taken".to_owned(), json!(200))]
    );
}

#[test]
fn only_what_was_asked_for_is_told() {
    let (told, [seminar]) = told(["Gründen im Nebenerwerb"]);
    let quiet = Receiver::start();
    let only = told
        .app
        .webhook_with(json!({"url": quiet.url, "events": ["seminar.postponed", "seminar.postponed"]}));
    assert_eq!(told.app.shown(&only)["events"], json!(["seminar.postponed"]));
    told.app.rename(&seminar, "Gründen im Vollerwerb");
    told.app
        .act(
            &format!("/seminars/{seminar}"),
            "postpone",
            &json!({"reason_code": "speaker"}),
        )
        .expect(200);
    assert_eq!(told.app.deliver(), 3);
    assert_eq!(told.receiver.kinds(), ["seminar.changed", "seminar.postponed"]);
    assert_eq!(quiet.kinds(), ["seminar.postponed"]);
}

#[test]
fn a_test_goes_the_same_way() {
    let (told, []) = told([]);
    let path = format!("{}/test", told.webhook);
    let made = told.app.admin().post_with_key(&path, "probe", &json!({}));
    let again = told.app.admin().post_with_key(&path, "probe", &json!({}));
    assert_eq!(made.expect(201), again.expect(201));
    assert_eq!(again.header("idempotency-replayed"), "true");
    assert_eq!(told.app.deliver(), 1);
    let seen = &told.receiver.seen()[0];
    assert_eq!(seen.kind(), "webhook.test");
    assert_eq!(seen.id(), made.id());
    let delivery = told
        .app
        .admin()
        .get(made.header("location").strip_prefix("/api/v1").unwrap());
    assert_eq!(delivery.expect(200)["state"], "delivered");
    assert_eq!(delivery.expect(200)["next_attempt_at"], Value::Null);
}

#[test]
fn deliveries_are_listed_newest_first_and_by_state() {
    let (told, [one, other]) = told(["Eins", "Zwei"]);
    told.receiver.next(&[super::receiver::Order::Answer(500)]);
    told.app.rename(&one, "Eins und eins");
    told.app.deliver();
    told.app.rename(&other, "Zwei und zwei");
    told.app.deliver();
    let list = |query: &str| {
        told.app
            .admin()
            .get(&format!("{}/deliveries{query}", told.webhook))
            .expect(200)
    };
    let subjects = |page: &Value| {
        let rows = page["data"].as_array().unwrap().iter();
        rows.map(|row| row["subject"].as_str().unwrap().to_owned())
            .collect::<Vec<_>>()
    };
    assert_eq!(subjects(&list("")), [other.clone(), one.clone()]);
    assert_eq!(subjects(&list("?state=pending")), std::slice::from_ref(&one));
    assert_eq!(subjects(&list("?state=delivered")), std::slice::from_ref(&other));
    assert_eq!(subjects(&list("?state=failed")), [] as [&str; 0]);
    let first = list("?limit=1");
    let cursor = first["next_cursor"].as_str().unwrap();
    let second = list(&format!("?limit=1&cursor={cursor}"));
    assert_eq!((subjects(&second), &second["next_cursor"]), (vec![one], &Value::Null));
    let bad = told.app.admin().get(&format!("{}/deliveries?state=lost", told.webhook));
    assert_eq!(bad.invalid(), ["state"]);
}

#[test]
fn webhooks_are_listed_changed_and_deleted_with_what_is_on_its_way() {
    let app = open();
    let receiver = Receiver::start();
    let seminar = app.announced("Gründen");
    let webhook = app.webhook_with(json!({"url": receiver.url, "description": "Portal"}));
    let page = app.admin().get(WEBHOOKS).expect(200);
    assert_eq!(page["data"], json!([app.shown(&webhook)]));
    app.rename(&seminar, "Gründen!");
    receiver.next(&[super::receiver::Order::Answer(500)]);
    assert_eq!(app.deliver(), 1);
    let etag = app.admin().get(&webhook).etag();
    app.admin()
        .send("DELETE", &webhook, &[], None)
        .problem(428, "precondition-required");
    app.admin().delete(&webhook, &etag).expect(204);
    app.admin().get(&webhook).problem(404, "not-found");
    app.clock.advance(chrono::Duration::days(1));
    assert_eq!(app.deliver(), 0);
}

#[test]
fn of_others_the_public_programme_is_told_and_no_draft() {
    let app = open();
    let receiver = Receiver::start();
    let path = "/organisations/ihk-aachen/webhooks";
    app.settled();
    app.person("foreign_admin")
        .post(path, &json!({"url": receiver.url}))
        .expect(201);
    let draft = app.draft(&draft_with(5, json!({"title": "Entwurf"}))).id();
    app.rename(&draft, "Noch ein Entwurf");
    assert_eq!(app.deliver(), 0, "a draft of others");
    let public = app.announced("Gründen");
    let internal = app.published(&draft_with(5, json!({"title": "Intern", "audience": "internal"})));
    app.deliver();
    assert!(
        receiver.seen().iter().all(|seen| seen.seminar() == public),
        "{:?} {internal}",
        receiver.kinds()
    );
    assert_eq!(receiver.kinds().last().unwrap(), "seminar.published");
    // It was public until this change: the last that is told of it, without saying more.
    let seminar = format!("/seminars/{public}");
    let withdrawn = json!({"audience": "internal"});
    app.organiser()
        .patch(&seminar, &app.etag(&seminar), &withdrawn)
        .expect(200);
    app.rename(&public, "Nichts für andere");
    app.deliver();
    let last = receiver.seen().pop().unwrap();
    assert_eq!(
        last.body["data"]["tombstone"],
        json!({"reason": "withdrawn", "merged_into": null})
    );
    assert!(
        !last.text.contains("Nichts") && last.body["data"]["version"].is_null(),
        "{}",
        last.text
    );
}
