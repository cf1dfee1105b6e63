//! Programmes that came as a spreadsheet, as they are kept.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use serde_json::Value;

use crate::auth::{AccountId, OrganisationId};
use crate::base::ids::{id, words};
use crate::imports::sheet::RowState;
use crate::schema::{programme_import_rows, programme_imports};

id! {
    /// One spreadsheet that was sent.
    ProgrammeImportId,
}

words! {
    /// Previewed: nothing of it is in the programme yet; confirmed: all of it is.
    ProgrammeImportState {
        Previewed = "previewed",
        Confirmed = "confirmed",
    }
}

#[derive(Clone, Debug, PartialEq, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = programme_imports, primary_key(organisation_id, id), treat_none_as_null = true, check_for_backend(diesel::pg::Pg))]
pub struct ProgrammeImport {
    pub organisation_id: OrganisationId,
    pub id: ProgrammeImportId,
    pub state: ProgrammeImportState,
    pub encoding: String,
    pub delimiter: String,
    pub heading_row: i32,
    /// `[sheet::Column]`
    pub layout: Value,
    /// `[sheet::LeftOut]`
    pub left_out: Value,
    /// `sheet::Settings`
    pub settings: Value,
    pub sha256: Vec<u8>,
    /// Digest of how the caller wanted it read.
    pub read_as: Vec<u8>,
    pub file_name: Option<String>,
    pub uploaded_by: Option<AccountId>,
    pub uploaded_at: DateTime<Utc>,
    pub confirmed_by: Option<AccountId>,
    pub confirmed_at: Option<DateTime<Utc>>,
    pub version: i64,
}

#[derive(Clone, Debug, PartialEq, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = programme_import_rows, primary_key(organisation_id, import_id, row), treat_none_as_null = true, check_for_backend(diesel::pg::Pg))]
pub struct ProgrammeRow {
    pub organisation_id: OrganisationId,
    pub import_id: ProgrammeImportId,
    /// In the spreadsheet, from 1.
    pub row: i32,
    pub line: i32,
    pub state: RowState,
    /// `sheet::RawRow`
    pub raw: Value,
    /// `sheet::Decisions`
    pub decisions: Value,
    /// `sheet::Understood`
    pub understood: Value,
    /// `[sheet::Doubt]`
    pub doubts: Value,
    pub external_id: Option<String>,
}
