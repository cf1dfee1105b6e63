//! What is due of seminars: seats that somebody waits for, sessions that begin, minimums to be decided.

use chrono::{DateTime, Duration, Utc};
use diesel::prelude::*;

use crate::auth::OrganisationId;
use crate::base::problem::Result;
use crate::schema::{admissions, channels, seminars, sessions};
use crate::seminars::model::{Channel, Seats, Seminar, SeminarId, Session, Status};

/// Channels of seminars to come with free seats that somebody waits for, a page after `after`. Those whose group saves up are among them.
pub fn waited_for(
    conn: &mut PgConnection,
    now: DateTime<Utc>,
    after: Option<(SeminarId, Channel)>,
    limit: i64,
) -> Result<Vec<(SeminarId, Channel)>> {
    let free = channels::capacity
        .is_null()
        .or(channels::taken.nullable().lt(channels::capacity));
    // A day that is all we know, and a span, are not over when they begin.
    let ahead = seminars::begins_at
        .nullable()
        .gt(now - Duration::days(1))
        .or(seminars::within_to.ge(now.date_naive()));
    let scheduled = channels::organisation_id
        .eq(seminars::organisation_id)
        .and(channels::seminar_id.eq(seminars::id));
    let mut query = channels::table
        .inner_join(seminars::table.on(scheduled))
        .filter(channels::waiting.gt(0))
        .filter(channels::offered)
        .filter(free.assume_not_null())
        .filter(seminars::status.eq(Status::Scheduled))
        .filter(ahead.assume_not_null())
        .order((channels::seminar_id, channels::channel))
        .select((channels::seminar_id, channels::channel))
        .limit(limit)
        .into_boxed();
    if let Some((seminar, channel)) = after {
        let further = channels::seminar_id
            .gt(seminar)
            .or(channels::seminar_id.eq(seminar).and(channels::channel.gt(channel)));
        query = query.filter(further);
    }
    Ok(query.load(conn)?)
}

/// Sessions of scheduled seminars that begin after `from` and until `to`.
pub fn begin_between(conn: &mut PgConnection, from: DateTime<Utc>, to: DateTime<Utc>) -> Result<Vec<Session>> {
    let of_seminar = sessions::organisation_id
        .eq(seminars::organisation_id)
        .and(sessions::seminar_id.eq(seminars::id));
    let query = sessions::table
        .inner_join(seminars::table.on(of_seminar))
        .filter(sessions::starts_at.gt(from))
        .filter(sessions::starts_at.le(to))
        .filter(seminars::status.eq(Status::Scheduled))
        .order((sessions::starts_at, sessions::id))
        .select(Session::as_select());
    Ok(query.load(conn)?)
}

/// Scheduled seminars whose day of decision has come.
pub fn to_decide(conn: &mut PgConnection, now: DateTime<Utc>, limit: i64) -> Result<Vec<SeminarId>> {
    let of_seminar = admissions::organisation_id
        .eq(seminars::organisation_id)
        .and(admissions::seminar_id.eq(seminars::id));
    let query = admissions::table
        .inner_join(seminars::table.on(of_seminar))
        .filter(admissions::decide_by.le(now))
        .filter(admissions::decided_at.is_null())
        .filter(seminars::status.eq(Status::Scheduled))
        .order(admissions::decide_by)
        .limit(limit)
        .select(admissions::seminar_id);
    Ok(query.load(conn)?)
}

/// [`super::lock`] for the service itself, which reaches everything.
pub fn lock_for_service(conn: &mut PgConnection, id: SeminarId) -> Result<Option<Seminar>> {
    let query = seminars::table
        .filter(seminars::id.eq(id))
        .select(Seminar::as_select())
        .for_no_key_update();
    let Some(seminar) = query.first::<Seminar>(conn).optional()? else {
        return Ok(None);
    };
    lock_channels(conn, seminar.organisation_id, id)?;
    Ok(Some(seminar))
}

pub(super) fn lock_channels(conn: &mut PgConnection, organisation: OrganisationId, id: SeminarId) -> Result<()> {
    let rows = channels::table
        .filter(channels::organisation_id.eq(organisation))
        .filter(channels::seminar_id.eq(id))
        .order(channels::channel)
        .select(Seats::as_select())
        .for_no_key_update();
    rows.load::<Seats>(conn)?;
    Ok(())
}
