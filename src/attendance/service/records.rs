//! Who was there, derived each time it is asked for: nothing is written, so nothing can disagree.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use diesel::PgConnection;

use crate::attendance::model::{AttendanceRecord, ImportId, Joined, Observations, Person, SessionWindow};
use crate::attendance::rules::{NoShows, People, addresses_of, all_no_shows, people, records as derive, told_apart};
use crate::attendance::store;
use crate::auth::OrganisationId;
use crate::base::problem::Result;
use crate::registrations::{Claim, claims_of, joined_sessions, known_addresses};
use crate::seminars::{AttendanceRule, Seminar, SeminarId, attendance_rules};

/// So many seminars are looked at together where many are asked for: what was seen of everybody who came to them is in
/// memory, and no more.
const TOGETHER: usize = 500;

/// One record per person and session, by person.
pub fn records(conn: &mut PgConnection, seminar: &Seminar, rule: &AttendanceRule) -> Result<Vec<AttendanceRecord>> {
    let mut seen = observed(conn, seminar.organisation_id, &[seminar.id])?;
    if rule.count_joins {
        see_joined(conn, seminar.organisation_id, &[seminar.id], &mut seen)?;
    }
    Ok(derive(&seen.remove(&seminar.id).unwrap_or_default(), rule))
}

/// What was seen, of people who are told apart.
pub fn observed(
    conn: &mut PgConnection,
    tenant: OrganisationId,
    ids: &[SeminarId],
) -> Result<HashMap<SeminarId, Observations>> {
    let mut all = store::observations(conn, tenant, ids)?;
    let (mut with_addresses, mut addresses) = (Vec::new(), Vec::new());
    for (seminar, seen) in &all {
        let before = addresses.len();
        addresses.extend(addresses_of(seen));
        if addresses.len() > before {
            with_addresses.push(*seminar);
        }
    }
    addresses.sort_unstable();
    addresses.dedup();
    let registered = if addresses.is_empty() {
        HashMap::new()
    } else {
        known_addresses(conn, tenant, &with_addresses, &addresses)?
    };
    for (seminar, seen) in &mut all {
        told_apart(seen, |address| registered.get(&(*seminar, address.to_owned())));
    }
    Ok(all)
}

/// Beside what else was seen: who entered the online room of these seminars by their link.
fn see_joined(
    conn: &mut PgConnection,
    tenant: OrganisationId,
    ids: &[SeminarId],
    all: &mut HashMap<SeminarId, Observations>,
) -> Result<()> {
    for (seminar, joined) in joined_sessions(conn, tenant, ids)? {
        let joined = joined.into_iter().map(|(registration, session_id, first)| Joined {
            person: Person::Registration(registration),
            session_id,
            first,
        });
        all.entry(seminar).or_default().joined = joined.collect();
    }
    Ok(())
}

/// How many of each report that counts attended, by the rule as it is now.
pub fn people_by_import(
    conn: &mut PgConnection,
    seminar: &Seminar,
    rule: &AttendanceRule,
) -> Result<HashMap<ImportId, i64>> {
    let mut seen = observed(conn, seminar.organisation_id, &[seminar.id])?;
    let seen = seen.remove(&seminar.id).unwrap_or_default();
    let mut imports = HashMap::<_, Observations>::new();
    for reported in seen.reported {
        let alone = imports.entry(reported.import_id).or_insert_with(|| Observations {
            sessions: seen.sessions.clone(),
            ..Observations::default()
        });
        alone.reported.push(reported);
    }
    let total = |seen: &Observations| people(&derive(seen, rule), None).total;
    Ok(imports.iter().map(|(import, seen)| (*import, total(seen))).collect())
}

/// How many people were counted, of many seminars of one organisation. Those of which nobody was seen are not among them.
pub fn people_by_seminar(
    conn: &mut PgConnection,
    tenant: OrganisationId,
    of: &[SeminarId],
) -> Result<HashMap<SeminarId, People>> {
    let mut all = HashMap::new();
    each(conn, tenant, of, |seminar, _, records| {
        let people = people(records, None);
        if people.onsite.is_some() || people.online.is_some() {
            all.insert(seminar, people);
        }
    })?;
    Ok(all)
}

/// How many of those with a seat did not come, of many seminars of one organisation. Those that are not over, and those of
/// which it cannot be said because not every channel was looked at, are not among them.
pub fn no_shows_by_seminar(
    conn: &mut PgConnection,
    tenant: OrganisationId,
    of: &[SeminarId],
    now: DateTime<Utc>,
) -> Result<HashMap<SeminarId, NoShows>> {
    let mut claims = HashMap::<_, Vec<Claim>>::new();
    for (seminar, claim) in claims_of(conn, &[tenant], of)? {
        claims.entry(seminar).or_default().push(claim);
    }
    let mut all = HashMap::new();
    each(conn, tenant, of, |seminar, sessions, records| {
        let over = !sessions.is_empty() && sessions.iter().all(|session| session.over_at() <= now);
        let claims = claims.remove(&seminar).unwrap_or_default();
        let known = over.then(|| all_no_shows(&claims, records, &people(records, None), None));
        if let Some(known) = known.flatten() {
            all.insert(seminar, known);
        }
    })?;
    Ok(all)
}

/// Tells of each seminar of which anything was seen its sessions and who was there; so many seminars at once as memory bears.
fn each(
    conn: &mut PgConnection,
    tenant: OrganisationId,
    of: &[SeminarId],
    mut told: impl FnMut(SeminarId, &[SessionWindow], &[AttendanceRecord]),
) -> Result<()> {
    for ids in of.chunks(TOGETHER) {
        let mut seen = observed(conn, tenant, ids)?;
        let of = ids.iter().map(|id| (tenant, *id)).collect::<Vec<_>>();
        let rules = attendance_rules(conn, &of)?;
        let counting_joins = rules.iter().filter(|rule| rule.count_joins);
        let counting_joins = counting_joins.map(|rule| rule.seminar_id).collect::<Vec<_>>();
        if !counting_joins.is_empty() {
            see_joined(conn, tenant, &counting_joins, &mut seen)?;
        }
        let rules = rules.into_iter().map(|rule| (rule.seminar_id, rule));
        let mut rules = rules.collect::<HashMap<_, _>>();
        for (id, seen) in seen {
            let rule = rules.remove(&id).unwrap_or_else(|| AttendanceRule::of((tenant, id)));
            told(id, &seen.sessions, &derive(&seen, &rule));
        }
    }
    Ok(())
}
