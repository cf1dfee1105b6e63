//! What is done with one press, and the question before the one that cannot be taken back.

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, get, post, web};
use diesel::PgConnection;

use super::visit::Visit;
use crate::base::problem::{Code, Error, Result};
use crate::base::text::{FromText, Slug};
use crate::journal::Act;
use crate::portal::model::{Done, Notice};
use crate::portal::pages::Leads;
use crate::portal::view::Cancel;
use crate::registrations::{self, Action, By, Registration, RegistrationId, State};

type Step = fn(&mut PgConnection, &Act, &By<'_>, RegistrationId) -> Result<Registration>;

async fn step(visit: &Visit, step: Step, done: Done) -> Result<HttpResponse> {
    let work = move |conn: &mut PgConnection, act: &Act, by: &By<'_>, id| step(conn, act, by, id).map(drop);
    match visit.step(work).await {
        Ok(()) => Ok(visit.see(done)),
        Err(error) => visit.refused(error).await,
    }
}

#[post("/registrations/{token}/confirm")]
pub async fn confirm(visit: Visit) -> Result<HttpResponse> {
    step(&visit, registrations::confirm, Done::Confirmed).await
}

#[post("/registrations/{token}/accept-offer")]
pub async fn accept_offer(visit: Visit) -> Result<HttpResponse> {
    step(&visit, registrations::accept_offer, Done::Accepted).await
}

#[post("/registrations/{token}/keep")]
pub async fn keep(visit: Visit) -> Result<HttpResponse> {
    step(&visit, registrations::keep, Done::Kept).await
}

#[get("/registrations/{token}/cancel")]
pub async fn ask_cancel(visit: Visit) -> Result<HttpResponse> {
    let standing = visit.standing().await?;
    if !standing.actions.contains(&Action::Cancel) {
        return visit.page(&standing, Some(Notice::Refused("state")), StatusCode::CONFLICT);
    }
    let place = visit.place(&standing.registration.language, "/cancel");
    visit.pages.answer(
        StatusCode::OK,
        "cancel.html",
        Cancel::of(&standing, &place),
        Leads::Home,
    )
}

#[post("/registrations/{token}/cancel")]
pub async fn cancel(visit: Visit) -> Result<HttpResponse> {
    let work = |conn: &mut PgConnection, act: &Act, by: &By<'_>, id| {
        registrations::cancel(conn, act, by, id, &|_| Ok(()), None, true).map(drop)
    };
    match visit.step(work).await {
        Ok(()) => Ok(visit.see(Done::Cancelled)),
        // Pressed twice, it is done all the same.
        Err(error)
            if visit
                .tellable(&error)
                .is_some_and(|problem| problem.code == Code::TransitionNotAllowed) =>
        {
            let standing = visit.standing().await?;
            if standing.registration.state == State::Cancelled {
                return Ok(visit.see(Done::Cancelled));
            }
            visit.refused(error).await
        }
        Err(error) => visit.refused(error).await,
    }
}

#[post("/registrations/{token}/withdraw/{purpose}")]
pub async fn withdraw(visit: Visit, path: web::Path<(String, String)>) -> Result<HttpResponse> {
    let purpose = Slug::from_text(&path.1).map_err(|_| Error::from(Code::NotFound))?;
    let named = purpose.as_str().to_owned();
    let work = move |conn: &mut PgConnection, act: &Act, by: &By<'_>, id| {
        registrations::withdraw_consent(conn, act, by, id, &purpose).map(drop)
    };
    match visit.step(work).await {
        Ok(()) => Ok(visit.see(Done::Withdrawn)),
        Err(error) => {
            // Pressed twice, it is done all the same; what was never given is nothing to take back.
            let standing = visit.standing().await?;
            if standing
                .consents
                .iter()
                .any(|one| one.purpose == named && one.withdrawn_at.is_some())
            {
                return Ok(visit.see(Done::Withdrawn));
            }
            visit.refused(error).await
        }
    }
}
