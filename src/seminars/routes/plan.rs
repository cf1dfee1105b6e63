//! Changes of plan that touch nobody's channel: publish, complete, cancel, postpone, reschedule.

use actix_web::{HttpResponse, post, web};
use diesel::PgConnection;
use serde::Deserialize;
use utoipa::ToSchema;

use super::body::{SessionBody, sessions};
use super::view::{SeminarView, view_for};
use crate::auth::Organiser;
use crate::base::body::Body;
use crate::base::clock::Clock;
use crate::base::db::Db;
use crate::base::etag::{self, IfMatch};
use crate::base::problem::{Error, FieldError, Result};
use crate::base::text::Line;
use crate::journal::Act;
use crate::seminars::model::{ReasonCode, Seminar, SeminarId};
use crate::seminars::service::{self, Plan};
use crate::seminars::store;

/// An empty object: the action needs nothing but its name.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({}))]
pub struct Nothing {}

/// Why a plan changes.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"reason_code": "pandemic", "public_text": "Coronabedingt abgesagt"}))]
pub struct Reason {
    pub reason_code: ReasonCode,
    /// Shown in the public history.
    #[serde(default)]
    pub public_text: Option<Line<1000>>,
}

#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"reason_code": "speaker", "sessions": [{"starts_at": "2027-06-10T18:00:00+02:00", "ends_at": "2027-06-10T20:00:00+02:00"}]}))]
pub struct NewDate {
    pub reason_code: ReasonCode,
    #[serde(default)]
    pub public_text: Option<Line<1000>>,
    #[schema(min_items = 1, max_items = 100)]
    pub sessions: Vec<SessionBody>,
}

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
    planned(who, *path, if_match, &db, &clock, None, |conn, act, plan| {
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
    planned(who, *path, if_match, &db, &clock, None, |conn, act, plan| {
        service::complete(conn, act, plan)
    })
    .await
}

/// Cancel it.
///
/// Organisers of the organisation. Final; the fact and its reason stay in the public history. Registrations stay
/// as they are: that the seminar does not take place follows from its status.
#[utoipa::path(tag = "seminars", params(("seminar" = SeminarId, Path)), request_body = Reason, security(("member" = [])), responses(
    (status = 200, body = SeminarView, description = "The seminar, cancelled"),
    (status = 409, description = "`transition-not-allowed`, `seminar-cancelled`")))]
#[post("/seminars/{seminar}/cancel")]
pub async fn cancel_seminar(
    who: Organiser,
    path: web::Path<SeminarId>,
    if_match: IfMatch,
    db: web::Data<Db>,
    clock: web::Data<Clock>,
    body: Body<Reason>,
) -> Result<HttpResponse> {
    planned(who, *path, if_match, &db, &clock, Some(body.value), service::cancel).await
}

/// Postpone it: no new date yet.
///
/// Organisers of the organisation. It keeps its id and its registrations; nobody can register until `reschedule`.
#[utoipa::path(tag = "seminars", params(("seminar" = SeminarId, Path)), request_body = Reason, security(("member" = [])), responses(
    (status = 200, body = SeminarView, description = "The seminar, postponed"),
    (status = 409, description = "`transition-not-allowed`, `seminar-cancelled`, `seminar-postponed`")))]
#[post("/seminars/{seminar}/postpone")]
pub async fn postpone_seminar(
    who: Organiser,
    path: web::Path<SeminarId>,
    if_match: IfMatch,
    db: web::Data<Db>,
    clock: web::Data<Clock>,
    body: Body<Reason>,
) -> Result<HttpResponse> {
    planned(who, *path, if_match, &db, &clock, Some(body.value), service::postpone).await
}

/// Give it other times.
///
/// Organisers of the organisation. A postponed seminar is scheduled again; registrations stay, and the n-th session
/// keeps its id. A minimum that is not decided on yet must be decided on before the new begin.
#[utoipa::path(tag = "seminars", params(("seminar" = SeminarId, Path)), request_body = NewDate, security(("member" = [])), responses(
    (status = 200, body = SeminarView, description = "The seminar, scheduled"),
    (status = 409, description = "`not-ready`, `transition-not-allowed`, `seminar-cancelled`")))]
#[post("/seminars/{seminar}/reschedule")]
pub async fn reschedule_seminar(
    who: Organiser,
    path: web::Path<SeminarId>,
    if_match: IfMatch,
    db: web::Data<Db>,
    clock: web::Data<Clock>,
    body: Body<NewDate>,
) -> Result<HttpResponse> {
    let NewDate {
        reason_code,
        public_text,
        sessions: bodies,
    } = body.value;
    let mut errors = Vec::new();
    if bodies.is_empty() {
        errors.push(FieldError::member(
            "/sessions",
            "needs at least one session; without a date use `/postpone`",
        ));
    }
    let sessions = sessions(bodies, &mut errors);
    if !errors.is_empty() {
        return Err(Error::invalid(errors));
    }
    let reason = Reason {
        reason_code,
        public_text,
    };
    planned(
        who,
        *path,
        if_match,
        &db,
        &clock,
        Some(reason),
        move |conn, act, plan| service::reschedule(conn, act, plan, &sessions),
    )
    .await
}

/// The frame of every change of plan.
async fn planned(
    who: Organiser,
    id: SeminarId,
    if_match: IfMatch,
    db: &Db,
    clock: &Clock,
    reason: Option<Reason>,
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
                reason: reason.as_ref().map_or(ReasonCode::Unknown, |reason| reason.reason_code),
                public_text: reason.as_ref().and_then(|reason| reason.public_text.clone()),
            };
            let seminar = action(conn, &act, &plan)?;
            store::whole(conn, seminar)
        })
        .await?;
    etag::changed(whole.seminar.version, &view_for(Some(&identity), whole))
}
