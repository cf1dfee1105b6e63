//! A programme from a file, whole or not at all; the demo is such a file.
//!
//! `demo/README.md` describes the format. [`read`] understands a file or names every place that is wrong, without
//! a database; [`import`] writes it in the caller's transaction, through the front doors of the rooms below, so
//! that an imported seminar is like any other. [`rehearse`] does the same and takes it back. Not here: programmes
//! that partners push seminar by seminar, and lists of who attended.

mod demo;
mod model;
mod rules;
mod service;

pub use demo::{DemoSummary, load_demo};
pub use model::{Programme, Summary};
pub use rules::read;
pub use service::{import, rehearse};
