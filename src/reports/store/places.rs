//! Where seminars take place, as reports tell it: the first venue, the first platform, and whether there are further venues.

use std::collections::HashMap;

use diesel::prelude::*;

use crate::auth::OrganisationId;
use crate::base::problem::Result;
use crate::reports::model::ReportedPlace;
use crate::schema::{sessions, venues};
use crate::seminars::SeminarId;

type Venue = (Option<String>, String, String);

/// Of each its place. Where nothing is known of it, there is none.
pub fn places(
    conn: &mut PgConnection,
    of: OrganisationId,
    ids: &[SeminarId],
) -> Result<HashMap<SeminarId, ReportedPlace>> {
    let there = sessions::organisation_id
        .eq(venues::organisation_id)
        .and(sessions::venue_id.eq(venues::id.nullable()));
    let rows = sessions::table
        .left_join(venues::table.on(there))
        .filter(sessions::organisation_id.eq(of))
        .filter(sessions::seminar_id.eq_any(ids))
        .order_by((
            sessions::seminar_id,
            sessions::starts_on,
            sessions::starts_at,
            sessions::id,
        ))
        .select((
            sessions::seminar_id,
            (venues::name, venues::locality, venues::country).nullable(),
            sessions::online_platform,
        ))
        .load::<(SeminarId, Option<Venue>, Option<String>)>(conn)?;
    let mut places = HashMap::<SeminarId, ReportedPlace>::new();
    for (seminar, venue, platform) in rows {
        let place = places.entry(seminar).or_default();
        if place.platform.is_none() {
            place.platform = platform;
        }
        let Some((name, locality, country)) = venue else {
            continue;
        };
        match &place.locality {
            None => {
                place.venue = name;
                place.locality = Some(locality);
                place.country = Some(country);
            }
            Some(first) => place.elsewhere |= *first != locality || place.venue != name,
        }
    }
    places.retain(|_, place| *place != ReportedPlace::default());
    Ok(places)
}
