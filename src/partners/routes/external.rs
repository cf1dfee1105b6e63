//! Seminars by the id that another system gives them.

use actix_web::http::StatusCode;
use actix_web::http::header::LOCATION;
use actix_web::{HttpMessage, HttpRequest, HttpResponse, get, put, web};
use diesel::PgConnection;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use utoipa::{IntoParams, ToSchema};

use super::external_body::{ExternalSeminarBody, Understood};
use crate::auth::{Caller, Identity, OrganisationRef, Organiser, Reach, find_organisation, reached_organisation};
use crate::base::body::{self, Body};
use crate::base::clock::Clock;
use crate::base::db::Db;
use crate::base::drain::Drain;
use crate::base::etag::{self, IfMatch};
use crate::base::problem::{Code, Document, Error, FieldError, Problem, RequestId, Result};
use crate::base::query::Query;
use crate::base::text::Line;
use crate::journal::Act;
use crate::partners::service::push::{self, Pushed};
use crate::seminars::{SeminarId, SeminarView, Whole, view_for, visible_to, whole};

/// How many seminars one call may bring.
const MOST: usize = 500;
/// Characters.
const MOST_OF_AN_ID: usize = 200;
/// Room for all of them.
const BULK_LIMIT: usize = 4 * 1024 * 1024;
/// After this the rest of a bulk is to be sent again: no answer takes longer than a minute.
const BULK_TIME: std::time::Duration = std::time::Duration::from_secs(45);

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct SystemQuery {
    /// Which system gives the ids, for example `ihk-events`. The ids of two systems do not meet.
    #[param(value_type = String, min_length = 1, max_length = 60)]
    system: Option<Line<60>>,
}

impl SystemQuery {
    fn named(self) -> Result<Line<60>> {
        let missing = || {
            Error::invalid(vec![FieldError::parameter(
                "system",
                "is required: which system gives the id",
            )])
        };
        self.system.ok_or_else(missing)
    }
}

fn external_id(given: &str) -> Result<Line<200>> {
    serde_json::from_value(Value::from(given)).map_err(|_| Code::NotFound.into())
}

/// The seminar that has this id in another system.
///
/// Anybody, as far as the seminar is theirs to see.
#[utoipa::path(tag = "seminars", params(("organisation" = String, Path, description = "Id or slug", max_length = 60),
    ("external_id" = String, Path, description = "The other system's id", max_length = 200), SystemQuery), security((), ("member" = [])), responses(
    (status = 200, body = SeminarView, description = "The seminar")))]
#[get("/organisations/{organisation}/seminars/{external_id}")]
pub async fn get_external_seminar(
    request: HttpRequest,
    caller: Caller,
    path: web::Path<(String, String)>,
    query: Query<SystemQuery>,
    db: web::Data<Db>,
) -> Result<HttpResponse> {
    let system = query.0.named()?;
    let identity = caller.0.clone();
    let found = db
        .read(move |conn| {
            let of = find_organisation(conn, &path.0)?.ok_or(Code::NotFound)?;
            let seminar = push::find(conn, &of, system.as_str(), &path.1)?.ok_or(Code::NotFound)?;
            if !visible_to(&seminar, identity.as_ref()) {
                return Err(Code::NotFound.into());
            }
            whole(conn, seminar)
        })
        .await?;
    let version = found.seminar.version;
    etag::single(&request, version, caller.privacy(), &view_for(caller.0.as_ref(), found))
}

/// Say how a seminar stands in another system.
///
/// Organisers of the organisation, and API clients with `seminars:write`. What is not here yet is written down and
/// announced; what is here is made as it is said to be: new times, a cancellation and the like are told to everybody who is
/// registered. A member that is sent again unchanged changes nothing, and one that is left out stays as it is. What was
/// decided here since is never overwritten: then nothing is changed, and the answer names those members; send them as they
/// stand here, or agree with each other. A cancellation comes before everything else. Sending the same again is harmless.
#[utoipa::path(tag = "seminars", params(("organisation" = String, Path, description = "Id or slug", max_length = 60),
    ("external_id" = String, Path, description = "The other system's id", max_length = 200), SystemQuery,
    ("If-Match" = Option<String>, Header, description = "The ETag of what was read, if one wants to be sure", max_length = 200)),
    request_body = ExternalSeminarBody, security(("member" = [])), responses(
    (status = 200, body = SeminarView, description = "The seminar as it is now"),
    (status = 201, body = SeminarView, description = "The seminar, new here"),
    (status = 409, description = "`decided-here` names the members; `transition-not-allowed`, `seminar-cancelled`, `seminar-postponed`, `capacity-below-taken`, `channel-in-use`, `not-ready`"),
    (status = 412, description = "`precondition-failed`: it is not what `If-Match` says any more")))]
#[put("/organisations/{organisation}/seminars/{external_id}")]
pub async fn put_external_seminar(
    request: HttpRequest,
    who: Organiser,
    path: web::Path<(String, String)>,
    query: Query<SystemQuery>,
    db: web::Data<Db>,
    clock: web::Data<Clock>,
    body: Body<Value>,
) -> Result<HttpResponse> {
    let system = query.0.named()?;
    let (organisation, id) = path.into_inner();
    let id = external_id(&id)?;
    let if_match = IfMatch::where_given(&request)?;
    let understood = Understood::read(body.value, &system, &id)?;
    let (act, reach, identity) = (who.act(&clock), who.reach(), who.identity.clone());
    let (found, new) = db
        .write(move |conn| {
            let of = reached_organisation(conn, &reach, &organisation)?;
            let check = |version| if_match.as_ref().map_or(Ok(()), |seen| seen.check(version));
            write(conn, &act, (&reach, &identity), &of, &understood, &check)
        })
        .await?;
    let (id, version) = (found.seminar.id, found.seminar.version);
    let view = view_for(Some(&who.identity), found);
    let mut response = etag::changed(version, &view)?;
    if new {
        *response.status_mut() = StatusCode::CREATED;
        if let Ok(location) = format!("/api/v1/seminars/{id}").parse() {
            response.headers_mut().insert(LOCATION, location);
        }
    }
    Ok(response)
}

/// Many seminars of one system.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = ExternalSeminars, example = json!({"seminars": [{"external_id": "4711", "title": "Fördermittel für die Digitalisierung", "kind": "info_event",
    "sessions": [{"starts_at": "2027-05-06T18:00:00+02:00", "ends_at": "2027-05-06T20:00:00+02:00"}], "channels": [{"channel": "online"}]}]}))]
pub struct ExternalSeminarsBody {
    /// Each as for one of them, with its `external_id`; nobody twice.
    #[schema(value_type = Vec<ExternalSeminarBody>, min_items = 1, max_items = 500)]
    pub seminars: Vec<Map<String, Value>>,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct ExternalResults {
    /// One of each, in the order they were sent.
    #[schema(max_items = 500)]
    pub results: Vec<ExternalResult>,
}

#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({"external_id": "4711", "status": 201, "seminar": "0192f3c1-8d7e-7cc0-a0ff-3f0f5f5b8b11", "version": 2}))]
pub struct ExternalResult {
    #[schema(max_length = 200)]
    pub external_id: String,
    /// As if it had been sent alone.
    pub status: u16,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub seminar: Option<SeminarId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub version: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub problem: Option<Document>,
}

/// Say how many seminars stand in another system.
///
/// As for one of them, up to 500 in one call; each is done or refused by itself, with a result of its own. Cancellations
/// are done first. What is not reached within 45 seconds, or before the service ends, has status 503: send it again.
#[utoipa::path(tag = "seminars", params(("organisation" = String, Path, description = "Id or slug", max_length = 60), SystemQuery),
    request_body = ExternalSeminarsBody, security(("member" = [])), responses(
    (status = 200, body = ExternalResults, description = "What became of each")))]
#[put("/organisations/{organisation}/seminars")]
pub async fn put_external_seminars(
    request: HttpRequest,
    who: Organiser,
    path: web::Path<String>,
    query: Query<SystemQuery>,
    (db, clock): (web::Data<Db>, web::Data<Clock>),
    drain: web::Data<Drain>,
    payload: web::Payload,
) -> Result<HttpResponse> {
    let system = query.0.named()?;
    let sent = body::read::<ExternalSeminarsBody>(&request, payload, BULK_LIMIT)
        .await?
        .seminars;
    if sent.is_empty() || sent.len() > MOST {
        return Err(Error::member(
            "/seminars",
            format!("must be 1 to {MOST}, are {}", sent.len()),
        ));
    }
    let until = tokio::time::Instant::now() + BULK_TIME;
    let reach = who.reach();
    let of = db.read(move |conn| reached_organisation(conn, &reach, &path)).await?;
    // What is too long stays too long, and is not repeated as it is.
    let ids = sent.iter().map(|one| {
        let id = one.get("external_id").and_then(Value::as_str).unwrap_or_default();
        id.chars().take(MOST_OF_AN_ID + 1).collect::<String>()
    });
    let ids = ids.collect::<Vec<_>>();
    let mut results = sent.iter().map(|_| None).collect::<Vec<Option<ExternalResult>>>();
    let mut order = (0..sent.len()).collect::<Vec<_>>();
    let cancelled = |one: &Map<String, Value>| one.get("status").and_then(Value::as_str) == Some("cancelled");
    order.sort_by_key(|nth| !sent.get(*nth).is_some_and(cancelled));
    for nth in order {
        let (Some(one), Some(id)) = (sent.get(nth), ids.get(nth)) else {
            continue;
        };
        // None of the two: which of them holds nobody can tell.
        let twice = !id.is_empty() && ids.iter().filter(|other| *other == id).count() > 1;
        let done = if twice {
            Err(Error::member("/external_id", "is sent twice"))
        } else if tokio::time::Instant::now() >= until {
            Err(Error::Unavailable("a bulk took its time".to_owned()))
        } else if drain.is_closing() {
            Err(Error::Unavailable("the service ends".to_owned()))
        } else {
            let act = who.act(&clock);
            one_of_many(
                &db,
                act,
                (who.reach(), who.identity.clone()),
                &of,
                &system,
                (id, one.clone()),
            )
            .await
        };
        if let Some(place) = results.get_mut(nth) {
            *place = Some(result(&request, id.chars().take(MOST_OF_AN_ID).collect(), done));
        }
    }
    let mut response = HttpResponse::Ok().json(json!({"results": results}));
    etag::headers(&mut response, None, etag::Privacy::Personal);
    Ok(response)
}

async fn one_of_many(
    db: &Db,
    act: Act,
    (reach, identity): (Reach, Identity),
    of: &OrganisationRef,
    system: &Line<60>,
    (id, mut sent): (&str, Map<String, Value>),
) -> Result<(SeminarId, i64, bool)> {
    sent.remove("external_id");
    let unnamed = |_| Error::member("/external_id", "must be 1 to 200 characters");
    let id = serde_json::from_value::<Line<200>>(Value::from(id)).map_err(unnamed)?;
    let understood = Understood::read(Value::Object(sent), system, &id)?;
    let of = of.clone();
    let (found, new) = db
        .write(move |conn| write(conn, &act, (&reach, &identity), &of, &understood, &|_| Ok(())))
        .await?;
    Ok((found.seminar.id, found.seminar.version, new))
}

fn result(request: &HttpRequest, external_id: String, done: Result<(SeminarId, i64, bool)>) -> ExternalResult {
    match done {
        Ok((seminar, version, new)) => ExternalResult {
            external_id,
            status: if new { 201 } else { 200 },
            seminar: Some(seminar),
            version: Some(version),
            problem: None,
        },
        Err(error) => {
            let problem: Problem = error.problem();
            let id = request.extensions().get::<RequestId>().cloned();
            let id = id.map(|RequestId(id)| id).unwrap_or_default();
            ExternalResult {
                external_id,
                status: problem.code.status(),
                seminar: None,
                version: None,
                problem: Some(problem.document(request.path(), &id, crate::base::language::german(request))),
            }
        }
    }
}

fn write(
    conn: &mut PgConnection,
    act: &Act,
    (reach, identity): (&Reach, &Identity),
    of: &OrganisationRef,
    understood: &Understood,
    check: &dyn Fn(i64) -> Result<()>,
) -> Result<(Whole, bool)> {
    let pushed = Pushed {
        reach,
        identity,
        of,
        system: &understood.system,
        external_id: &understood.external_id,
        check,
        sent: &understood.sent,
        status: understood.status,
        reason: understood.reason,
        public_text: understood.public_text.clone(),
        notify: understood.notify,
        sessions: understood.sessions.as_deref(),
        new: &|| understood.new_seminar(of),
        change: &|members| understood.change(members),
    };
    push::push(conn, act, &pushed)
}
