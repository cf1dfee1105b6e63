//! The change feed.

use std::time::Duration;

use actix_web::middleware::Compress;
use actix_web::{HttpResponse, get, web};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use tokio::time::Instant;
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use crate::auth::{Caller, Identity, OrganisationId, OrganisationRef, find_organisation};
use crate::base::clock::Clock;
use crate::base::db::Db;
use crate::base::digest::{base64url, from_base64url};
use crate::base::etag;
use crate::base::problem::{Error, FieldError, Result};
use crate::base::query::Query;
use crate::base::text::Line;
use crate::catalogue::{CollectionRef, VenueRef};
use crate::partners::Bell;
use crate::partners::model::{ChangeType, Gone, Reader};
use crate::partners::service::feed::{self, Asked, Entry, Object, Place};
use crate::seminars::{SeminarView, view_for};

const DEFAULT_LIMIT: i64 = 100;
const MAX_LIMIT: i64 = 500;
const MAX_WAIT: u64 = 30;

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct ChangeQuery {
    /// `next_cursor` of the answer before. Without one the feed begins with how everything stands.
    #[param(max_length = 2000)]
    cursor: Option<String>,
    /// Entries of the journal looked at, 1 to 500: at most as many changes.
    #[param(minimum = 1, maximum = 500, default = 100)]
    limit: Option<i64>,
    /// Seconds to wait for a change if there is none yet, 0 to 30.
    #[param(minimum = 0, maximum = 30, default = 0)]
    wait: Option<u64>,
    /// Id or slug: the seminars of this organisation only. The same in every call.
    #[param(value_type = Option<String>, max_length = 60)]
    organisation: Option<Line<60>>,
}

/// A part of the feed, oldest first.
#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({"changes": [{"id": "0192f3c1-8d7e-7cc0-a0ff-3f0f5f5b8b11", "type": "seminar.changed", "object": "0192f3c1-8d7e-7cc0-a0ff-3f0f5f5b8b12",
    "organisation": "0192f3c1-8d7e-7cc0-a0ff-3f0f5f5b8b13", "at": "2027-01-04T08:00:00Z", "version": null, "changed_fields": ["audience"],
    "tombstone": {"reason": "withdrawn", "merged_into": null}}], "next_cursor": "eyJjaGFuZ2VzIjp7fX0", "has_more": false}))]
pub struct ChangeList {
    #[schema(max_items = 500)]
    pub changes: Vec<Change>,
    /// Where to go on; keep it when everything before is done. Opaque, and never `null`: the feed has no end.
    #[schema(max_length = 2000)]
    pub next_cursor: String,
    /// Whether there is more to be had at once.
    pub has_more: bool,
}

#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({"id": "0192f3c1-8d7e-7cc0-a0ff-3f0f5f5b8b11", "type": "venue.changed", "object": "0192f3c1-8d7e-7cc0-a0ff-3f0f5f5b8b12",
    "organisation": "0192f3c1-8d7e-7cc0-a0ff-3f0f5f5b8b13", "at": "2027-01-04T08:00:00Z", "version": null, "changed_fields": [], "tombstone": null,
    "venue": {"id": "0192f3c1-8d7e-7cc0-a0ff-3f0f5f5b8b12", "name": "Digital Church", "locality": "Aachen", "country": "DE"}}))]
pub struct Change {
    /// The same entry has the same id, however often it is read.
    #[schema(value_type = String, format = "uuid")]
    pub id: Uuid,
    #[serde(rename = "type")]
    pub kind: ChangeType,
    /// Which seminar, venue, collection or organisation.
    #[schema(value_type = String, format = "uuid")]
    pub object: Uuid,
    /// Whose it is; of an organisation itself.
    pub organisation: Option<OrganisationId>,
    pub at: DateTime<Utc>,
    /// Of a seminar: its version as it is read now. It never falls from one entry to the next.
    pub version: Option<i64>,
    /// The members of the seminar that were changed; empty: perhaps all.
    #[schema(max_items = 40)]
    pub changed_fields: Vec<String>,
    /// The seminar is no longer there for this caller: forget it.
    pub tombstone: Option<Gone>,
    /// As it is now, whatever it was when this happened. `free_seats` and `waiting` are those of the moment: seats that go
    /// are no change of the seminar.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub seminar: Option<SeminarView>,
    /// Also in every seminar that takes place there.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub venue: Option<VenueRef>,
    /// Also in every seminar that belongs to it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub collection: Option<CollectionRef>,
    /// The organisation that was changed; also in every seminar that names it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub party: Option<OrganisationRef>,
}

/// Every change of the programme, in order and without gaps.
///
/// Anybody reads the public programme; members and API clients (`seminars:read`) also the drafts and internal seminars of
/// their organisation. Begin without a cursor: the first pages tell how everything stands (`seminar.stands`), and from then
/// on every change is told, at least once. What a change carries is the seminar as it is now; where a seminar is no longer
/// public, was thrown away or was merged, there is a tombstone. Changes are kept for 180 days. With `wait` the answer is
/// held back until something happens. Of two who write one seminar at the same moment either may be told first; what is
/// told is the outcome of both.
#[utoipa::path(tag = "changes", params(ChangeQuery), security((), ("member" = [])), responses(
    (status = 200, body = ChangeList, description = "The next changes, perhaps none"),
    (status = 406, description = "`not-acceptable`: `Accept-Encoding` takes nothing that there is"),
    (status = 410, description = "`cursor-expired`: begin again without a cursor")))]
#[get("/changes", wrap = "Compress::default()")]
pub async fn list_changes(
    caller: Caller,
    query: Query<ChangeQuery>,
    db: web::Data<Db>,
    clock: web::Data<Clock>,
    bell: web::Data<Bell>,
) -> Result<HttpResponse> {
    let query = query.0;
    let limit = within("limit", query.limit.unwrap_or(DEFAULT_LIMIT), 1, MAX_LIMIT)?;
    let wait = within("wait", query.wait.unwrap_or(0), 0, MAX_WAIT)?;
    let mut place = query.cursor.as_deref().map(understood).transpose()?;
    let until = Instant::now() + Duration::from_secs(wait);
    let seat = bell.seat();
    let identity = caller.0.clone();
    let organisation = match query.organisation {
        None => None,
        Some(named) => {
            let found = db.read(move |conn| find_organisation(conn, named.as_str())).await?;
            let unknown = || Error::invalid(vec![FieldError::parameter("organisation", "is not known")]);
            Some(found.ok_or_else(unknown)?.id)
        }
    };
    loop {
        let asked = Asked {
            reader: reader(identity.as_ref()),
            organisation,
            place,
            limit,
            now: clock.now(),
        };
        let page = db.read(move |conn| feed::page(conn, &asked)).await?;
        let waits = page.entries.is_empty() && !page.more;
        if waits && seat.is_some() && bell.rings(&db, page.next.changes, until).await? {
            place = Some(page.next);
            continue;
        }
        let answer = ChangeList {
            changes: page
                .entries
                .into_iter()
                .map(|entry| view(identity.as_ref(), entry))
                .collect(),
            next_cursor: cursor(&page.next)?,
            has_more: page.more,
        };
        let mut response = HttpResponse::Ok().json(answer);
        etag::headers(&mut response, None, caller.privacy());
        return Ok(response);
    }
}

fn within<T: PartialOrd + std::fmt::Display>(name: &str, value: T, least: T, most: T) -> Result<T> {
    if value >= least && value <= most {
        return Ok(value);
    }
    let place = FieldError::parameter(name, format!("must be {least} to {most}"));
    Err(Error::invalid(vec![place]))
}

fn reader(identity: Option<&Identity>) -> Reader {
    let roles = identity.into_iter().flat_map(|identity| &identity.roles);
    Reader {
        member_of: roles.map(|(of, _)| *of).collect(),
    }
}

fn cursor(place: &Place) -> Result<String> {
    Ok(base64url(&serde_json::to_vec(place).map_err(Error::internal)?))
}

fn understood(cursor: &str) -> Result<Place> {
    let place = from_base64url(cursor).and_then(|bytes| serde_json::from_slice(&bytes).ok());
    place.ok_or_else(|| Error::invalid(vec![FieldError::parameter("cursor", "is not a cursor of this feed")]))
}

fn view(identity: Option<&Identity>, entry: Entry) -> Change {
    let mut change = Change {
        id: entry.id,
        kind: entry.told.kind,
        object: entry.object_id,
        organisation: entry.of,
        at: entry.at,
        version: None,
        changed_fields: entry.told.changed_fields,
        tombstone: entry.told.gone,
        seminar: None,
        venue: None,
        collection: None,
        party: None,
    };
    match entry.object {
        None => {}
        Some(Object::Seminar(whole)) => {
            change.version = Some(whole.seminar.version);
            change.seminar = Some(view_for(identity, *whole));
        }
        Some(Object::Venue(venue)) => change.venue = Some(venue),
        Some(Object::Collection(collection)) => change.collection = Some(collection),
        Some(Object::Organisation(party)) => change.party = Some(party),
    }
    change
}
