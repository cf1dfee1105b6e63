//! Make two seminars one event, and two again.

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, post, web};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::duplicates::AnnouncedView;
use crate::auth::{Identity, OrganisationRef, Organiser};
use crate::base::body::Body;
use crate::base::clock::Clock;
use crate::base::db::Db;
use crate::base::etag::{self, IfMatch};
use crate::base::problem::Result;
use crate::partners::model::MergeState;
use crate::partners::service::{self, Pair};
use crate::seminars::{SeminarId, view_for};

/// The seminar that stands for both from here on.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = MergeWanted, example = json!({"into": "0192f3c1-8d7e-7cc0-a0ff-3f0f5f5b8b21"}))]
pub struct MergeBody {
    pub into: SeminarId,
}

/// What is to be taken back.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = UnmergeWanted, example = json!({}))]
pub struct UnmergeBody {
    /// Required only where the seminar is not merged and there are several proposals.
    #[serde(default)]
    pub into: Option<SeminarId>,
}

/// A proposal or a merge.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Merge, example = json!({
    "seminar": {"id": "0192f3c1-8d7e-7cc0-a0ff-3f0f5f5b8b11",
        "organisation": {"id": "0192f3c1-8d7e-7cc0-a0ff-3f0f5f5b8b12", "slug": "staedteregion-aachen", "name": "StädteRegion Aachen"},
        "title": "Online-Seminar: KI im Mittelstand", "status": "scheduled", "date": "2027-05-06"},
    "into": {"id": "0192f3c1-8d7e-7cc0-a0ff-3f0f5f5b8b21",
        "organisation": {"id": "0192f3c1-8d7e-7cc0-a0ff-3f0f5f5b8b22", "slug": "ihk-aachen", "name": "IHK Aachen"},
        "title": "KI im Mittelstand", "status": "scheduled", "date": "2027-05-06"},
    "state": "proposed",
    "consents": [{"organisation": {"id": "0192f3c1-8d7e-7cc0-a0ff-3f0f5f5b8b12", "slug": "staedteregion-aachen", "name": "StädteRegion Aachen"},
        "at": "2027-01-04T08:00:00Z"}]}))]
pub struct MergeView {
    /// The one that another stands for.
    pub seminar: AnnouncedView,
    /// The one that stands for both.
    pub into: AnnouncedView,
    pub state: MergeState,
    /// Which organisations want it, the one that proposed it first. An organisation that has both seminars consents once.
    #[schema(min_items = 1, max_items = 2)]
    pub consents: Vec<ConsentView>,
}

#[derive(Debug, Serialize, ToSchema)]
#[schema(as = MergeConsent, example = json!({"organisation": {"id": "0192f3c1-8d7e-7cc0-a0ff-3f0f5f5b8b12",
    "slug": "staedteregion-aachen", "name": "StädteRegion Aachen"}, "at": "2027-01-04T08:00:00Z"}))]
pub struct ConsentView {
    pub organisation: OrganisationRef,
    pub at: DateTime<Utc>,
}

impl MergeView {
    pub fn to(caller: &Identity, Pair { merge, seminar, into }: Pair) -> Self {
        let consents = merge.consents().into_iter().map(|consent| {
            let of = if consent.organisation == merge.into_organisation_id {
                &into
            } else {
                &seminar
            };
            ConsentView {
                organisation: of.organisation.clone(),
                at: consent.at,
            }
        });
        Self {
            consents: consents.collect(),
            state: merge.state(),
            seminar: AnnouncedView::to(caller, seminar),
            into: AnnouncedView::to(caller, into),
        }
    }
}

/// Merge it into another one that is the same event.
///
/// Organisers of either organisation. It is the consent of every side that the caller is organiser of; when both have consented,
/// `into` stands for both: lists and reports show the event once and name both organisers, and new registrations of the public go
/// there. Nothing is moved: registrations, counts and parties stay with their seminar. The other side sees a proposal among its
/// `duplicates`, and consents with the same call. `If-Match` is about the seminar in the path.
#[utoipa::path(tag = "duplicates", params(("seminar" = SeminarId, Path)), request_body = MergeBody, security(("member" = [])), responses(
    (status = 200, body = MergeView, description = "Merged"),
    (status = 202, body = MergeView, description = "Proposed: the other organisation has to consent"),
    (status = 409, description = "`not-one-event`, `merge-chain`, `seminar-merged`, `not-ready`")))]
#[post("/seminars/{seminar}/merge")]
pub async fn merge_seminar(
    who: Organiser,
    path: web::Path<SeminarId>,
    if_match: IfMatch,
    db: web::Data<Db>,
    clock: web::Data<Clock>,
    body: Body<MergeBody>,
) -> Result<HttpResponse> {
    let act = who.act(&clock);
    let (reach, caller) = (who.reach(), who.identity);
    let asked = (path.into_inner(), body.value.into);
    let identity = caller.clone();
    let pair = db
        .write(move |conn| {
            service::merge(conn, &act, (&reach, &identity), asked, |version| {
                if_match.check(version)
            })
        })
        .await?;
    answer(&caller, pair)
}

/// Take a merge or a proposal back.
///
/// Organisers of either organisation. Each seminar stands for itself again, with everything that it had. `If-Match` is about the
/// seminar in the path, which is the one that was to be merged.
#[utoipa::path(tag = "duplicates", params(("seminar" = SeminarId, Path)), request_body = UnmergeBody, security(("member" = [])), responses(
    (status = 200, body = MergeView, description = "Undone"),
    (status = 409, description = "`not-merged`")))]
#[post("/seminars/{seminar}/unmerge")]
pub async fn unmerge_seminar(
    who: Organiser,
    path: web::Path<SeminarId>,
    if_match: IfMatch,
    db: web::Data<Db>,
    clock: web::Data<Clock>,
    body: Body<UnmergeBody>,
) -> Result<HttpResponse> {
    let act = who.act(&clock);
    let (reach, caller) = (who.reach(), who.identity);
    let asked = (path.into_inner(), body.value.into);
    let identity = caller.clone();
    let pair = db
        .write(move |conn| {
            service::unmerge(conn, &act, (&reach, &identity), asked, |version| {
                if_match.check(version)
            })
        })
        .await?;
    answer(&caller, pair)
}

/// The tag is that of the seminar in the path, as the caller sees it.
fn answer(caller: &Identity, pair: Pair) -> Result<HttpResponse> {
    let seminar = view_for(Some(caller), pair.seminar.clone());
    let version = pair.seminar.seminar.version;
    let proposed = pair.merge.state() == MergeState::Proposed;
    let mut response = etag::changed_with(version, &seminar, &MergeView::to(caller, pair))?;
    if proposed {
        *response.status_mut() = StatusCode::ACCEPTED;
    }
    Ok(response)
}
