//! The reconciled picture of one seminar.

mod compose;
mod view;

use actix_web::{HttpRequest, HttpResponse, get, web};

use crate::attendance::{service, store};
use crate::auth::Reporter;
use crate::base::clock::Clock;
use crate::base::db::Db;
use crate::base::etag::{self, Privacy};
use crate::base::language::german;
use crate::base::problem::Result;
use crate::registrations;
use crate::seminars::{self, SeminarId};

use view::Attendance;

/// How many came, as far as it is known.
///
/// Reporters and organisers. A stated total that is the basis wins. Without one the channels are added: a channel's stated
/// number, else the people counted there; whoever was seen in both channels is counted once. 450 viewers never become 450
/// participants. Each statement says whether it is a basis and why.
#[utoipa::path(tag = "attendance", params(("seminar" = SeminarId, Path)), security(("member" = [])), responses((status = 200, body = Attendance, description = "The reconciled picture")))]
#[get("/seminars/{seminar}/attendance")]
pub async fn get_attendance(
    request: HttpRequest,
    who: Reporter,
    path: web::Path<SeminarId>,
    db: web::Data<Db>,
    clock: web::Data<Clock>,
) -> Result<HttpResponse> {
    let reach = who.reach();
    let (german, now) = (german(&request), clock.now());
    let (version, view) = db
        .read(move |conn| {
            let seminar = seminars::reached(conn, &reach, *path)?;
            let of = (seminar.organisation_id, seminar.id);
            let rule = seminars::attendance_rule(conn, of)?;
            let known = compose::Known {
                offered: seminars::seats(conn, of)?,
                sessions: seminars::sessions(conn, of)?,
                registered: registrations::people_by_state(conn, of)?,
                claims: registrations::claims(conn, of)?,
                headcounts: store::all_headcounts(conn, &seminar)?,
                imports: store::confirmed_imports(conn, of)?,
                attended: service::people_by_import(conn, &seminar, &rule)?,
                records: service::records(conn, &seminar, &rule)?,
                now,
                german,
            };
            Ok((seminar.version, known.picture()))
        })
        .await?;
    etag::single(&request, version, Privacy::Personal, &view)
}
