//! What is on its way to a webhook, and what became of it.

use actix_web::{HttpRequest, HttpResponse, get, post, web};
use serde::Deserialize;
use utoipa::IntoParams;

use super::view::DeliveryView;
use crate::auth::{Admin, reached_organisation};
use crate::base::clock::Clock;
use crate::base::db::Db;
use crate::base::digest::sha256;
use crate::base::etag::{self, Privacy};
use crate::base::idempotency::{Created, Idempotency};
use crate::base::operations::Operations;
use crate::base::page::{Page, Paging, list};
use crate::base::problem::{Code, Result};
use crate::base::query::Query;
use crate::partners::model::{DeliveryId, DeliveryState, WebhookId};
use crate::partners::service::webhooks as service;
use crate::partners::store;

pub fn configure(operations: &mut Operations<'_>) {
    operations
        .service(list_webhook_deliveries)
        .service(get_webhook_delivery)
        .service(retry_webhook_delivery)
        .service(send_test_event);
}

#[derive(Clone, Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct DeliveryFilter {
    /// Only those in this state.
    #[param(nullable = false)]
    pub state: Option<DeliveryState>,
    /// Entries a page, 1 to 100.
    #[param(minimum = 1, maximum = 100, default = 25)]
    pub limit: Option<i64>,
    /// `next_cursor` of the page before.
    #[param(max_length = 2000)]
    pub cursor: Option<String>,
}

/// What was delivered, and what was not.
///
/// Admins of the organisation. The newest first; what was delivered is shown for 30 days, what was given up for 180.
#[utoipa::path(tag = "webhooks", params(("organisation" = String, Path, description = "Id or slug", max_length = 60), ("webhook" = WebhookId, Path), DeliveryFilter), security(("member" = [])),
    responses((status = 200, body = Page<DeliveryView>, description = "A page of deliveries")))]
#[get("/organisations/{organisation}/webhooks/{webhook}/deliveries")]
pub async fn list_webhook_deliveries(
    request: HttpRequest,
    who: Admin,
    path: web::Path<(String, WebhookId)>,
    filter: Query<DeliveryFilter>,
    db: web::Data<Db>,
) -> Result<HttpResponse> {
    let Query(filter) = filter;
    let paging = Paging {
        limit: filter.limit,
        cursor: filter.cursor,
    };
    let (limit, before) = (paging.limit()?, paging.after()?);
    let reach = who.reach();
    let rows = db
        .read(move |conn| {
            let of = reached_organisation(conn, &reach, &path.0)?.id;
            let webhook = store::webhooks::find(conn, of, path.1)?.ok_or(Code::NotFound)?;
            store::deliveries::page(conn, &webhook, filter.state, before, limit)
        })
        .await?;
    let page = Page::cut(rows, limit, |row| row.number, DeliveryView::from)?;
    Ok(list(&request, Privacy::Personal, &page))
}

/// One delivery.
///
/// Admins of the organisation.
#[utoipa::path(tag = "webhooks", params(("organisation" = String, Path, description = "Id or slug", max_length = 60), ("webhook" = WebhookId, Path), ("delivery" = DeliveryId, Path)), security(("member" = [])),
    responses((status = 200, body = DeliveryView, description = "The delivery")))]
#[get("/organisations/{organisation}/webhooks/{webhook}/deliveries/{delivery}")]
pub async fn get_webhook_delivery(
    request: HttpRequest,
    who: Admin,
    path: web::Path<(String, WebhookId, DeliveryId)>,
    db: web::Data<Db>,
) -> Result<HttpResponse> {
    let reach = who.reach();
    let row = db
        .read(move |conn| {
            let of = reached_organisation(conn, &reach, &path.0)?.id;
            let webhook = store::webhooks::find(conn, of, path.1)?.ok_or(Code::NotFound)?;
            store::deliveries::find(conn, &webhook, path.2)?.ok_or(Code::NotFound.into())
        })
        .await?;
    etag::single(
        &request,
        row.attempts.into(),
        Privacy::Personal,
        &DeliveryView::from(row),
    )
}

/// Deliver once more.
///
/// Admins of the organisation. What was given up, or waits for its next attempt, is tried at once, under its id, and then as
/// often as if it were new. What is about the same seminar and newer waits for it.
#[utoipa::path(tag = "webhooks", params(("organisation" = String, Path, description = "Id or slug", max_length = 60), ("webhook" = WebhookId, Path), ("delivery" = DeliveryId, Path)), security(("member" = [])), responses(
    (status = 200, body = DeliveryView, description = "The delivery, pending"),
    (status = 409, description = "`transition-not-allowed`: it was delivered, or the webhook is disabled")))]
#[post("/organisations/{organisation}/webhooks/{webhook}/deliveries/{delivery}/retry")]
pub async fn retry_webhook_delivery(
    who: Admin,
    path: web::Path<(String, WebhookId, DeliveryId)>,
    db: web::Data<Db>,
    clock: web::Data<Clock>,
) -> Result<HttpResponse> {
    let act = who.act(&clock);
    let reach = who.reach();
    let row = db
        .write(move |conn| {
            let of = reached_organisation(conn, &reach, &path.0)?.id;
            service::retry_delivery(conn, &act, (of, path.1), path.2)
        })
        .await?;
    etag::changed(row.attempts.into(), &DeliveryView::from(row))
}

/// Try the receiver.
///
/// Admins of the organisation. Sends a `webhook.test` about the webhook itself, the same way as every other event; its
/// delivery says what became of it.
#[utoipa::path(tag = "webhooks", params(("organisation" = String, Path, description = "Id or slug", max_length = 60), ("webhook" = WebhookId, Path)), security(("member" = [])), responses(
    (status = 201, body = DeliveryView, description = "The delivery, pending"),
    (status = 409, description = "`transition-not-allowed`: the webhook is disabled")))]
#[post("/organisations/{organisation}/webhooks/{webhook}/test")]
pub async fn send_test_event(
    who: Admin,
    path: web::Path<(String, WebhookId)>,
    idempotency: Idempotency,
    db: web::Data<Db>,
    clock: web::Data<Clock>,
) -> Result<HttpResponse> {
    let act = who.act(&clock);
    let (reach, owner) = (who.reach(), who.owner());
    let created = db
        .write(move |conn| {
            // There is no body: what the URL says is all.
            idempotency.once(conn, act.now, &owner, &sha256(b""), |conn| {
                let of = reached_organisation(conn, &reach, &path.0)?.id;
                let row = service::send_test(conn, &act, of, path.1)?;
                let location = format!("/api/v1/organisations/{of}/webhooks/{}/deliveries/{}", path.1, row.id);
                Created::new(location, Some(row.attempts.into()), &DeliveryView::from(row))
            })
        })
        .await?;
    Ok(created.response())
}
