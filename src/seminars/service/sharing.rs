//! A seminar shares its registrations with another organisation, and ends it. Both change the seminar: whoever is about to
//! register is decided on what was shown.

use diesel::PgConnection;
use serde_json::json;

use super::{journal, refused};
use crate::auth::{Reach, find_organisation};
use crate::base::problem::{Code, Error, Problem, Result};
use crate::journal::Act;
use crate::seminars::model::{NewSharing, Seminar, SeminarId, Sharing, SharingId, Status};
use crate::seminars::rules::{MOST_SHARINGS, Refusal, sharing_fault};
use crate::seminars::store::{self, SharedWith};

/// Says that it is shared from now on, with whoever registers and was told so.
pub fn begin_sharing(
    conn: &mut PgConnection,
    act: &Act,
    reach: &Reach,
    id: SeminarId,
    new: &NewSharing,
) -> Result<SharedWith> {
    let seminar = store::lock(conn, reach, id)?;
    if seminar.status == Status::Cancelled {
        return Err(refused(&Refusal::Cancelled));
    }
    let refuse = |why: &str| Error::member("/organisation", why);
    let recipient = find_organisation(conn, new.organisation.as_str())?;
    let recipient = recipient.ok_or_else(|| refuse("is not a known organisation"))?;
    let in_force = store::sharings_in_force(conn, &[seminar.organisation_id], &[id])?;
    let in_force = in_force.iter().map(|(sharing, _)| sharing.recipient_id);
    let in_force = in_force.collect::<Vec<_>>();
    if let Some(why) = sharing_fault(seminar.organisation_id, recipient.id, &in_force) {
        return Err(refuse(why));
    }
    if in_force.len() >= MOST_SHARINGS {
        let detail = format!("A seminar is shared with at most {MOST_SHARINGS} at a time; end one first.");
        return Err(Problem::new(Code::LimitReached).detail(detail).into());
    }
    let sharing = Sharing {
        organisation_id: seminar.organisation_id,
        id: SharingId::fresh(),
        seminar_id: id,
        recipient_id: recipient.id,
        purpose: new.purpose.as_str().to_owned(),
        begun_at: act.now,
        ended_at: None,
    };
    store::insert_sharing(conn, &sharing)?;
    changed(conn, act, seminar)?;
    Ok((sharing, recipient))
}

/// Nothing is disclosed under it any more. Ended again, it stays as it is.
pub fn end_sharing(conn: &mut PgConnection, act: &Act, reach: &Reach, id: SeminarId, sharing: SharingId) -> Result<()> {
    let seminar = store::lock(conn, reach, id)?;
    let of = (seminar.organisation_id, id);
    let (known, _) = store::sharing(conn, of, sharing)?.ok_or(Code::NotFound)?;
    // Never before it began, whatever the clocks of two instances say.
    if store::end_sharing(conn, of, sharing, act.now.max(known.begun_at))? {
        changed(conn, act, seminar)?;
    }
    Ok(())
}

fn changed(conn: &mut PgConnection, act: &Act, mut seminar: Seminar) -> Result<()> {
    seminar.version += 1;
    seminar.updated_at = act.now;
    store::save(conn, &seminar)?;
    let data = json!({"title": seminar.title, "changed_fields": ["sharings"]});
    journal(conn, act, &seminar, "seminar.changed", data)
}
