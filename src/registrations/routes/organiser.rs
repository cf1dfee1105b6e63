//! What the organisation does with registrations.

use actix_web::{HttpRequest, HttpResponse, get, post, web};
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};

use super::view::RegistrationView;
use crate::auth::{FrontDesk, Organiser, Role};
use crate::base::body::Body;
use crate::base::clock::Clock;
use crate::base::db::Db;
use crate::base::etag::{self, IfMatch, Privacy};
use crate::base::page::{Page, Paging, list};
use crate::base::problem::{Code, Result};
use crate::base::query::Query;
use crate::base::text::Line;
use crate::registrations::model::{Registration, RegistrationId, State};
use crate::registrations::store::Filter;
use crate::registrations::{service, store};
use crate::seminars::{self, Channel, SeminarId};

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct RegistrationQuery {
    state: Option<State>,
    channel: Option<Channel>,
    /// Words that all occur in name or company, for organisers also in the address: `mueller` finds Müller.
    #[param(value_type = Option<String>, max_length = 200)]
    q: Option<Line<200>>,
    /// Entries a page, 1 to 100.
    #[param(minimum = 1, maximum = 100, default = 25)]
    limit: Option<i64>,
    /// `next_cursor` of the page before.
    #[param(max_length = 2000)]
    cursor: Option<String>,
}

/// Who is registered.
///
/// Organisers of the organisation; the front desk, without addresses and telephone numbers.
#[utoipa::path(tag = "registrations", params(("seminar" = SeminarId, Path), RegistrationQuery), security(("member" = [])), responses(
    (status = 200, body = Page<RegistrationView>, description = "A page of registrations in the order they came")))]
#[get("/seminars/{seminar}/registrations")]
pub async fn list_registrations(
    request: HttpRequest,
    who: FrontDesk,
    path: web::Path<SeminarId>,
    query: Query<RegistrationQuery>,
    db: web::Data<Db>,
) -> Result<HttpResponse> {
    let query = query.0;
    let paging = Paging {
        limit: query.limit,
        cursor: query.cursor,
    };
    let (limit, after) = (paging.limit()?, paging.after()?);
    let (state, channel, q) = (query.state, query.channel, query.q.map(Line::into_string));
    let (reach, identity) = (who.reach(), who.identity);
    let (whole, rows) = db
        .read(move |conn| {
            let seminar = seminars::reached(conn, &reach, *path)?;
            let whole = identity.has_role(seminar.organisation_id, Role::Organiser);
            let filter = Filter {
                state,
                channel,
                q: q.clone(),
                by_address: whole,
            };
            let rows = store::list(conn, (seminar.organisation_id, seminar.id), &filter, after, limit)?;
            Ok((whole, rows))
        })
        .await?;
    let view = |row: Registration| {
        if whole {
            RegistrationView::whole(row, None)
        } else {
            RegistrationView::short(row)
        }
    };
    let page = Page::cut(rows, limit, |row| row.id, view)?;
    Ok(list(&request, Privacy::Personal, &page))
}

/// One registration.
///
/// Organisers of the organisation; the front desk, without address and telephone number.
#[utoipa::path(tag = "registrations", params(("registration" = RegistrationId, Path)), security(("member" = [])), responses(
    (status = 200, body = RegistrationView, description = "The registration")))]
#[get("/registrations/{registration}")]
pub async fn get_registration(
    request: HttpRequest,
    who: FrontDesk,
    path: web::Path<RegistrationId>,
    db: web::Data<Db>,
) -> Result<HttpResponse> {
    let reach = who.reach();
    let (row, position) = db
        .read(move |conn| {
            let row = store::find(conn, *path)?.ok_or(Code::NotFound)?;
            reach.check(row.organisation_id)?;
            let position = store::position(conn, &row)?;
            Ok((row, position))
        })
        .await?;
    let whole = who.identity.has_role(row.organisation_id, Role::Organiser);
    let version = row.version;
    let view = if whole {
        RegistrationView::whole(row, position)
    } else {
        RegistrationView::short(row)
    };
    etag::single(&request, version, Privacy::Personal, &view)
}

#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"reason": "Telefonisch abgesagt"}))]
pub struct Cancellation {
    /// For the organisation's own records.
    #[serde(default)]
    pub reason: Option<Line<500>>,
}

/// Cancel a registration.
///
/// Organisers of the organisation. The seat goes to the first in the waiting list.
#[utoipa::path(tag = "registrations", params(("registration" = RegistrationId, Path)), request_body = Cancellation, security(("member" = [])), responses(
    (status = 200, body = RegistrationView, description = "The registration, cancelled"),
    (status = 409, description = "`transition-not-allowed`: it is over already")))]
#[post("/registrations/{registration}/cancel")]
pub async fn cancel_registration(
    who: Organiser,
    path: web::Path<RegistrationId>,
    if_match: IfMatch,
    db: web::Data<Db>,
    clock: web::Data<Clock>,
    body: Body<Cancellation>,
) -> Result<HttpResponse> {
    let act = who.act(&clock);
    let reach = who.reach();
    let check = move |version| if_match.check(version);
    let row = db
        .write(move |conn| service::cancel(conn, &act, &reach, *path, &check, body.value.reason.clone()))
        .await?;
    etag::changed(row.version, &RegistrationView::whole(row, None))
}
