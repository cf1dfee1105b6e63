//! Answers that are the same for everybody, kept for a moment.
//!
//! Many ask for the programme and few change it. An answer is good for [`KEPT`], which bounds how late a change of another
//! instance is seen, and only as long as this instance has written nothing since before it was read ([`Writes`]): whoever
//! is told that something was done finds it done. Of many who ask for the same at once one reads; the others wait for that,
//! where it begins after they asked or nothing was written meanwhile. Whoever wants nothing that was kept ([`Wanted::Fresh`])
//! gets what was read after they asked, together with all who asked until then. What is no answer for everybody is not kept,
//! only that there is none: who asks for it does not wait for others.
//!
//! Memory is bounded in entries and bytes; beyond them everybody reads for themselves, as if nothing were kept.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError, RwLock};
use std::time::{Duration, Instant};

use actix_web::http::header::{HeaderName, HeaderValue};
use actix_web::web::Bytes;
use actix_web::{HttpMessage, HttpRequest};
use chrono::{DateTime, TimeDelta, Utc};
use tokio::sync::OwnedMutexGuard;

use super::clock::Clock;

/// How long an answer is given again.
const KEPT: Duration = Duration::from_millis(500);
/// How long one waits for somebody else's reading before one reads oneself. Where reading takes longer, the database is in
/// trouble, and whoever asks it is told so sooner than who waits for others, one after the other.
const PATIENCE: Duration = Duration::from_secs(3);
/// How many different questions are kept.
const MOST_ENTRIES: usize = 1024;
/// How many bytes all answers together may have, and one of them.
const MOST_BYTES: usize = 32 << 20;
pub const MOST_BYTES_OF_ONE: usize = 1 << 20;

/// How often this instance has written. Raised after each commit and before anybody is told of it.
#[derive(Clone, Debug, Default)]
pub struct Writes(Arc<AtomicU64>);

impl Writes {
    pub fn one_more(&self) {
        self.0.fetch_add(1, Ordering::SeqCst);
    }

    #[must_use]
    pub fn so_far(&self) -> u64 {
        self.0.load(Ordering::SeqCst)
    }
}

/// A 200 as it is sent.
#[derive(Debug)]
pub struct Answer {
    pub headers: Vec<(HeaderName, HeaderValue)>,
    pub body: Bytes,
}

impl Answer {
    fn bytes(&self) -> usize {
        let headers = self
            .headers
            .iter()
            .map(|(name, value)| name.as_str().len() + value.len());
        self.body.len() + headers.sum::<usize>()
    }
}

/// What is known of one question.
struct Known {
    /// `Writes` before the database was asked, and when that was by both clocks: a clock that is set ends what was kept.
    writes: u64,
    since: Instant,
    at: DateTime<Utc>,
    /// `None`: there is no answer for everybody.
    answer: Option<Arc<Answer>>,
    _weight: Option<Weight>,
}

/// What an entry takes of all bytes; given back with it.
struct Weight {
    bytes: usize,
    all: Arc<AtomicUsize>,
}

impl Drop for Weight {
    fn drop(&mut self) {
        self.all.fetch_sub(self.bytes, Ordering::Relaxed);
    }
}

#[derive(Default)]
struct Slot {
    turn: Arc<tokio::sync::Mutex<()>>,
    known: Mutex<Option<Known>>,
}

/// How new an answer has to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wanted {
    /// Half a second old at most.
    Kept,
    /// Read after it was asked for.
    Fresh,
}

/// What [`Memory::ask`] finds.
pub enum Found {
    Answer(Arc<Answer>),
    /// Nothing yet: whoever has this reads for all that wait.
    Turn(Turn),
    /// There is nothing to be kept, or no room for it.
    Nothing,
}

/// The right to read for others. Dropped without a word (who had it hung up) it goes to the next.
pub struct Turn {
    slot: Arc<Slot>,
    bytes: Arc<AtomicUsize>,
    writes: u64,
    since: Instant,
    at: DateTime<Utc>,
    _alone: OwnedMutexGuard<()>,
}

impl Turn {
    /// `None`: this is no answer for everybody.
    pub fn tell(self, answer: Option<Arc<Answer>>) {
        let size = answer.as_ref().map_or(0, |answer| answer.bytes());
        let taken = self.bytes.fetch_add(size, Ordering::Relaxed);
        let weight = Weight {
            bytes: size,
            all: self.bytes.clone(),
        };
        let fits = size <= MOST_BYTES_OF_ONE && taken + size <= MOST_BYTES;
        let known = Known {
            writes: self.writes,
            since: self.since,
            at: self.at,
            answer: answer.filter(|_| fits),
            _weight: fits.then_some(weight),
        };
        *self.slot.known.lock().unwrap_or_else(PoisonError::into_inner) = Some(known);
    }
}

#[derive(Default)]
struct Slots {
    by_question: HashMap<Box<str>, Arc<Slot>>,
    swept: Option<DateTime<Utc>>,
}

pub struct Memory {
    kept: Duration,
    writes: Writes,
    clock: Clock,
    slots: RwLock<Slots>,
    bytes: Arc<AtomicUsize>,
    given: AtomicU64,
}

impl Memory {
    #[must_use]
    pub fn new(writes: Writes, clock: Clock) -> Self {
        Self {
            kept: KEPT,
            writes,
            clock,
            slots: RwLock::default(),
            bytes: Arc::default(),
            given: AtomicU64::default(),
        }
    }

    /// What is known of `question`, which has to name everything that the answer depends on.
    pub async fn ask(&self, question: &str, wanted: Wanted) -> Found {
        let (writes, asked) = (self.writes.so_far(), Instant::now());
        let known = self.slot(question);
        if let Some(found) = known.as_ref().and_then(|slot| self.good(slot, writes, asked, wanted)) {
            return found;
        }
        let Some(slot) = known.or_else(|| self.room(question)) else {
            return Found::Nothing;
        };
        let Ok(alone) = tokio::time::timeout(PATIENCE, slot.turn.clone().lock_owned()).await else {
            return Found::Nothing;
        };
        if let Some(found) = self.good(&slot, writes, asked, wanted) {
            return found;
        }
        Found::Turn(Turn {
            slot,
            bytes: self.bytes.clone(),
            writes: self.writes.so_far(),
            since: Instant::now(),
            at: self.clock.now(),
            _alone: alone,
        })
    }

    fn slot(&self, question: &str) -> Option<Arc<Slot>> {
        let slots = self.slots.read().unwrap_or_else(PoisonError::into_inner);
        slots.by_question.get(question).cloned()
    }

    /// How much is kept: entries and bytes.
    #[must_use]
    pub fn size(&self) -> (usize, usize) {
        let slots = self.slots.read().unwrap_or_else(PoisonError::into_inner);
        (slots.by_question.len(), self.bytes.load(Ordering::Relaxed))
    }

    /// How many answers were given that somebody else had read.
    #[must_use]
    pub fn given(&self) -> u64 {
        self.given.load(Ordering::Relaxed)
    }

    /// What was read before this instance wrote something that was acknowledged before we asked is not good; beyond that it
    /// is if it is young, or was read after we asked.
    fn good(&self, slot: &Slot, writes: u64, asked: Instant, wanted: Wanted) -> Option<Found> {
        let known = slot.known.lock().unwrap_or_else(PoisonError::into_inner);
        let known = known.as_ref().filter(|known| known.writes >= writes)?;
        let young = || wanted == Wanted::Kept && known.since.elapsed() < self.kept && !self.past(known.at);
        if known.since < asked && !young() {
            return None;
        }
        let Some(answer) = known.answer.clone() else {
            return Some(Found::Nothing);
        };
        self.given.fetch_add(1, Ordering::Relaxed);
        Some(Found::Answer(answer))
    }

    /// Whether something of that time is old, also where the clock was set back since.
    fn past(&self, at: DateTime<Utc>) -> bool {
        (self.clock.now() - at).abs() >= TimeDelta::from_std(self.kept).unwrap_or_default()
    }

    /// A place for a question that has none yet, if there is room.
    fn room(&self, question: &str) -> Option<Arc<Slot>> {
        let mut slots = self.slots.write().unwrap_or_else(PoisonError::into_inner);
        if let Some(slot) = slots.by_question.get(question) {
            return Some(slot.clone());
        }
        if slots.swept.is_none_or(|swept| self.past(swept)) {
            slots.swept = Some(self.clock.now());
            slots.by_question.retain(|_, slot| {
                let known = slot.known.lock().unwrap_or_else(PoisonError::into_inner);
                // Who reads or waits has the slot in hand.
                Arc::strong_count(slot) > 1 || known.as_ref().is_some_and(|known| !self.past(known.at))
            });
        }
        (slots.by_question.len() < MOST_ENTRIES).then(|| {
            let slot = Arc::<Slot>::default();
            slots.by_question.insert(question.into(), slot.clone());
            slot
        })
    }
}

/// Which route an answer belongs to that no route has made: to find it by the path takes longer than to give the answer.
#[derive(Clone, Copy, Debug)]
pub struct Route(pub &'static str);

/// The pattern of the route that answered, as it is documented.
#[must_use]
pub fn route(request: &HttpRequest) -> Option<String> {
    let known = request.extensions().get::<Route>().map(|route| route.0.to_owned());
    known.or_else(|| request.match_pattern())
}

#[cfg(test)]
mod tests;
