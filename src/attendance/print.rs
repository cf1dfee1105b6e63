//! Lists and certificates on paper.

use std::sync::Arc;

use chrono::{DateTime, Utc};

use super::model::{Column, ListLanguage};
use super::service::attendees::Roll;
use crate::base::db::Db;
use crate::base::ids::words;
use crate::base::problem::{Code, Problem, Result};

words! {
    /// Which way a page is held.
    Orientation {
        Portrait = "portrait",
        Landscape = "landscape",
    }
}

/// What only paper has.
#[derive(Clone, Debug)]
pub struct PrintRequest {
    pub columns: Vec<Column>,
    pub language: ListLanguage,
    pub attestation: bool,
    pub orientation: Orientation,
    pub blank_rows: u16,
    pub logos: Option<Vec<String>>,
}

pub fn available() -> Result<()> {
    Err(Problem::new(Code::NotAcceptable)
        .detail("This service was built without PDF.")
        .into())
}

pub fn bounded(_: &Roll) -> Result<()> {
    Ok(())
}

pub async fn attendees(_: Db, _: Arc<Roll>, _: PrintRequest, _: DateTime<Utc>) -> Result<Vec<u8>> {
    available().map(|()| Vec::new())
}
