//! The form for changes: shown, and understood.

use std::future::Future;
use std::pin::Pin;

use actix_web::dev::{Payload, UrlEncoded};
use actix_web::error::UrlencodedError;
use actix_web::http::StatusCode;
use actix_web::{FromRequest, HttpRequest, HttpResponse, get, post};
use diesel::PgConnection;

use super::visit::{Visit, word};
use crate::base::body::PATIENCE;
use crate::base::problem::{Code, Error, FieldError, Problem, Result};
use crate::journal::Act;
use crate::portal::model::{Done, Fields, Notice};
use crate::portal::pages::Leads;
use crate::portal::rules::{filled, nothing, understood};
use crate::portal::view::Form;
use crate::registrations::{self, Action, By, Standing};

/// The longest answers to as many questions as there may be stay below it, unless somebody answers all of them at
/// full length.
const LIMIT: usize = 64 * 1024;

impl FromRequest for Fields {
    type Error = Error;
    type Future = Pin<Box<dyn Future<Output = Result<Self>>>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let reading = UrlEncoded::<Vec<(String, String)>>::new(request, payload).limit(LIMIT);
        Box::pin(async move {
            let read = tokio::time::timeout(PATIENCE, reading).await;
            let fields = read.map_err(|_| Error::from(Code::BodyTimeout))?.map_err(|error| {
                Error::from(match error {
                    UrlencodedError::Overflow { .. } => Code::BodyTooLarge,
                    UrlencodedError::ContentType | UrlencodedError::UnknownLength => Code::UnsupportedMediaType,
                    _ => Code::BadRequest,
                })
            })?;
            Ok(Self(fields))
        })
    }
}

#[get("/registrations/{token}/change")]
pub async fn ask(visit: Visit) -> Result<HttpResponse> {
    let standing = visit.standing().await?;
    if !standing.actions.contains(&Action::Change) {
        return visit.page(&standing, Some(Notice::Refused("state")), StatusCode::CONFLICT);
    }
    shown(&visit, &standing, None, &filled(&standing), &[], StatusCode::OK)
}

#[post("/registrations/{token}/change")]
pub async fn change(visit: Visit, fields: Fields) -> Result<HttpResponse> {
    let standing = visit.standing().await?;
    if !standing.actions.contains(&Action::Change) {
        return visit.refused(Code::TransitionNotAllowed.into()).await;
    }
    let change = match understood(&fields, &standing) {
        Ok(change) if nothing(&change) => return Ok(visit.see(Done::Unchanged)),
        Ok(change) => change,
        Err(faults) => return wrong(&visit, &standing, &fields, Error::invalid(faults)),
    };
    let seen = fields.one("version").and_then(|version| version.parse::<i64>().ok());
    let work = move |conn: &mut PgConnection, act: &Act, by: &By<'_>, id| {
        // What was typed stands against what was there then, not against what somebody else has made of it since.
        let check = |version| match seen {
            Some(seen) if seen != version => Err(Code::PreconditionFailed.into()),
            _ => Ok(()),
        };
        registrations::change(conn, act, by, id, &check, change.clone()).map(drop)
    };
    match visit.step(work).await {
        Ok(()) => Ok(visit.see(Done::Changed)),
        Err(error) => wrong(&visit, &visit.standing().await?, &fields, error),
    }
}

/// The form again, with what was typed and what is wrong with it.
fn wrong(visit: &Visit, standing: &Standing, fields: &Fields, error: Error) -> Result<HttpResponse> {
    let Some(Problem { code, errors, .. }) = visit.tellable(&error).cloned() else {
        return Err(error);
    };
    let notice = errors.is_empty().then(|| Notice::Refused(word(code)));
    let status = StatusCode::from_u16(code.status()).unwrap_or(StatusCode::CONFLICT);
    shown(visit, standing, notice, fields, &errors, status)
}

fn shown(
    visit: &Visit,
    standing: &Standing,
    notice: Option<Notice>,
    fields: &Fields,
    faults: &[FieldError],
    status: StatusCode,
) -> Result<HttpResponse> {
    let place = visit.place(&standing.registration.language, "/change");
    let page = Form::of(standing, &place, &visit.pages.words, notice, fields, faults);
    visit.pages.answer(status, "change.html", page, Leads::Home)
}
