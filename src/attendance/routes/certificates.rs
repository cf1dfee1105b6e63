//! Certificates of attendance.

use actix_web::{HttpResponse, get, web};
use serde::Deserialize;
use utoipa::IntoParams;

use super::attendees::document;
use crate::attendance::model::ListLanguage;
use crate::attendance::print::{self, Orientation};
use crate::attendance::service::certificates::{Awards, certificate, certificates};
use crate::auth::{NeedsOrganiser, Organiser};
use crate::base::capability::Capabilities;
use crate::base::clock::Clock;
use crate::base::db::Db;
use crate::base::download::file_name;
use crate::base::press::Press;
use crate::base::problem::Result;
use crate::base::query::Query;
use crate::base::text::Line;
use crate::catalogue::{Logo, logo_names, printed_logos};
use crate::registrations::{Holder, RegistrationId};
use crate::seminars::SeminarId;

#[derive(Clone, Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct CertificateQuery {
    /// Left out: the language of the registration; of all together, the seminar's.
    language: Option<ListLanguage>,
    /// Left out: `portrait`.
    orientation: Option<Orientation>,
    /// Names of the organisation's logos in the order wanted, parted by commas, at most 4. Left out: all, by name; `none`:
    /// none.
    #[param(value_type = Option<String>, min_length = 1, max_length = 260)]
    logos: Option<Line<260>>,
}

/// The certificate of one registration.
///
/// Organisers of the organisation, or the person who has the mail. Only for who attended as many sessions as the seminar's
/// `attendance_rule` asks for (`min_sessions`, else all), each for its `min_seconds`, and not before the last is over. Those
/// who came along by name have a page each, where as many were seen as were registered. Noted in the journal.
#[utoipa::path(tag = "attendance", params(("registration" = RegistrationId, Path), CertificateQuery), security(("member" = []), ("registrant" = [])), responses(
    (status = 200, body = Vec<u8>, content_type = "application/pdf", description = "The certificate"),
    (status = 406, description = "`not-acceptable`: this service prints no PDF"),
    (status = 409, description = "`certificate-not-earned`")))]
#[get("/registrations/{registration}/certificate")]
pub async fn get_certificate(
    holder: Holder<NeedsOrganiser>,
    path: web::Path<RegistrationId>,
    query: Query<CertificateQuery>,
    (db, press): (web::Data<Db>, web::Data<Press>),
    clock: web::Data<Clock>,
    capabilities: web::Data<Capabilities>,
) -> Result<HttpResponse> {
    let (who, _) = holder.who(None, &clock)?;
    let named = logo_names(query.0.logos.as_ref())?;
    press.available()?;
    let (awards, logos) = db
        .write(move |conn| {
            let awards = certificate(conn, who.act(), &who.by(&capabilities), *path)?;
            let logos = printed_logos(conn, awards.whole.seminar.organisation_id, named.as_deref())?;
            Ok((awards, logos))
        })
        .await?;
    printed(&press, awards, logos, &query.0, &clock).await
}

/// All certificates of a seminar in one file.
///
/// Organisers of the organisation. A page for everybody who has earned one, by name; walk-ins and companions with a name are
/// among them. Noted in the journal, with how many.
#[utoipa::path(tag = "attendance", params(("seminar" = SeminarId, Path), CertificateQuery), security(("member" = [])), responses(
    (status = 200, body = Vec<u8>, content_type = "application/pdf", description = "The certificates"),
    (status = 406, description = "`not-acceptable`: this service prints no PDF"),
    (status = 409, description = "`certificate-not-earned`: it is not over, or nobody has earned one; `too-long-to-print`")))]
#[get("/seminars/{seminar}/certificates")]
pub async fn list_certificates(
    who: Organiser,
    path: web::Path<SeminarId>,
    query: Query<CertificateQuery>,
    (db, press): (web::Data<Db>, web::Data<Press>),
    clock: web::Data<Clock>,
) -> Result<HttpResponse> {
    let named = logo_names(query.0.logos.as_ref())?;
    press.available()?;
    let (reach, act) = (who.reach(), who.act(&clock));
    let (awards, logos) = db
        .write(move |conn| {
            let awards = certificates(conn, &act, &reach, *path)?;
            let logos = printed_logos(conn, awards.whole.seminar.organisation_id, named.as_deref())?;
            Ok((awards, logos))
        })
        .await?;
    printed(&press, awards, logos, &query.0, &clock).await
}

async fn printed(
    press: &Press,
    awards: Awards,
    logos: Vec<Logo>,
    query: &CertificateQuery,
    clock: &Clock,
) -> Result<HttpResponse> {
    let language = query.language.unwrap_or(if awards.language.starts_with("en") {
        ListLanguage::English
    } else {
        ListLanguage::German
    });
    let form = (language, query.orientation.unwrap_or(Orientation::Portrait));
    let name = match language {
        ListLanguage::German => "teilnahmebescheinigung",
        ListLanguage::English => "certificate",
    };
    let name = file_name(name, &awards.whole.seminar.title, "pdf");
    let copy = print::certificates(&awards.whole, &awards.people, logos, form, clock.now());
    Ok(document(press.print(copy).await?, &name))
}
