//! The public history of a seminar.

use actix_web::{HttpRequest, HttpResponse, get, web};
use chrono::{DateTime, Utc};
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

use crate::auth::Caller;
use crate::base::db::Db;
use crate::base::page::{Page, Paging, list};
use crate::base::problem::{Code, Result};
use crate::base::query::Query;
use crate::seminars::model::{ChangeKind, ReasonCode, Schedule, ScheduleChange, ScheduleChangeId, SeminarId};
use crate::seminars::rules::visible_to;
use crate::seminars::store;

#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ScheduleChange, example = json!({"id": "0192f3c1-8d7e-7cc0-a0ff-3f0f5f5b8b11", "kind": "postponed", "reason_code": "pandemic",
    "public_text": "Coronabedingt verschoben", "at": "2027-01-04T08:00:00Z",
    "before": {"attendance_mode": "onsite", "channels": ["onsite"], "sessions": [{"starts_at": "2027-05-06T18:00:00+02:00",
    "ends_at": "2027-05-06T20:00:00+02:00", "date_precision": "minute", "starts_on": "2027-05-06", "time_zone": "Europe/Berlin",
    "venue": null, "online_platform": null}]},
    "after": {"attendance_mode": "onsite", "channels": ["onsite"], "sessions": []}}))]
pub struct ScheduleChangeView {
    pub id: ScheduleChangeId,
    pub kind: ChangeKind,
    pub reason_code: ReasonCode,
    pub public_text: Option<String>,
    /// As it was before the change.
    #[schema(value_type = Schedule)]
    pub before: Value,
    /// As it is after it; no sessions where it does not take place any more.
    #[schema(value_type = Schedule)]
    pub after: Value,
    pub at: DateTime<Utc>,
}

impl From<ScheduleChange> for ScheduleChangeView {
    fn from(row: ScheduleChange) -> Self {
        Self {
            id: row.id,
            kind: row.kind,
            reason_code: row.reason_code,
            public_text: row.public_text,
            before: row.before,
            after: row.after,
            at: row.at,
        }
    }
}

/// What happened to the seminar's date and place.
///
/// Anybody who sees the seminar.
#[utoipa::path(tag = "seminars", params(("seminar" = SeminarId, Path), Paging), security((), ("member" = [])), responses(
    (status = 200, body = Page<ScheduleChangeView>, description = "A page of changes, oldest first")))]
#[get("/seminars/{seminar}/schedule-changes")]
pub async fn list_schedule_changes(
    request: HttpRequest,
    caller: Caller,
    path: web::Path<SeminarId>,
    paging: Query<Paging>,
    db: web::Data<Db>,
) -> Result<HttpResponse> {
    let (limit, after) = (paging.0.limit()?, paging.0.after()?);
    let identity = caller.0.clone();
    let rows = db
        .read(move |conn| {
            let seminar = store::find(conn, *path)?.ok_or(Code::NotFound)?;
            if !visible_to(&seminar, identity.as_ref()) {
                return Err(Code::NotFound.into());
            }
            store::schedule_changes(conn, (seminar.organisation_id, seminar.id), after, limit)
        })
        .await?;
    let page = Page::cut(rows, limit, |row| row.id, ScheduleChangeView::from)?;
    let privacy = caller.privacy();
    Ok(list(&request, privacy, &page))
}
