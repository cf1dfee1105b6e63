//! Check-ins as they were recorded, and taken back.

use actix_web::{HttpRequest, HttpResponse, get, post, web};
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};

use super::check_in_view::CheckInView;
use crate::attendance::model::CheckInId;
use crate::attendance::service;
use crate::attendance::store::CheckInFilter;
use crate::auth::{FrontDesk, Role};
use crate::base::body::Body;
use crate::base::clock::Clock;
use crate::base::db::Db;
use crate::base::etag::{self, IfMatch, Privacy};
use crate::base::page::{Page, Paging, list};
use crate::base::problem::Result;
use crate::base::query::Query;
use crate::base::text::Line;
use crate::seminars::{self, SeminarId, SessionId};

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct CheckInQuery {
    session: Option<SessionId>,
    /// `true`: only those with something odd about them; `false`: only those without.
    conflicts: Option<bool>,
    /// `true`: only those that were taken back; `false`: only those that count.
    voided: Option<bool>,
    /// Entries a page, 1 to 100.
    #[param(minimum = 1, maximum = 100, default = 25)]
    limit: Option<i64>,
    /// `next_cursor` of the page before.
    #[param(max_length = 2000)]
    cursor: Option<String>,
}

/// Who came through the door.
///
/// The front desk and organisers; the addresses of walk-ins are for organisers.
#[utoipa::path(tag = "check-ins", params(("seminar" = SeminarId, Path), CheckInQuery), security(("member" = [])), responses(
    (status = 200, body = Page<CheckInView>, description = "A page of check-ins in the order they were recorded")))]
#[get("/seminars/{seminar}/check-ins")]
pub async fn list_check_ins(
    request: HttpRequest,
    who: FrontDesk,
    path: web::Path<SeminarId>,
    query: Query<CheckInQuery>,
    db: web::Data<Db>,
) -> Result<HttpResponse> {
    let query = query.0;
    let paging = Paging {
        limit: query.limit,
        cursor: query.cursor,
    };
    let (limit, after) = (paging.limit()?, paging.after()?);
    let filter = CheckInFilter {
        session: query.session,
        voided: query.voided,
    };
    let reach = who.reach();
    let (organisation, rows) = db
        .read(move |conn| {
            let seminar = seminars::reached(conn, &reach, *path)?;
            let rows = service::list(conn, &seminar, filter, query.conflicts, after, limit)?;
            Ok((seminar.organisation_id, rows))
        })
        .await?;
    let whole = who.identity.has_role(organisation, Role::Organiser);
    let page = Page::cut(rows, limit, |one| one.check_in.id, |one| CheckInView::of(one, whole))?;
    Ok(list(&request, Privacy::Personal, &page))
}

/// One check-in.
///
/// The front desk and organisers.
#[utoipa::path(tag = "check-ins", params(("seminar" = SeminarId, Path), ("check_in" = CheckInId, Path)), security(("member" = [])), responses(
    (status = 200, body = CheckInView, description = "The check-in")))]
#[get("/seminars/{seminar}/check-ins/{check_in}")]
pub async fn get_check_in(
    request: HttpRequest,
    who: FrontDesk,
    path: web::Path<(SeminarId, CheckInId)>,
    db: web::Data<Db>,
) -> Result<HttpResponse> {
    let reach = who.reach();
    let entered = db
        .read(move |conn| {
            let seminar = seminars::reached(conn, &reach, path.0)?;
            service::one(conn, &seminar, path.1)
        })
        .await?;
    let whole = who.identity.has_role(entered.check_in.organisation_id, Role::Organiser);
    let version = entered.check_in.version;
    etag::single(&request, version, Privacy::Personal, &CheckInView::of(entered, whole))
}

#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = VoidCheckIn, example = json!({"reason": "Falsche Person angetippt"}))]
pub struct VoidBody {
    pub reason: Line<300>,
}

/// Take a check-in back.
///
/// The front desk and organisers. It stays, with the reason, and counts no more; the next one of the person becomes the
/// first. Its `scan_id` is used up: who is scanned again is scanned with a new one.
#[utoipa::path(tag = "check-ins", params(("seminar" = SeminarId, Path), ("check_in" = CheckInId, Path)), request_body = VoidBody, security(("member" = [])), responses(
    (status = 200, body = CheckInView, description = "The check-in, voided"),
    (status = 409, description = "`transition-not-allowed`: it is voided already")))]
#[post("/seminars/{seminar}/check-ins/{check_in}/void")]
pub async fn void_check_in(
    who: FrontDesk,
    path: web::Path<(SeminarId, CheckInId)>,
    if_match: IfMatch,
    db: web::Data<Db>,
    clock: web::Data<Clock>,
    body: Body<VoidBody>,
) -> Result<HttpResponse> {
    let act = who.act(&clock);
    let (reach, path) = (who.reach(), path.into_inner());
    let entered = db
        .write(move |conn| {
            let seen = |version| if_match.check(version);
            service::void(conn, &act, &reach, path, seen, body.value.reason.clone())
        })
        .await?;
    let whole = who.identity.has_role(entered.check_in.organisation_id, Role::Organiser);
    etag::changed(entered.check_in.version, &CheckInView::of(entered, whole))
}
