//! Settling doubts, confirming, dropping.

use std::collections::{BTreeMap, BTreeSet};

use actix_web::{HttpRequest, HttpResponse, delete, patch, post, web};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::form::settings_faults;
use super::view::ProgrammeView;
use crate::auth::Organiser;
use crate::base::body::Body;
use crate::base::clock::Clock;
use crate::base::db::Db;
use crate::base::etag::{self, IfMatch};
use crate::base::language::german;
use crate::base::problem::{Error, FieldError, Result};
use crate::base::text::{FromText, Line};
use crate::imports::model::ProgrammeImportId;
use crate::imports::service::{self, Patch, RowPatch};
use crate::imports::sheet::{DoubtCode, Field, Settings, names_an_address};

/// Rows decided on at once.
const MOST: usize = 1000;

#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = ProgrammeImportPatch, example = json!({"rows": [{"row": 14, "set": {"date": "2020-06-30"}}, {"row": 20, "accept": ["duplicate_row"]},
    {"row": 31, "skip": true}]}))]
pub struct ProgrammePatch {
    /// What is said of the whole file, all of it anew.
    #[serde(default)]
    pub settings: Option<Settings>,
    #[serde(default)]
    #[schema(max_items = 1000)]
    pub rows: Vec<ProgrammeRowPatch>,
}

/// What is decided about one row. What is left out stays as it was.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"row": 14, "set": {"date": "2020-06-30"}}))]
pub struct ProgrammeRowPatch {
    /// In the spreadsheet.
    #[schema(minimum = 1, maximum = 2_000_000)]
    pub row: i32,
    /// What stands in a cell instead, by what it holds: a choice of a doubt, or any text that could stand there. `null`: what the file
    /// says.
    #[serde(default)]
    #[schema(value_type = std::collections::HashMap<String, Option<String>>)]
    pub set: BTreeMap<Field, Option<String>>,
    /// Doubts that are accepted, all of them anew.
    #[serde(default)]
    #[schema(max_items = 20)]
    pub accept: Option<BTreeSet<DoubtCode>>,
    /// `true`: it becomes no seminar.
    #[serde(default)]
    pub skip: Option<bool>,
}

impl ProgrammePatch {
    fn understood(self) -> Result<Patch> {
        let mut errors = Vec::new();
        if self.rows.len() > MOST {
            let words = format!("must have at most {MOST} entries, has {}", self.rows.len());
            return Err(Error::member("/rows", words));
        }
        if self.rows.is_empty() && self.settings.is_none() {
            return Err(Error::member("/rows", "is required, or `settings`"));
        }
        if let Some(settings) = &self.settings {
            errors.extend(settings_faults(settings, "/settings"));
        }
        let mut seen = BTreeSet::new();
        for (n, one) in self.rows.iter().enumerate() {
            let mut fault = |member: String, words: String| {
                errors.push(FieldError::member(format!("/rows/{n}/{member}"), words));
            };
            if !seen.insert(one.row) {
                fault("row".to_owned(), "is decided twice".to_owned());
            }
            for (field, text) in &one.set {
                let place = format!("set/{field}");
                let text = text.as_deref().unwrap_or_default().trim();
                if !field.is_kept() {
                    fault(place, "is not kept, and cannot be set".to_owned());
                } else if names_an_address(text) {
                    fault(place, "names an address or number of a person".to_owned());
                } else if let Some(why) = Line::<2000>::from_text(text).err().filter(|_| !text.is_empty()) {
                    fault(place, why);
                }
            }
            for code in one.accept.iter().flatten().filter(|code| !code.is_acceptable()) {
                fault(
                    "accept".to_owned(),
                    format!("`{code}` cannot be accepted; it needs a value"),
                );
            }
        }
        Error::unless_empty(errors)?;
        let rows = self.rows.into_iter().map(|one| RowPatch {
            row: one.row,
            set: one
                .set
                .into_iter()
                .map(|(field, text)| (field, text.map(|text| text.trim().to_owned())))
                .collect(),
            accept: one.accept,
            skip: one.skip,
        });
        Ok(Patch {
            settings: self.settings,
            rows: rows.collect(),
        })
    }
}

/// Settle doubts of a programme.
///
/// Organisers. Row by row, or by what is said of the whole file. All decisions or none. Every row is read again: whatever is `set` is read
/// like a cell, and can be doubtful itself.
#[utoipa::path(tag = "programme-imports", params(("import" = ProgrammeImportId, Path)), request_body = ProgrammePatch, security(("member" = [])),
    responses((status = 200, body = ProgrammeView, description = "The programme as it is now"),
    (status = 409, description = "`transition-not-allowed`: it is confirmed")))]
#[patch("/programme-imports/{import}")]
pub async fn settle_programme_import(
    request: HttpRequest,
    who: Organiser,
    path: web::Path<ProgrammeImportId>,
    if_match: IfMatch,
    db: web::Data<Db>,
    clock: web::Data<Clock>,
    body: Body<ProgrammePatch>,
) -> Result<HttpResponse> {
    let patch = body.value.understood()?;
    let (act, reach, id) = (who.act(&clock), who.reach(), path.into_inner());
    let shown = db
        .write(move |conn| {
            let check = |version| if_match.check(version);
            let import = service::settle(conn, &act, &reach, id, check, &patch)?;
            service::shown(conn, import)
        })
        .await?;
    let version = shown.import.version;
    etag::changed(version, &ProgrammeView::of(shown, german(&request))?)
}

#[derive(Clone, Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({}))]
pub struct ProgrammeConfirmation {}

/// What a confirmed programme came to.
#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({"seminars": 1, "headcounts": 0, "import": {"state": "confirmed", "forgotten_at": null, "confirmed_at": "2026-03-05T09:00:00Z"}}))]
pub struct ProgrammeConfirmed {
    /// How many were made.
    pub seminars: usize,
    pub headcounts: usize,
    pub import: ProgrammeView,
}

/// Put a programme in place.
///
/// Organisers. All rows become seminars, or none; those that are skipped or were imported before do not. The seminars are like any
/// others: what was held or cancelled stays so, and what was postponed has both days in its history.
#[utoipa::path(tag = "programme-imports", params(("import" = ProgrammeImportId, Path)), request_body = ProgrammeConfirmation, security(("member" = [])),
    responses((status = 200, body = ProgrammeConfirmed, description = "It is in the programme"),
    (status = 409, description = "`doubts-open`: `errors` names the rows, at most 100; `transition-not-allowed`: it is confirmed already"),
    (status = 422, description = "A row is refused; `errors` names it, and no seminar was made")))]
#[post("/programme-imports/{import}/confirm")]
pub async fn confirm_programme_import(
    request: HttpRequest,
    who: Organiser,
    path: web::Path<ProgrammeImportId>,
    if_match: IfMatch,
    db: web::Data<Db>,
    clock: web::Data<Clock>,
    _body: Body<ProgrammeConfirmation>,
) -> Result<HttpResponse> {
    let (act, reach, id) = (who.act(&clock), who.reach(), path.into_inner());
    let (shown, summary) = db
        .write(move |conn| {
            let check = |version| if_match.check(version);
            let (import, summary) = service::confirm(conn, &act, &reach, id, check)?;
            Ok((service::shown(conn, import)?, summary))
        })
        .await?;
    let version = shown.import.version;
    let import = ProgrammeView::of(shown, german(&request))?;
    let confirmed = ProgrammeConfirmed {
        seminars: summary.seminars,
        headcounts: summary.headcounts,
        import,
    };
    etag::changed_with(version, &confirmed.import, &confirmed)
}

/// Drop a programme that was not confirmed.
///
/// Organisers. The preview goes with all its rows; the file may be sent again at once. Seminars are never deleted by this.
#[utoipa::path(tag = "programme-imports", params(("import" = ProgrammeImportId, Path)), security(("member" = [])), responses(
    (status = 204, description = "It is gone"),
    (status = 409, description = "`transition-not-allowed`: it is confirmed")))]
#[delete("/programme-imports/{import}")]
pub async fn delete_programme_import(
    who: Organiser,
    path: web::Path<ProgrammeImportId>,
    if_match: IfMatch,
    db: web::Data<Db>,
    clock: web::Data<Clock>,
) -> Result<HttpResponse> {
    let (act, reach, id) = (who.act(&clock), who.reach(), path.into_inner());
    db.write(move |conn| {
        let check = |version| if_match.check(version);
        service::delete(conn, &act, &reach, id, check)
    })
    .await?;
    Ok(HttpResponse::NoContent().finish())
}
