//! Reports: what was offered, held, cancelled and attended in a period, for those who have to tell their council.
//!
//! Reads every room's tables, as they are at one moment, and writes only its own: the counting rules of organisations and
//! the reports they have sealed, what sources say of whole programmes, and who publishes. [`activity`] looks up by index what it
//! tells, in some queries for each programme and a few more for every 500 seminars; `rules` alone decides what counts, by terms
//! that are data, and each figure carries the ids of the seminars behind it. What is sealed is printed from what was sealed and
//! from nothing else, in every form; it is never changed, and its digest stands beside it and in the journal.
//! `paper` puts a report into words and `sheets` into tables. Statistics set the figures side by side, and `charts` draws them; what
//! follows from a report alone is made of nothing else, so that a sealed report is charted from what was sealed.
//! Of a year that is over, an organisation may publish its public seminars and figures: `open_data` for its description by
//! DCAT-AP.de, `rules::suppression` for what is then not told.
//! Not here: counting people (a seminar's own number is a headcount of `attendance`).

mod charts;
mod demo;
mod model;
mod open_data;
mod paper;
mod routes;
mod rules;
mod service;
mod sheets;
mod store;

pub use charts::{alternative, svg};
pub use demo::{load_demo, publish_demo};
pub use model::{
    ActivityReport, Forms, Measure, OpenDataFormat, ReportFormat, SnapshotFormat, Statistic, StatisticFormat,
    StatisticName,
};
pub use paper::{Paper, Subject};
pub use routes::configure;
pub use rules::ActivityQuery;
pub use service::activity;
pub use sheets::{csv, workbook};
pub use store::at_one_moment;
