//! Changes of a seminar that give people seats or move them: PATCH, move-online, move-onsite. They stand here and
//! not in `seminars` because the waiting list moves with them.

use actix_web::{HttpResponse, patch, post, web};
use serde::Deserialize;
use utoipa::ToSchema;

use super::concerned::{DryRun, Replanned, replanned};
use crate::auth::Organiser;
use crate::base::body::{Body, mentioned, yes};
use crate::base::clock::Clock;
use crate::base::db::Db;
use crate::base::etag::IfMatch;
use crate::base::problem::{Error, Result};
use crate::base::query::Query;
use crate::base::text::{Line, WebAddress};
use crate::catalogue::VenueId;
use crate::registrations::service;
use crate::seminars::{Channel, Moved, Plan, ReasonCode, SeminarId, SeminarPatch, capacity_fault};

/// Edit a seminar.
///
/// Organisers of the organisation. Lists are replaced whole. The times of a published seminar are changed with
/// `/reschedule`; another venue becomes a fact in the history, and everybody who is registered is told. More seats are
/// offered to the waiting list at once; fewer than are taken are refused, or, with `force`, take nobody's seat away.
#[utoipa::path(tag = "seminars", params(("seminar" = SeminarId, Path), DryRun), request_body = SeminarPatch, security(("member" = [])), responses(
    (status = 200, body = Replanned, description = "The seminar as it is now, and who is told"),
    (status = 409, description = "`capacity-below-taken`, `channel-in-use`, `external-ref-taken`, `in-use`, `transition-not-allowed`, `seminar-cancelled`")))]
#[patch("/seminars/{seminar}")]
pub async fn change_seminar(
    who: Organiser,
    path: web::Path<SeminarId>,
    dry_run: Query<DryRun>,
    if_match: IfMatch,
    db: web::Data<Db>,
    clock: web::Data<Clock>,
    body: Body<SeminarPatch>,
) -> Result<HttpResponse> {
    let change = body.value.understand()?;
    let act = who.act(&clock);
    let (reach, identity) = (who.reach(), who.identity);
    replanned(&db, identity, &dry_run.0, move |conn| {
        let check = |version| if_match.check(version);
        service::change_seminar(conn, &act, &reach, *path, &check, change.clone())
    })
    .await
}

#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"reason_code": "pandemic", "public_text": "Wir treffen uns online", "capacity": 100, "online_platform": "Zoom",
    "join_url": "https://zoom.example/j/1", "move_registrations": true}))]
pub struct MoveOnline {
    pub reason_code: ReasonCode,
    #[serde(default)]
    pub public_text: Option<Line<1000>>,
    /// Seats online; `null`: as many as come; absent: as it is, or as on site.
    #[serde(default, deserialize_with = "mentioned")]
    #[schema(value_type = Option<i32>, minimum = 1, maximum = 1_000_000)]
    pub capacity: Option<Option<i32>>,
    #[serde(default)]
    pub online_platform: Option<Line<100>>,
    #[serde(default)]
    pub join_url: Option<WebAddress>,
    /// Whether on-site registrations become online ones: first come first, never beyond the seats there.
    #[serde(default)]
    pub move_registrations: bool,
    /// Whether everybody with an active registration gets a mail.
    #[serde(default = "yes")]
    pub notify: bool,
}

#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"reason_code": "other", "public_text": "Wir treffen uns vor Ort", "capacity": 40, "venue": "0192f3c1-8d7e-7cc0-a0ff-3f0f5f5b8b11",
    "move_registrations": true}))]
pub struct MoveOnsite {
    pub reason_code: ReasonCode,
    #[serde(default)]
    pub public_text: Option<Line<1000>>,
    /// Seats on site; `null`: as many as come; absent: as it is, or as online.
    #[serde(default, deserialize_with = "mentioned")]
    #[schema(value_type = Option<i32>, minimum = 1, maximum = 1_000_000)]
    pub capacity: Option<Option<i32>>,
    #[serde(default)]
    pub venue: Option<VenueId>,
    /// Whether online registrations become on-site ones: first come first, never beyond the seats there.
    #[serde(default)]
    pub move_registrations: bool,
    /// Whether everybody with an active registration gets a mail.
    #[serde(default = "yes")]
    pub notify: bool,
}

/// Move it online.
///
/// Organisers of the organisation. On site is offered no longer; the venue goes, a livestream stays.
#[utoipa::path(tag = "seminars", params(("seminar" = SeminarId, Path), DryRun), request_body = MoveOnline, security(("member" = [])), responses(
    (status = 200, body = Replanned, description = "The seminar, online, who is told and who lost a seat"),
    (status = 409, description = "`transition-not-allowed`, `capacity-below-taken`, `seminar-cancelled`")))]
#[post("/seminars/{seminar}/move-online")]
pub async fn move_seminar_online(
    who: Organiser,
    path: web::Path<SeminarId>,
    dry_run: Query<DryRun>,
    if_match: IfMatch,
    db: web::Data<Db>,
    clock: web::Data<Clock>,
    body: Body<MoveOnline>,
) -> Result<HttpResponse> {
    let MoveOnline {
        reason_code,
        public_text,
        capacity,
        online_platform,
        join_url,
        move_registrations,
        notify,
    } = body.value;
    let moved = Moved {
        to: Channel::Online,
        capacity,
        venue: None,
        online_platform,
        join_url,
    };
    move_seminar(
        who,
        *path,
        &dry_run.0,
        if_match,
        &db,
        &clock,
        (reason_code, public_text),
        moved,
        (move_registrations, notify),
    )
    .await
}

/// Move it on site.
///
/// Organisers of the organisation. Online is offered no longer; platform and join link go, a livestream stays.
#[utoipa::path(tag = "seminars", params(("seminar" = SeminarId, Path), DryRun), request_body = MoveOnsite, security(("member" = [])), responses(
    (status = 200, body = Replanned, description = "The seminar, on site, who is told and who lost a seat"),
    (status = 409, description = "`transition-not-allowed`, `capacity-below-taken`, `seminar-cancelled`")))]
#[post("/seminars/{seminar}/move-onsite")]
pub async fn move_seminar_onsite(
    who: Organiser,
    path: web::Path<SeminarId>,
    dry_run: Query<DryRun>,
    if_match: IfMatch,
    db: web::Data<Db>,
    clock: web::Data<Clock>,
    body: Body<MoveOnsite>,
) -> Result<HttpResponse> {
    let MoveOnsite {
        reason_code,
        public_text,
        capacity,
        venue,
        move_registrations,
        notify,
    } = body.value;
    let moved = Moved {
        to: Channel::Onsite,
        capacity,
        venue,
        online_platform: None,
        join_url: None,
    };
    move_seminar(
        who,
        *path,
        &dry_run.0,
        if_match,
        &db,
        &clock,
        (reason_code, public_text),
        moved,
        (move_registrations, notify),
    )
    .await
}

#[expect(clippy::too_many_arguments, reason = "the frame of the two operations above")]
async fn move_seminar(
    who: Organiser,
    id: SeminarId,
    dry_run: &DryRun,
    if_match: IfMatch,
    db: &Db,
    clock: &Clock,
    (reason, public_text): (ReasonCode, Option<Line<1000>>),
    moved: Moved,
    (with_registrations, notify): (bool, bool),
) -> Result<HttpResponse> {
    if let Some(reason) = capacity_fault(moved.to, moved.capacity.flatten()) {
        return Err(Error::member("/capacity", reason));
    }
    let act = who.act(clock);
    let (reach, identity) = (who.reach(), who.identity);
    replanned(db, identity, dry_run, move |conn| {
        let check = |version| if_match.check(version);
        let plan = Plan {
            reach: &reach,
            id,
            check: &check,
            reason,
            public_text: public_text.clone(),
        };
        service::move_seminar(conn, &act, &plan, &moved, with_registrations, notify)
    })
    .await
}
