use std::future::Future;
use std::pin::pin;
use std::task::{Context, Poll, Waker};

use super::*;

fn memory() -> (Writes, Clock, Memory) {
    let writes = Writes::default();
    let clock = Clock::fixed("2027-01-04T08:00:00Z".parse().unwrap());
    let mut memory = Memory::new(writes.clone(), clock.clone());
    // Only the clock is to say what is old: the machine may be slow.
    memory.kept = Duration::from_secs(3600);
    (writes, clock, memory)
}

fn now<T>(future: impl Future<Output = T>) -> T {
    let system = actix_web::rt::System::new();
    system.block_on(future)
}

fn answer(text: &str) -> Option<Arc<Answer>> {
    let body = Bytes::copy_from_slice(text.as_bytes());
    Some(Arc::new(Answer { headers: vec![], body }))
}

/// The text that was found; whose turn it is reads `read`.
async fn asked(memory: &Memory, question: &str, read: &str) -> String {
    match memory.ask(question, Wanted::Kept).await {
        Found::Answer(answer) => String::from_utf8(answer.body.to_vec()).unwrap(),
        Found::Turn(turn) => {
            turn.tell(answer(read));
            format!("read {read}")
        }
        Found::Nothing => "nothing".to_owned(),
    }
}

#[test]
fn an_answer_is_given_until_something_is_written_or_it_is_old() {
    now(async {
        let (writes, clock, mut memory) = memory();
        assert_eq!(asked(&memory, "a", "1").await, "read 1");
        assert_eq!(asked(&memory, "a", "2").await, "1");
        assert_eq!(asked(&memory, "b", "3").await, "read 3");
        writes.one_more();
        assert_eq!(asked(&memory, "a", "4").await, "read 4");
        clock.advance(TimeDelta::hours(1));
        assert_eq!(asked(&memory, "a", "5").await, "read 5");
        clock.advance(TimeDelta::hours(-1));
        assert_eq!(asked(&memory, "a", "6").await, "read 6");
        // A clock that stands still makes nothing younger.
        memory.kept = Duration::from_millis(1);
        tokio::time::sleep(Duration::from_millis(5)).await;
        assert_eq!(asked(&memory, "a", "7").await, "read 7");
    });
}

/// What is written while somebody reads may be missing from what they read.
#[test]
fn what_was_written_meanwhile_is_looked_for_anew() {
    now(async {
        let (writes, _, memory) = memory();
        let Found::Turn(turn) = memory.ask("a", Wanted::Kept).await else {
            panic!("nobody has asked before");
        };
        let mut before = pin!(memory.ask("a", Wanted::Kept));
        let mut context = Context::from_waker(Waker::noop());
        assert!(before.as_mut().poll(&mut context).is_pending());
        writes.one_more();
        let mut after = pin!(memory.ask("a", Wanted::Kept));
        assert!(after.as_mut().poll(&mut context).is_pending());
        turn.tell(answer("old"));
        // Who had asked before it was written may have what was read before; who asked after it reads anew.
        assert!(matches!(
            before.as_mut().poll(&mut context),
            Poll::Ready(Found::Answer(_))
        ));
        assert!(matches!(after.as_mut().poll(&mut context), Poll::Ready(Found::Turn(_))));
    });
}

/// What was kept is good for the others, and what is read for whoever wants it fresh is kept.
#[test]
fn who_wants_it_fresh_gets_what_was_read_after_they_asked() {
    now(async {
        let (_, _, memory) = memory();
        assert_eq!(asked(&memory, "a", "1").await, "read 1");
        let Found::Turn(turn) = memory.ask("a", Wanted::Fresh).await else {
            panic!("what was kept is not fresh");
        };
        let mut meanwhile = pin!(memory.ask("a", Wanted::Fresh));
        let mut context = Context::from_waker(Waker::noop());
        assert!(meanwhile.as_mut().poll(&mut context).is_pending());
        assert_eq!(asked(&memory, "a", "2").await, "1");
        turn.tell(answer("3"));
        assert_eq!(asked(&memory, "a", "4").await, "3");
        // That reading may have begun before this was asked.
        assert!(matches!(
            meanwhile.as_mut().poll(&mut context),
            Poll::Ready(Found::Turn(_))
        ));
    });
}

#[test]
fn of_those_who_want_it_fresh_at_once_one_reads() {
    now(async {
        let (_, _, memory) = memory();
        let Found::Turn(first) = memory.ask("a", Wanted::Fresh).await else {
            panic!("nobody has asked before");
        };
        let mut context = Context::from_waker(Waker::noop());
        let (mut second, mut third) = (
            pin!(memory.ask("a", Wanted::Fresh)),
            pin!(memory.ask("a", Wanted::Fresh)),
        );
        assert!(second.as_mut().poll(&mut context).is_pending());
        assert!(third.as_mut().poll(&mut context).is_pending());
        first.tell(answer("1"));
        let Poll::Ready(Found::Turn(turn)) = second.as_mut().poll(&mut context) else {
            panic!("the second reads");
        };
        turn.tell(answer("2"));
        let Poll::Ready(Found::Answer(given)) = third.as_mut().poll(&mut context) else {
            panic!("the third asked before the second read");
        };
        assert_eq!(given.body, "2");
    });
}

#[test]
fn who_hangs_up_leaves_the_turn_to_the_next_and_no_answer_keeps_nobody_waiting() {
    now(async {
        let (_, _, memory) = memory();
        let Found::Turn(turn) = memory.ask("a", Wanted::Kept).await else {
            panic!("nobody has asked before");
        };
        drop(turn);
        let Found::Turn(turn) = memory.ask("a", Wanted::Kept).await else {
            panic!("the turn went to nobody");
        };
        turn.tell(None);
        for _ in 0..2 {
            assert!(matches!(memory.ask("a", Wanted::Kept).await, Found::Nothing));
        }
    });
}

/// Who reads, and who waits for that, is not swept away with what is old.
#[test]
fn a_place_where_somebody_reads_is_kept_and_what_they_read_is_as_old_as_their_asking() {
    now(async {
        let (_, clock, memory) = memory();
        let Found::Turn(turn) = memory.ask("a", Wanted::Kept).await else {
            panic!("nobody has asked before");
        };
        clock.advance(TimeDelta::hours(1));
        // Whoever needs a place sweeps.
        assert_eq!(asked(&memory, "b", "1").await, "read 1");
        let (mut second, mut third) = (pin!(memory.ask("a", Wanted::Kept)), pin!(memory.ask("a", Wanted::Kept)));
        let mut context = Context::from_waker(Waker::noop());
        assert!(second.as_mut().poll(&mut context).is_pending());
        assert!(third.as_mut().poll(&mut context).is_pending());
        turn.tell(answer("old"));
        let Poll::Ready(Found::Turn(turn)) = second.as_mut().poll(&mut context) else {
            panic!("it was begun before they asked, and is old");
        };
        // However long it takes: it was begun after they asked.
        clock.advance(TimeDelta::hours(1));
        turn.tell(answer("new"));
        let Poll::Ready(Found::Answer(found)) = third.as_mut().poll(&mut context) else {
            panic!("it was read for them");
        };
        assert_eq!(found.body, "new");
    });
}

/// What was written before one begins to read is in it, also where it was written while one waited.
#[test]
fn who_waited_in_vain_reads_for_those_who_ask_now() {
    now(async {
        let (writes, _, memory) = memory();
        let Found::Turn(turn) = memory.ask("a", Wanted::Kept).await else {
            panic!("nobody has asked before");
        };
        let mut second = pin!(memory.ask("a", Wanted::Kept));
        let mut context = Context::from_waker(Waker::noop());
        assert!(second.as_mut().poll(&mut context).is_pending());
        writes.one_more();
        drop(turn);
        let Poll::Ready(Found::Turn(turn)) = second.as_mut().poll(&mut context) else {
            panic!("the turn went to nobody");
        };
        turn.tell(answer("new"));
        assert_eq!(asked(&memory, "a", "once more").await, "new");
    });
}

#[test]
fn nobody_waits_for_another_for_ever() {
    now(async {
        let (_, _, memory) = memory();
        let Found::Turn(_turn) = memory.ask("a", Wanted::Kept).await else {
            panic!("nobody has asked before");
        };
        let found = tokio::time::timeout(3 * PATIENCE, memory.ask("a", Wanted::Kept)).await;
        assert!(matches!(found, Ok(Found::Nothing)));
    });
}

#[test]
fn memory_is_bounded_in_entries_and_bytes() {
    now(async {
        let (_, clock, memory) = memory();
        for n in 0..3 * MOST_ENTRIES {
            asked(&memory, &n.to_string(), "x").await;
        }
        assert_eq!(memory.size(), (MOST_ENTRIES, MOST_ENTRIES));
        assert_eq!(asked(&memory, "one more", "x").await, "nothing");
        clock.advance(TimeDelta::hours(1));
        // What is old makes room.
        assert_eq!(asked(&memory, "one more", "x").await, "read x");
        assert_eq!(memory.size(), (1, 1));

        let large = "x".repeat(MOST_BYTES_OF_ONE);
        // Also where there is room.
        asked(&memory, "larger", &format!("{large}x")).await;
        assert_eq!(asked(&memory, "larger", "y").await, "nothing");
        assert_eq!(memory.size(), (2, 1));
        for n in 0..2 * MOST_BYTES / MOST_BYTES_OF_ONE {
            asked(&memory, &n.to_string(), &large).await;
        }
        let (entries, bytes) = memory.size();
        assert!(entries > MOST_BYTES / MOST_BYTES_OF_ONE, "{entries}");
        assert!(bytes > MOST_BYTES / 2 && bytes <= MOST_BYTES, "{bytes}");
        asked(&memory, "too large", &format!("{large}x")).await;
        assert_eq!(asked(&memory, "too large", "y").await, "nothing");
    });
}
