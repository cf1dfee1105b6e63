//! The ticket: what somebody shows at the door.

use actix_web::{HttpRequest, HttpResponse, get, web};
use chrono::{DateTime, Utc};
use serde::Deserialize;
use utoipa::IntoParams;

use super::holder::Holder;
use crate::auth::NeedsFrontDesk;
use crate::base::capability::Capabilities;
use crate::base::clock::Clock;
use crate::base::config::Config;
use crate::base::db::Db;
use crate::base::etag::{self, Privacy};
use crate::base::ids::words;
use crate::base::problem::{Code, Problem, Result};
use crate::base::qr::qr_png;
use crate::base::query::Query;
use crate::base::ticket_code::TicketCode;
use crate::mail;
use crate::registrations::model::RegistrationId;
use crate::registrations::service::{self, Standing};

words! {
    /// What the ticket is asked for as.
    TicketFormat {
        Pdf = "pdf",
        Png = "png",
        Ics = "ics",
    }
}

impl TicketFormat {
    const fn media_type(self) -> &'static str {
        match self {
            Self::Pdf => "application/pdf",
            Self::Png => "image/png",
            Self::Ics => "text/calendar",
        }
    }

    /// The first of the header `Accept` that there is; what is not said is a PDF.
    fn accepted(request: &HttpRequest) -> Result<Self> {
        let accept = request.headers().get("accept").and_then(|value| value.to_str().ok());
        let Some(accept) = accept else { return Ok(Self::Pdf) };
        for one in accept.split(',') {
            let kind = one.split(';').next().unwrap_or_default().trim();
            if ["*/*", "application/*", ""].contains(&kind) {
                return Ok(Self::Pdf);
            }
            if kind == "image/*" {
                return Ok(Self::Png);
            }
            if let Some(found) = Self::ALL.iter().find(|format| format.media_type().eq_ignore_ascii_case(kind)) {
                return Ok(*found);
            }
        }
        Err(Problem::new(Code::NotAcceptable)
            .detail("There is application/pdf, image/png and text/calendar.")
            .into())
    }
}

/// Of a module of the QR code: 37 of them are as wide as a telephone's screen wants them.
const PIXELS: usize = 12;

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct TicketQuery {
    /// Instead of the header `Accept`. Left out everywhere: `pdf`.
    format: Option<TicketFormat>,
}

/// The ticket of a registration.
///
/// Organisers and front desk of the organisation, or the person who has the mail. As PDF to print, as PNG with the QR code
/// alone, or as the calendar entries. The code on it opens the door and nothing else; it stays the same for as long as
/// the registration is confirmed, also under a new address.
#[utoipa::path(tag = "registrations", params(("registration" = RegistrationId, Path), TicketQuery), security(("member" = []), ("registrant" = [])), responses(
    (status = 200, description = "The ticket", content(
        (Vec<u8> = "application/pdf"), (Vec<u8> = "image/png"), (String = "text/calendar"))),
    (status = 406, description = "`not-acceptable`: none of the media types, or PDF from a service that was built without it"),
    (status = 409, description = "`not-ready`: only who is confirmed has a ticket")))]
#[get("/registrations/{registration}/ticket")]
pub async fn show_ticket(
    request: HttpRequest,
    holder: Holder<NeedsFrontDesk>,
    path: web::Path<RegistrationId>,
    query: Query<TicketQuery>,
    db: web::Data<Db>,
    clock: web::Data<Clock>,
    config: web::Data<Config>,
    capabilities: web::Data<Capabilities>,
) -> Result<HttpResponse> {
    let (who, staff) = holder.who(None, &clock)?;
    let format = query.0.format.map_or_else(|| TicketFormat::accepted(&request), Ok)?;
    let shown = capabilities.clone();
    let (standing, code) = db
        .write(move |conn| service::ticket(conn, &shown, &who.by(&shown), *path, who.act().now))
        .await?;
    let bytes = match format {
        TicketFormat::Ics => {
            let personal = staff.is_none().then(|| capabilities.get_ref());
            let letter = service::letter_of(&standing);
            mail::personal_calendar(&config, personal, &letter, clock.now())?.into_bytes()
        }
        TicketFormat::Png => qr_png(&code.scanned(), PIXELS)?,
        TicketFormat::Pdf => pdf(&db, &standing, &code, clock.now()).await?,
    };
    let name = format!("attachment; filename=\"ticket.{format}\"");
    let mut response = HttpResponse::Ok()
        .content_type(format.media_type())
        .insert_header(("Content-Disposition", name))
        .body(bytes);
    etag::headers(&mut response, None, Privacy::Personal);
    Ok(response)
}

#[cfg(not(feature = "pdf"))]
async fn pdf(_: &Db, _: &Standing, _: &TicketCode, _: DateTime<Utc>) -> Result<Vec<u8>> {
    Err(Problem::new(Code::NotAcceptable)
        .detail("This service was built without PDF; ask for image/png or text/calendar.")
        .into())
}
