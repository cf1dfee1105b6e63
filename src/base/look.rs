//! Looking at something that may take long, for many who want to know at once: one looks, nobody waits longer than was
//! agreed, and what was seen is good for a while. A database that hangs costs one thread, however many ask.

use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::Mutex;
use tokio::time::{Instant, timeout_at};

pub struct Look<T> {
    seen: Arc<Mutex<Option<(Instant, T)>>>,
    good_for: Duration,
    patience: Duration,
}

impl<T: Clone + 'static> Look<T> {
    #[must_use]
    pub fn new(good_for: Duration, patience: Duration) -> Self {
        Self {
            seen: Arc::default(),
            good_for,
            patience,
        }
    }

    /// What was seen a moment ago, or what `looking` sees now; `None` when that takes too long. It is then finished for those
    /// who ask later.
    pub async fn at<F: Future<Output = T> + 'static>(&self, looking: impl FnOnce() -> F) -> Option<T> {
        let asked = Instant::now();
        let until = asked + self.patience;
        let mut seen = timeout_at(until, self.seen.clone().lock_owned()).await.ok()?;
        if let Some((at, value)) = &*seen
            && (*at >= asked || at.elapsed() < self.good_for)
        {
            return Some(value.clone());
        }
        let looking = looking();
        // On its own: whoever hangs up does not make room for another look while this one goes on.
        let task = actix_web::rt::spawn(async move {
            // When it was begun: what happens meanwhile may have been missed.
            let at = Instant::now();
            let value = looking.await;
            *seen = Some((at, value.clone()));
            value
        });
        timeout_at(until, task).await.ok()?.ok()
    }
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;
    use std::rc::Rc;

    use super::*;

    #[actix_web::test]
    async fn one_looks_for_all_and_nobody_waits_for_ever() {
        let looks = Rc::new(Cell::new(0));
        let look = Look::new(Duration::from_secs(60), Duration::from_millis(50));
        let slow = || {
            let looks = looks.clone();
            async move {
                looks.set(looks.get() + 1);
                tokio::time::sleep(Duration::from_millis(900)).await;
                looks.get()
            }
        };
        let begun = Instant::now();
        for _ in 0..3 {
            assert_eq!(look.at(slow).await, None);
        }
        assert!(begun.elapsed() < Duration::from_millis(800), "they waited");
        tokio::time::sleep(Duration::from_millis(1000)).await;
        assert_eq!(
            look.at(slow).await,
            Some(1),
            "what the one saw is there for those who come later"
        );
        assert_eq!(looks.get(), 1, "one looked");
    }

    #[actix_web::test]
    async fn what_is_good_for_no_time_is_looked_at_again() {
        let looks = Rc::new(Cell::new(0));
        let look = Look::new(Duration::ZERO, Duration::from_secs(5));
        for expected in 1..=3 {
            let looks = looks.clone();
            let seen = look.at(|| async move {
                looks.set(looks.get() + 1);
                looks.get()
            });
            assert_eq!(seen.await, Some(expected));
        }
    }
}
