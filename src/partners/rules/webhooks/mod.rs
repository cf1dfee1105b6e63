//! What is decided about webhooks: where they may be, what they hear, how often it is said, and by whom it is signed.

mod event;
mod schedule;
mod signature;
mod target;

pub use event::{Event, event, test_event};
pub use schedule::{Answer, Verdict, verdict};
pub use signature::{Secret, body, signature};
pub use target::{host, may_connect, target};
