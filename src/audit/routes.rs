//! The audit log.

use actix_web::{HttpRequest, HttpResponse, get, web};
use chrono::{DateTime, Utc};
use diesel::PgConnection;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use super::model::{Asked, Chain, Entry, Position};
use super::store;
use crate::auth::{Identity, LoggedIn, OrganisationId, Role, reached_organisation};
use crate::base::db::Db;
use crate::base::etag::Privacy;
use crate::base::operations::Operations;
use crate::base::page::{Page, Paging, list};
use crate::base::problem::{Code, Error, FieldError, Result};
use crate::base::query::Query;
use crate::base::text::Line;

pub fn configure(operations: &mut Operations<'_>) {
    operations.service(list_audit_log);
}

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct LogQuery {
    /// Whose log: id or slug. Needed by whoever is an admin of several; without it a platform admin reads the entries without
    /// organisation.
    #[param(value_type = Option<String>, max_length = 60)]
    organisation: Option<Line<60>>,
    /// What happened to this object.
    #[param(value_type = Option<String>, format = "uuid", max_length = 36)]
    object: Option<Uuid>,
    /// What this account, API client or registrant (by the id of the registration) did.
    #[param(value_type = Option<String>, format = "uuid", max_length = 36)]
    actor: Option<Uuid>,
    /// Such as `seminar.published`.
    #[param(value_type = Option<String>, max_length = 60)]
    action: Option<Line<60>>,
    /// Not before this moment.
    from: Option<DateTime<Utc>>,
    /// Before this moment.
    to: Option<DateTime<Utc>>,
    /// Entries a page, 1 to 100.
    #[param(minimum = 1, maximum = 100, default = 25)]
    limit: Option<i64>,
    /// `next_cursor` of the page before.
    #[param(max_length = 2000)]
    cursor: Option<String>,
}

/// One effect, in ids: who they are is read elsewhere, as long as they are there.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = AuditEntry, example = json!({"id": "0192f3c1-8d7e-7cc0-a0ff-3f0f5f5b8b11", "at": "2027-01-04T08:00:00Z",
    "organisation": "0192f3c1-8d7e-7cc0-a0ff-3f0f5f5b8b13", "actor": {"kind": "account", "id": "0192f3c1-8d7e-7cc0-a0ff-3f0f5f5b8b14"},
    "action": "seminar.published", "object": {"kind": "seminar", "id": "0192f3c1-8d7e-7cc0-a0ff-3f0f5f5b8b12"}, "data": {}, "sealed": true}))]
pub struct LogEntry {
    #[schema(value_type = String, format = "uuid")]
    pub id: Uuid,
    pub at: DateTime<Utc>,
    /// Whose log it stands in; `null`: nobody's, a platform admin reads it.
    pub organisation: Option<OrganisationId>,
    pub actor: LogActor,
    #[schema(max_length = 60)]
    pub action: String,
    pub object: LogObject,
    /// Facts and ids, none of them about a person.
    #[schema(value_type = Object)]
    pub data: Value,
    /// Whether it is sealed: nobody can change it unnoticed any more. Sealed is within a minute of being written.
    pub sealed: bool,
}

/// Who did it.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = AuditActor, example = json!({"kind": "account", "id": "0192f3c1-8d7e-7cc0-a0ff-3f0f5f5b8b14"}))]
pub struct LogActor {
    /// `anonymous`, `registrant`, `account`, `api_client`, or `system`: the service itself and its operator.
    #[schema(max_length = 20)]
    pub kind: String,
    /// The account, the API client, or of a registrant the registration.
    #[schema(value_type = Option<String>, format = "uuid")]
    pub id: Option<Uuid>,
}

/// To what it was done.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = AuditObject, example = json!({"kind": "seminar", "id": "0192f3c1-8d7e-7cc0-a0ff-3f0f5f5b8b12"}))]
pub struct LogObject {
    #[schema(max_length = 60)]
    pub kind: String,
    #[schema(value_type = String, format = "uuid")]
    pub id: Uuid,
}

/// What happened, and by whom.
///
/// Admins, of their organisation; a platform admin what belongs to no organisation. The newest first. It speaks in ids, and
/// goes on doing so when what they name is gone.
#[utoipa::path(tag = "audit-log", params(LogQuery), security(("member" = [])), responses(
    (status = 200, body = Page<LogEntry>, description = "A page of the log"),
    (status = 404, description = "`not-found`: no such organisation, or not the caller's")))]
#[get("/audit-log")]
pub async fn list_audit_log(
    request: HttpRequest,
    who: LoggedIn,
    query: Query<LogQuery>,
    db: web::Data<Db>,
) -> Result<HttpResponse> {
    let Query(query) = query;
    let identity = who.identity;
    if !identity.platform_admin && identity.reach(Role::Admin).organisations().is_empty() {
        return Err(Code::Forbidden.into());
    }
    let paging = Paging {
        limit: query.limit,
        cursor: query.cursor,
    };
    let (limit, after) = (paging.limit()?, paging.after()?);
    let (entries, sealed_until) = db
        .read(move |conn| {
            let asked = Asked {
                chain: chain(conn, &identity, query.organisation.as_ref())?,
                object: query.object,
                actor: query.actor,
                action: query.action.as_ref().map(|action| action.as_str().to_owned()),
                from: query.from,
                to: query.to,
                after,
                limit,
            };
            // First: what is sealed meanwhile is told as not sealed yet, and nothing as sealed that is not.
            let sealed_until = store::last_position(conn, asked.chain)?;
            Ok((store::log(conn, &asked)?, sealed_until))
        })
        .await?;
    let page = Page::cut(
        entries,
        limit,
        |entry| (entry.at, entry.id),
        |entry| view(entry, sealed_until),
    )?;
    Ok(list(&request, Privacy::Personal, &page))
}

/// Whose log is asked for.
fn chain(conn: &mut PgConnection, identity: &Identity, named: Option<&Line<60>>) -> Result<Chain> {
    let reach = identity.reach(Role::Admin);
    if let Some(named) = named {
        return Ok(Chain(Some(reached_organisation(conn, &reach, named.as_str())?.id)));
    }
    match reach.organisations().as_slice() {
        _ if identity.platform_admin => Ok(Chain(None)),
        [one] => Ok(Chain(Some(*one))),
        _ => {
            let which = FieldError::parameter("organisation", "is needed: you are an admin of several");
            Err(Error::invalid(vec![which]))
        }
    }
}

fn view(entry: Entry, sealed_until: Option<Position>) -> LogEntry {
    LogEntry {
        sealed: sealed_until.is_some_and(|until| entry.position() <= until),
        id: entry.id,
        at: entry.at,
        organisation: entry.organisation_id.map(OrganisationId),
        actor: LogActor {
            kind: entry.actor_kind,
            id: entry.actor_id,
        },
        action: entry.action,
        object: LogObject {
            kind: entry.object_kind,
            id: entry.object_id,
        },
        data: entry.data,
    }
}
