//! Stated totals: what a source says of a whole programme without naming the seminars.

use actix_web::{HttpRequest, HttpResponse, delete, get, post, web};
use chrono::NaiveDate;
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};

use super::reached;
use crate::attendance::{Count, Qualifier};
use crate::auth::{OrganisationRef, Organiser, Reporter, own_organisation};
use crate::base::body::Body;
use crate::base::clock::Clock;
use crate::base::db::Db;
use crate::base::etag::{self, Privacy};
use crate::base::idempotency::{Created, Idempotency};
use crate::base::page::{Page, Paging, list};
use crate::base::problem::{Code, Result};
use crate::base::query::Query;
use crate::base::text::Line;
use crate::reports::model::{Span, StatedTotal, StatedTotalId, StatedTotalRow, TotalOf};
use crate::reports::service::{NewStatedTotal, state_total, withdraw_total};
use crate::reports::store;

#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"organisation": "staedteregion-aachen", "source": "Mitteilungsvorlage 2021/0047", "from": "2020-01-01", "to": "2021-05-31",
    "figure": "offered", "value": 35, "qualifier": "about", "stated_as": "rund 35 Seminare und Veranstaltungen angeboten"}))]
pub struct StatedTotalBody {
    /// Whose programme: id or slug.
    pub organisation: Line<60>,
    /// Who says so: the title of the paper.
    pub source: Line<200>,
    /// The period the source speaks of. A report tells the total when it is of exactly this period.
    pub from: NaiveDate,
    /// Included.
    pub to: NaiveDate,
    pub figure: TotalOf,
    /// Of `held`: only what was held before this day, which lies in the period.
    #[serde(default)]
    pub before: Option<NaiveDate>,
    /// The number that is stated; without one `qualifier` is `unknown` and the words are needed.
    #[serde(default)]
    #[schema(minimum = 0, maximum = 10_000_000)]
    pub value: Option<i64>,
    /// `exact` with a number, `unknown` without one, where it is left out.
    #[serde(default)]
    pub qualifier: Option<Qualifier>,
    /// The words of the source.
    #[serde(default)]
    pub stated_as: Option<Line<300>>,
}

#[derive(Clone, Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct TotalFilter {
    /// Only this organisation's: id or slug.
    #[param(max_length = 60, nullable = false)]
    pub organisation: Option<String>,
    /// Entries a page, 1 to 100.
    #[param(minimum = 1, maximum = 100, default = 25)]
    pub limit: Option<i64>,
    /// `next_cursor` of the page before.
    #[param(max_length = 2000)]
    pub cursor: Option<String>,
}

fn told((row, organisation): (StatedTotalRow, OrganisationRef)) -> StatedTotal {
    StatedTotal {
        id: row.id,
        organisation,
        source: row.source,
        from: row.period_from,
        to: row.period_to,
        figure: row.figure,
        before: row.before,
        value: row.value,
        qualifier: row.qualifier,
        stated_as: row.stated_as,
        stated_at: row.stated_at,
    }
}

/// All stated totals.
///
/// Reporters, of the organisations they report for. The newest first.
#[utoipa::path(tag = "stated-totals", params(TotalFilter), security(("member" = [])), responses(
    (status = 200, body = Page<StatedTotal>, description = "A page of stated totals"),
    (status = 404, description = "`not-found`: no such organisation, or not the caller's")))]
#[get("/stated-totals")]
pub async fn list_stated_totals(
    request: HttpRequest,
    who: Reporter,
    filter: Query<TotalFilter>,
    db: web::Data<Db>,
) -> Result<HttpResponse> {
    let Query(filter) = filter;
    let paging = Paging {
        limit: filter.limit,
        cursor: filter.cursor,
    };
    let (limit, after) = (paging.limit()?, paging.after::<StatedTotalId>()?);
    let reach = who.reach();
    let rows = db
        .read(move |conn| {
            let of = reached(conn, &reach, filter.organisation.as_deref())?;
            store::totals(conn, &of, after, limit)
        })
        .await?;
    let page = Page::cut(rows, limit, |(row, _)| row.id, told)?;
    Ok(list(&request, Privacy::Personal, &page))
}

/// Write down what a source says of a whole programme.
///
/// Organisers of the organisation. It is set beside what is counted, in reports of exactly this period, and changes no figure: what a
/// source says and nobody can name is said, and not invented. At most 500 an organisation.
#[utoipa::path(tag = "stated-totals", request_body = StatedTotalBody, security(("member" = [])), responses(
    (status = 201, body = StatedTotal, description = "The stated total")))]
#[post("/stated-totals")]
pub async fn create_stated_total(
    who: Organiser,
    idempotency: Idempotency,
    db: web::Data<Db>,
    clock: web::Data<Clock>,
    body: Body<StatedTotalBody>,
) -> Result<HttpResponse> {
    let act = who.act(&clock);
    let (reach, owner) = (who.reach(), who.owner());
    let created = db
        .write(move |conn| {
            idempotency.once(conn, act.now, &owner, &body.digest, |conn| {
                let body = body.value.clone();
                let of = own_organisation(conn, &reach, body.organisation.as_str())?;
                let without = match body.value {
                    Some(_) => Qualifier::Exact,
                    None => Qualifier::Unknown,
                };
                let new = NewStatedTotal {
                    source: body.source,
                    period: Span {
                        from: body.from,
                        to: body.to,
                    },
                    figure: body.figure,
                    before: body.before,
                    count: Count {
                        value: body.value,
                        qualifier: body.qualifier.unwrap_or(without),
                    },
                    stated_as: body.stated_as,
                };
                let row = state_total(conn, &act, &of, new)?;
                let location = format!("/api/v1/stated-totals/{}", row.id);
                Created::new(location, Some(1), &told((row, of)))
            })
        })
        .await?;
    Ok(created.response())
}

/// One stated total.
///
/// Reporters of its organisation.
#[utoipa::path(tag = "stated-totals", params(("total" = StatedTotalId, Path)), security(("member" = [])), responses(
    (status = 200, body = StatedTotal, description = "The stated total")))]
#[get("/stated-totals/{total}")]
pub async fn get_stated_total(
    request: HttpRequest,
    who: Reporter,
    path: web::Path<StatedTotalId>,
    db: web::Data<Db>,
) -> Result<HttpResponse> {
    let reach = who.reach();
    let found = db
        .read(move |conn| {
            let (row, of) = store::total(conn, *path)?.ok_or(Code::NotFound)?;
            reach.check(row.organisation_id)?;
            Ok(told((row, of)))
        })
        .await?;
    etag::single(&request, 1, Privacy::Personal, &found)
}

/// Take back a stated total.
///
/// Organisers of its organisation. Sealed reports keep what they were sealed with.
#[utoipa::path(tag = "stated-totals", params(("total" = StatedTotalId, Path)), security(("member" = [])), responses(
    (status = 204, description = "It is gone")))]
#[delete("/stated-totals/{total}")]
pub async fn delete_stated_total(
    who: Organiser,
    path: web::Path<StatedTotalId>,
    db: web::Data<Db>,
    clock: web::Data<Clock>,
) -> Result<HttpResponse> {
    let act = who.act(&clock);
    let reach = who.reach();
    db.write(move |conn| withdraw_total(conn, &act, &reach, *path)).await?;
    Ok(HttpResponse::NoContent().finish())
}
