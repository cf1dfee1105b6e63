//! Who is who, and whether it counts.

use std::collections::BTreeSet;

use actix_web::{HttpRequest, HttpResponse, delete, patch, post, web};
use diesel::PgConnection;
use serde::Deserialize;
use utoipa::ToSchema;

use super::view::ImportView;
use crate::attendance::model::{AttendanceImport, ImportId};
use crate::attendance::service::{self, Decision, Taken};
use crate::auth::Organiser;
use crate::base::body::Body;
use crate::base::clock::Clock;
use crate::base::db::Db;
use crate::base::etag::{self, IfMatch};
use crate::base::language::german;
use crate::base::problem::{Error, FieldError, Result};
use crate::registrations::RegistrationId;
use crate::seminars::SeminarId;

/// Decided on at once.
const MOST: usize = 1000;

#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = AttendanceImportPatch, example = json!({"participants": [
    {"position": 3, "taken_for": "registration", "registration": "0192f3c1-8d7e-7cc0-a0ff-3f0f5f5b8b11"},
    {"position": 8, "taken_for": "walk_in"}, {"position": 9, "taken_for": "ignored"}]}))]
pub struct ImportPatch {
    #[schema(min_items = 1, max_items = 1000)]
    pub participants: Vec<ParticipantPatch>,
}

/// Who one participant is.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ParticipantPatch {
    #[schema(minimum = 0, maximum = 20_000)]
    pub position: i32,
    pub taken_for: Taken,
    /// Needed with `registration`, and only there.
    #[serde(default)]
    pub registration: Option<RegistrationId>,
    /// Which of those who came along with the registration: 1 the first. Left out: whose name it shows, else the contact.
    #[serde(default)]
    #[schema(minimum = 1, maximum = 100)]
    pub companion: Option<i32>,
}

impl ImportPatch {
    fn decisions(self) -> Result<Vec<Decision>> {
        let count = self.participants.len();
        if !(1..=MOST).contains(&count) {
            let words = format!("must have 1 to {MOST} entries, has {count}");
            return Err(Error::member("/participants", words));
        }
        let (mut errors, mut seen) = (Vec::new(), BTreeSet::new());
        for (n, one) in self.participants.iter().enumerate() {
            let mut fault = |member: &str, words: &str| {
                errors.push(FieldError::member(format!("/participants/{n}/{member}"), words));
            };
            if !seen.insert(one.position) {
                fault("position", "is decided twice");
            }
            match (one.taken_for, one.registration) {
                (Taken::Registration, None) => fault("registration", "is required with `taken_for: registration`"),
                (Taken::Registration, Some(_)) | (_, None) => {}
                (_, Some(_)) => fault("registration", "goes with `taken_for: registration` only"),
            }
            if one.companion.is_some() && one.taken_for != Taken::Registration {
                fault("companion", "goes with `taken_for: registration` only");
            }
        }
        Error::unless_empty(errors)?;
        let decision = |one: ParticipantPatch| Decision {
            position: one.position,
            taken: one.taken_for,
            registration: one.registration,
            companion: one.companion,
        };
        Ok(self.participants.into_iter().map(decision).collect())
    }
}

/// Say who is who.
///
/// Organisers. All decisions or none; also what was matched may be corrected. Participants that are taken for the same
/// registration are one person, and their times are united, but for those who came along with it: `companion` says which of them
/// it is, and where it is left out the name does. Once it counts, the import has to be reverted first.
#[utoipa::path(tag = "attendance", params(("seminar" = SeminarId, Path), ("import" = ImportId, Path)), request_body = ImportPatch,
    security(("member" = [])), responses(
    (status = 200, body = ImportView, description = "The import as it is now"),
    (status = 409, description = "`transition-not-allowed`: it is confirmed")))]
#[patch("/seminars/{seminar}/attendance-imports/{import}")]
pub async fn resolve_attendance_import(
    request: HttpRequest,
    who: Organiser,
    path: web::Path<(SeminarId, ImportId)>,
    if_match: IfMatch,
    db: web::Data<Db>,
    clock: web::Data<Clock>,
    body: Body<ImportPatch>,
) -> Result<HttpResponse> {
    let decisions = body.value.decisions()?;
    let (act, reach, path) = (who.act(&clock), who.reach(), path.into_inner());
    step(&db, &request, if_match, move |conn, seen| {
        service::resolve_import(conn, &act, &reach, path, seen, &decisions)
    })
    .await
}

#[derive(Clone, Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"accept_proposed": true}))]
pub struct ImportConfirmation {
    /// Takes every `proposed` match for true. Those that are `ambiguous` have to be decided one by one.
    #[serde(default)]
    pub accept_proposed: bool,
}

/// Let an import count.
///
/// Organisers. Registrations are looked at again: whoever cancelled since the preview is flagged. Join and leave times are
/// dropped, minutes stay, unless the seminar keeps times.
#[utoipa::path(tag = "attendance", params(("seminar" = SeminarId, Path), ("import" = ImportId, Path)), request_body = ImportConfirmation,
    security(("member" = [])), responses(
    (status = 200, body = ImportView, description = "The import, confirmed"),
    (status = 409, description = "`matches-unresolved`: `errors` names the positions, at most 100; `transition-not-allowed`: it is confirmed already")))]
#[post("/seminars/{seminar}/attendance-imports/{import}/confirm")]
pub async fn confirm_attendance_import(
    request: HttpRequest,
    who: Organiser,
    path: web::Path<(SeminarId, ImportId)>,
    if_match: IfMatch,
    db: web::Data<Db>,
    clock: web::Data<Clock>,
    body: Body<ImportConfirmation>,
) -> Result<HttpResponse> {
    let (act, reach, path) = (who.act(&clock), who.reach(), path.into_inner());
    let accept = body.value.accept_proposed;
    step(&db, &request, if_match, move |conn, seen| {
        service::confirm_import(conn, &act, &reach, path, seen, accept)
    })
    .await
}

#[derive(Clone, Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({}))]
pub struct ImportReversion {}

/// Let an import count no more.
///
/// Organisers. It stays listed and may be corrected and confirmed again.
#[utoipa::path(tag = "attendance", params(("seminar" = SeminarId, Path), ("import" = ImportId, Path)), request_body = ImportReversion,
    security(("member" = [])), responses(
    (status = 200, body = ImportView, description = "The import, reverted"),
    (status = 409, description = "`transition-not-allowed`: it does not count")))]
#[post("/seminars/{seminar}/attendance-imports/{import}/revert")]
pub async fn revert_attendance_import(
    request: HttpRequest,
    who: Organiser,
    path: web::Path<(SeminarId, ImportId)>,
    if_match: IfMatch,
    db: web::Data<Db>,
    clock: web::Data<Clock>,
    _body: Body<ImportReversion>,
) -> Result<HttpResponse> {
    let (act, reach, path) = (who.act(&clock), who.reach(), path.into_inner());
    step(&db, &request, if_match, move |conn, seen| {
        service::revert_import(conn, &act, &reach, path, seen)
    })
    .await
}

/// Forget an import.
///
/// Organisers. With everybody in it, as after a wrong file; it may be sent again at once. What counts is reverted first.
#[utoipa::path(tag = "attendance", params(("seminar" = SeminarId, Path), ("import" = ImportId, Path)), security(("member" = [])), responses(
    (status = 204, description = "It is gone"),
    (status = 409, description = "`transition-not-allowed`: it is confirmed")))]
#[delete("/seminars/{seminar}/attendance-imports/{import}")]
pub async fn delete_attendance_import(
    who: Organiser,
    path: web::Path<(SeminarId, ImportId)>,
    if_match: IfMatch,
    db: web::Data<Db>,
    clock: web::Data<Clock>,
) -> Result<HttpResponse> {
    let (act, reach, path) = (who.act(&clock), who.reach(), path.into_inner());
    db.write(move |conn| {
        let check = |version| if_match.check(version);
        service::delete_import(conn, &act, &reach, path, check)
    })
    .await?;
    Ok(HttpResponse::NoContent().finish())
}

/// One step of an import, decided on by somebody who has seen it as it is; what it is then.
async fn step(
    db: &Db,
    request: &HttpRequest,
    if_match: IfMatch,
    step: impl Fn(&mut PgConnection, &dyn Fn(i64) -> Result<()>) -> Result<AttendanceImport> + Send + Sync + 'static,
) -> Result<HttpResponse> {
    let shown = db
        .write(move |conn| {
            let import = step(conn, &|version| if_match.check(version))?;
            service::shown(conn, import)
        })
        .await?;
    let version = shown.import.version;
    etag::changed(version, &ImportView::of(shown, german(request))?)
}
