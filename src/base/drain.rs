//! The way down: first nobody new is sent here, then nobody is let in, then everybody is gone.

use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};

/// How far it has come. Shared by all workers; it only ever goes on.
#[derive(Clone, Debug, Default)]
pub struct Drain(Arc<AtomicU8>);

const DRAINING: u8 = 1;
const CLOSING: u8 = 2;

impl Drain {
    /// Whoever shares out requests is told to look elsewhere; those who come all the same are served.
    pub fn begin(&self) {
        self.0.fetch_max(DRAINING, Ordering::Relaxed);
    }

    /// The listener is about to close: who waits for something to happen is answered now.
    pub fn close(&self) {
        self.0.fetch_max(CLOSING, Ordering::Relaxed);
    }

    #[must_use]
    pub fn has_begun(&self) -> bool {
        self.0.load(Ordering::Relaxed) >= DRAINING
    }

    #[must_use]
    pub fn is_closing(&self) -> bool {
        self.0.load(Ordering::Relaxed) >= CLOSING
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_goes_on_and_never_back() {
        let drain = Drain::default();
        assert!(!drain.has_begun() && !drain.is_closing());
        drain.begin();
        assert!(drain.has_begun() && !drain.is_closing());
        let other = drain.clone();
        other.close();
        drain.begin();
        assert!(drain.has_begun() && drain.is_closing());
    }
}
