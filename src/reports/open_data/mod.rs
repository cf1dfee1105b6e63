//! What is published, written down: the description by which it is found (`dcat`), and its tables (`tables`).

mod dcat;
mod tables;

pub use dcat::{catalogue, dataset};
pub use tables::{figures_csv, head, seminars_csv};
