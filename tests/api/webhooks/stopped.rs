//! Who is gone, or takes nothing for five days, is not asked any more; and goes on where it stopped.

use chrono::TimeDelta;
use diesel::prelude::*;
use serde_json::{Value, json};

use super::receiver::Order;
use super::{Told, told};

fn journal(told: &Told) -> Vec<(String, Value)> {
    use einlass::schema::journal::dsl;
    let query = dsl::journal
        .filter(dsl::object_kind.eq("webhook"))
        .order(dsl::id)
        .select((dsl::action, dsl::data));
    query.load(&mut told.app.database.connect()).unwrap()
}

#[test]
fn gone_disables_at_once_and_enabling_goes_on() {
    let (told, [one, other]) = told(["A", "B"]);
    told.receiver.next(&[Order::Answer(410)]);
    told.app.rename(&one, "A1");
    told.app.rename(&other, "B1");
    assert_eq!(told.app.deliver(), 1, "the second is not even tried");
    let shown = told.app.shown(&told.webhook);
    assert_eq!(
        (&shown["state"], &shown["disabled_reason"]),
        (&json!("disabled"), &json!("gone"))
    );
    assert_eq!(shown["disabled_at"], "2027-01-04T08:00:00Z");
    let last = journal(&told).pop().unwrap();
    assert_eq!(last, ("webhook.disabled".to_owned(), json!({"reason": "gone"})));
    let mails = told.app.mails();
    let [mail] = mails.as_slice() else { panic!("{mails:?}") };
    assert_eq!(
        (mail.kind.as_str(), mail.recipient.as_str()),
        ("webhook_disabled", "admin@staedteregion.example")
    );
    assert_eq!(mail.data["webhook"]["host"], "127.0.0.1");
    assert!(!mail.data.to_string().contains("key=7"), "the address may be a secret");
    // Meanwhile something happens, and nobody is told.
    told.app.clock.advance(TimeDelta::days(7));
    told.app.rename(&one, "A2");
    assert_eq!(told.app.deliver(), 0);
    let test = format!("{}/test", told.webhook);
    told.app
        .admin()
        .post(&test, &json!({}))
        .problem(409, "transition-not-allowed");
    let deliveries = format!("{}/deliveries", told.webhook);
    let pending = told.app.admin().get(&deliveries).expect(200)["data"][0]["id"].clone();
    let retry = format!("{deliveries}/{}/retry", pending.as_str().unwrap());
    told.app
        .admin()
        .post(&retry, &json!({}))
        .problem(409, "transition-not-allowed");
    let shown = told.app.change_webhook(&told.webhook, &json!({"enabled": true}));
    assert_eq!(
        (&shown["state"], &shown["failing_since"]),
        (&json!("enabled"), &Value::Null)
    );
    assert_eq!(told.app.deliver(), 3);
    assert!(
        told.app
            .deliveries(&told.webhook)
            .iter()
            .all(|(state, ..)| state == "delivered")
    );
}

#[test]
fn five_days_without_a_break_disable_and_one_taken_breaks_them() {
    let (told, [seminar]) = told(["A"]);
    told.receiver.always(Some(Order::Answer(500)));
    told.app.rename(&seminar, "A1");
    told.app.deliver();
    let since = told.app.shown(&told.webhook)["failing_since"].clone();
    assert_eq!(since, "2027-01-04T08:00:00Z");
    told.app.clock.advance(TimeDelta::days(4));
    told.receiver.next(&[Order::Answer(200)]);
    told.app.deliver();
    assert_eq!(told.app.shown(&told.webhook)["failing_since"], Value::Null);
    told.app.rename(&seminar, "A2");
    told.app.deliver();
    told.app.clock.advance(TimeDelta::days(5) - TimeDelta::seconds(1));
    told.app.deliver();
    assert_eq!(told.app.shown(&told.webhook)["state"], "enabled");
    told.app.clock.advance(TimeDelta::hours(1));
    told.app.deliver();
    let shown = told.app.shown(&told.webhook);
    assert_eq!(
        (&shown["state"], &shown["disabled_reason"]),
        (&json!("disabled"), &json!("failing"))
    );
    assert_eq!(told.app.mails_to("admin@staedteregion.example"), ["webhook_disabled"]);
    told.receiver.always(None);
    told.app.change_webhook(&told.webhook, &json!({"enabled": true}));
    assert_eq!(told.app.deliver(), 1);
}

#[test]
fn an_admin_stops_it_and_another_address_begins_at_once() {
    let (told, [seminar]) = told(["A"]);
    told.receiver.next(&[Order::Answer(500)]);
    told.app.rename(&seminar, "A1");
    told.app.deliver();
    let shown = told.app.change_webhook(&told.webhook, &json!({"enabled": false}));
    assert_eq!(
        (&shown["state"], &shown["disabled_reason"]),
        (&json!("disabled"), &json!("by_admin"))
    );
    told.app.clock.advance(TimeDelta::hours(1));
    assert_eq!(told.app.deliver(), 0);
    assert!(told.app.mails().is_empty(), "an admin knows");
    told.app.change_webhook(&told.webhook, &json!({"enabled": true}));
    told.receiver.next(&[Order::Answer(500)]);
    assert_eq!(told.app.deliver(), 1);
    let elsewhere = super::receiver::Receiver::start();
    told.app.change_webhook(&told.webhook, &json!({"url": elsewhere.url}));
    assert_eq!(told.app.deliver(), 1);
    assert_eq!(
        (told.receiver.ids()[0].clone(), elsewhere.ids().len()),
        (elsewhere.ids()[0].clone(), 1)
    );
}

/// Five days are counted while something is to be taken. What was given up, and a quiet month after it, are none of them.
#[test]
fn a_quiet_month_is_no_failure() {
    let (told, [seminar]) = told(["A"]);
    told.receiver.always(Some(Order::Answer(500)));
    told.app.rename(&seminar, "A1");
    told.app.deliver();
    for minutes in [1, 6, 34, 133, 331, 661, 925, 1321, 1585] {
        assert_ne!(told.app.shown(&told.webhook)["failing_since"], Value::Null);
        told.app.clock.advance(TimeDelta::minutes(minutes));
        assert_eq!(told.app.deliver(), 1, "after {minutes} minutes");
    }
    assert_eq!(told.app.deliveries(&told.webhook)[0].0, "failed");
    assert_eq!(told.app.shown(&told.webhook)["failing_since"], Value::Null);
    told.app.clock.advance(TimeDelta::days(30));
    told.app.rename(&seminar, "A2");
    assert_eq!(told.app.deliver(), 1);
    let shown = told.app.shown(&told.webhook);
    assert_eq!(shown["state"], "enabled", "one failure after a month");
    assert!(shown["failing_since"].as_str().unwrap() > "2027-02-01");
}

/// The database was set back, and the webhook has read further than there is.
#[test]
fn a_place_that_lies_ahead_of_the_feed_is_its_end() {
    use einlass::schema::webhooks::dsl;
    let (told, [seminar]) = told(["A"]);
    diesel::update(dsl::webhooks)
        .set(dsl::position_transaction.eq(i64::MAX / 2))
        .execute(&mut told.app.database.connect())
        .unwrap();
    told.app.rename(&seminar, "A1");
    assert_eq!(told.app.deliver(), 0, "what was before is not told");
    told.app.rename(&seminar, "A2");
    assert_eq!(told.app.deliver(), 1);
}

#[test]
fn one_that_cannot_be_read_for_keeps_no_other_from_being_told() {
    use diesel::connection::SimpleConnection;
    let (told, [seminar]) = told(["A"]);
    let other = super::receiver::Receiver::start();
    told.app.webhook(&other.url);
    let broken = told.webhook.rsplit('/').next().unwrap();
    told.app
        .database
        .connect()
        .batch_execute(&format!(
            "CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
                 IF NEW.webhook_id = '{broken}' THEN RAISE EXCEPTION 'refused'; END IF; RETURN NEW; END $$;
             CREATE TRIGGER refuse BEFORE INSERT ON webhook_deliveries FOR EACH ROW EXECUTE FUNCTION refuse()"
        ))
        .unwrap();
    told.app.rename(&seminar, "A1");
    assert_eq!(told.app.deliver(), 1);
    assert_eq!((told.receiver.seen().len(), other.seen().len()), (0, 1));
}
