//! Somebody who followed a link: what they hold, in which language they read, and what is needed to answer them.

use std::future::{Ready, ready};

use actix_web::dev::Payload;
use actix_web::http::StatusCode;
use actix_web::http::header::LOCATION;
use actix_web::{FromRequest, HttpRequest, HttpResponse, web};
use diesel::PgConnection;

use super::error::asks_for_json;
use crate::base::capability::{Capabilities, Claim, Purpose};
use crate::base::clock::Clock;
use crate::base::config::Config;
use crate::base::db::Db;
use crate::base::press::Press;
use crate::base::problem::{Code, Error, Problem, Result};
use crate::base::qr::qr_svg;
use crate::base::ticket_code::TicketCode;
use crate::journal::{Act, Actor};
use crate::portal::model::{Done, Notice, Reader, refused};
use crate::portal::pages::{Leads, Pages};
use crate::portal::view::{Person, Place, TicketShown};
use crate::registrations::{By, RegistrationId, Standing, State, TicketFormat, Workshop, standing, ticket};
use crate::seminars::Channel;

pub struct Visit {
    token: String,
    pub claim: Claim,
    chosen: Option<bool>,
    pub done: Option<Done>,
    json: bool,
    pub pages: web::Data<Pages>,
    pub capabilities: web::Data<Capabilities>,
    pub db: web::Data<Db>,
    clock: web::Data<Clock>,
    config: web::Data<Config>,
    press: web::Data<Press>,
}

impl FromRequest for Visit {
    type Error = Error;
    type Future = Ready<Result<Self>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(Self::of(request))
    }
}

impl Visit {
    fn of(request: &HttpRequest) -> Result<Self> {
        let token = request.match_info().get("token").unwrap_or_default();
        let query = request.query_string();
        Ok(Self {
            token: token.to_owned(),
            claim: Claim::read(token).ok_or(Code::NotFound)?,
            chosen: chosen_language(query),
            done: parameter(query, "done").and_then(|word| word.parse().ok()),
            json: asks_for_json(request.headers()),
            pages: part(request)?,
            capabilities: part(request)?,
            db: part(request)?,
            clock: part(request)?,
            config: part(request)?,
            press: part(request)?,
        })
    }

    pub fn act(&self) -> Act {
        Act {
            now: self.clock.now(),
            actor: Actor::registrant(self.claim.id),
        }
    }

    /// `language`: of the registration.
    pub fn reader(&self, language: &str) -> Reader {
        Reader::of(self.chosen, language)
    }

    /// The page at `/registrations/{token}`, or one below it.
    pub fn place(&self, language: &str, page: &'static str) -> Place<'static> {
        Place {
            here: self.pages.path(&format!("/registrations/{}", self.token)),
            page,
            reader: self.reader(language),
        }
    }

    pub fn room(&self, language: &str) -> Place<'static> {
        Place {
            here: self.pages.path(&format!("/join/{}", self.token)),
            page: "",
            reader: self.reader(language),
        }
    }

    /// What there is to see. Changes nothing.
    pub async fn standing(&self) -> Result<Standing> {
        let (claim, capabilities, now) = (self.claim, self.capabilities.clone(), self.clock.now());
        let read = move |conn: &mut PgConnection| {
            let by = By::Registrant(&capabilities, claim);
            standing(conn, &by, RegistrationId(claim.id), now)
        };
        self.db.read(read).await
    }

    /// Does something to the registration.
    pub async fn step(
        &self,
        work: impl Fn(&mut PgConnection, &Act, &By<'_>, RegistrationId) -> Result<()> + Send + 'static,
    ) -> Result<()> {
        let (claim, capabilities, act) = (self.claim, self.capabilities.clone(), self.act());
        let write = move |conn: &mut PgConnection| {
            let by = By::Registrant(&capabilities, claim);
            work(conn, &act, &by, RegistrationId(claim.id))
        };
        self.db.write(write).await
    }

    /// Back to the person's page after a step (RFC 9110, section 15.4.4), so that loading it again repeats nothing.
    pub fn see(&self, done: Done) -> HttpResponse {
        let lang = match self.chosen {
            Some(true) => "&lang=en",
            Some(false) => "&lang=de",
            None => "",
        };
        let page = self
            .pages
            .path(&format!("/registrations/{}?done={done}{lang}", self.token));
        HttpResponse::SeeOther().insert_header((LOCATION, page)).finish()
    }

    /// The person's page as it is now, with what was refused and why. Programs get the problem itself.
    pub async fn refused(&self, error: Error) -> Result<HttpResponse> {
        let Some(problem) = self.tellable(&error) else {
            return Err(error);
        };
        let standing = self.standing().await?;
        self.page(
            &standing,
            Some(Notice::Refused(refused(problem.code))),
            problem.status(),
        )
    }

    /// A refusal that belongs on a page about the registration.
    pub fn tellable<'a>(&self, error: &'a Error) -> Option<&'a Problem> {
        match error {
            Error::Refused(problem) if !self.json && matches!(problem.code.status(), 409 | 412 | 422) => Some(problem),
            _ => None,
        }
    }

    /// The code and its picture. Only who is sure to come on site has a ticket; the page itself writes nothing down.
    fn ticket_shown(&self, standing: &Standing) -> Result<Option<TicketShown>> {
        let registration = &standing.registration;
        if registration.state != State::Confirmed || registration.channel != Channel::Onsite {
            return Ok(None);
        }
        let code = TicketCode::of(&self.capabilities, registration.id.0);
        Ok(Some(TicketShown {
            code: code.to_string(),
            // Inside a page the picture needs no namespace.
            qr: qr_svg(&code.scanned())?.replacen(" xmlns=\"http://www.w3.org/2000/svg\"", "", 1),
            pdf: self.press.available().is_ok(),
        }))
    }

    /// The ticket as a file.
    pub async fn ticket(&self, format: TicketFormat) -> Result<HttpResponse> {
        let (claim, capabilities, now) = (self.claim, self.capabilities.clone(), self.clock.now());
        let write = move |conn: &mut PgConnection| {
            let by = By::Registrant(&capabilities, claim);
            ticket(conn, &capabilities, &by, RegistrationId(claim.id), now)
        };
        let (standing, code) = self.db.write(write).await?;
        let workshop = Workshop {
            config: &self.config,
            press: &self.press,
            personal: Some(&self.capabilities),
            now,
        };
        let bytes = workshop.ticket(format, &standing, &code).await?;
        let name = format!("attachment; filename=\"ticket.{format}\"");
        Ok(HttpResponse::Ok()
            .content_type(format.media_type())
            .insert_header(("Content-Disposition", name))
            .insert_header(("Cache-Control", "no-store"))
            .body(bytes))
    }

    pub fn page(&self, standing: &Standing, notice: Option<Notice>, status: StatusCode) -> Result<HttpResponse> {
        let registration = &standing.registration;
        let comes = registration.state == State::Confirmed && registration.channel == Channel::Online;
        let join = comes.then(|| {
            let key = &registration.email_key;
            let token = self.capabilities.token(Purpose::Join, registration.id.0, key);
            self.pages.path(&format!("/join/{token}"))
        });
        let place = self.place(&registration.language, "");
        let ticket = self.ticket_shown(standing)?;
        let page = Person::of(standing, &place, &self.pages.words, notice, join, ticket);
        self.pages.answer(status, "registration.html", page, Leads::Home)
    }
}

fn part<T: 'static>(request: &HttpRequest) -> Result<web::Data<T>> {
    let part = request.app_data::<web::Data<T>>().cloned();
    part.ok_or_else(|| Error::internal("the pages are not assembled"))
}

fn parameter<'a>(query: &'a str, name: &str) -> Option<&'a str> {
    let pairs = query.split('&').filter_map(|pair| pair.split_once('='));
    pairs
        .filter(|(known, _)| *known == name)
        .map(|(_, value)| value)
        .next_back()
}

/// `?lang=`: whether it is English. Anything else is no choice.
pub fn chosen_language(query: &str) -> Option<bool> {
    match parameter(query, "lang") {
        Some("en") => Some(true),
        Some("de") => Some(false),
        _ => None,
    }
}
