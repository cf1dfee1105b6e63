//! What arrives while one batch commits is the next; and nobody's mistake is a neighbour's.

use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::mpsc::{self, Receiver, Sender};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use einlass::base::db::again;
use einlass::base::group_commit::GroupCommit;
use einlass::base::problem::{Error, Result};

use crate::support::{TestDatabase, all_of};

/// What a writer was handed, batch by batch.
type Batches = Arc<Mutex<Vec<Vec<u32>>>>;

/// A slow writer that cannot bear 13, breaks over 66, and holds the second of two equal jobs back.
fn slow(database: &TestDatabase, queue: usize) -> (GroupCommit<u32, u32>, Batches) {
    let db = database.db(2);
    let batches = Batches::default();
    let seen = batches.clone();
    let write = move |_: &mut diesel::PgConnection, jobs: &[&u32]| {
        let jobs = jobs.iter().map(|job| **job).collect::<Vec<_>>();
        seen.lock().unwrap().push(jobs.clone());
        std::thread::sleep(Duration::from_millis(150));
        assert!(!jobs.contains(&66), "broken over 66");
        if jobs.contains(&13) {
            return Err(Error::internal("not 13"));
        }
        let outcome = |(n, job): (usize, &u32)| {
            let again = jobs.get(..n).unwrap().contains(job);
            (!again).then_some(Ok(job * 10))
        };
        Ok(jobs.iter().enumerate().map(outcome).collect())
    };
    let group = GroupCommit::start("test", &db, 1, queue, Arc::new(write)).unwrap();
    (group, batches)
}

/// Hands all jobs in at once; the outcomes in their order.
fn all(group: &GroupCommit<u32, u32>, jobs: &[u32]) -> Vec<Result<u32>> {
    let submit = jobs.iter().map(|job| group.submit(0, *job));
    actix_web::rt::System::new().block_on(all_of(submit.collect()))
}

/// What the metrics say of a series; nothing said is nought.
fn counted(series: &str) -> f64 {
    let mut registry = prometheus_client::registry::Registry::default();
    einlass::base::metrics::register(&mut registry);
    let mut told = String::new();
    prometheus_client::encoding::text::encode(&mut told, &registry).unwrap();
    let value = told.lines().find_map(|line| line.strip_prefix(&format!("{series} ")));
    value.map_or(0.0, |value| value.parse().unwrap())
}

fn values(outcomes: Vec<Result<u32>>) -> Vec<Option<u32>> {
    outcomes.into_iter().map(Result::ok).collect()
}

#[test]
fn what_arrives_meanwhile_is_one_batch_in_order() {
    let database = TestDatabase::create();
    let (group, batches) = slow(&database, 100);
    let before = counted("einlass_batch_jobs_sum{at=\"test\"}");
    let outcomes = values(all(&group, &[1, 2, 3, 4, 5]));
    assert!(counted("einlass_batch_jobs_sum{at=\"test\"}") >= before + 5.0);
    assert_eq!(group.waiting(), 0);
    assert_eq!(outcomes, [Some(10), Some(20), Some(30), Some(40), Some(50)]);
    let batches = batches.lock().unwrap();
    assert!(
        batches.len() <= 2,
        "one alone at most, the others together: {batches:?}"
    );
    assert_eq!(batches.concat(), [1, 2, 3, 4, 5]);
}

#[test]
fn an_error_and_a_panic_are_their_own_jobs_alone() {
    let database = TestDatabase::create();
    let before = counted("einlass_panics_total{at=\"desk\"}");
    for bad in [13, 66] {
        let (group, _) = slow(&database, 100);
        assert_eq!(
            values(all(&group, &[1, 2, bad, 3])),
            [Some(10), Some(20), None, Some(30)],
            "{bad}"
        );
        assert_eq!(values(all(&group, &[4])), [Some(40)], "and the next is served after it");
    }
    assert!(counted("einlass_panics_total{at=\"desk\"}") > before);
}

#[test]
fn what_is_held_back_is_the_first_of_the_next_batch() {
    let database = TestDatabase::create();
    let (group, batches) = slow(&database, 100);
    assert_eq!(
        values(all(&group, &[9, 7, 7, 8])),
        [Some(90), Some(70), Some(70), Some(80)]
    );
    let batches = batches.lock().unwrap();
    assert_eq!(batches.last().unwrap(), &[7], "{batches:?}");
}

#[test]
fn beyond_the_queue_the_caller_is_told_to_come_back() {
    let database = TestDatabase::create();
    let (group, _) = slow(&database, 4);
    let jobs = (100..120).collect::<Vec<_>>();
    let before = counted("einlass_queue_refused_total{at=\"test\"}");
    let outcomes = all(&group, &jobs);
    let refused = counted("einlass_queue_refused_total{at=\"test\"}") - before;
    let (served, sent_away): (Vec<_>, Vec<_>) = outcomes.iter().partition(|outcome| outcome.is_ok());
    assert!((4..=8).contains(&served.len()), "{} were served", served.len());
    assert_eq!(
        refused.to_string(),
        sent_away.len().to_string(),
        "and the others were counted"
    );
    for outcome in sent_away {
        let problem = outcome.as_ref().unwrap_err().problem();
        assert_eq!((problem.status().as_u16(), problem.retry_after), (503, Some(2)));
    }
}

/// A writer that says when it begins, and goes on when it is told to.
fn gated(database: &TestDatabase) -> (GroupCommit<u32, u32>, Batches, Receiver<()>, Sender<()>) {
    let batches = Batches::default();
    let ((begun, has_begun), (go_on, goes_on)) = (mpsc::channel(), mpsc::channel());
    let (seen, goes_on) = (batches.clone(), Mutex::new(goes_on));
    let write = move |_: &mut diesel::PgConnection, jobs: &[&u32]| {
        let jobs = jobs.iter().map(|job| **job).collect::<Vec<_>>();
        seen.lock().unwrap().push(jobs.clone());
        begun.send(()).unwrap();
        goes_on.lock().unwrap().recv().unwrap();
        Ok(jobs.into_iter().map(|job| Some(Ok(job))).collect())
    };
    let group = GroupCommit::start("test", &database.db(2), 1, 9, Arc::new(write)).unwrap();
    (group, batches, has_begun, go_on)
}

/// Who has hung up would not hear of it; with a key of their own they ask again.
#[test]
fn who_has_hung_up_is_not_served_behind_their_back() {
    let database = TestDatabase::create();
    let (group, batches, has_begun, go_on) = gated(&database);
    let hung_up = std::thread::scope(|scope| {
        scope.spawn(|| all(&group, &[1]));
        has_begun.recv().unwrap();
        let hangs_up = async { tokio::time::timeout(Duration::from_millis(50), group.submit(0, 2)).await };
        let hung_up = actix_web::rt::System::new().block_on(hangs_up).is_err();
        for _ in 0..3 {
            go_on.send(()).unwrap();
        }
        hung_up
    });
    assert!(hung_up, "it waited for its turn");
    assert_eq!(values(all(&group, &[3])), [Some(3)]);
    assert_eq!(*batches.lock().unwrap(), [[1], [3]]);
}

/// Who has waited for too long has been given up on by whoever sent them.
#[test]
fn who_has_waited_too_long_is_told_and_not_begun() {
    let database = TestDatabase::create();
    let (group, batches, has_begun, go_on) = gated(&database);
    let late = std::thread::scope(|scope| {
        scope.spawn(|| all(&group, &[1]));
        has_begun.recv().unwrap();
        let late = scope.spawn(|| all(&group, &[2]).remove(0));
        std::thread::sleep(Duration::from_millis(8500));
        for _ in 0..3 {
            go_on.send(()).unwrap();
        }
        late.join().unwrap()
    });
    let told = late.unwrap_err().to_string();
    assert!(told.contains("waited too long"), "{told}");
    assert_eq!(values(all(&group, &[3])), [Some(3)]);
    assert_eq!(*batches.lock().unwrap(), [[1], [3]]);
}

/// Odd jobs need a row that somebody holds. All have waited for it together; from then on it is only looked at again.
#[test]
fn who_needs_no_lock_is_served_though_others_wait_for_theirs() {
    let database = TestDatabase::create();
    let mut holder = database.connect();
    let row = "SELECT FROM organisations WHERE slug = 'ihk-aachen' FOR UPDATE";
    holder.batch_execute(&format!("BEGIN; {row}")).unwrap();
    let write = move |conn: &mut diesel::PgConnection, jobs: &[&u32]| {
        if jobs.iter().any(|job| **job % 2 == 1) {
            diesel::sql_query(row).execute(conn)?;
        }
        Ok(jobs.iter().map(|job| Some(Ok(**job))).collect())
    };
    let group = GroupCommit::<u32, u32>::start("test", &database.db(2), 1, 9, Arc::new(write)).unwrap();
    let submit = [1, 3, 2].map(|job| group.submit(u128::from(job), job));
    let outcomes = actix_web::rt::System::new().block_on(all_of(submit.into()));
    assert_eq!(values(outcomes), [None, None, Some(2)]);
}

/// What met others in the database is tried a few times, and not for ever.
#[test]
fn a_job_that_the_database_asks_to_try_again_is_tried_again() {
    let database = TestDatabase::create();
    for (meets, outcome) in [(1, Some(10)), (4, Some(10)), (9, None)] {
        let attempts = AtomicU32::new(0);
        let write = move |_: &mut diesel::PgConnection, _: &[&u32]| {
            if attempts.fetch_add(1, Ordering::Relaxed) < meets {
                return Err(again());
            }
            Ok(vec![Some(Ok(10))])
        };
        let group = GroupCommit::<u32, u32>::start("test", &database.db(2), 1, 9, Arc::new(write)).unwrap();
        assert_eq!(values(all(&group, &[1])), [outcome], "{meets}");
    }
}
