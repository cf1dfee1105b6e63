//! What another organisation reads of the registrations that are shared with it.

use actix_web::{HttpRequest, HttpResponse, get, web};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::auth::Organiser;
use crate::base::clock::Clock;
use crate::base::db::Db;
use crate::base::etag::Privacy;
use crate::base::page::{Page, Paging, list};
use crate::base::problem::Result;
use crate::base::query::Query;
use crate::registrations::model::{RegistrationId, SharedState};
use crate::registrations::service;
use crate::registrations::store::{SharedFilter, SharedKey, SharedRow};
use crate::seminars::{Channel, SeminarId, SharingId};

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct SharedQuery {
    /// Only of this seminar.
    #[param(value_type = Option<String>, format = "uuid")]
    seminar: Option<SeminarId>,
    /// Only what changed at this moment or later: the moment of the last reading, and a minute less.
    since: Option<DateTime<Utc>>,
    /// Entries a page, 1 to 100.
    #[param(minimum = 1, maximum = 100, default = 25)]
    limit: Option<i64>,
    /// `next_cursor` of the page before.
    #[param(max_length = 2000)]
    cursor: Option<String>,
}

#[derive(Debug, Serialize, ToSchema)]
#[schema(as = SharedRegistration, example = json!({"id": "0192f3c1-8d7e-7cc0-a0ff-3f0f5f5b8b11", "seminar": "0192f3c1-8d7e-7cc0-a0ff-3f0f5f5b8b12",
    "sharing": "0192f3c1-8d7e-7cc0-a0ff-3f0f5f5b8b13", "state": "confirmed", "channel": "onsite", "given_name": "Anna", "family_name": "Müller",
    "email": "anna.mueller@example.org", "company": "Printenfabrik", "registered_at": "2027-01-04T08:00:00Z"}))]
pub struct SharedView {
    pub id: RegistrationId,
    pub seminar: SeminarId,
    /// Under which it is shared.
    pub sharing: SharingId,
    /// `cancelled`: everything below is `null`, and what you have of it is to be deleted. Either it is no longer confirmed or
    /// the sharing has ended; which, is not said.
    pub state: SharedState,
    pub channel: Option<Channel>,
    pub given_name: Option<String>,
    pub family_name: Option<String>,
    pub email: Option<String>,
    pub company: Option<String>,
    pub registered_at: Option<DateTime<Utc>>,
}

impl SharedView {
    fn of(row: SharedRow, state: SharedState) -> Self {
        let nobody = Self {
            id: row.registration_id,
            seminar: row.seminar_id,
            sharing: row.sharing_id,
            state,
            channel: None,
            given_name: None,
            family_name: None,
            email: None,
            company: None,
            registered_at: None,
        };
        match state {
            SharedState::Cancelled => nobody,
            SharedState::Confirmed => Self {
                channel: Some(row.channel),
                given_name: Some(row.given_name),
                family_name: Some(row.family_name),
                email: Some(row.email),
                company: row.company,
                registered_at: Some(row.created_at),
                ..nobody
            },
        }
    }
}

/// The registrations that others share with the caller's organisations.
///
/// Organisers of an organisation with which a seminar shares its registrations. Only those whose person was told of the
/// sharing before registering, while they are confirmed and the sharing is in force; of one that was read and is no longer
/// confirmed, or no longer shared, only its id and `cancelled`, so that it can be forgotten. Every entry of an answer is logged
/// with the reader and the moment, before it is answered; the person and the organiser see it. Ask with `since`, so that nothing
/// is read without need.
#[utoipa::path(tag = "sharings", params(SharedQuery), security(("member" = [])), responses(
    (status = 200, body = Page<SharedView>, description = "A page of shared registrations in the order they came")))]
#[get("/shared-registrations")]
pub async fn list_shared_registrations(
    request: HttpRequest,
    who: Organiser,
    query: Query<SharedQuery>,
    db: web::Data<Db>,
    clock: web::Data<Clock>,
) -> Result<HttpResponse> {
    let query = query.0;
    let paging = Paging {
        limit: query.limit,
        cursor: query.cursor,
    };
    let (limit, after) = (paging.limit()?, paging.after::<SharedKey>()?);
    let act = who.act(&clock);
    let filter = SharedFilter {
        recipients: who.reach().organisations(),
        seminar: query.seminar,
        since: query.since,
        after,
    };
    let (told, more) = db
        .write(move |conn| service::disclose(conn, &act, &filter, limit))
        .await?;
    let key = |(row, _): &(SharedRow, SharedState)| (row.registration_id, row.sharing_id);
    let page = Page::ending(told, more, key, |(row, state)| SharedView::of(row, state))?;
    Ok(list(&request, Privacy::Personal, &page))
}
