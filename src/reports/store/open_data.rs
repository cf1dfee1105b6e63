//! Who publishes, and what was last changed of a year.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel::sql_types::{Integer, Timestamptz, Uuid as SqlUuid};
use uuid::Uuid;

use crate::auth::{OrganisationId, OrganisationRef};
use crate::base::db::OnConstraint;
use crate::base::problem::{Code, Problem, Result};
use crate::reports::model::{OpenDataSettings, Publisher};
use crate::schema::{open_data_settings, organisations, seminars};
use crate::seminars::{Kind, SeminarId};

/// The organisation of this id or slug, if it publishes.
pub fn publisher(conn: &mut PgConnection, name: &str) -> Result<Option<Publisher>> {
    let query = open_data_settings::table
        .inner_join(organisations::table)
        .select((
            OrganisationRef::as_select(),
            organisations::homepage,
            OpenDataSettings::as_select(),
        ))
        .into_boxed();
    let query = match name.parse::<Uuid>() {
        Ok(id) => query.filter(organisations::id.eq(id)),
        Err(_) => query.filter(organisations::slug.eq(name.to_owned())),
    };
    let found = query.first(conn).optional()?;
    Ok(found.map(|(organisation, homepage, settings)| Publisher {
        organisation,
        homepage,
        settings,
    }))
}

pub fn open_data_settings(conn: &mut PgConnection, of: OrganisationId) -> Result<Option<OpenDataSettings>> {
    let query = open_data_settings::table.find(of).select(OpenDataSettings::as_select());
    Ok(query.first(conn).optional()?)
}

pub fn lock_open_data_settings(conn: &mut PgConnection, of: OrganisationId) -> Result<Option<OpenDataSettings>> {
    let query = open_data_settings::table
        .find(of)
        .select(OpenDataSettings::as_select())
        .for_no_key_update();
    Ok(query.first(conn).optional()?)
}

/// Of two that put the first at once, one has not seen the other's.
pub fn insert_open_data_settings(conn: &mut PgConnection, row: &OpenDataSettings) -> Result<()> {
    diesel::insert_into(open_data_settings::table)
        .values(row)
        .execute(conn)
        .on_constraint("open_data_settings_one_per_organisation", || {
            Problem::new(Code::PreconditionRequired)
        })?;
    Ok(())
}

pub fn save_open_data_settings(conn: &mut PgConnection, row: &OpenDataSettings) -> Result<()> {
    diesel::update(open_data_settings::table.find(row.organisation_id))
        .set(row)
        .execute(conn)?;
    Ok(())
}

pub fn delete_open_data_settings(conn: &mut PgConnection, of: OrganisationId) -> Result<()> {
    diesel::delete(open_data_settings::table.find(of)).execute(conn)?;
    Ok(())
}

/// What sort of offer each of the programme is, of those asked for.
pub fn kinds(conn: &mut PgConnection, of: OrganisationId, ids: &[SeminarId]) -> Result<HashMap<SeminarId, Kind>> {
    let query = seminars::table
        .filter(seminars::organisation_id.eq(of))
        .filter(seminars::id.eq_any(ids))
        .select((seminars::id, seminars::kind));
    Ok(query.load::<(SeminarId, Kind)>(conn)?.into_iter().collect())
}

#[derive(QueryableByName)]
struct Changed {
    #[diesel(sql_type = Integer)]
    year: i32,
    #[diesel(sql_type = Timestamptz)]
    changed_at: DateTime<Utc>,
}

/// The years of which there is something public to tell, and when it was last changed: a seminar of the year or one that was
/// moved out of it, its headcounts, who was let in, and reports of platforms. Changes of internal seminars too, for one that
/// became internal has left the list. Check-ins, of which there are most, are looked up and not read: the last that came is the
/// one with the largest id.
pub fn years_told(conn: &mut PgConnection, of: OrganisationId) -> Result<HashMap<i32, DateTime<Utc>>> {
    let rows = diesel::sql_query(
        "WITH first_days AS (
             SELECT seminar_id, min(starts_on) AS day FROM sessions WHERE organisation_id = $1 GROUP BY seminar_id
         ), changes AS (
             SELECT id, audience, greatest(updated_at,
                 (SELECT max(recorded_at) FROM headcounts WHERE organisation_id = $1 AND seminar_id = seminars.id),
                 (SELECT received_at FROM check_ins WHERE organisation_id = $1 AND seminar_id = seminars.id ORDER BY id DESC LIMIT 1),
                 (SELECT max(voided_at) FROM check_ins
                  WHERE organisation_id = $1 AND seminar_id = seminars.id AND voided_at IS NOT NULL),
                 (SELECT max(greatest(confirmed_at, reverted_at)) FROM attendance_imports
                  WHERE organisation_id = $1 AND seminar_id = seminars.id AND confirmed_at IS NOT NULL)) AS changed_at
             FROM seminars WHERE organisation_id = $1 AND status <> 'draft'
         ), touched AS (
             SELECT day, audience, changed_at FROM changes JOIN first_days ON seminar_id = id
             UNION ALL
             SELECT before_on, audience, changed_at FROM changes JOIN schedule_changes
                 ON organisation_id = $1 AND schedule_changes.seminar_id = changes.id AND before_on IS NOT NULL
         )
         SELECT extract(year FROM day)::int4 AS year, max(changed_at) AS changed_at
         FROM touched GROUP BY 1 HAVING bool_or(audience = 'public')",
    );
    let rows = rows.bind::<SqlUuid, _>(of.0).load::<Changed>(conn)?;
    Ok(rows.into_iter().map(|row| (row.year, row.changed_at)).collect())
}
