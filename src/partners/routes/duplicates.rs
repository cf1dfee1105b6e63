//! Which other seminars may be the same event.

use actix_web::{HttpResponse, get, web};
use chrono::NaiveDate;
use serde::Serialize;
use utoipa::ToSchema;

use super::merge::MergeView;
use crate::auth::{Identity, OrganisationRef, Organiser};
use crate::base::db::Db;
use crate::base::etag::{self, Privacy};
use crate::base::problem::Result;
use crate::partners::model::Evidence;
use crate::partners::service::{Suggested, duplicates};
use crate::seminars::{self, SeminarId, Status, Whole, visible_to};

/// What is proposed or decided, and what is only likely.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Duplicates)]
pub struct DuplicatesView {
    /// Open proposals and merges with this seminar on one side or the other, the newest first.
    #[schema(max_items = 100)]
    pub merges: Vec<MergeView>,
    /// What may be the same event and is merged into none, the strongest first. None for a seminar that is merged itself.
    #[schema(max_items = 20)]
    pub suggestions: Vec<SuggestionView>,
}

#[derive(Debug, Serialize, ToSchema)]
#[schema(as = DuplicateSuggestion, example = json!({"seminar": {"id": "0192f3c1-8d7e-7cc0-a0ff-3f0f5f5b8b21",
    "organisation": {"id": "0192f3c1-8d7e-7cc0-a0ff-3f0f5f5b8b22", "slug": "ihk-aachen", "name": "IHK Aachen"},
    "title": "KI im Mittelstand", "status": "scheduled", "date": "2027-05-06"},
    "evidence": ["same_day", "similar_title", "same_time"], "similarity": 86}))]
pub struct SuggestionView {
    pub seminar: AnnouncedView,
    /// Never the day and the title alone.
    #[schema(min_items = 3, max_items = 6)]
    pub evidence: Vec<Evidence>,
    /// How alike the titles are, in per cent.
    #[schema(minimum = 60, maximum = 100, example = 86)]
    pub similarity: u8,
}

/// A seminar as it is told beside another.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = AnnouncedSeminar, example = json!({"id": "0192f3c1-8d7e-7cc0-a0ff-3f0f5f5b8b21",
    "organisation": {"id": "0192f3c1-8d7e-7cc0-a0ff-3f0f5f5b8b22", "slug": "ihk-aachen", "name": "IHK Aachen"},
    "title": "KI im Mittelstand", "status": "scheduled", "date": "2027-05-06"}))]
pub struct AnnouncedView {
    pub id: SeminarId,
    pub organisation: OrganisationRef,
    /// `null` where it is not shown to the caller any more: it became internal there.
    pub title: Option<String>,
    pub status: Status,
    /// The day of its first session; `null` where the source gives none, and where it is not shown any more.
    pub date: Option<NaiveDate>,
}

impl AnnouncedView {
    pub fn to(caller: &Identity, whole: Whole) -> Self {
        let shown = visible_to(&whole.seminar, Some(caller));
        let first = whole.sessions.first().map(|(session, _)| session.starts_on);
        Self {
            id: whole.seminar.id,
            date: first.filter(|_| shown),
            organisation: whole.organisation,
            title: Some(whole.seminar.title).filter(|_| shown),
            status: whole.seminar.status,
        }
    }
}

impl SuggestionView {
    fn to(caller: &Identity, suggested: Suggested) -> Self {
        Self {
            seminar: AnnouncedView::to(caller, suggested.seminar),
            evidence: suggested.likeness.evidence,
            similarity: suggested.likeness.similarity,
        }
    }
}

/// Which other seminars may be the same event.
///
/// Organisers of the organisation. Looked for when it is asked, among what is public and what the caller is shown besides: the same
/// day, a similar title, and a place, a party, an online room or a time in common. A series that repeats on one day is none. What the
/// other organisation proposed stands in `merges`.
#[utoipa::path(tag = "duplicates", params(("seminar" = SeminarId, Path)), security(("member" = [])), responses(
    (status = 200, body = DuplicatesView, description = "Proposals, merges and suggestions")))]
#[get("/seminars/{seminar}/duplicates")]
pub async fn find_duplicates(who: Organiser, path: web::Path<SeminarId>, db: web::Data<Db>) -> Result<HttpResponse> {
    let (reach, identity) = (who.reach(), who.identity);
    let caller = identity.clone();
    let found = db
        .read(move |conn| {
            let seminar = seminars::reached(conn, &reach, *path)?;
            duplicates(conn, &identity, seminar)
        })
        .await?;
    let merges = found.merges.into_iter().map(|pair| MergeView::to(&caller, pair));
    let suggestions = found.suggestions.into_iter();
    let mut response = HttpResponse::Ok().json(DuplicatesView {
        merges: merges.collect(),
        suggestions: suggestions.map(|one| SuggestionView::to(&caller, one)).collect(),
    });
    etag::headers(&mut response, None, Privacy::Personal);
    Ok(response)
}
