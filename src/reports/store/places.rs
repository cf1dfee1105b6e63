//! Where seminars take place, as reports tell it.

use std::collections::HashMap;

use diesel::prelude::*;

use crate::auth::OrganisationId;
use crate::base::problem::Result;
use crate::reports::model::ReportedPlace;
use crate::schema::{sessions, venues};
use crate::seminars::SeminarId;

type Venue = (Option<String>, String, String);

/// The place of the first session of each. Where nothing is known of it, there is none.
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
        .distinct_on(sessions::seminar_id)
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
    let place = |(seminar, venue, platform): (SeminarId, Option<Venue>, Option<String>)| {
        let mut place = ReportedPlace {
            platform,
            ..ReportedPlace::default()
        };
        if let Some((name, locality, country)) = venue {
            place.venue = name;
            place.locality = Some(locality);
            place.country = Some(country);
        }
        (place != ReportedPlace::default()).then_some((seminar, place))
    };
    Ok(rows.into_iter().filter_map(place).collect())
}
