//! What the front desk looks at: who it may be, how many are in, and the list to take along.

use actix_web::{HttpRequest, HttpResponse, get, web};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::attendance::model::FirstCheckIn;
use crate::attendance::service;
use crate::auth::{FrontDesk, OrganisationId};
use crate::base::capability::Capabilities;
use crate::base::clock::Clock;
use crate::base::db::Db;
use crate::base::digest::base64url;
use crate::base::etag::{self, Privacy};
use crate::base::problem::{Error, FieldError, Result};
use crate::base::query::Query;
use crate::base::text::Line;
use crate::registrations::{RegistrationId, State};
use crate::seminars::{self, SeminarId, SessionId};

/// Enough to choose from; who is not among them is asked for another letter.
const MOST_FOUND: i64 = 20;
/// Fewer letters find everybody.
const LEAST_LETTERS: usize = 3;

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct FindQuery {
    /// Three letters or more of names or company, of several words each: `mül` and `mue` find Müller, `anna mül` Anna
    /// Müller.
    #[param(value_type = String, required = true, min_length = 3, max_length = 100)]
    q: Option<Line<100>>,
}

#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({"registration": "0192f3c1-8d7e-7cc0-a0ff-3f0f5f5b8b14", "name": "Anna Müller", "company": "Printenfabrik",
    "state": "confirmed", "persons": 1, "checked_in": null}))]
pub struct FoundGuest {
    pub registration: RegistrationId,
    pub name: String,
    pub company: Option<String>,
    pub state: State,
    /// As many as are registered.
    pub persons: i32,
    /// The first check-in, of whichever session.
    pub checked_in: Option<FirstCheckIn>,
}

#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({"found": [{"registration": "0192f3c1-8d7e-7cc0-a0ff-3f0f5f5b8b14", "name": "Anna Müller", "company": "Printenfabrik",
    "state": "confirmed", "persons": 1, "checked_in": null}]}))]
pub struct FoundGuests {
    /// At most 20; those whose name or company begins so come first.
    pub found: Vec<FoundGuest>,
}

/// Find somebody at the door.
///
/// The front desk and organisers. By the letters of names (companions' too) and company, whatever way they are spelt:
/// Müller, Mueller and Muller are one.
#[utoipa::path(tag = "check-ins", params(("seminar" = SeminarId, Path), FindQuery), security(("member" = [])), responses(
    (status = 200, body = FoundGuests, description = "Who it may be")))]
#[get("/seminars/{seminar}/check-ins/find")]
pub async fn find_at_door(
    who: FrontDesk,
    path: web::Path<SeminarId>,
    query: Query<FindQuery>,
    db: web::Data<Db>,
) -> Result<HttpResponse> {
    let q = query.0.q.map(Line::into_string).unwrap_or_default();
    if q.chars().filter(|c| c.is_alphanumeric()).count() < LEAST_LETTERS {
        let few = FieldError::parameter("q", "must have three letters or more");
        return Err(Error::invalid(vec![few]));
    }
    let reach = who.reach();
    let found = db
        .read(move |conn| {
            let seminar = seminars::reached(conn, &reach, *path)?;
            service::find(conn, &seminar, &q, MOST_FOUND)
        })
        .await?;
    let found = found.into_iter().map(|(guest, first)| FoundGuest {
        registration: guest.id,
        name: guest.name(),
        company: guest.company,
        state: guest.state,
        persons: guest.persons,
        checked_in: first.map(|first| first.first()),
    });
    let mut response = HttpResponse::Ok().json(FoundGuests { found: found.collect() });
    etag::headers(&mut response, None, Privacy::Personal);
    Ok(response)
}

/// How a session stands at the door, in persons.
#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({"session": "0192f3c1-8d7e-7cc0-a0ff-3f0f5f5b8b12", "expected": 62, "came": 58, "walk_ins": 2, "inside": 57, "left": 3,
    "conflicts": 1, "last_at": "2027-05-06T16:12:44Z"}))]
pub struct SessionCount {
    pub session: SessionId,
    /// Of confirmed registrations on site.
    pub expected: i64,
    /// Of registrations, each counted once, through whichever channel.
    pub came: i64,
    pub walk_ins: i64,
    /// Who came and has not gone, walk-ins too.
    pub inside: i64,
    /// Who has gone, where the door records it.
    pub left: i64,
    /// Check-ins with something odd about them.
    pub conflicts: i64,
    /// The time of the last check-in.
    pub last_at: Option<DateTime<Utc>>,
}

#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({"sessions": [{"session": "0192f3c1-8d7e-7cc0-a0ff-3f0f5f5b8b12", "expected": 62, "came": 58, "walk_ins": 2, "inside": 57,
    "left": 3, "conflicts": 1, "last_at": "2027-05-06T16:12:44Z"}]}))]
pub struct CheckInCount {
    /// By start.
    pub sessions: Vec<SessionCount>,
}

/// How many are in.
///
/// The front desk and organisers. Made to be asked every few seconds: with `If-None-Match` it says 304 until it changes.
#[utoipa::path(tag = "check-ins", params(("seminar" = SeminarId, Path)), security(("member" = [])), responses(
    (status = 200, body = CheckInCount, description = "The count of each session")))]
#[get("/seminars/{seminar}/check-ins/count")]
pub async fn get_check_in_count(
    request: HttpRequest,
    who: FrontDesk,
    path: web::Path<SeminarId>,
    db: web::Data<Db>,
) -> Result<HttpResponse> {
    let reach = who.reach();
    let (version, expected, sessions) = db
        .read(move |conn| {
            let seminar = seminars::reached(conn, &reach, *path)?;
            let (expected, sessions) = service::count(conn, &seminar)?;
            Ok((seminar.version, expected, sessions))
        })
        .await?;
    let sessions = sessions.into_iter().map(|(session, standing)| SessionCount {
        session,
        expected,
        came: standing.came,
        walk_ins: standing.walk_ins,
        inside: standing.inside,
        left: standing.left,
        conflicts: standing.conflicts,
        last_at: standing.last_at,
    });
    let count = CheckInCount {
        sessions: sessions.collect(),
    };
    etag::single(&request, version, Privacy::Personal, &count)
}

#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({"code_hash": "n4bQgYhMfWWaL-qgxVrQFaO_TxsrC4Is0V1sFbDwCgg", "short_name": "Müller, A.", "state": "confirmed", "persons": 1,
    "registration": "0192f3c1-8d7e-7cc0-a0ff-3f0f5f5b8b14"}))]
pub struct OfflineEntry {
    /// Base64url without padding of SHA-256 over the 16 bytes of `salt` and the ten characters of the code.
    pub code_hash: String,
    pub short_name: String,
    pub state: State,
    pub persons: i32,
    pub registration: RegistrationId,
}

#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({"salt": "0192f3c1-8d7e-7cc0-a0ff-3f0f5f5b8b10", "algorithm": "sha-256", "taken_at": "2027-05-06T14:00:00Z", "entries": [
    {"code_hash": "n4bQgYhMfWWaL-qgxVrQFaO_TxsrC4Is0V1sFbDwCgg", "short_name": "Müller, A.", "state": "confirmed", "persons": 1,
     "registration": "0192f3c1-8d7e-7cc0-a0ff-3f0f5f5b8b14"}]}))]
pub struct OfflineList {
    /// The organisation's id, as 16 bytes before the code.
    pub salt: OrganisationId,
    pub algorithm: &'static str,
    pub taken_at: DateTime<Utc>,
    pub entries: Vec<OfflineEntry>,
}

/// The list to take along.
///
/// The front desk and organisers. Everybody who registered, whatever became of it, with the digest of their code and a
/// short name; no addresses, and no code: a device that is lost lets nobody in. Upper-case the code and leave out `EINLASS:`,
/// spaces and dashes; read O as 0, I and L as 1; then digest it.
#[utoipa::path(tag = "check-ins", params(("seminar" = SeminarId, Path)), security(("member" = [])), responses(
    (status = 200, body = OfflineList, description = "The list")))]
#[get("/seminars/{seminar}/check-ins/offline-list")]
pub async fn take_offline_list(
    who: FrontDesk,
    path: web::Path<SeminarId>,
    db: web::Data<Db>,
    clock: web::Data<Clock>,
    capabilities: web::Data<Capabilities>,
) -> Result<HttpResponse> {
    let reach = who.reach();
    // It writes the tickets that are missing; nobody sees a difference.
    let (salt, entries) = db
        .write(move |conn| {
            let seminar = seminars::reached(conn, &reach, *path)?;
            let entries = service::offline_list(conn, &capabilities, &seminar)?;
            Ok((seminar.organisation_id, entries))
        })
        .await?;
    let entries = entries.into_iter().map(|(guest, hash)| OfflineEntry {
        code_hash: base64url(&hash),
        short_name: guest.short_name(),
        state: guest.state,
        persons: guest.persons,
        registration: guest.id,
    });
    let list = OfflineList {
        salt,
        algorithm: "sha-256",
        taken_at: clock.now(),
        entries: entries.collect(),
    };
    let mut response = HttpResponse::Ok().json(list);
    etag::headers(&mut response, None, Privacy::Personal);
    Ok(response)
}
