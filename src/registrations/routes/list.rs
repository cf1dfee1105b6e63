//! Who is registered.

use actix_web::{HttpRequest, HttpResponse, get, web};
use serde::Deserialize;
use utoipa::IntoParams;

use super::view::RegistrationView;
use crate::auth::{FrontDesk, Role};
use crate::base::db::Db;
use crate::base::etag::Privacy;
use crate::base::page::{Page, Paging, list};
use crate::base::problem::Result;
use crate::base::query::Query;
use crate::base::text::Line;
use crate::registrations::model::{Registration, State};
use crate::registrations::store;
use crate::registrations::store::Filter;
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
/// Organisers of the organisation; the front desk, without addresses, telephone numbers and answers.
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
