//! Whether the service lives, whether it can work, and what its problems mean.

use actix_web::{HttpResponse, get, web};
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;

use crate::base::db::Db;
use crate::base::problem::{Code, Result};

pub fn configure(config: &mut ServiceConfig) {
    config
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
/// Anybody. The database answers, its schema is current, and it keeps what it acknowledges (fsync,
/// full_page_writes and synchronous_commit are on); otherwise 503.
#[utoipa::path(tag = "health", security(()), responses((status = 200, body = Health, description = "It can work"),
    (status = 503, description = "`unavailable`")))]
#[get("/health/ready")]
pub async fn get_ready(db: web::Data<Db>) -> Result<HttpResponse> {
    db.check_ready().await?;
    Ok(ok())
}

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
