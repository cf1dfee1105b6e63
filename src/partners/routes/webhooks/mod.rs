//! Webhooks: where an organisation wants to be told what happens.

mod deliveries;
mod view;

use actix_web::{HttpRequest, HttpResponse, delete, get, patch, post, web};

use self::view::{WebhookBody, WebhookPatch, WebhookView, WebhookWithSecret};
use crate::auth::{Admin, reached_organisation};
use crate::base::body::Body;
use crate::base::clock::Clock;
use crate::base::db::Db;
use crate::base::etag::{self, IfMatch, Privacy};
use crate::base::idempotency::{Created, Idempotency};
use crate::base::operations::Operations;
use crate::base::page::{Page, Paging, list};
use crate::base::problem::{Code, Error, Result};
use crate::base::query::Query;
use crate::partners::Courier;
use crate::partners::model::{EventType, WebhookId};
use crate::partners::service::webhooks::{self as service, NewWebhook, WebhookChange};
use crate::partners::store;

pub fn configure(operations: &mut Operations<'_>) {
    operations
        .service(list_webhooks)
        .service(create_webhook)
        .service(get_webhook)
        .service(change_webhook)
        .service(delete_webhook)
        .service(rotate_webhook_secret)
        .configure(deliveries::configure);
}

/// All webhooks of an organisation.
///
/// Its admins. The oldest first, without their secrets.
#[utoipa::path(tag = "webhooks", params(("organisation" = String, Path, description = "Id or slug", max_length = 60), Paging), security(("member" = [])),
    responses((status = 200, body = Page<WebhookView>, description = "A page of webhooks")))]
#[get("/organisations/{organisation}/webhooks")]
pub async fn list_webhooks(
    request: HttpRequest,
    who: Admin,
    path: web::Path<String>,
    paging: Query<Paging>,
    db: web::Data<Db>,
) -> Result<HttpResponse> {
    let (limit, after) = (paging.0.limit()?, paging.0.after()?);
    let reach = who.reach();
    let rows = db
        .read(move |conn| {
            let of = reached_organisation(conn, &reach, &path)?.id;
            store::webhooks::page(conn, of, after, limit)
        })
        .await?;
    let page = Page::cut(rows, limit, |row| row.id, WebhookView::from)?;
    Ok(list(&request, Privacy::Personal, &page))
}

/// Be told what happens.
///
/// Admins of the organisation; at most 20 webhooks. It hears of everything the organisation sees in the programme, from now on:
/// each event is a `POST` with `{type, timestamp, data}`, ids and facts and nothing about a person, signed as Standard Webhooks
/// (`webhook-id`, `webhook-timestamp`, `webhook-signature`). Any status of 200 to 299 within 15 seconds takes it; a redirect
/// does not. What is not taken is repeated under the same `webhook-id` after 5 s, 5 min, 30 min, 2, 5, 10, 14, 20 and 24
/// hours, or later where `Retry-After` asks for it (a day at most), and then given up. Events about one seminar come in order.
/// What was given up and is retried by hand comes after what was
/// taken meanwhile: the `version` says which is newer. 410 disables the webhook at once; so does the first failure after five
/// days in which nothing was taken. The `secret` is shown here and never again, also to a repetition of this call
/// (`Idempotency-Key`): `rotate-secret` makes a new one. The address must be `https` at a public address, port 443 or one from 1024 on, without
/// user name.
#[utoipa::path(tag = "webhooks", params(("organisation" = String, Path, description = "Id or slug", max_length = 60)), request_body = WebhookBody, security(("member" = [])),
    responses((status = 201, body = WebhookWithSecret, description = "The webhook, with its secret"),
    (status = 409, description = "`limit-reached`: twenty at most")))]
#[post("/organisations/{organisation}/webhooks")]
pub async fn create_webhook(
    who: Admin,
    path: web::Path<String>,
    idempotency: Idempotency,
    courier: web::Data<Courier>,
    db: web::Data<Db>,
    clock: web::Data<Clock>,
    body: Body<WebhookBody>,
) -> Result<HttpResponse> {
    let act = who.act(&clock);
    let (reach, owner) = (who.reach(), who.owner());
    few(&body.value.events)?;
    let allowed = courier.allowed().to_vec();
    let (mut created, made) = db
        .write(move |conn| {
            let of = reached_organisation(conn, &reach, &path)?.id;
            let mut made = None;
            let created = idempotency.once(conn, act.now, &owner, &body.digest, |conn| {
                let WebhookBody {
                    url,
                    events,
                    description,
                    enabled,
                } = body.value.clone();
                let new = NewWebhook {
                    url,
                    events,
                    description,
                    enabled,
                };
                let row = service::create_webhook(conn, &act, of, &allowed, new)?;
                made = Some((row.id, row.generation));
                let location = format!("/api/v1/organisations/{of}/webhooks/{}", row.id);
                // Kept for a repetition without the secret.
                Created::new(location, Some(row.version), &WebhookView::from(row))
            })?;
            Ok((created, made))
        })
        .await?;
    if let Some(members) = created.body.as_object_mut() {
        let secret = made.map(|(id, generation)| courier.secret(id, generation));
        members.insert("secret".to_owned(), secret.into());
    }
    Ok(created.response())
}

/// One webhook.
///
/// Admins of its organisation.
#[utoipa::path(tag = "webhooks", params(("organisation" = String, Path, description = "Id or slug", max_length = 60), ("webhook" = WebhookId, Path)), security(("member" = [])),
    responses((status = 200, body = WebhookView, description = "The webhook, without its secret")))]
#[get("/organisations/{organisation}/webhooks/{webhook}")]
pub async fn get_webhook(
    request: HttpRequest,
    who: Admin,
    path: web::Path<(String, WebhookId)>,
    db: web::Data<Db>,
) -> Result<HttpResponse> {
    let reach = who.reach();
    let row = db
        .read(move |conn| {
            let of = reached_organisation(conn, &reach, &path.0)?.id;
            store::webhooks::find(conn, of, path.1)?.ok_or(Code::NotFound.into())
        })
        .await?;
    etag::single(&request, row.version, Privacy::Personal, &WebhookView::from(row))
}

/// Change a webhook.
///
/// Admins of its organisation. `enabled: false` stops it; `true` lets it go on where it stopped, with everything that
/// happened meanwhile. Another address, and being enabled, tries at once what was not taken yet.
#[utoipa::path(tag = "webhooks", params(("organisation" = String, Path, description = "Id or slug", max_length = 60), ("webhook" = WebhookId, Path)), request_body = WebhookPatch, security(("member" = [])),
    responses((status = 200, body = WebhookView, description = "The webhook as it is now")))]
#[patch("/organisations/{organisation}/webhooks/{webhook}")]
pub async fn change_webhook(
    who: Admin,
    path: web::Path<(String, WebhookId)>,
    if_match: IfMatch,
    courier: web::Data<Courier>,
    db: web::Data<Db>,
    clock: web::Data<Clock>,
    body: Body<WebhookPatch>,
) -> Result<HttpResponse> {
    let act = who.act(&clock);
    few(body.value.events.as_deref().unwrap_or_default())?;
    let reach = who.reach();
    let row = db
        .write(move |conn| {
            let of = reached_organisation(conn, &reach, &path.0)?.id;
            let WebhookPatch {
                url,
                events,
                description,
                enabled,
            } = body.value.clone();
            let change = WebhookChange {
                url,
                events,
                description,
                enabled,
            };
            let check = |version| if_match.check(version);
            service::change_webhook(conn, &act, (of, path.1), check, courier.allowed(), change)
        })
        .await?;
    etag::changed(row.version, &WebhookView::from(row))
}

/// Delete a webhook.
///
/// Admins of its organisation. What is on its way is deleted with it.
#[utoipa::path(tag = "webhooks", params(("organisation" = String, Path, description = "Id or slug", max_length = 60), ("webhook" = WebhookId, Path)), security(("member" = [])),
    responses((status = 204, description = "Gone")))]
#[delete("/organisations/{organisation}/webhooks/{webhook}")]
pub async fn delete_webhook(
    who: Admin,
    path: web::Path<(String, WebhookId)>,
    if_match: IfMatch,
    db: web::Data<Db>,
    clock: web::Data<Clock>,
) -> Result<HttpResponse> {
    let act = who.act(&clock);
    let reach = who.reach();
    db.write(move |conn| {
        let of = reached_organisation(conn, &reach, &path.0)?.id;
        service::delete_webhook(conn, &act, (of, path.1), |version| if_match.check(version))
    })
    .await?;
    Ok(HttpResponse::NoContent().finish())
}

/// Make a new secret.
///
/// Admins of its organisation. For 24 hours deliveries carry two signatures, by the new secret and by the former one (`former_secret_until`), three
/// where it was rotated twice in a day, so that the receiver can change without missing anything. The `secret` is shown here and never again.
#[utoipa::path(tag = "webhooks", params(("organisation" = String, Path, description = "Id or slug", max_length = 60), ("webhook" = WebhookId, Path)), security(("member" = [])),
    responses((status = 200, body = WebhookWithSecret, description = "The webhook, with its new secret")))]
#[post("/organisations/{organisation}/webhooks/{webhook}/rotate-secret")]
pub async fn rotate_webhook_secret(
    who: Admin,
    path: web::Path<(String, WebhookId)>,
    if_match: IfMatch,
    courier: web::Data<Courier>,
    db: web::Data<Db>,
    clock: web::Data<Clock>,
) -> Result<HttpResponse> {
    let act = who.act(&clock);
    let reach = who.reach();
    let row = db
        .write(move |conn| {
            let of = reached_organisation(conn, &reach, &path.0)?.id;
            service::rotate_secret(conn, &act, (of, path.1), |version| if_match.check(version))
        })
        .await?;
    let secret = courier.secret(row.id, row.generation);
    let (version, webhook) = (row.version, WebhookView::from(row));
    let answer = WebhookWithSecret {
        webhook: webhook.clone(),
        secret: Some(secret),
    };
    etag::changed_with(version, &webhook, &answer)
}

/// More of them say nothing more.
const MOST_EVENTS: usize = 20;

fn few(events: &[EventType]) -> Result<()> {
    let many = events.len();
    if many > MOST_EVENTS {
        let words = format!("must have at most {MOST_EVENTS} entries, has {many}");
        return Err(Error::member("/events", words));
    }
    Ok(())
}
