//! Who was told of which sharing, what may be handed over under it, and every time that it was.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel::sql_types::{Array, BigInt, Nullable, Text, Timestamptz, Uuid as SqlUuid};

use super::Of;
use crate::auth::{OrganisationId, OrganisationRef};
use crate::base::problem::Result;
use crate::registrations::model::{Disclosure, DisclosureId, PersonalData, RegistrationId, SharingNotice, State};
use crate::schema::{disclosures, organisations, sharing_notices, sharings};
use crate::seminars::{Channel, SeminarId, Sharing, SharingId};

pub fn insert_notices(conn: &mut PgConnection, all: &[SharingNotice]) -> Result<()> {
    if !all.is_empty() {
        diesel::insert_into(sharing_notices::table).values(all).execute(conn)?;
    }
    Ok(())
}

/// The sharings of which the person was told.
pub fn told_of(conn: &mut PgConnection, of: (OrganisationId, RegistrationId)) -> Result<Vec<SharingId>> {
    let query = sharing_notices::table
        .filter(sharing_notices::organisation_id.eq(of.0))
        .filter(sharing_notices::registration_id.eq(of.1))
        .order(sharing_notices::sharing_id);
    Ok(query.select(sharing_notices::sharing_id).load(conn)?)
}

/// The same with their recipients, and since when the person knows.
pub fn notices(
    conn: &mut PgConnection,
    of: (OrganisationId, RegistrationId),
) -> Result<Vec<(Sharing, OrganisationRef, DateTime<Utc>)>> {
    let own = sharings::organisation_id
        .eq(sharing_notices::organisation_id)
        .and(sharings::id.eq(sharing_notices::sharing_id));
    let query = sharing_notices::table
        .inner_join(sharings::table.on(own))
        .inner_join(organisations::table.on(organisations::id.eq(sharings::recipient_id)))
        .filter(sharing_notices::organisation_id.eq(of.0))
        .filter(sharing_notices::registration_id.eq(of.1))
        .order(sharing_notices::sharing_id);
    Ok(query
        .select((Sharing::as_select(), OrganisationRef::as_select(), sharing_notices::at))
        .load(conn)?)
}

/// A registration whose person was told of a sharing, as far as its recipient may ever see it.
#[derive(Clone, Debug, QueryableByName)]
pub struct SharedRow {
    #[diesel(sql_type = SqlUuid)]
    pub organisation_id: OrganisationId,
    #[diesel(sql_type = SqlUuid)]
    pub registration_id: RegistrationId,
    #[diesel(sql_type = SqlUuid)]
    pub seminar_id: SeminarId,
    #[diesel(sql_type = SqlUuid)]
    pub sharing_id: SharingId,
    #[diesel(sql_type = SqlUuid)]
    pub recipient_id: OrganisationId,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    pub ended_at: Option<DateTime<Utc>>,
    #[diesel(sql_type = Text)]
    pub state: State,
    #[diesel(sql_type = Text)]
    pub personal_data: PersonalData,
    #[diesel(sql_type = Text)]
    pub channel: Channel,
    #[diesel(sql_type = Text)]
    pub given_name: String,
    #[diesel(sql_type = Text)]
    pub family_name: String,
    #[diesel(sql_type = Text)]
    pub email: String,
    #[diesel(sql_type = Nullable<Text>)]
    pub company: Option<String>,
    #[diesel(sql_type = Timestamptz)]
    pub created_at: DateTime<Utc>,
}

/// Where a page of shared registrations begins.
pub type SharedKey = (RegistrationId, SharingId);

/// What is asked for of what is shared with `recipients`.
#[derive(Clone, Debug)]
pub struct SharedFilter {
    pub recipients: Vec<OrganisationId>,
    pub seminar: Option<SeminarId>,
    /// Changed at this moment or later.
    pub since: Option<DateTime<Utc>>,
    pub after: Option<SharedKey>,
}

/// What is confirmed under a sharing in force, and what was handed over under one before, whatever became of it. Locked as
/// it is read: whoever ends the sharing or cancels the registration waits until the answer and its log are written, and
/// whoever did so a moment ago is waited for.
const LOCK_SHARED: &str =
    "SELECT n.organisation_id, n.registration_id, s.seminar_id, s.id AS sharing_id, s.recipient_id, s.ended_at,
        r.state, r.personal_data, r.channel, r.given_name, r.family_name, r.email, r.company, r.created_at
    FROM sharings AS s
    JOIN sharing_notices AS n ON n.organisation_id = s.organisation_id AND n.sharing_id = s.id
    JOIN registrations AS r ON r.organisation_id = n.organisation_id AND r.id = n.registration_id
    WHERE s.recipient_id = ANY($1) AND s.seminar_id = coalesce($2, s.seminar_id)
      AND ($3 IS NULL OR r.updated_at >= $3 OR s.ended_at >= $3)
      AND ($4 IS NULL OR (n.registration_id, s.id) > ($4, $5))
      AND ((r.state = 'confirmed' AND r.personal_data = 'kept' AND s.ended_at IS NULL)
        OR EXISTS (SELECT FROM disclosures AS d WHERE d.organisation_id = n.organisation_id
            AND d.registration_id = n.registration_id AND d.sharing_id = s.id))
    ORDER BY n.registration_id, s.id LIMIT $6 FOR SHARE OF s, r";

pub fn lock_shared(conn: &mut PgConnection, filter: &SharedFilter, limit: i64) -> Result<Vec<SharedRow>> {
    let recipients = filter.recipients.iter().map(|one| one.0).collect::<Vec<_>>();
    let query = diesel::sql_query(LOCK_SHARED)
        .bind::<Array<SqlUuid>, _>(recipients)
        .bind::<Nullable<SqlUuid>, _>(filter.seminar)
        .bind::<Nullable<Timestamptz>, _>(filter.since)
        .bind::<Nullable<SqlUuid>, _>(filter.after.map(|(registration, _)| registration))
        .bind::<Nullable<SqlUuid>, _>(filter.after.map(|(_, sharing)| sharing))
        .bind::<BigInt, _>(limit + 1);
    Ok(query.load(conn)?)
}

/// The log of a page, in one statement.
pub fn insert_disclosures(conn: &mut PgConnection, all: &[Disclosure]) -> Result<()> {
    diesel::insert_into(disclosures::table).values(all).execute(conn)?;
    Ok(())
}

/// What was handed over of one seminar, and to whom: the last first, a page after `after`.
pub fn disclosures(
    conn: &mut PgConnection,
    of: Of,
    after: Option<DisclosureId>,
    limit: i64,
) -> Result<Vec<(Disclosure, OrganisationRef)>> {
    let mut query = disclosures::table
        .inner_join(organisations::table)
        .filter(disclosures::organisation_id.eq(of.0))
        .filter(disclosures::seminar_id.eq(of.1))
        .order(disclosures::id.desc())
        .limit(limit + 1)
        .select((Disclosure::as_select(), OrganisationRef::as_select()))
        .into_boxed();
    if let Some(after) = after {
        query = query.filter(disclosures::id.lt(after));
    }
    Ok(query.load(conn)?)
}

#[derive(QueryableByName)]
struct Told {
    #[diesel(sql_type = SqlUuid)]
    sharing_id: SharingId,
    #[diesel(sql_type = Timestamptz)]
    at: DateTime<Utc>,
}

/// When the person's data was handed over, by sharing: of each the last `most`, the last first.
pub fn last_disclosures(
    conn: &mut PgConnection,
    of: (OrganisationId, RegistrationId),
    most: i64,
) -> Result<Vec<(SharingId, DateTime<Utc>)>> {
    let rows = diesel::sql_query(
        "SELECT d.sharing_id, d.at FROM sharing_notices AS n CROSS JOIN LATERAL (
             SELECT sharing_id, id, at FROM disclosures AS one WHERE one.organisation_id = n.organisation_id
               AND one.registration_id = n.registration_id AND one.sharing_id = n.sharing_id AND one.state = 'confirmed'
             ORDER BY id DESC LIMIT $3) AS d
         WHERE n.organisation_id = $1 AND n.registration_id = $2 ORDER BY d.id DESC",
    )
    .bind::<SqlUuid, _>(of.0)
    .bind::<SqlUuid, _>(of.1)
    .bind::<BigInt, _>(most)
    .load::<Told>(conn)?;
    Ok(rows.into_iter().map(|row| (row.sharing_id, row.at)).collect())
}
