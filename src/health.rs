//! Whether the service lives, whether it can work, and what its problems mean.

use std::time::Duration;

use actix_web::{HttpResponse, get, web};
use serde::Serialize;
use utoipa::ToSchema;

use crate::base::db::Db;
use crate::base::drain::Drain;
use crate::base::look::Look;
use crate::base::operations::Operations;
use crate::base::problem::{Code, Error, Problem, Result};

pub fn configure(operations: &mut Operations<'_>) {
    operations
        .service(get_live)
        .service(get_ready)
        .service(list_problems)
        .service(get_problem);
}

#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({"status": "ok"}))]
pub struct Health {
    pub status: String,
}

/// Whether the process runs.
///
/// Anybody. Asks nothing of the database.
#[utoipa::path(tag = "health", security(()), responses((status = 200, body = Health, description = "It runs")))]
#[get("/health/live")]
pub async fn get_live() -> HttpResponse {
    ok()
}

/// Whether the service can work.
///
/// Anybody. The database answers in time, its schema is not older than the program, it keeps what it acknowledges (fsync,
/// full_page_writes and synchronous_commit are on), its messages are in English, and the service is not on its way down; otherwise
/// 503. The answer takes two seconds at most.
#[utoipa::path(tag = "health", security(()), responses((status = 200, body = Health, description = "It can work"),
    (status = 503, description = "`unavailable`")))]
#[get("/health/ready")]
pub async fn get_ready(db: web::Data<Db>, drain: web::Data<Drain>, ready: web::Data<Ready>) -> Result<HttpResponse> {
    if drain.has_begun() {
        return Err(Problem::new(Code::Unavailable).retry_after(2).into());
    }
    let looking = move || async move { db.check_ready().await.map_err(|error| error.to_string()) };
    match ready.0.at(looking).await {
        Some(Ok(())) => Ok(ok()),
        // Whatever it is: a service that cannot work is no fault of whoever asks.
        Some(Err(cause)) => Err(Error::Unavailable(cause)),
        None => Err(Error::Unavailable("the database does not answer".to_owned())),
    }
}

/// Whether the database lets the service work: looked at by one at a time, however many ask.
pub struct Ready(Look<Result<(), String>>);

impl Default for Ready {
    /// Who asks a service that is asked every few seconds has no use for what was.
    fn default() -> Self {
        Self(Look::new(Duration::ZERO, PATIENCE))
    }
}

/// Less than those wait who ask: a database that hangs is told, and not a service that does not answer.
const PATIENCE: Duration = Duration::from_millis(1500);

fn ok() -> HttpResponse {
    HttpResponse::Ok().json(Health {
        status: "ok".to_owned(),
    })
}

#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({"code": "seminar-full", "status": 409, "title": "No seat is left", "title_de": "Es ist kein Platz mehr frei",
    "meaning": "No free seat in this channel, and no waiting list or a full one."}))]
pub struct ProblemKind {
    pub code: Code,
    pub status: u16,
    pub title: String,
    pub title_de: String,
    pub meaning: String,
}

impl From<Code> for ProblemKind {
    fn from(code: Code) -> Self {
        Self {
            code,
            status: code.status(),
            title: code.title(false).to_owned(),
            title_de: code.title(true).to_owned(),
            meaning: code.meaning().to_owned(),
        }
    }
}

/// The catalogue of problems.
///
/// Anybody. The `type` of a problem document points into it.
#[utoipa::path(tag = "health", security(()), responses((status = 200, body = Vec<ProblemKind>, description = "Every code")))]
#[get("/problems")]
pub async fn list_problems() -> HttpResponse {
    HttpResponse::Ok().json(Code::ALL.iter().copied().map(ProblemKind::from).collect::<Vec<_>>())
}

/// What one problem means.
///
/// Anybody.
#[utoipa::path(tag = "health", params(("code" = String, Path, description = "The code of a problem", max_length = 60)), security(()), responses((status = 200, body = ProblemKind, description = "The code explained")))]
#[get("/problems/{code}")]
pub async fn get_problem(code: web::Path<String>) -> Result<HttpResponse> {
    let known = Code::ALL
        .iter()
        .copied()
        .find(|known| known.slug() == code.as_str())
        .ok_or(Code::NotFound)?;
    Ok(HttpResponse::Ok().json(ProblemKind::from(known)))
}
