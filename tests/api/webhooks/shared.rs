//! Several instances share the work, and what one leaves the next takes up.

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use chrono::TimeDelta;

use super::receiver::Order;
use super::told;

#[test]
fn two_instances_at_once_tell_everything_once_and_in_order() {
    let (told, seminars) = told(["A", "B", "C", "D", "E", "F", "G", "H"]);
    let second = told.app.second();
    told.receiver.always(Some(Order::After(5)));
    for round in 0..5 {
        for seminar in &seminars {
            told.app.rename(seminar, &format!("Runde {round}"));
        }
    }
    told.app.settled();
    let attempts = std::thread::scope(|scope| {
        let workers = [&told.app.site, &second.site, &told.app.site, &second.site].map(|site| {
            scope.spawn(|| {
                let mut attempts = 0;
                for _ in 0..20 {
                    attempts += site.courier.round(&site.db, &site.clock).unwrap().attempts;
                }
                attempts
            })
        });
        workers.map(|worker| worker.join().unwrap()).iter().sum::<usize>()
    });
    second.stop();
    assert_eq!(attempts, 40);
    let seen = told.receiver.seen();
    assert_eq!(seen.len(), 40);
    assert_eq!(seen.iter().map(|seen| seen.id()).collect::<BTreeSet<_>>().len(), 40);
    for seminar in &seminars {
        let ids = seen
            .iter()
            .filter(|one| one.seminar() == seminar)
            .map(|one| one.id())
            .collect::<Vec<_>>();
        assert!(ids.len() == 5 && ids.is_sorted(), "{ids:?}");
    }
}

/// One has sent and waits for the answer when it is as good as dead: the other sends it again, under the same id, and what
/// the first hears at last changes nothing.
#[test]
fn what_one_leaves_in_the_air_the_next_repeats_under_its_id() {
    let (told, [seminar]) = told(["A"]);
    let second = told.app.second();
    told.receiver.next(&[Order::After(2000)]);
    told.app.rename(&seminar, "B");
    told.app.settled();
    std::thread::scope(|scope| {
        let first = scope.spawn(|| told.app.deliver());
        let begun = Instant::now();
        while told.receiver.seen().is_empty() {
            assert!(begun.elapsed() < Duration::from_secs(10));
            std::thread::sleep(Duration::from_millis(10));
        }
        let other = || {
            second
                .site
                .courier
                .round(&second.site.db, &second.site.clock)
                .unwrap()
                .attempts
        };
        assert_eq!(other(), 0, "the first has the turn");
        told.app.clock.advance(TimeDelta::seconds(61));
        assert_eq!(other(), 1, "and has it no longer");
        first.join().unwrap();
    });
    second.stop();
    let ids = told.receiver.ids();
    assert!(ids.len() == 2 && ids[0] == ids[1], "{ids:?}");
    assert_eq!(told.app.deliveries(&told.webhook)[0].0, "delivered");
    assert_eq!(told.app.deliver(), 0);
}

/// One hangs and loses its turn; what else is due comes before what nobody heard the end of; and when it comes back it begins
/// nothing more beside whoever has the turn now.
#[test]
fn who_lost_the_turn_begins_nothing_more() {
    let (told, seminars) = told(["A", "B", "C"]);
    let second = told.app.second();
    told.receiver.next(&[Order::After(3000), Order::After(5000)]);
    for seminar in &seminars {
        told.app.rename(seminar, "neu");
    }
    std::thread::scope(|scope| {
        let first = scope.spawn(|| told.app.deliver());
        let begun = Instant::now();
        while told.receiver.seen().is_empty() {
            assert!(begun.elapsed() < Duration::from_secs(60));
            std::thread::sleep(Duration::from_millis(10));
        }
        let round = || second.site.courier.round(&second.site.db, &second.site.clock);
        assert_eq!(round().unwrap().attempts, 0, "two are due, and the first has the turn");
        told.app.clock.advance(TimeDelta::seconds(61));
        let other = scope.spawn(move || round().unwrap().attempts);
        assert_eq!(first.join().unwrap(), 1);
        assert_eq!(other.join().unwrap(), 2);
    });
    second.stop();
    let seen = told.receiver.ids().into_iter().collect::<BTreeSet<_>>();
    assert_eq!((seen.len(), told.receiver.ids().len()), (3, 3));
    assert_eq!(told.app.deliver(), 0);
}
