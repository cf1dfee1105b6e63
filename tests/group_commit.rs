//! What arrives while one batch commits is the next; and nobody's mistake is a neighbour's.

use std::sync::{Arc, Mutex, mpsc};
use std::time::Duration;

use einlass::base::group_commit::GroupCommit;
use einlass::base::problem::{Error, Result};

use crate::support::TestDatabase;

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
    actix_web::rt::System::new().block_on(futures(submit.collect()))
}

/// Polls all of them until each has come to its end.
async fn futures<F: Future>(all: Vec<F>) -> Vec<F::Output> {
    let mut all = all.into_iter().map(|one| (Box::pin(one), None)).collect::<Vec<_>>();
    std::future::poll_fn(move |context| {
        for (future, outcome) in &mut all {
            if outcome.is_none()
                && let std::task::Poll::Ready(done) = future.as_mut().poll(context)
            {
                *outcome = Some(done);
            }
        }
        if all.iter().all(|(_, outcome)| outcome.is_some()) {
            std::task::Poll::Ready(all.iter_mut().map(|(_, outcome)| outcome.take().unwrap()).collect())
        } else {
            std::task::Poll::Pending
        }
    })
    .await
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

/// Who has hung up would not hear of it; with a key of their own they ask again.
#[test]
fn who_has_hung_up_is_not_served_behind_their_back() {
    let database = TestDatabase::create();
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
    let group = GroupCommit::<u32, u32>::start("test", &database.db(2), 1, 9, Arc::new(write)).unwrap();
    std::thread::scope(|scope| {
        let first = scope.spawn(|| values(all(&group, &[1])));
        has_begun.recv().unwrap();
        // It waits for its turn, and is given up on.
        let given_up = actix_web::rt::System::new()
            .block_on(async { tokio::time::timeout(Duration::from_millis(50), group.submit(0, 2)).await });
        assert!(given_up.is_err());
        for _ in 0..3 {
            go_on.send(()).unwrap();
        }
        assert_eq!(first.join().unwrap(), [Some(1)]);
    });
    assert_eq!(values(all(&group, &[3])), [Some(3)]);
    assert_eq!(*batches.lock().unwrap(), [[1], [3]]);
}
