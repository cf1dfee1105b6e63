//! Who comes while others are read for is read for with those who came meanwhile; and nobody waits for ever.

use std::collections::HashMap;
use std::sync::{Arc, Condvar, Mutex};
use std::time::{Duration, Instant};

use einlass::base::db::Db;
use einlass::base::gather::Gather;
use einlass::base::problem::{Error, Result};

use crate::support::{TestDatabase, all_of};

/// Whether readings may go on, and the keys of each that began.
#[derive(Default)]
struct Gate {
    state: Mutex<(bool, Vec<Vec<u32>>)>,
    changed: Condvar,
}

impl Gate {
    fn pass(&self, keys: &[u32]) {
        let mut state = self.state.lock().unwrap();
        state.1.push(keys.to_vec());
        self.changed.notify_all();
        let closed = |state: &mut (bool, Vec<Vec<u32>>)| !state.0;
        let waited = self.changed.wait_timeout_while(state, Duration::from_secs(20), closed);
        drop(waited.unwrap());
    }

    fn open(&self) {
        self.state.lock().unwrap().0 = true;
        self.changed.notify_all();
    }

    /// Until so many readings have begun.
    fn begun(&self, many: usize) {
        let fewer = |state: &mut (bool, Vec<Vec<u32>>)| state.1.len() < many;
        let state = self.state.lock().unwrap();
        let waited = self.changed.wait_timeout_while(state, Duration::from_secs(20), fewer);
        assert!(!waited.unwrap().1.timed_out(), "fewer than {many} readings begin");
    }

    fn readings(&self) -> Vec<Vec<u32>> {
        let mut readings = self.state.lock().unwrap().1.clone();
        readings.iter_mut().for_each(|keys| keys.sort_unstable());
        readings
    }
}

/// Finds ten times the key for those below 100, breaks over 66 and fails over 13.
fn gather(database: &TestDatabase) -> (Arc<Gather<u32, u32>>, Arc<Gate>) {
    let gate = Arc::new(Gate::default());
    let passed = gate.clone();
    let gather = Gather::start(database.db(4), move |_, keys| {
        passed.pass(keys);
        assert!(!keys.contains(&66), "broken over 66");
        if keys.contains(&13) {
            return Err(Error::Unavailable("not 13".to_owned()));
        }
        Ok(keys
            .iter()
            .filter(|key| **key < 100)
            .map(|key| (*key, key * 10))
            .collect::<HashMap<_, _>>())
    });
    (Arc::new(gather.unwrap()), gate)
}

/// Asks from a thread of its own, as another worker does.
fn ask(gather: &Arc<Gather<u32, u32>>, keys: &[u32]) -> std::thread::JoinHandle<Vec<Result<Option<u32>>>> {
    let (gather, keys) = (gather.clone(), keys.to_vec());
    std::thread::spawn(move || {
        let asked = keys.iter().map(|key| gather.find(*key)).collect();
        actix_web::rt::System::new().block_on(all_of(asked))
    })
}

fn found(outcomes: Vec<Result<Option<u32>>>) -> Vec<Option<u32>> {
    outcomes.into_iter().map(Result::unwrap).collect()
}

#[test]
fn who_comes_while_others_are_read_for_is_read_for_together() {
    let database = TestDatabase::create();
    let (gather, gate) = gather(&database);
    let first = ask(&gather, &[1]);
    gate.begun(1);
    let second = ask(&gather, &[2]);
    gate.begun(2);
    // Both readers are at it: these wait, whoever they are, and one key is read once.
    let others = [ask(&gather, &[3, 4, 5, 3, 100]), ask(&gather, &[5, 6])];
    std::thread::sleep(Duration::from_millis(300));
    assert_eq!(gather.readings(), 2, "somebody else began to read");
    gate.open();
    let [third, fourth] = others.map(|one| found(one.join().unwrap()));
    assert_eq!(found(first.join().unwrap()), [Some(10)]);
    assert_eq!(found(second.join().unwrap()), [Some(20)]);
    assert_eq!(third, [Some(30), Some(40), Some(50), Some(30), None]);
    assert_eq!(fourth, [Some(50), Some(60)]);
    assert_eq!(gate.readings(), [vec![1], vec![2], vec![3, 4, 5, 6, 100]]);
}

#[test]
fn more_than_one_reading_bears_are_read_for_in_turn() {
    let database = TestDatabase::create();
    let (gather, gate) = gather(&database);
    let holding = [1, 2].map(|n| {
        let one = ask(&gather, &[n]);
        gate.begun(usize::try_from(n).unwrap());
        one
    });
    // Who asks for what is read already needs no place of their own.
    let many = ask(&gather, &(100..250).chain([100; 50]).collect::<Vec<_>>());
    std::thread::sleep(Duration::from_millis(300));
    gate.open();
    assert!(found(many.join().unwrap()).iter().all(Option::is_none));
    let mut readings = gate.readings().iter().map(Vec::len).collect::<Vec<_>>();
    readings.sort_unstable();
    assert_eq!(readings, [1, 1, 22, 64, 64]);
    for one in holding {
        one.join().unwrap();
    }
}

/// One that cannot be read is nobody else's misfortune.
#[test]
fn what_breaks_over_one_is_read_for_the_others() {
    let database = TestDatabase::create();
    let (gather, gate) = gather(&database);
    let holding = [1, 2].map(|n| {
        let one = ask(&gather, &[n]);
        gate.begun(usize::try_from(n).unwrap());
        one
    });
    let many = ask(&gather, &[3, 66, 4, 66, 5]);
    std::thread::sleep(Duration::from_millis(300));
    gate.open();
    let outcomes = many.join().unwrap();
    for (outcome, wanted) in outcomes.iter().zip([Some(30), None, Some(40), None, Some(50)]) {
        match wanted {
            Some(_) => assert_eq!(outcome.as_ref().unwrap(), &wanted),
            None => assert!(matches!(outcome, Err(Error::Internal(_)))),
        }
    }
    for one in holding {
        one.join().unwrap();
    }
}

/// Where nobody is there for some, nobody is for those who came meanwhile.
#[test]
fn who_waits_behind_what_is_away_is_told_with_it() {
    let db = Db::new("postgresql://einlass@127.0.0.1:1/none", 2).unwrap();
    let gather = Arc::new(Gather::start(db, |_, _: &[u32]| Ok(HashMap::new())).unwrap());
    let away = [1, 2].map(|n| {
        let one = ask(&gather, &[n]);
        let begun = Instant::now();
        while gather.readings() < u64::from(n) {
            assert!(begun.elapsed() < Duration::from_secs(5), "nobody reads for it");
            std::thread::sleep(Duration::from_millis(5));
        }
        one
    });
    let waits = ask(&gather, &[3]);
    for one in away.into_iter().chain([waits]) {
        assert!(matches!(one.join().unwrap()[..], [Err(Error::Unavailable(_))]));
    }
    assert_eq!(gather.readings(), 2);
}

/// That some cannot be read at the moment says nothing of the others.
#[test]
fn who_waits_behind_what_is_busy_is_read_for() {
    let database = TestDatabase::create();
    let (gather, gate) = gather(&database);
    let busy = [13, 13].map(|n| {
        let one = ask(&gather, &[n]);
        std::thread::sleep(Duration::from_millis(200));
        one
    });
    gate.begun(2);
    let waits = ask(&gather, &[3]);
    std::thread::sleep(Duration::from_millis(300));
    gate.open();
    for one in busy {
        assert!(matches!(one.join().unwrap()[..], [Err(Error::Unavailable(_))]));
    }
    assert_eq!(found(waits.join().unwrap()), [Some(30)]);
}

#[test]
fn what_breaks_is_told_to_those_who_asked_and_the_next_are_read_for() {
    let database = TestDatabase::create();
    let (gather, gate) = gather(&database);
    gate.open();
    // More often than there are readers.
    for _ in 0..3 {
        assert!(matches!(
            ask(&gather, &[66]).join().unwrap()[..],
            [Err(Error::Internal(_))]
        ));
        assert!(matches!(
            ask(&gather, &[13]).join().unwrap()[..],
            [Err(Error::Unavailable(_))]
        ));
    }
    assert_eq!(found(ask(&gather, &[7]).join().unwrap()), [Some(70)]);
}

#[test]
fn who_hangs_up_is_read_for_no_more_and_takes_nobodys_reader_along() {
    let database = TestDatabase::create();
    let (gather, gate) = gather(&database);
    // Its runtime lives on: what is waited for is whether it was answered, and not the end of whatever it began.
    let hangs_up = |key| {
        let (gather, (tell, told)) = (gather.clone(), std::sync::mpsc::channel());
        std::thread::spawn(move || {
            let patience = Duration::from_secs(2);
            let asked = async { tokio::time::timeout(patience, gather.find(key)).await.is_err() };
            tell.send(actix_web::rt::System::new().block_on(asked)).unwrap();
        });
        told
    };
    let readers = [1, 2].map(|n| {
        let told = hangs_up(n);
        gate.begun(usize::try_from(n).unwrap());
        told
    });
    let waiting = hangs_up(3);
    for told in readers.into_iter().chain([waiting]) {
        assert!(told.recv().unwrap(), "it was answered");
    }
    let stays = ask(&gather, &[4]);
    std::thread::sleep(Duration::from_millis(100));
    gate.open();
    assert_eq!(found(stays.join().unwrap()), [Some(40)]);
    assert_eq!(gate.readings(), [vec![1], vec![2], vec![4]]);
}
