//! Statements of how many came.

use actix_web::{HttpRequest, HttpResponse, delete, get, post, web};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::attendance::model::{CountMethod, Headcount, HeadcountId, NewHeadcount};
use crate::attendance::{Qualifier, Unit};
use crate::attendance::{service, store};
use crate::auth::{Organiser, Reporter};
use crate::base::body::Body;
use crate::base::clock::Clock;
use crate::base::db::Db;
use crate::base::etag::{self, Privacy};
use crate::base::idempotency::{Created, Idempotency};
use crate::base::page::{Page, Paging, list};
use crate::base::problem::{Code, Result};
use crate::base::query::Query;
use crate::base::text::Line;
use crate::seminars::{self, Channel, SeminarId};

/// A headcount never changes, but for `basis`, which a later one may take over.
const VERSION: i64 = 1;

#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Headcount, example = json!({"id": "0192f3c1-8d7e-7cc0-a0ff-3f0f5f5b8b11", "value": 130, "qualifier": "more_than",
    "unit": "participants", "channel": null, "method": "reported", "source": "Mitteilungsvorlage 2021/0047", "stated_as": "über 130 Teilnehmende",
    "basis": true, "recorded_at": "2026-11-22T09:00:00Z"}))]
pub struct HeadcountView {
    pub id: HeadcountId,
    /// As stated: 130 in "über 130". `null` when unknown.
    pub value: Option<i64>,
    pub qualifier: Qualifier,
    pub unit: Unit,
    /// `null`: the seminar as a whole.
    pub channel: Option<Channel>,
    pub method: CountMethod,
    pub source: Option<String>,
    /// The words of the source.
    pub stated_as: Option<String>,
    /// Whether figures are made of it.
    pub basis: bool,
    pub recorded_at: DateTime<Utc>,
}

impl From<Headcount> for HeadcountView {
    fn from(row: Headcount) -> Self {
        Self {
            id: row.id,
            value: row.value,
            qualifier: row.qualifier,
            unit: row.unit,
            channel: row.channel,
            method: row.method,
            source: row.source,
            stated_as: row.stated_as,
            basis: row.basis,
            recorded_at: row.recorded_at,
        }
    }
}

/// The words alone, or `value` with `qualifier` and `unit`, or both where they say the same.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(examples(
    json!({"stated_as": "über 130 Teilnehmende", "source": "Mitteilungsvorlage 2021/0047"}),
    json!({"value": 450, "unit": "viewers", "channel": "livestream", "method": "platform", "basis": true})
))]
pub struct HeadcountBody {
    /// German or English words: "über 130 Teilnehmende", "rund 35", "450 Zuschauende", "unbekannt". Kept as they
    /// are. Must be understood where they stand alone.
    #[serde(default)]
    pub stated_as: Option<Line<300>>,
    /// Left out when `qualifier` is `unknown`.
    #[serde(default)]
    #[schema(minimum = 0, maximum = 10_000_000)]
    pub value: Option<i64>,
    /// Left out: what the words say, else `exact`.
    #[serde(default)]
    pub qualifier: Option<Qualifier>,
    /// Left out: what the words say, else `participants`. A livestream has viewers, the other channels participants.
    #[serde(default)]
    pub unit: Option<Unit>,
    /// Left out: the seminar as a whole.
    #[serde(default)]
    pub channel: Option<Channel>,
    /// Left out: `reported`.
    #[serde(default)]
    pub method: Option<CountMethod>,
    /// Who says so, or where it stands.
    #[serde(default)]
    pub source: Option<Line<300>>,
    /// `true` takes the place of the present basis of this unit and channel. Left out: the first headcount with a
    /// number becomes the basis, later ones do not.
    #[serde(default)]
    pub basis: Option<bool>,
}

impl From<HeadcountBody> for NewHeadcount {
    fn from(body: HeadcountBody) -> Self {
        let HeadcountBody {
            stated_as,
            value,
            qualifier,
            unit,
            channel,
            method,
            source,
            basis,
        } = body;
        Self {
            stated_as,
            value,
            qualifier,
            unit,
            channel,
            method,
            source,
            basis,
        }
    }
}

/// What was said about a seminar's attendance.
///
/// Reporters and organisers. In the order in which it was recorded.
#[utoipa::path(tag = "attendance", params(("seminar" = SeminarId, Path), Paging), security(("member" = [])), responses((status = 200, body = Page<HeadcountView>, description = "A page of headcounts")))]
#[get("/seminars/{seminar}/headcounts")]
pub async fn list_headcounts(
    request: HttpRequest,
    who: Reporter,
    path: web::Path<SeminarId>,
    paging: Query<Paging>,
    db: web::Data<Db>,
) -> Result<HttpResponse> {
    let (limit, after) = (paging.0.limit()?, paging.0.after()?);
    let reach = who.reach();
    let rows = db
        .read(move |conn| {
            let seminar = seminars::reached(conn, &reach, *path)?;
            store::headcounts(conn, &seminar, after, limit)
        })
        .await?;
    let page = Page::cut(rows, limit, |row| row.id, HeadcountView::from)?;
    Ok(list(&request, Privacy::Personal, &page))
}

/// Say how many came.
///
/// Reporters and organisers. The words of the source are enough: "über 130 Teilnehmende" is read as more than 130
/// participants. A new basis takes the place of the old one of the same unit and channel; both stay listed.
#[utoipa::path(tag = "attendance", params(("seminar" = SeminarId, Path)), request_body = HeadcountBody, security(("member" = [])), responses(
    (status = 201, body = HeadcountView, description = "The headcount"),
    (status = 409, description = "`not-ready` while the seminar is a draft, `basis-taken`")))]
#[post("/seminars/{seminar}/headcounts")]
pub async fn create_headcount(
    who: Reporter,
    path: web::Path<SeminarId>,
    idempotency: Idempotency,
    db: web::Data<Db>,
    clock: web::Data<Clock>,
    body: Body<HeadcountBody>,
) -> Result<HttpResponse> {
    let act = who.act(&clock);
    let (reach, owner) = (who.reach(), who.owner());
    let created = db
        .write(move |conn| {
            idempotency.once(conn, act.now, &owner, &body.digest, |conn| {
                let headcount = service::create_headcount(conn, &act, &reach, *path, body.value.clone().into())?;
                let location = format!("/api/v1/seminars/{path}/headcounts/{}", headcount.id);
                Created::new(location, Some(VERSION), &HeadcountView::from(headcount))
            })
        })
        .await?;
    Ok(created.response())
}

/// One headcount.
///
/// Reporters and organisers.
#[utoipa::path(tag = "attendance", params(("seminar" = SeminarId, Path), ("headcount" = HeadcountId, Path)), security(("member" = [])), responses((status = 200, body = HeadcountView, description = "The headcount")))]
#[get("/seminars/{seminar}/headcounts/{headcount}")]
pub async fn get_headcount(
    request: HttpRequest,
    who: Reporter,
    path: web::Path<(SeminarId, HeadcountId)>,
    db: web::Data<Db>,
) -> Result<HttpResponse> {
    let reach = who.reach();
    let row = db
        .read(move |conn| {
            let seminar = seminars::reached(conn, &reach, path.0)?;
            store::headcount(conn, &seminar, path.1)?.ok_or(Code::NotFound.into())
        })
        .await?;
    etag::single(&request, VERSION, Privacy::Personal, &HeadcountView::from(row))
}

/// Take a headcount back.
///
/// Organisers. It is kept in the journal. When it was the basis, its unit and channel have none until another
/// headcount is recorded as one: nothing moves up by itself. No If-Match, because headcounts do not change.
#[utoipa::path(tag = "attendance", params(("seminar" = SeminarId, Path), ("headcount" = HeadcountId, Path)), security(("member" = [])), responses((status = 204, description = "Gone; kept in the journal")))]
#[delete("/seminars/{seminar}/headcounts/{headcount}")]
pub async fn delete_headcount(
    who: Organiser,
    path: web::Path<(SeminarId, HeadcountId)>,
    db: web::Data<Db>,
    clock: web::Data<Clock>,
) -> Result<HttpResponse> {
    let act = who.act(&clock);
    let (reach, path) = (who.reach(), path.into_inner());
    db.write(move |conn| service::delete_headcount(conn, &act, &reach, path))
        .await?;
    Ok(HttpResponse::NoContent().finish())
}
