//! The ticket: what somebody shows at the door.

use actix_web::{HttpRequest, HttpResponse, get, web};
use serde::Deserialize;
use utoipa::IntoParams;

use super::holder::Holder;
use crate::auth::NeedsFrontDesk;
use crate::base::capability::Capabilities;
use crate::base::clock::Clock;
use crate::base::config::Config;
use crate::base::db::Db;
use crate::base::etag::{self, Privacy};
use crate::base::press::Press;
use crate::base::problem::{Code, Problem, Result};
use crate::base::query::Query;
use crate::registrations::model::RegistrationId;
use crate::registrations::service;
use crate::registrations::ticket::{TicketFormat, Workshop};

/// The first of the header `Accept` that there is; what is not said is a PDF.
fn accepted(request: &HttpRequest) -> Result<TicketFormat> {
    let accept = request.headers().get("accept").and_then(|value| value.to_str().ok());
    for one in accept.unwrap_or("*/*").split(',') {
        let kind = one.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
        let found = match kind.as_str() {
            "application/pdf" | "application/*" | "*/*" | "" => TicketFormat::Pdf,
            "image/png" | "image/*" => TicketFormat::Png,
            "text/calendar" | "text/*" => TicketFormat::Ics,
            _ => continue,
        };
        return Ok(found);
    }
    let there = "There is application/pdf, image/png and text/calendar.";
    Err(Problem::new(Code::NotAcceptable).detail(there).into())
}

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
    (db, clock): (web::Data<Db>, web::Data<Clock>),
    (config, press): (web::Data<Config>, web::Data<Press>),
    capabilities: web::Data<Capabilities>,
) -> Result<HttpResponse> {
    let (who, staff) = holder.who(None, &clock)?;
    let format = query.0.format.map_or_else(|| accepted(&request), Ok)?;
    let shown = capabilities.clone();
    let (standing, code) = db
        .write(move |conn| service::ticket(conn, &shown, &who.by(&shown), *path, who.act().now))
        .await?;
    let workshop = Workshop {
        config: &config,
        press: &press,
        personal: staff.is_none().then(|| capabilities.get_ref()),
        now: clock.now(),
    };
    let bytes = workshop.ticket(format, &standing, &code).await?;
    let name = format!("attachment; filename=\"ticket.{format}\"");
    let mut response = HttpResponse::Ok()
        .content_type(format.media_type())
        .insert_header(("Content-Disposition", name))
        .body(bytes);
    etag::headers(&mut response, None, Privacy::Personal);
    Ok(response)
}
