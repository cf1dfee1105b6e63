//! What must not be erased before a day, because a funder may ask.

use actix_web::{HttpRequest, HttpResponse, delete, get, post, web};
use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::retention::named;
use crate::auth::{Admin, own_organisation, reached_organisation};
use crate::base::body::Body;
use crate::base::clock::Clock;
use crate::base::db::Db;
use crate::base::etag::{self, IfMatch, Privacy};
use crate::base::idempotency::{Created, Idempotency};
use crate::base::page::{Page, Paging, list};
use crate::base::problem::{Code, Error, Result};
use crate::base::query::Query;
use crate::base::text::Line;
use crate::catalogue::CollectionId;
use crate::journal::Act;
use crate::privacy::model::{Hold, HoldId};
use crate::privacy::service::{self, HeldObject};
use crate::privacy::store;
use crate::seminars::SeminarId;

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct HoldQuery {
    /// Id or slug.
    #[param(value_type = String, max_length = 60)]
    organisation: Option<Line<60>>,
    /// Entries a page, 1 to 100.
    #[param(minimum = 1, maximum = 100, default = 25)]
    limit: Option<i64>,
    /// `next_cursor` of the page before.
    #[param(max_length = 2000)]
    cursor: Option<String>,
}

#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"organisation": "staedteregion-aachen", "seminar": "0192f3c1-8d7e-7cc0-a0ff-3f0f5f5b8b11",
    "until": "2032-12-31", "reason": "EFRE 2021–2027, Art. 82 VO (EU) 2021/1060"}))]
pub struct RetentionHoldBody {
    /// Id or slug.
    pub organisation: Line<60>,
    /// The seminar, or a collection with all its seminars: one of the two.
    #[serde(default)]
    pub seminar: Option<SeminarId>,
    #[serde(default)]
    pub collection: Option<CollectionId>,
    /// The last day on which the funder may ask.
    pub until: NaiveDate,
    /// Which programme, by which rule.
    pub reason: Line<500>,
}

#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({"id": "0192f3c1-8d7e-7cc0-a0ff-3f0f5f5b8b12", "seminar": "0192f3c1-8d7e-7cc0-a0ff-3f0f5f5b8b11",
    "collection": null, "until": "2032-12-31", "reason": "EFRE 2021–2027, Art. 82 VO (EU) 2021/1060", "created_at": "2027-01-04T08:00:00Z"}))]
pub struct RetentionHold {
    pub id: HoldId,
    pub seminar: Option<SeminarId>,
    pub collection: Option<CollectionId>,
    pub until: NaiveDate,
    pub reason: String,
    pub created_at: DateTime<Utc>,
}

impl From<Hold> for RetentionHold {
    fn from(row: Hold) -> Self {
        Self {
            id: row.id,
            seminar: row.seminar_id,
            collection: row.collection_id.map(CollectionId),
            until: row.until,
            reason: row.reason,
            created_at: row.created_at,
        }
    }
}

/// What must not be erased before a day.
///
/// Admins of the organisation. Holds that are neither over nor taken back, the oldest first.
#[utoipa::path(tag = "privacy", params(HoldQuery), security(("member" = [])), responses(
    (status = 200, body = Page<RetentionHold>, description = "A page of holds"),
    (status = 404, description = "`not-found`: no such organisation, or not the caller's")))]
#[get("/privacy/holds")]
pub async fn list_retention_holds(
    request: HttpRequest,
    who: Admin,
    query: Query<HoldQuery>,
    db: web::Data<Db>,
    clock: web::Data<Clock>,
) -> Result<HttpResponse> {
    let query = query.0;
    let paging = Paging {
        limit: query.limit,
        cursor: query.cursor,
    };
    let (limit, after) = (paging.limit()?, paging.after::<HoldId>()?);
    let (reach, today) = (who.reach(), who.act(&clock).today());
    let named = named(query.organisation.as_ref())?;
    let rows = db
        .read(move |conn| {
            let organisation = reached_organisation(conn, &reach, &named)?;
            store::holds(conn, organisation.id, today, after, limit)
        })
        .await?;
    let page = Page::cut(rows, limit, |row| row.id, RetentionHold::from)?;
    Ok(list(&request, Privacy::Personal, &page))
}

/// Keep who came to a funded seminar until a day.
///
/// Admins of the organisation. Until that day nothing about who took part is erased: neither when its time is over nor when somebody
/// asks, who is then told so (GDPR, article 17(3)).
#[utoipa::path(tag = "privacy", request_body = RetentionHoldBody, security(("member" = [])), responses(
    (status = 201, body = RetentionHold, description = "The hold"),
    (status = 404, description = "`not-found`: no such organisation, or not the caller's")))]
#[post("/privacy/holds")]
pub async fn create_retention_hold(
    who: Admin,
    idempotency: Idempotency,
    db: web::Data<Db>,
    clock: web::Data<Clock>,
    body: Body<RetentionHoldBody>,
) -> Result<HttpResponse> {
    let act = who.act(&clock);
    let (reach, owner) = (who.reach(), who.owner());
    let created = db
        .write(move |conn| {
            idempotency.once(conn, act.now, &owner, &body.digest, |conn| {
                let body = body.value.clone();
                let organisation = own_organisation(conn, &reach, body.organisation.as_str())?;
                let of = match (body.seminar, body.collection) {
                    (Some(seminar), None) => HeldObject::Seminar(seminar),
                    (None, Some(collection)) => HeldObject::Collection(collection.0),
                    _ => return Err(Error::member("/seminar", "is required, or collection; not both")),
                };
                let hold = service::set_hold(conn, &act, organisation.id, of, body.until, body.reason)?;
                let location = format!("/api/v1/privacy/holds/{}", hold.id);
                let version = hold.version;
                Created::new(location, Some(version), &RetentionHold::from(hold))
            })
        })
        .await?;
    Ok(created.response())
}

/// One hold.
///
/// Admins of its organisation.
#[utoipa::path(tag = "privacy", params(("hold" = HoldId, Path)), security(("member" = [])), responses(
    (status = 200, body = RetentionHold, description = "The hold")))]
#[get("/privacy/holds/{hold}")]
pub async fn get_retention_hold(
    request: HttpRequest,
    who: Admin,
    path: web::Path<HoldId>,
    db: web::Data<Db>,
) -> Result<HttpResponse> {
    let reach = who.reach();
    let hold = db
        .read(move |conn| {
            let hold = store::hold(conn, *path)?.ok_or(Code::NotFound)?;
            reach.check(hold.organisation_id)?;
            Ok(hold)
        })
        .await?;
    let hold = Some(hold)
        .filter(|hold| hold.released_at.is_none())
        .ok_or(Code::NotFound)?;
    etag::single(
        &request,
        hold.version,
        Privacy::Personal,
        &RetentionHold::from(hold.clone()),
    )
}

/// Take a hold back.
///
/// Admins of its organisation. What was kept by it alone is erased by the next run.
#[utoipa::path(tag = "privacy", params(("hold" = HoldId, Path)), security(("member" = [])), responses(
    (status = 204, description = "It holds no more")))]
#[delete("/privacy/holds/{hold}")]
pub async fn release_retention_hold(
    who: Admin,
    path: web::Path<HoldId>,
    if_match: IfMatch,
    db: web::Data<Db>,
    clock: web::Data<Clock>,
) -> Result<HttpResponse> {
    let act: Act = who.act(&clock);
    let reach = who.reach();
    db.write(move |conn| service::release(conn, &act, &reach, *path, &if_match))
        .await?;
    Ok(HttpResponse::NoContent().finish())
}
