//! A programme from a spreadsheet as its organisers see it.

use std::collections::BTreeMap;

use chrono::{DateTime, Duration, Utc};
use serde::Serialize;
use utoipa::ToSchema;

use crate::auth::OrganisationRef;
use crate::base::digest::base64url;
use crate::base::problem::{Error, Result};
use crate::imports::model::{ProgrammeImport, ProgrammeImportId, ProgrammeImportState, ProgrammeRow};
use crate::imports::service::{INLINE, Shown, of_kept};
use crate::imports::sheet::{
    Column, Decisions, Doubt, DoubtCode, Field, LeftOut, RawRow, RowState, Settings, Understood,
};

/// How many rows are in which state. `open`: something has to be decided first; `ready`: they become seminars; `skipped`: somebody
/// left them out; `known`: they were imported before and stay away.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ProgrammeTotals, example = json!({"rows": 200, "open": 31, "ready": 166, "skipped": 1, "known": 2}))]
pub struct TotalsView {
    pub rows: i64,
    pub open: i64,
    pub ready: i64,
    pub skipped: i64,
    pub known: i64,
}

/// Something that is not understood for sure, or a note of what was done.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ProgrammeDoubt, example = json!({"code": "impossible_date", "waits": true, "field": "date", "column": "Datum", "text": "31.06.2020",
    "detail": "Diesen Tag gibt es nicht.", "choices": [], "settled_by": "`set` mit einem der `choices` oder einem anderen Text für diese Spalte, oder `skip`.",
    "other_row": null}))]
pub struct DoubtView {
    pub code: DoubtCode,
    /// Whether the row waits for a decision; `false`: it is a note.
    pub waits: bool,
    /// What another text is `set` for; `null`: it is about the row.
    pub field: Option<Field>,
    /// The heading.
    pub column: Option<String>,
    /// What stands in the cell, without addresses and numbers of persons.
    pub text: Option<String>,
    /// German or English by `Accept-Language`.
    pub detail: String,
    /// Readings that are possible, as they can be `set`. Empty text: nothing stands there.
    pub choices: Vec<String>,
    /// What would settle it.
    pub settled_by: Option<String>,
    /// The row it has to do with.
    pub other_row: Option<i32>,
}

/// One row.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ProgrammeImportRow, example = json!({"row": 14, "line": 15, "state": "open", "external_id": null,
    "cells": {"title": "Gründen in der Region", "date": "31.06.2020"}, "set": {}, "accepted": [],
    "understood": {"title": "Gründen in der Region", "days": [], "within": null, "starts": null, "ends": null, "place": null, "channels": [],
    "kind": "seminar", "collections": [], "lead": [], "partners": [], "status": null, "reason_code": null, "postponed_to": [], "headcount": null},
    "doubts": [{"code": "impossible_date", "waits": true, "field": "date", "column": "Datum", "text": "31.06.2020", "detail": "Diesen Tag gibt es nicht.",
    "choices": [], "settled_by": "`set` mit einem der `choices` oder einem anderen Text für diese Spalte, oder `skip`.", "other_row": null}]}))]
pub struct RowView {
    /// In the spreadsheet, from 1; by it the row is decided on.
    pub row: i32,
    /// In the file, from 1.
    pub line: i32,
    pub state: RowState,
    /// By which the seminar is found again, in the system `programme-import`.
    pub external_id: Option<String>,
    /// The cells that are kept, by what they hold.
    #[schema(value_type = std::collections::HashMap<String, String>)]
    pub cells: BTreeMap<Field, String>,
    /// What somebody put there instead.
    #[schema(value_type = std::collections::HashMap<String, String>)]
    pub set: BTreeMap<Field, String>,
    pub accepted: Vec<DoubtCode>,
    pub understood: Understood,
    pub doubts: Vec<DoubtView>,
}

impl RowView {
    pub fn of(row: &ProgrammeRow, columns: &[Column], german: bool) -> Result<Self> {
        let raw = of_kept::<RawRow>(&row.raw)?;
        let decisions = of_kept::<Decisions>(&row.decisions)?;
        let doubts = of_kept::<Vec<Doubt>>(&row.doubts)?;
        Ok(Self {
            row: row.row,
            line: row.line,
            state: row.state,
            external_id: row.external_id.clone(),
            cells: raw.cells,
            set: decisions.set,
            accepted: decisions.accept.into_iter().collect(),
            understood: of_kept(&row.understood)?,
            doubts: doubts
                .into_iter()
                .map(|doubt| doubt_view(doubt, columns, german))
                .collect(),
        })
    }
}

fn doubt_view(doubt: Doubt, columns: &[Column], german: bool) -> DoubtView {
    let column = columns
        .iter()
        .find(|column| column.field.is_some() && column.field == doubt.field);
    DoubtView {
        code: doubt.code,
        waits: doubt.code.waits(),
        field: doubt.field,
        column: column.map(|column| column.heading.clone()),
        text: doubt.text,
        detail: doubt.code.detail(german).to_owned(),
        choices: doubt.choices,
        settled_by: doubt.code.settled_by(german).map(str::to_owned),
        other_row: doubt.other,
    }
}

/// A programme without its rows.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ProgrammeImportListed, example = json!({"id": "0192f3c1-8d7e-7cc0-a0ff-3f0f5f5b8b11",
    "organisation": {"id": "0192f3c1-8d7e-7cc0-a0ff-3f0f5f5b8b12", "slug": "staedteregion-aachen", "name": "StädteRegion Aachen"}, "state": "previewed",
    "encoding": "windows-1252", "delimiter": ";", "heading_row": 3, "columns": [{"number": 1, "heading": "Titel", "field": "title", "kept": true}],
    "left_out": [{"row": 203, "line": 204, "why": "sum", "text": "Summe: 1.080"}],
    "settings": {"from": "2020-01-01", "to": "2020-12-31", "date_order": null, "kind": "seminar", "past_is_held": true, "accept": []},
    "sha256": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08", "file_name": "programm-2020.csv",
    "totals": {"rows": 200, "open": 31, "ready": 166, "skipped": 1, "known": 2}, "uploaded_at": "2026-03-04T11:00:00Z",
    "forgotten_at": "2026-03-18T11:00:00Z", "confirmed_at": null}))]
pub struct ProgrammeListed {
    pub id: ProgrammeImportId,
    pub organisation: OrganisationRef,
    pub state: ProgrammeImportState,
    /// `utf-8`, `utf-8-bom`, `windows-1252`, `utf-16-le-bom`, …
    pub encoding: String,
    /// The character, or `tab`.
    pub delimiter: String,
    /// The row of the headings, from 1.
    pub heading_row: i32,
    pub columns: Vec<Column>,
    /// Rows that are no entry, each with why.
    pub left_out: Vec<LeftOut>,
    pub settings: Settings,
    /// Of the file, in hexadecimal: the same file is the same import.
    pub sha256: String,
    pub file_name: Option<String>,
    pub totals: TotalsView,
    pub uploaded_at: DateTime<Utc>,
    /// When the preview goes, unless it is confirmed; `null`: it was.
    pub forgotten_at: Option<DateTime<Utc>>,
    pub confirmed_at: Option<DateTime<Utc>>,
}

impl ProgrammeListed {
    pub fn of(
        row: ProgrammeImport,
        organisation: OrganisationRef,
        totals: &std::collections::HashMap<RowState, i64>,
    ) -> Result<Self> {
        let of = |state| totals.get(&state).copied().unwrap_or_default();
        Ok(Self {
            id: row.id,
            organisation,
            state: row.state,
            encoding: row.encoding,
            delimiter: row.delimiter,
            heading_row: row.heading_row,
            columns: of_kept(&row.layout)?,
            left_out: of_kept(&row.left_out)?,
            settings: of_kept(&row.settings)?,
            sha256: row.sha256.iter().map(|byte| format!("{byte:02x}")).collect(),
            file_name: row.file_name,
            totals: TotalsView {
                rows: totals.values().sum(),
                open: of(RowState::Open),
                ready: of(RowState::Ready),
                skipped: of(RowState::Skipped),
                known: of(RowState::Known),
            },
            uploaded_at: row.uploaded_at,
            forgotten_at: (row.state == ProgrammeImportState::Previewed).then(|| row.uploaded_at + Duration::days(14)),
            confirmed_at: row.confirmed_at,
        })
    }
}

/// A programme with its first 500 rows; the rest comes in pages.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ProgrammeImport, example = json!({"totals": {"rows": 1, "open": 0, "ready": 1, "skipped": 0, "known": 0}, "left_out": [],
    "rows": [{"row": 4, "line": 4, "state": "ready", "external_id": "Zm9vYmFyYmF6cXV4Zm9vYg", "cells": {"title": "Gründen", "date": "13.02.2020"},
    "set": {}, "accepted": [], "understood": {"title": "Gründen", "days": ["2020-02-13"], "within": null, "starts": null, "ends": null, "place": null,
    "channels": [], "kind": "seminar", "collections": [], "lead": [], "partners": [], "status": "held", "reason_code": null, "postponed_to": [],
    "headcount": null}, "doubts": []}], "next_rows": null}))]
pub struct ProgrammeView {
    #[serde(flatten)]
    pub import: ProgrammeListed,
    pub rows: Vec<RowView>,
    /// The cursor of `…/rows` where there are more; `null`: these are all.
    pub next_rows: Option<String>,
}

impl ProgrammeView {
    pub fn of(shown: Shown, german: bool) -> Result<Self> {
        let Shown {
            import,
            organisation,
            totals,
            mut rows,
        } = shown;
        let inline = usize::try_from(INLINE).map_err(Error::internal)?;
        let more = rows.len() > inline;
        rows.truncate(inline);
        let last = rows.last().map(|last| last.row).filter(|_| more);
        let cursor = last.map(|last| serde_json::to_vec(&last)).transpose();
        let import = ProgrammeListed::of(import, organisation, &totals)?;
        let views = rows.iter().map(|row| RowView::of(row, &import.columns, german));
        Ok(Self {
            rows: views.collect::<Result<_>>()?,
            next_rows: cursor.map_err(Error::internal)?.map(|cursor| base64url(&cursor)),
            import,
        })
    }
}
