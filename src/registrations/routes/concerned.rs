//! Whom a change of plan concerns: told with the change, or beforehand with `?dry_run=true`.

use actix_web::HttpResponse;
use diesel::PgConnection;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::auth::Identity;
use crate::base::db::{Db, rehearse};
use crate::base::etag::{self, Privacy};
use crate::base::problem::Result;
use crate::mail::Kind as MailKind;
use crate::registrations::model::{RegistrationId, State};
use crate::registrations::service::{Concerned, Told};
use crate::seminars::{self, Channel, Seminar, SeminarView, view_for};

#[derive(Clone, Copy, Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct DryRun {
    /// `true`: say what would happen and do nothing.
    dry_run: Option<bool>,
}

/// A seminar after a change of plan, and whom the change concerns.
#[derive(Debug, Serialize, ToSchema)]
pub struct Replanned {
    #[serde(flatten)]
    pub seminar: SeminarView,
    pub concerned: ConcernedView,
}

#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Concerned, example = json!({"dry_run": true, "told": [{"registration": "0192f3c1-8d7e-7cc0-a0ff-3f0f5f5b8b11", "name": "Anna Müller",
    "channel": "onsite", "state": "confirmed", "mail": "seminar_cancelled"}], "seats_lost": []}))]
pub struct ConcernedView {
    /// Whether this is what would happen; nothing was done then.
    pub dry_run: bool,
    /// Who gets which mail; among them those who are offered a seat that becomes free by the change.
    pub told: Vec<ConcernedPerson>,
    /// Who has no seat any more and waits for one.
    pub seats_lost: Vec<ConcernedPerson>,
}

#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({"registration": "0192f3c1-8d7e-7cc0-a0ff-3f0f5f5b8b11", "name": "Anna Müller", "channel": "onsite", "state": "confirmed",
    "mail": "seminar_cancelled"}))]
pub struct ConcernedPerson {
    pub registration: RegistrationId,
    pub name: String,
    pub channel: Channel,
    pub state: State,
    pub mail: MailKind,
}

impl From<Told> for ConcernedPerson {
    fn from(told: Told) -> Self {
        Self {
            registration: told.registration,
            name: told.name,
            channel: told.channel,
            state: told.state,
            mail: told.mail,
        }
    }
}

/// Does it, or rehearses it: the very same work, taken back.
pub async fn replanned(
    db: &Db,
    identity: Identity,
    dry_run: &DryRun,
    work: impl Fn(&mut PgConnection) -> Result<(Seminar, Concerned)> + Send + 'static,
) -> Result<HttpResponse> {
    let dry_run = dry_run.dry_run.unwrap_or_default();
    let (whole, concerned) = db
        .write(move |conn| {
            let work = |conn: &mut PgConnection| {
                let (seminar, concerned) = work(conn)?;
                Ok((seminars::whole(conn, seminar)?, concerned))
            };
            if dry_run { rehearse(conn, work) } else { work(conn) }
        })
        .await?;
    let version = whole.seminar.version;
    let people = |all: Vec<Told>| all.into_iter().map(ConcernedPerson::from).collect();
    let view = Replanned {
        seminar: view_for(Some(&identity), whole),
        concerned: ConcernedView {
            dry_run,
            told: people(concerned.told),
            seats_lost: people(concerned.lost),
        },
    };
    if dry_run {
        // No tag: it is the picture of something that is not.
        let mut response = HttpResponse::Ok().json(view);
        etag::headers(&mut response, None, Privacy::Personal);
        return Ok(response);
    }
    etag::changed_with(version, &view.seminar, &view)
}
