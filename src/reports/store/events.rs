//! Which seminars are announcements of one event: one query, and two more where there are any.

use std::collections::HashMap;

use diesel::prelude::*;

use super::facts::parties_of;
use crate::auth::{OrganisationId, OrganisationRef};
use crate::base::problem::Result;
use crate::reports::model::{Announcement, Facts};
use crate::schema::{organisations, seminars};
use crate::seminars::{Audience, SeminarId};

/// An announcement of an event, and the one that stands for it.
type Row = (OrganisationRef, SeminarId, SeminarId);

/// Tells each seminar who else announces the same event in public: also those whose programme was not asked for are named,
/// though nothing of theirs is counted.
pub fn announced(conn: &mut PgConnection, facts: &mut [Facts]) -> Result<()> {
    let events = facts.iter().map(Facts::event).collect::<Vec<_>>();
    let merged = seminars::table
        .inner_join(organisations::table)
        .filter(seminars::merged_into.eq_any(&events))
        .filter(seminars::audience.eq(Audience::Public))
        .order(seminars::id)
        .select((
            OrganisationRef::as_select(),
            seminars::id,
            seminars::merged_into.assume_not_null(),
        ))
        .load::<Row>(conn)?;
    let events = facts.iter().filter_map(|one| one.merged_into);
    let events = events
        .chain(merged.iter().map(|(_, _, event)| *event))
        .collect::<Vec<_>>();
    if events.is_empty() {
        return Ok(());
    }
    let mut rows = seminars::table
        .inner_join(organisations::table)
        .filter(seminars::id.eq_any(&events))
        .filter(seminars::audience.eq(Audience::Public))
        .order(seminars::id)
        .select((OrganisationRef::as_select(), seminars::id, seminars::id))
        .load::<Row>(conn)?;
    rows.extend(merged);
    let tenants = rows.iter().map(|(by, ..)| by.id).collect::<Vec<OrganisationId>>();
    let ids = rows.iter().map(|(_, id, _)| *id).collect::<Vec<_>>();
    let parties = parties_of(conn, &tenants, &ids)?;
    let mut by_event = HashMap::<SeminarId, Vec<(SeminarId, Announcement)>>::new();
    for (by, id, event) in rows {
        let parties = parties.get(&id).cloned().unwrap_or_default();
        by_event
            .entry(event)
            .or_default()
            .push((id, Announcement { by, parties }));
    }
    for one in facts {
        let all = by_event.get(&one.event()).into_iter().flatten();
        let others = all.filter(|(id, _)| *id != one.id);
        one.also_announced = others.map(|(_, other)| other.clone()).collect();
    }
    Ok(())
}
