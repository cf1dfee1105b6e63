//! What is kept for what, how long, and whether anything is kept too long.

use actix_web::{HttpRequest, HttpResponse, get, put, web};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::auth::{Admin, OrganisationRef, reached_organisation};
use crate::base::body::Body;
use crate::base::clock::Clock;
use crate::base::db::Db;
use crate::base::etag::{self, IfMatch, Privacy};
use crate::base::problem::{Error, FieldError, Result};
use crate::base::query::Query;
use crate::base::text::Line;
use crate::privacy::model::{OwnPeriod, Purpose, Standing};
use crate::privacy::rules::{fixed, period};
use crate::privacy::{service, store};

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct RetentionQuery {
    /// Id or slug.
    #[param(value_type = String, max_length = 60)]
    pub organisation: Option<Line<60>>,
}

impl RetentionQuery {
    pub fn organisation(&self) -> Result<String> {
        named(self.organisation.as_ref())
    }
}

/// The organisation that every one of these is about.
pub fn named(organisation: Option<&Line<60>>) -> Result<String> {
    let missing = || Error::invalid(vec![FieldError::parameter("organisation", "is required")]);
    organisation.map(|name| name.as_str().to_owned()).ok_or_else(missing)
}

/// How the records of one purpose stand.
#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({"purpose": "participation", "days": 183, "counted_from": "the end of the event",
    "basis": "GDPR art. 6(1)(e) with section 3 DSG NRW", "reason": "Certificates are asked for and reports are corrected for half a year.",
    "fixed": false, "kept": 1204, "held": 60, "undated": 0, "next": "2027-02-03T23:00:00Z", "due": 0, "overdue": 0}))]
pub struct RetentionStanding {
    pub purpose: Purpose,
    /// The period in force here.
    pub days: i32,
    pub counted_from: String,
    /// The legal basis of keeping it.
    pub basis: String,
    pub reason: String,
    /// The period is the same for everybody.
    pub fixed: bool,
    /// Records that name somebody.
    pub kept: i64,
    /// Those of them that a funder may ask for.
    pub held: i64,
    /// Those of them of which nobody knows yet when the event is over.
    pub undated: i64,
    /// When the next is erased.
    pub next: Option<DateTime<Utc>>,
    /// Their time is over; the next run erases them.
    pub due: i64,
    /// Their time was over a day ago. In normal work: 0.
    pub overdue: i64,
}

impl From<Standing> for RetentionStanding {
    fn from(row: Standing) -> Self {
        let standard = period(row.purpose);
        Self {
            purpose: row.purpose,
            days: row.days,
            counted_from: standard.counted_from.to_owned(),
            basis: standard.basis.to_owned(),
            reason: standard.reason.to_owned(),
            fixed: fixed(row.purpose),
            kept: row.kept,
            held: row.held,
            undated: row.undated,
            next: row.next,
            due: row.due,
            overdue: row.overdue,
        }
    }
}

#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({"organisation": {"id": "0192f3c1-8d7e-7cc0-a0ff-3f0f5f5b8b12", "slug": "staedteregion-aachen",
    "name": "StädteRegion Aachen"}, "at": "2027-06-01T08:00:00Z", "overdue": 0, "purposes": []}))]
pub struct Retention {
    pub organisation: OrganisationRef,
    pub at: DateTime<Utc>,
    /// Of all purposes.
    pub overdue: i64,
    pub purposes: Vec<RetentionStanding>,
}

/// What is kept for what, and how long.
///
/// Admins of the organisation. Of each purpose the period with its reason and legal basis, how many records that name somebody are
/// kept, when the next one goes, and whether any is kept too long.
#[utoipa::path(tag = "privacy", params(RetentionQuery), security(("member" = [])), responses(
    (status = 200, body = Retention, description = "Every purpose"),
    (status = 404, description = "`not-found`: no such organisation, or not the caller's")))]
#[get("/privacy/retention")]
pub async fn get_retention(
    who: Admin,
    query: Query<RetentionQuery>,
    db: web::Data<Db>,
    clock: web::Data<Clock>,
) -> Result<HttpResponse> {
    let (reach, now) = (who.reach(), clock.now());
    let named = query.0.organisation()?;
    let (organisation, all) = db
        .read(move |conn| {
            let organisation = reached_organisation(conn, &reach, &named)?;
            let all = store::standings(conn, organisation.id, now)?;
            Ok((organisation, all))
        })
        .await?;
    let purposes = all.into_iter().map(RetentionStanding::from).collect::<Vec<_>>();
    Ok(HttpResponse::Ok().json(Retention {
        organisation,
        at: now,
        overdue: purposes.iter().map(|one| one.overdue).sum(),
        purposes,
    }))
}

#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({"purpose": "participation", "days": 365, "default_days": 183, "counted_from": "the end of the event",
    "basis": "GDPR art. 6(1)(e) with section 3 DSG NRW", "reason": "Certificates are asked for and reports are corrected for half a year.",
    "fixed": false}))]
pub struct RetentionPeriod {
    pub purpose: Purpose,
    /// The organisation's own; `null`: the default.
    pub days: Option<i32>,
    pub default_days: i32,
    pub counted_from: String,
    pub basis: String,
    pub reason: String,
    pub fixed: bool,
}

impl RetentionPeriod {
    fn of(purpose: Purpose, own: Option<OwnPeriod>) -> (Self, i64) {
        let standard = period(purpose);
        let view = Self {
            purpose,
            days: own.and_then(|own| own.days),
            default_days: standard.days,
            counted_from: standard.counted_from.to_owned(),
            basis: standard.basis.to_owned(),
            reason: standard.reason.to_owned(),
            fixed: fixed(purpose),
        };
        (view, own.map_or(0, |own| own.version))
    }
}

/// How long records of a purpose are kept.
///
/// Admins of the organisation.
#[utoipa::path(tag = "privacy", params(("purpose" = Purpose, Path), RetentionQuery), security(("member" = [])), responses(
    (status = 200, body = RetentionPeriod, description = "The period")))]
#[get("/privacy/retention/{purpose}")]
pub async fn get_retention_period(
    request: HttpRequest,
    who: Admin,
    path: web::Path<Purpose>,
    query: Query<RetentionQuery>,
    db: web::Data<Db>,
) -> Result<HttpResponse> {
    let (reach, purpose) = (who.reach(), *path);
    let named = query.0.organisation()?;
    let own = db
        .read(move |conn| {
            let organisation = reached_organisation(conn, &reach, &named)?;
            store::own_period(conn, (organisation.id, purpose))
        })
        .await?;
    let (view, version) = RetentionPeriod::of(purpose, own);
    etag::single(&request, version, Privacy::Personal, &view)
}

#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"days": 365}))]
pub struct RetentionPeriodBody {
    /// `null`: the default.
    #[schema(minimum = 0, maximum = 3660)]
    pub days: Option<i32>,
}

/// Set how long records of a purpose are kept.
///
/// Admins of the organisation. It counts at once, also for what is there: a shorter period is applied by the next run.
#[utoipa::path(tag = "privacy", params(("purpose" = Purpose, Path), RetentionQuery), request_body = RetentionPeriodBody,
    security(("member" = [])), responses(
    (status = 200, body = RetentionPeriod, description = "The period"),
    (status = 409, description = "`transition-not-allowed`: the period of this purpose is the same for everybody")))]
#[put("/privacy/retention/{purpose}")]
pub async fn put_retention_period(
    who: Admin,
    path: web::Path<Purpose>,
    query: Query<RetentionQuery>,
    if_match: IfMatch,
    db: web::Data<Db>,
    clock: web::Data<Clock>,
    body: Body<RetentionPeriodBody>,
) -> Result<HttpResponse> {
    let (act, reach, purpose) = (who.act(&clock), who.reach(), *path);
    let named = query.0.organisation()?;
    let own = db
        .write(move |conn| {
            let organisation = reached_organisation(conn, &reach, &named)?;
            service::put_period(conn, &act, organisation.id, purpose, &if_match, body.value.days)
        })
        .await?;
    let (view, version) = RetentionPeriod::of(purpose, Some(own));
    etag::changed(version, &view)
}
