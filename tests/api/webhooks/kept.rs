//! Nothing is lost, whatever the receiver does.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use chrono::TimeDelta;
use einlass::partners::Courier;
use serde_json::{Value, json};

use super::receiver::Order;
use super::told;

/// Fails, hangs, redirects, hangs up, asks for time: each event is taken in the end, under one id, those of one seminar in
/// order; and what it was told about each attempt is true.
#[test]
fn each_event_is_taken_in_the_end_under_one_id() {
    let (told, seminars) = told(["A", "B", "C", "D", "E"]);
    let courier = Courier::impatient(
        &told.app.site.config,
        told.app.site.capabilities.clone().into_inner(),
        Duration::from_millis(300),
    );
    let mut happened = 0;
    let orders = [
        Order::Answer(500),
        Order::HangUp,
        Order::With(302, "Location: http://127.0.0.1:9/"),
        Order::After(1500),
        Order::With(429, "Retry-After: 7200"),
        Order::Answer(404),
        Order::Answer(200),
        Order::HangUp,
        Order::Answer(503),
    ];
    told.receiver.next(&orders);
    for round in 0..4 {
        for seminar in &seminars {
            told.app.rename(seminar, &format!("Runde {round}"));
            happened += 1;
        }
        told.app.settled();
        courier.round(&told.app.site.db, &told.app.clock).unwrap();
        told.app.clock.advance(TimeDelta::minutes(3));
    }
    for _ in 0..30 {
        told.app.clock.advance(TimeDelta::minutes(10));
        courier.round(&told.app.site.db, &told.app.clock).unwrap();
    }
    let states = told.app.deliveries(&told.webhook);
    assert_eq!(states.len(), happened);
    assert!(states.iter().all(|(state, ..)| state == "delivered"), "{states:?}");
    let seen = told.receiver.seen();
    assert_eq!(
        seen.iter().map(|seen| seen.id()).collect::<BTreeSet<_>>().len(),
        happened
    );
    // One id says one thing, each time.
    let mut said = BTreeMap::new();
    for one in &seen {
        assert_eq!(said.entry(one.id()).or_insert(&one.text), &&one.text);
    }
    // Ids of one seminar go up: the next is never tried before the one before was taken.
    for seminar in &seminars {
        let ids = seen
            .iter()
            .filter(|one| one.seminar() == seminar)
            .map(|one| one.id())
            .collect::<Vec<_>>();
        assert!(ids.is_sorted(), "{ids:?}");
    }
    assert!(
        seen.len()
            >= happened
                + orders
                    .iter()
                    .filter(|order| !matches!(order, Order::Answer(200)))
                    .count()
    );
}

#[test]
fn what_became_of_each_attempt_is_said() {
    for (order, outcome, status) in [
        (Order::Answer(500), "refused", json!(500)),
        (
            Order::With(307, "Location: http://127.0.0.1:9/"),
            "redirected",
            json!(307),
        ),
        (Order::HangUp, "unreachable", Value::Null),
        (Order::After(1500), "timed_out", Value::Null),
        (Order::Answer(204), "taken", json!(204)),
    ] {
        let (told, [seminar]) = told(["A"]);
        let courier = Courier::impatient(
            &told.app.site.config,
            told.app.site.capabilities.clone().into_inner(),
            Duration::from_millis(300),
        );
        told.receiver.next(&[order]);
        told.app.rename(&seminar, "B");
        told.app.settled();
        courier.round(&told.app.site.db, &told.app.clock).unwrap();
        let state = if outcome == "taken" { "delivered" } else { "pending" };
        assert_eq!(
            told.app.deliveries(&told.webhook),
            [(state.to_owned(), 1, outcome.to_owned(), status)],
            "{order:?}"
        );
    }
}

#[test]
fn it_is_tried_by_the_schedule_then_given_up_and_tried_again_by_hand() {
    let (told, [seminar]) = told(["A"]);
    told.receiver.always(Some(Order::Answer(500)));
    told.app.rename(&seminar, "B");
    assert_eq!(told.app.deliver(), 1);
    assert_eq!(told.app.deliver(), 0);
    // Up to a tenth later than the schedule says, and never earlier.
    for seconds in [5, 300, 1800, 7200, 18_000, 36_000, 50_400, 72_000, 86_400] {
        told.app.clock.advance(TimeDelta::seconds(seconds - 1));
        assert_eq!(told.app.deliver(), 0, "not before {seconds} s");
        told.app.clock.advance(TimeDelta::seconds(2 + seconds / 10));
        assert_eq!(told.app.deliver(), 1, "after {seconds} s");
    }
    let given_up = || ("failed".to_owned(), 10, "refused".to_owned(), json!(500));
    assert_eq!(told.app.deliveries(&told.webhook), [given_up()]);
    told.app.clock.advance(TimeDelta::days(1));
    assert_eq!(told.app.deliver(), 0);
    assert_eq!(told.receiver.ids().iter().collect::<BTreeSet<_>>().len(), 1);
    told.receiver.always(None);
    let retry = format!("{}/deliveries/{}/retry", told.webhook, told.receiver.ids()[0]);
    let pending = told.app.admin().post(&retry, &json!({})).expect(200);
    assert_eq!(
        (&pending["state"], &pending["attempts"]),
        (&json!("pending"), &json!(0))
    );
    assert_eq!(told.app.deliver(), 1);
    assert_eq!(told.app.deliveries(&told.webhook)[0].0, "delivered");
    told.app
        .admin()
        .post(&retry, &json!({}))
        .problem(409, "transition-not-allowed");
}

#[test]
fn a_receiver_that_asks_for_time_gets_it() {
    let (told, [seminar]) = told(["A"]);
    told.receiver.next(&[Order::With(503, "Retry-After: 3600")]);
    told.app.rename(&seminar, "B");
    assert_eq!(told.app.deliver(), 1);
    told.app.clock.advance(TimeDelta::seconds(3599));
    assert_eq!(told.app.deliver(), 0);
    told.app.clock.advance(TimeDelta::seconds(1));
    assert_eq!(told.app.deliver(), 1);
}

#[test]
fn what_was_delivered_is_shown_for_thirty_days() {
    let (told, [one, other]) = told(["A", "B"]);
    told.receiver.next(&[Order::Answer(500)]);
    told.app.rename(&one, "C");
    told.app.deliver();
    told.app.rename(&other, "D");
    told.app.deliver();
    let sweep = || {
        let now = told.app.clock.now();
        told.app
            .site
            .db
            .run(false, |conn| einlass::partners::sweep_deliveries(conn, now))
            .unwrap()
    };
    told.app.clock.advance(TimeDelta::days(30));
    assert_eq!(sweep(), 0);
    told.app.clock.advance(TimeDelta::seconds(1));
    assert_eq!(sweep(), 1, "and what is still on its way stays");
}
