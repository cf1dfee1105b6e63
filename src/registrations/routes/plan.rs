//! Changes of plan: cancel, postpone, reschedule. Each is one call that changes the seminar and tells everybody.

use actix_web::{HttpResponse, post, web};
use diesel::PgConnection;
use serde::Deserialize;
use utoipa::ToSchema;

use super::concerned::{DryRun, Replanned, replanned};
use crate::auth::Organiser;
use crate::base::body::{Body, yes};
use crate::base::clock::Clock;
use crate::base::db::Db;
use crate::base::etag::IfMatch;
use crate::base::problem::{Error, FieldError, Result};
use crate::base::query::Query;
use crate::base::text::Line;
use crate::journal::Act;
use crate::registrations::service::{self, Concerned};
use crate::seminars::{Plan, ReasonCode, Seminar, SeminarId, SessionBody, session_list};

/// Why a plan changes.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"reason_code": "pandemic", "public_text": "Coronabedingt abgesagt", "notify": true}))]
pub struct Reason {
    pub reason_code: ReasonCode,
    /// Shown in the public history, and to those who are told.
    #[serde(default)]
    pub public_text: Option<Line<1000>>,
    /// Whether everybody with an active registration gets a mail.
    #[serde(default = "yes")]
    pub notify: bool,
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
    /// Whether everybody with an active registration gets a mail, with which they keep their seat or give it back.
    #[serde(default = "yes")]
    pub notify: bool,
}

/// Cancel it.
///
/// Organisers of the organisation. Final; the fact and its reason stay in the public history. Everybody who is registered
/// gets a mail that takes the date out of their calendar. Registrations stay as they are: that the seminar does not take
/// place follows from its status.
#[utoipa::path(tag = "seminars", params(("seminar" = SeminarId, Path), DryRun), request_body = Reason, security(("member" = [])), responses(
    (status = 200, body = Replanned, description = "The seminar, cancelled, and who is told"),
    (status = 409, description = "`transition-not-allowed`, `seminar-cancelled`")))]
#[post("/seminars/{seminar}/cancel")]
pub async fn cancel_seminar(
    who: Organiser,
    path: web::Path<SeminarId>,
    dry_run: Query<DryRun>,
    if_match: IfMatch,
    db: web::Data<Db>,
    clock: web::Data<Clock>,
    body: Body<Reason>,
) -> Result<HttpResponse> {
    planned(
        who,
        *path,
        &dry_run.0,
        if_match,
        &db,
        &clock,
        body.value,
        service::cancel_seminar,
    )
    .await
}

/// Postpone it: no new date yet.
///
/// Organisers of the organisation. It keeps its id and its registrations; nobody can register until `reschedule`. Everybody
/// who is registered gets a mail that takes the date out of their calendar.
#[utoipa::path(tag = "seminars", params(("seminar" = SeminarId, Path), DryRun), request_body = Reason, security(("member" = [])), responses(
    (status = 200, body = Replanned, description = "The seminar, postponed, and who is told"),
    (status = 409, description = "`transition-not-allowed`, `seminar-cancelled`, `seminar-postponed`")))]
#[post("/seminars/{seminar}/postpone")]
pub async fn postpone_seminar(
    who: Organiser,
    path: web::Path<SeminarId>,
    dry_run: Query<DryRun>,
    if_match: IfMatch,
    db: web::Data<Db>,
    clock: web::Data<Clock>,
    body: Body<Reason>,
) -> Result<HttpResponse> {
    planned(
        who,
        *path,
        &dry_run.0,
        if_match,
        &db,
        &clock,
        body.value,
        service::postpone_seminar,
    )
    .await
}

/// Give it other times.
///
/// Organisers of the organisation. A postponed seminar is scheduled again; registrations stay. Everybody who is registered
/// gets the new date, and keeps the seat or gives it back.
#[utoipa::path(tag = "seminars", params(("seminar" = SeminarId, Path), DryRun), request_body = NewDate, security(("member" = [])), responses(
    (status = 200, body = Replanned, description = "The seminar, scheduled, and who is told"),
    (status = 409, description = "`transition-not-allowed`, `seminar-cancelled`, `not-ready`: the day on which the minimum is decided would be over")))]
#[post("/seminars/{seminar}/reschedule")]
pub async fn reschedule_seminar(
    who: Organiser,
    path: web::Path<SeminarId>,
    dry_run: Query<DryRun>,
    if_match: IfMatch,
    db: web::Data<Db>,
    clock: web::Data<Clock>,
    body: Body<NewDate>,
) -> Result<HttpResponse> {
    let mut errors = Vec::new();
    if body.value.sessions.is_empty() {
        errors.push(FieldError::member(
            "/sessions",
            "needs at least one session; without a date use `/postpone`",
        ));
    }
    let sessions = session_list(body.value.sessions, &mut errors);
    Error::unless_empty(errors)?;
    let reason = Reason {
        reason_code: body.value.reason_code,
        public_text: body.value.public_text,
        notify: body.value.notify,
    };
    let action = move |conn: &mut PgConnection, act: &Act, plan: &Plan<'_>, notify| {
        service::reschedule_seminar(conn, act, plan, &sessions, notify)
    };
    planned(who, *path, &dry_run.0, if_match, &db, &clock, reason, action).await
}

/// The frame of all three.
#[expect(clippy::too_many_arguments, reason = "what the operations above are handed")]
async fn planned(
    who: Organiser,
    id: SeminarId,
    dry_run: &DryRun,
    if_match: IfMatch,
    db: &Db,
    clock: &Clock,
    reason: Reason,
    action: impl Fn(&mut PgConnection, &Act, &Plan<'_>, bool) -> Result<(Seminar, Concerned)> + Send + 'static,
) -> Result<HttpResponse> {
    let act = who.act(clock);
    let (reach, identity) = (who.reach(), who.identity);
    replanned(db, identity, dry_run, move |conn| {
        let plan = Plan {
            reach: &reach,
            id,
            check: &|version| if_match.check(version),
            reason: reason.reason_code,
            public_text: reason.public_text.clone(),
        };
        action(conn, &act, &plan, reason.notify)
    })
    .await
}
