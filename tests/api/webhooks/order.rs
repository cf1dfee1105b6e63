//! What is about one seminar is told in order; what is about another does not wait for it.

use chrono::TimeDelta;

use super::receiver::Order;
use super::told;

#[test]
fn the_next_waits_for_the_one_before_and_another_seminar_does_not() {
    let (told, [first, other]) = told(["A", "B"]);
    told.receiver.next(&[Order::Answer(500)]);
    told.app.rename(&first, "A1");
    told.app.deliver();
    told.app.rename(&first, "A2");
    told.app.rename(&other, "B1");
    assert_eq!(told.app.deliver(), 1);
    let seminars = || {
        let seen = told.receiver.seen();
        seen.iter().map(|seen| seen.seminar().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(seminars(), [first.clone(), other.clone()]);
    told.receiver.next(&[Order::Answer(500)]);
    told.app.clock.advance(TimeDelta::seconds(6));
    assert_eq!(told.app.deliver(), 1, "the first once more, and the second waits still");
    told.app.clock.advance(TimeDelta::minutes(6));
    assert_eq!(told.app.deliver(), 2);
    let ids = told.receiver.ids();
    assert_eq!(seminars(), [first.clone(), other, first.clone(), first.clone(), first]);
    assert!(ids[0] == ids[2] && ids[2] == ids[3] && ids[3] < ids[4], "{ids:?}");
}

#[test]
fn what_was_given_up_holds_nothing_up() {
    let (told, [seminar]) = told(["A"]);
    told.receiver.next(&[Order::Answer(500); 10]);
    told.app.rename(&seminar, "A1");
    told.app.deliver();
    told.app.rename(&seminar, "A2");
    for hours in [1, 1, 1, 3, 6, 12, 16, 23, 27] {
        told.app.clock.advance(TimeDelta::hours(hours));
        told.app.deliver();
    }
    let states = told.app.deliveries(&told.webhook);
    let states = states
        .iter()
        .map(|(state, attempts, ..)| (state.as_str(), *attempts))
        .collect::<Vec<_>>();
    assert_eq!(states, [("failed", 10), ("delivered", 1)]);
}
