//! Announcing a seminar, and saying that it was held. What concerns those who are registered stands in `registrations`.

use actix_web::{HttpResponse, post, web};
use diesel::PgConnection;
use serde::Deserialize;
use utoipa::ToSchema;

use super::view::{SeminarView, view_for};
use crate::auth::Organiser;
use crate::base::body::Body;
use crate::base::clock::Clock;
use crate::base::db::Db;
use crate::base::etag::{self, IfMatch};
use crate::base::problem::Result;
use crate::journal::Act;
use crate::seminars::model::{ReasonCode, Seminar, SeminarId};
use crate::seminars::service::{self, Plan};
use crate::seminars::store;

/// An empty object: the action needs nothing but its name.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({}))]
pub struct Nothing {}

/// Announce a draft.
///
/// Organisers of the organisation. It needs a session and a channel.
#[utoipa::path(tag = "seminars", params(("seminar" = SeminarId, Path)), request_body = Nothing, security(("member" = [])), responses(
    (status = 200, body = SeminarView, description = "The seminar, scheduled"),
    (status = 409, description = "`not-ready`, `transition-not-allowed`, `seminar-cancelled`, `seminar-postponed`")))]
#[post("/seminars/{seminar}/publish")]
pub async fn publish_seminar(
    who: Organiser,
    path: web::Path<SeminarId>,
    if_match: IfMatch,
    db: web::Data<Db>,
    clock: web::Data<Clock>,
    _body: Body<Nothing>,
) -> Result<HttpResponse> {
    planned(who, *path, if_match, &db, &clock, |conn, act, plan| {
        service::publish(conn, act, plan)
    })
    .await
}

/// Say that it was held.
///
/// Organisers of the organisation, once it has begun.
#[utoipa::path(tag = "seminars", params(("seminar" = SeminarId, Path)), request_body = Nothing, security(("member" = [])), responses(
    (status = 200, body = SeminarView, description = "The seminar, held"),
    (status = 409, description = "`not-ready`: it has not begun; `transition-not-allowed`, `seminar-cancelled`, `seminar-postponed`")))]
#[post("/seminars/{seminar}/complete")]
pub async fn complete_seminar(
    who: Organiser,
    path: web::Path<SeminarId>,
    if_match: IfMatch,
    db: web::Data<Db>,
    clock: web::Data<Clock>,
    _body: Body<Nothing>,
) -> Result<HttpResponse> {
    planned(who, *path, if_match, &db, &clock, |conn, act, plan| {
        service::complete(conn, act, plan)
    })
    .await
}

/// The frame of both.
async fn planned(
    who: Organiser,
    id: SeminarId,
    if_match: IfMatch,
    db: &Db,
    clock: &Clock,
    action: impl Fn(&mut PgConnection, &Act, &Plan<'_>) -> Result<Seminar> + Send + 'static,
) -> Result<HttpResponse> {
    let act = who.act(clock);
    let (reach, identity) = (who.reach(), who.identity);
    let whole = db
        .write(move |conn| {
            let plan = Plan {
                reach: &reach,
                id,
                check: &|version| if_match.check(version),
                reason: ReasonCode::Unknown,
                public_text: None,
            };
            let seminar = action(conn, &act, &plan)?;
            store::whole(conn, seminar)
        })
        .await?;
    etag::changed(whole.seminar.version, &view_for(Some(&identity), whole))
}
