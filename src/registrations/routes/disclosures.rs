//! What was handed to whom: the log of a seminar.

use actix_web::{HttpRequest, HttpResponse, get, web};
use chrono::{DateTime, Utc};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::auth::{OrganisationRef, Organiser};
use crate::base::db::Db;
use crate::base::etag::Privacy;
use crate::base::page::{Page, Paging, list};
use crate::base::problem::Result;
use crate::base::query::Query;
use crate::journal::ActorKind;
use crate::registrations::model::{Disclosure, DisclosureId, RegistrationId, SharedState};
use crate::registrations::store;
use crate::seminars::{self, SeminarId, SharingId};

#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Disclosure, example = json!({"id": "0192f3c1-8d7e-7cc0-a0ff-3f0f5f5b8b11", "registration": "0192f3c1-8d7e-7cc0-a0ff-3f0f5f5b8b12",
    "sharing": "0192f3c1-8d7e-7cc0-a0ff-3f0f5f5b8b13",
    "organisation": {"id": "0192f3c1-8d7e-7cc0-a0ff-3f0f5f5b8b14", "slug": "ihk-aachen", "name": "IHK Aachen"},
    "state": "confirmed", "by": {"kind": "account", "id": "0192f3c1-8d7e-7cc0-a0ff-3f0f5f5b8b15"}, "at": "2027-01-05T08:00:00Z"}))]
pub struct DisclosureView {
    pub id: DisclosureId,
    pub registration: RegistrationId,
    /// Under which it was handed over.
    pub sharing: SharingId,
    /// To whom.
    pub organisation: OrganisationRef,
    pub state: SharedState,
    /// Who of them asked.
    pub by: Reader,
    pub at: DateTime<Utc>,
}

/// Who read: an account or an API client of the recipient.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = DisclosureReader, example = json!({"kind": "account", "id": "0192f3c1-8d7e-7cc0-a0ff-3f0f5f5b8b15"}))]
pub struct Reader {
    pub kind: ActorKind,
    pub id: Uuid,
}

fn view((row, organisation): (Disclosure, OrganisationRef)) -> DisclosureView {
    DisclosureView {
        id: row.id,
        registration: row.registration_id,
        sharing: row.sharing_id,
        organisation,
        state: row.state,
        by: Reader {
            kind: row.actor_kind,
            id: row.actor_id,
        },
        at: row.at,
    }
}

/// What was handed over of a seminar's registrations, to whom and when.
///
/// Organisers of the organisation. One entry a registration and answer, written with the answer and never changed.
#[utoipa::path(tag = "sharings", params(("seminar" = SeminarId, Path), Paging), security(("member" = [])), responses(
    (status = 200, body = Page<DisclosureView>, description = "A page of disclosures, the last first")))]
#[get("/seminars/{seminar}/disclosures")]
pub async fn list_disclosures(
    request: HttpRequest,
    who: Organiser,
    path: web::Path<SeminarId>,
    paging: Query<Paging>,
    db: web::Data<Db>,
) -> Result<HttpResponse> {
    let (limit, after) = (paging.0.limit()?, paging.0.after()?);
    let reach = who.reach();
    let rows = db
        .read(move |conn| {
            let seminar = seminars::reached(conn, &reach, *path)?;
            store::disclosures(conn, (seminar.organisation_id, seminar.id), after, limit)
        })
        .await?;
    let page = Page::cut(rows, limit, |(row, _)| row.id, view)?;
    Ok(list(&request, Privacy::Personal, &page))
}
