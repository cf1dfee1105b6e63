//! A programme from a file, whole or not at all; the demo is such a file.
//!
//! `demo/README.md` describes our own format. [`read`] understands such a file or names every place that is wrong, without
//! a database; [`import`] writes it in the caller's transaction, through the front doors of the rooms below, so
//! that an imported seminar is like any other. [`rehearse`] does the same and takes it back.
//!
//! A spreadsheet says less and means more. `sheet` reads it and names every doubt; it is kept as a preview until somebody
//! has settled them, and then goes through the same [`import`]. Not here: programmes that partners push seminar by
//! seminar, and lists of who attended.

mod demo;
mod model;
mod routes;
mod rules;
mod service;
pub mod sheet;
mod store;

pub use demo::{DEMO_ORGANISATION, DemoSummary, load_demo};
pub use model::{Programme, Summary};
pub use routes::configure;
pub use rules::read;
pub use service::{NewProgramme, Spreadsheet, forget_unconfirmed, import, import_spreadsheet, rehearse};
