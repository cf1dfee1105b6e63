//! Applications: who applied, what reviewers think, whom the organiser chooses.

use actix_web::{HttpRequest, HttpResponse, get, post, put, web};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::view::RegistrationView;
use crate::auth::{AccountId, Organiser};
use crate::base::body::{Body, yes};
use crate::base::clock::Clock;
use crate::base::db::Db;
use crate::base::etag::{self, IfMatch, Privacy};
use crate::base::page::{Page, Paging, list};
use crate::base::problem::{Code, Error, FieldError, Result};
use crate::base::query::Query;
use crate::base::text::Paragraphs;
use crate::registrations::model::{RegistrationId, Review, State};
use crate::registrations::service::{self, By, Decision};
use crate::registrations::store::{self, Filter};
use crate::seminars::{self, SeminarId};

#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Review, example = json!({"account": "0192f3c1-8d7e-7cc0-a0ff-3f0f5f5b8b11", "score": 8, "note": "Passt gut", "updated_at": "2027-01-04T08:00:00Z"}))]
pub struct ReviewView {
    /// Who thinks so.
    pub account: AccountId,
    /// 0 to 10.
    pub score: Option<i32>,
    pub note: Option<String>,
    pub updated_at: DateTime<Utc>,
}

impl From<Review> for ReviewView {
    fn from(row: Review) -> Self {
        Self {
            account: row.account_id,
            score: row.score,
            note: row.note,
            updated_at: row.updated_at,
        }
    }
}

#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Application)]
pub struct ApplicationView {
    pub registration: RegistrationView,
    /// The mean of the scores; `null` while there is none.
    #[schema(example = 7.5)]
    pub score: Option<f64>,
    pub reviews: Vec<ReviewView>,
}

/// Who applied.
///
/// Organisers of the organisation. Those who wait for a decision, in order of arrival, with what reviewers think.
#[utoipa::path(tag = "registrations", params(("seminar" = SeminarId, Path), Paging), security(("member" = [])), responses(
    (status = 200, body = Page<ApplicationView>, description = "A page of applications")))]
#[get("/seminars/{seminar}/applications")]
pub async fn list_applications(
    request: HttpRequest,
    who: Organiser,
    path: web::Path<SeminarId>,
    paging: Query<Paging>,
    db: web::Data<Db>,
) -> Result<HttpResponse> {
    let (limit, after) = (paging.0.limit()?, paging.0.after()?);
    let reach = who.reach();
    let (rows, reviews) = db
        .read(move |conn| {
            let seminar = seminars::reached(conn, &reach, *path)?;
            let applied = Filter {
                state: Some(State::Applied),
                ..Filter::default()
            };
            let rows = store::list(conn, (seminar.organisation_id, seminar.id), &applied, after, limit)?;
            let ids = rows.iter().map(|row| row.id).collect::<Vec<_>>();
            let reviews = store::reviews(conn, seminar.organisation_id, &ids)?;
            Ok((rows, reviews))
        })
        .await?;
    let page = Page::cut(
        rows,
        limit,
        |row| row.id,
        |row| {
            let mine = reviews.iter().filter(|review| review.registration_id == row.id);
            let mine = mine.cloned().map(ReviewView::from).collect::<Vec<_>>();
            ApplicationView {
                score: mean(&mine),
                reviews: mine,
                registration: RegistrationView::whole(row, None),
            }
        },
    )?;
    Ok(list(&request, Privacy::Personal, &page))
}

fn mean(reviews: &[ReviewView]) -> Option<f64> {
    let scores = reviews
        .iter()
        .filter_map(|review| review.score)
        .map(f64::from)
        .collect::<Vec<_>>();
    let count = u32::try_from(scores.len()).ok().filter(|count| *count > 0)?;
    Some(scores.iter().sum::<f64>() / f64::from(count))
}

#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NewReview, example = json!({"score": 8, "note": "Passt gut"}))]
pub struct ReviewBody {
    #[serde(default)]
    #[schema(minimum = 0, maximum = 10)]
    pub score: Option<i32>,
    #[serde(default)]
    pub note: Option<Paragraphs<2000>>,
}

/// Say what one thinks of an application.
///
/// Organisers of the organisation, each for themselves; said again it replaces what they said before. The applicant
/// does not see it.
#[utoipa::path(tag = "registrations", params(("registration" = RegistrationId, Path)), request_body = ReviewBody, security(("member" = [])), responses(
    (status = 200, body = ReviewView, description = "The review"),
    (status = 409, description = "`transition-not-allowed`: its person was erased, or is only kept for a funder")))]
#[put("/registrations/{registration}/review")]
pub async fn review_registration(
    who: Organiser,
    path: web::Path<RegistrationId>,
    db: web::Data<Db>,
    clock: web::Data<Clock>,
    body: Body<ReviewBody>,
) -> Result<HttpResponse> {
    let ReviewBody { score, note } = body.value;
    let mut errors = Vec::new();
    if score.is_some_and(|score| !(0..=10).contains(&score)) {
        errors.push(FieldError::member("/score", "must be 0 to 10"));
    }
    if score.is_none() && note.is_none() {
        errors.push(FieldError::member("/score", "is required where there is no `note`"));
    }
    Error::unless_empty(errors)?;
    // A review is a person's own; no scope reaches here.
    let account = who.identity.account().ok_or(Code::Forbidden)?;
    let (act, reach) = (who.act(&clock), who.reach());
    let review = db
        .write(move |conn| service::review(conn, &act, &reach, *path, account, score, note.clone()))
        .await?;
    let mut response = HttpResponse::Ok().json(ReviewView::from(review));
    etag::headers(&mut response, None, Privacy::Personal);
    Ok(response)
}

#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"notify": true}))]
pub struct Decided {
    /// Whether the applicant gets a mail.
    #[serde(default = "yes")]
    pub notify: bool,
}

/// Accept an application.
///
/// Organisers of the organisation. It needs a free seat; also somebody on the waiting list can be chosen.
#[utoipa::path(tag = "registrations", params(("registration" = RegistrationId, Path)), request_body = Decided, security(("member" = [])), responses(
    (status = 200, body = RegistrationView, description = "The registration, confirmed"),
    (status = 409, description = "`seminar-full`, `transition-not-allowed`, `seminar-cancelled`, `channel-unavailable`: it no longer has the channel that was applied for")))]
#[post("/registrations/{registration}/accept")]
pub async fn accept_registration(
    who: Organiser,
    path: web::Path<RegistrationId>,
    if_match: IfMatch,
    db: web::Data<Db>,
    clock: web::Data<Clock>,
    body: Body<Decided>,
) -> Result<HttpResponse> {
    decide(who, *path, if_match, &db, &clock, Decision::Accept, body.value.notify).await
}

/// Put an application on the waiting list.
///
/// Organisers of the organisation. When all applications are decided, free seats are offered to the first there.
#[utoipa::path(tag = "registrations", params(("registration" = RegistrationId, Path)), request_body = Decided, security(("member" = [])), responses(
    (status = 200, body = RegistrationView, description = "The registration, waitlisted"),
    (status = 409, description = "`transition-not-allowed`")))]
#[post("/registrations/{registration}/reserve")]
pub async fn reserve_registration(
    who: Organiser,
    path: web::Path<RegistrationId>,
    if_match: IfMatch,
    db: web::Data<Db>,
    clock: web::Data<Clock>,
    body: Body<Decided>,
) -> Result<HttpResponse> {
    decide(who, *path, if_match, &db, &clock, Decision::Reserve, body.value.notify).await
}

/// Turn an application down.
///
/// Organisers of the organisation.
#[utoipa::path(tag = "registrations", params(("registration" = RegistrationId, Path)), request_body = Decided, security(("member" = [])), responses(
    (status = 200, body = RegistrationView, description = "The registration, rejected"),
    (status = 409, description = "`transition-not-allowed`")))]
#[post("/registrations/{registration}/reject")]
pub async fn reject_registration(
    who: Organiser,
    path: web::Path<RegistrationId>,
    if_match: IfMatch,
    db: web::Data<Db>,
    clock: web::Data<Clock>,
    body: Body<Decided>,
) -> Result<HttpResponse> {
    decide(who, *path, if_match, &db, &clock, Decision::Reject, body.value.notify).await
}

async fn decide(
    who: Organiser,
    id: RegistrationId,
    if_match: IfMatch,
    db: &Db,
    clock: &Clock,
    decision: Decision,
    notify: bool,
) -> Result<HttpResponse> {
    let (act, reach) = (who.act(clock), who.reach());
    let check = move |version| if_match.check(version);
    let row = db
        .write(move |conn| service::decide(conn, &act, &By::Member(&reach), id, &check, decision, notify))
        .await?;
    etag::changed(row.version, &RegistrationView::whole(row, None))
}

#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"decisions": [{"registration": "0192f3c1-8d7e-7cc0-a0ff-3f0f5f5b8b11", "decision": "accept"}], "notify": true}))]
pub struct Decisions {
    #[schema(min_items = 1, max_items = 500)]
    pub decisions: Vec<OneDecision>,
    /// Whether each applicant gets a mail.
    #[serde(default = "yes")]
    pub notify: bool,
}

#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct OneDecision {
    pub registration: RegistrationId,
    pub decision: Decision,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct DecidedAll {
    pub data: Vec<RegistrationView>,
}

/// Decide many applications at once.
///
/// Organisers of the organisation. All or none; each applicant gets one mail. Accepting needs a free seat for each.
#[utoipa::path(tag = "registrations", params(("seminar" = SeminarId, Path)), request_body = Decisions, security(("member" = [])), responses(
    (status = 200, body = DecidedAll, description = "The registrations as they are now, in the order of the decisions"),
    (status = 409, description = "`transition-not-allowed`: `errors` names each decision that is in the way, and none was taken")))]
#[post("/seminars/{seminar}/decisions")]
pub async fn decide_applications(
    who: Organiser,
    path: web::Path<SeminarId>,
    db: web::Data<Db>,
    clock: web::Data<Clock>,
    body: Body<Decisions>,
) -> Result<HttpResponse> {
    let count = body.value.decisions.len();
    if !(1..=500).contains(&count) {
        return Err(Error::member(
            "/decisions",
            format!("must have 1 to 500 entries, has {count}"),
        ));
    }
    let (act, reach) = (who.act(&clock), who.reach());
    let rows = db
        .write(move |conn| {
            let decisions = body.value.decisions.iter().map(|one| (one.registration, one.decision));
            let decisions = decisions.collect::<Vec<_>>();
            service::decide_all(conn, &act, &reach, *path, &decisions, body.value.notify)
        })
        .await?;
    let data = rows.into_iter().map(|row| RegistrationView::whole(row, None)).collect();
    let mut response = HttpResponse::Ok().json(DecidedAll { data });
    etag::headers(&mut response, None, Privacy::Personal);
    Ok(response)
}
