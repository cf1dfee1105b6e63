//! Changes of a seminar that give people seats or move them: PATCH, move-online, move-onsite. They stand here and
//! not in `seminars` because the waiting list moves with them.

use actix_web::{HttpResponse, patch, post, web};
use serde::Deserialize;
use utoipa::ToSchema;

use crate::auth::Organiser;
use crate::base::body::{Body, mentioned};
use crate::base::clock::Clock;
use crate::base::db::Db;
use crate::base::etag::{self, IfMatch};
use crate::base::problem::{Error, Result};
use crate::base::text::{Line, WebAddress};
use crate::catalogue::VenueId;
use crate::registrations::service;
use crate::seminars::{
    self, Channel, Moved, Plan, ReasonCode, SeminarId, SeminarPatch, SeminarView, capacity_fault, view_for,
};

/// Edit a seminar.
///
/// Organisers of the organisation. Lists are replaced whole. The times of a published seminar are changed with
/// `/reschedule`; another venue becomes a fact in the history. More seats go to the waiting list at once; fewer
/// than are taken are refused, or, with `force`, take nobody's seat away.
#[utoipa::path(tag = "seminars", params(("seminar" = SeminarId, Path)), request_body = SeminarPatch, security(("member" = [])), responses(
    (status = 200, body = SeminarView, description = "The seminar as it is now"),
    (status = 409, description = "`capacity-below-taken`, `channel-in-use`, `external-ref-taken`, `transition-not-allowed`, `seminar-cancelled`")))]
#[patch("/seminars/{seminar}")]
pub async fn change_seminar(
    who: Organiser,
    path: web::Path<SeminarId>,
    if_match: IfMatch,
    db: web::Data<Db>,
    clock: web::Data<Clock>,
    body: Body<SeminarPatch>,
) -> Result<HttpResponse> {
    let change = body.value.understand()?;
    let act = who.act(&clock);
    let (reach, identity) = (who.reach(), who.identity);
    let whole = db
        .write(move |conn| {
            let check = |version| if_match.check(version);
            let seminar = service::change_seminar(conn, &act, &reach, *path, check, change.clone())?;
            seminars::whole(conn, seminar)
        })
        .await?;
    etag::changed(whole.seminar.version, &view_for(Some(&identity), whole))
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
}

/// Move it online.
///
/// Organisers of the organisation. On site is offered no longer; the venue goes, a livestream stays.
#[utoipa::path(tag = "seminars", params(("seminar" = SeminarId, Path)), request_body = MoveOnline, security(("member" = [])), responses(
    (status = 200, body = SeminarView, description = "The seminar, online"),
    (status = 409, description = "`transition-not-allowed`, `capacity-below-taken`, `seminar-cancelled`")))]
#[post("/seminars/{seminar}/move-online")]
pub async fn move_seminar_online(
    who: Organiser,
    path: web::Path<SeminarId>,
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
        if_match,
        &db,
        &clock,
        (reason_code, public_text),
        moved,
        move_registrations,
    )
    .await
}

/// Move it on site.
///
/// Organisers of the organisation. Online is offered no longer; platform and join link go, a livestream stays.
#[utoipa::path(tag = "seminars", params(("seminar" = SeminarId, Path)), request_body = MoveOnsite, security(("member" = [])), responses(
    (status = 200, body = SeminarView, description = "The seminar, on site"),
    (status = 409, description = "`transition-not-allowed`, `capacity-below-taken`, `seminar-cancelled`")))]
#[post("/seminars/{seminar}/move-onsite")]
pub async fn move_seminar_onsite(
    who: Organiser,
    path: web::Path<SeminarId>,
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
        if_match,
        &db,
        &clock,
        (reason_code, public_text),
        moved,
        move_registrations,
    )
    .await
}

#[expect(clippy::too_many_arguments, reason = "the frame of the two operations above")]
async fn move_seminar(
    who: Organiser,
    id: SeminarId,
    if_match: IfMatch,
    db: &Db,
    clock: &Clock,
    (reason, public_text): (ReasonCode, Option<Line<1000>>),
    moved: Moved,
    with_registrations: bool,
) -> Result<HttpResponse> {
    if let Some(reason) = capacity_fault(moved.to, moved.capacity.flatten()) {
        return Err(Error::member("/capacity", reason));
    }
    let act = who.act(clock);
    let (reach, identity) = (who.reach(), who.identity);
    let whole = db
        .write(move |conn| {
            let check = |version| if_match.check(version);
            let plan = Plan {
                reach: &reach,
                id,
                check: &check,
                reason,
                public_text: public_text.clone(),
            };
            let seminar = service::move_seminar(conn, &act, &plan, &moved, with_registrations)?;
            seminars::whole(conn, seminar)
        })
        .await?;
    etag::changed(whole.seminar.version, &view_for(Some(&identity), whole))
}
