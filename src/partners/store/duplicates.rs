//! What takes place on the same days.

use std::collections::HashMap;

use diesel::prelude::*;
use diesel::sql_types::{Array, BigInt, Text, Uuid as SqlUuid};

use crate::auth::OrganisationId;
use crate::base::problem::Result;
use crate::catalogue::VenueId;
use crate::schema::venues;
use crate::seminars::{Seminar, SeminarId};

/// More than this on the days of one seminar are not looked at.
pub const MOST_CANDIDATES: i64 = 5000;

/// A seminar on one of the days, by its title.
#[derive(Clone, Debug, QueryableByName)]
#[diesel(check_for_backend(diesel::pg::Pg))]
pub struct Candidate {
    #[diesel(sql_type = SqlUuid)]
    pub id: SeminarId,
    #[diesel(sql_type = Text)]
    pub title: String,
}

/// Seminars with a session or a span of days near one of this seminar's: public ones, and those of `member_of`. A day more on
/// either side, because days end at different times in different zones; `rules` looks again.
pub fn candidates(conn: &mut PgConnection, of: &Seminar, member_of: &[OrganisationId]) -> Result<Vec<Candidate>> {
    let query = diesel::sql_query(
        "WITH mine AS (
             SELECT starts_on AS first, greatest(starts_on, (ends_at AT TIME ZONE 'UTC')::date) AS last
             FROM sessions WHERE organisation_id = $1 AND seminar_id = $2
             UNION ALL
             SELECT within_from, within_to FROM seminars
             WHERE organisation_id = $1 AND id = $2 AND within_to - within_from <= 31
         ), near AS (
             SELECT sessions.seminar_id AS id FROM mine JOIN sessions
                 ON sessions.starts_on BETWEEN mine.first - 32 AND mine.last + 1
                 AND greatest(sessions.starts_on, (sessions.ends_at AT TIME ZONE 'UTC')::date) >= mine.first - 1
             UNION
             SELECT seminars.id FROM mine JOIN seminars
                 ON seminars.within_from <= mine.last + 1 AND seminars.within_to >= mine.first - 1
                 AND seminars.within_to - seminars.within_from <= 31
         )
         SELECT seminars.id, seminars.title FROM seminars JOIN near USING (id)
         WHERE id <> $2 AND merged_into IS NULL
           AND ((status <> 'draft' AND audience = 'public') OR organisation_id = ANY ($3))
         ORDER BY id LIMIT $4",
    );
    let query = query
        .bind::<SqlUuid, _>(of.organisation_id)
        .bind::<SqlUuid, _>(of.id)
        .bind::<Array<SqlUuid>, _>(member_of)
        .bind::<BigInt, _>(MOST_CANDIDATES);
    Ok(query.load(conn)?)
}

/// What else these venues are called.
pub fn venue_spellings(conn: &mut PgConnection, ids: &[VenueId]) -> Result<HashMap<VenueId, Vec<String>>> {
    let query = venues::table
        .filter(venues::id.eq_any(ids))
        .select((venues::id, venues::also_known_as));
    let rows = query.load::<(VenueId, Vec<Option<String>>)>(conn)?;
    let spelled = rows
        .into_iter()
        .map(|(id, all)| (id, all.into_iter().flatten().collect()));
    Ok(spelled.collect())
}
