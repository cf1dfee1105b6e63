//! The page in front of the online room. Looking at it records nothing; the button does, and leads in.

use actix_web::http::StatusCode;
use actix_web::http::header::LOCATION;
use actix_web::{HttpResponse, get, post};
use diesel::PgConnection;

use super::visit::Visit;
use crate::base::problem::Result;
use crate::portal::pages::Leads;
use crate::portal::view::Join;
use crate::registrations;

#[get("/join/{token}")]
pub async fn see(visit: Visit) -> Result<HttpResponse> {
    shown(&visit, StatusCode::OK).await
}

#[post("/join/{token}")]
pub async fn join(visit: Visit) -> Result<HttpResponse> {
    let (act, capabilities, claim) = (visit.act(), visit.capabilities.clone(), visit.claim);
    let work = move |conn: &mut PgConnection| registrations::joined(conn, &act, &capabilities, claim);
    match visit.db.write(work).await {
        Ok(room) => Ok(HttpResponse::SeeOther().insert_header((LOCATION, room)).finish()),
        Err(error) => match visit.tellable(&error).map(|problem| problem.status()) {
            Some(status) => shown(&visit, status).await,
            None => Err(error),
        },
    }
}

async fn shown(visit: &Visit, status: StatusCode) -> Result<HttpResponse> {
    let (capabilities, claim, now) = (visit.capabilities.clone(), visit.claim, visit.act().now);
    let read = move |conn: &mut PgConnection| registrations::room(conn, &capabilities, claim, now);
    let room = visit.db.read(read).await?;
    let leads = if room.open { Leads::Away } else { Leads::Nowhere };
    let place = visit.room(&room.registration.language);
    visit
        .pages
        .answer(status, "join.html", Join::of(&room, &place, now), leads)
}
