//! The person's page.

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, get, web};

use super::visit::Visit;
use crate::base::problem::{Code, Result};
use crate::portal::model::{Done, Notice};
use crate::registrations::{Standing, State, TicketFormat};

#[get("/registrations/{token}")]
pub async fn see(visit: Visit) -> Result<HttpResponse> {
    let standing = visit.standing().await?;
    let done = visit.done.filter(|done| holds(*done, &standing));
    visit.page(&standing, done.map(Notice::Done), StatusCode::OK)
}

#[get("/registrations/{token}/ticket.{format}")]
pub async fn ticket(visit: Visit, path: web::Path<(String, String)>) -> Result<HttpResponse> {
    let format = path.1.parse::<TicketFormat>().map_err(|_| Code::NotFound)?;
    visit.ticket(format).await
}

/// Whether it is so: the address says what was done, and anybody may write an address.
fn holds(done: Done, standing: &Standing) -> bool {
    let registration = &standing.registration;
    match done {
        Done::Confirmed | Done::Accepted => registration.state == State::Confirmed,
        Done::Kept => registration.kept_at.is_some() && registration.state == State::Confirmed,
        Done::Cancelled => registration.state == State::Cancelled,
        Done::Changed | Done::Unchanged => registration.state.active(),
        Done::Withdrawn => standing.consents.iter().any(|consent| consent.withdrawn_at.is_some()),
    }
}
