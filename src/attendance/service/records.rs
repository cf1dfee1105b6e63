//! Who was there, derived each time it is asked for: nothing is written, so nothing can disagree.

use std::collections::HashMap;

use diesel::PgConnection;

use crate::attendance::model::{AttendanceRecord, ImportId, Joined, Observations, Person};
use crate::attendance::rules::{People, addresses_of, people, records as derive, told_apart};
use crate::attendance::store;
use crate::auth::OrganisationId;
use crate::base::problem::Result;
use crate::registrations::{joined_sessions, known_addresses};
use crate::seminars::{AttendanceRule, Seminar, SeminarId, attendance_rules};

/// One record per person and session, by person.
pub fn records(conn: &mut PgConnection, seminar: &Seminar, rule: &AttendanceRule) -> Result<Vec<AttendanceRecord>> {
    let of = (seminar.organisation_id, seminar.id);
    let seen = observed(conn, &[of])?.remove(&seminar.id).unwrap_or_default();
    derived(conn, seen, rule)
}

/// What was seen, of people who are told apart.
fn observed(conn: &mut PgConnection, of: &[(OrganisationId, SeminarId)]) -> Result<HashMap<SeminarId, Observations>> {
    let mut all = store::observations(conn, of)?;
    let mut addresses = all.values().flat_map(addresses_of).collect::<Vec<_>>();
    addresses.sort_unstable();
    addresses.dedup();
    let (tenants, ids): (Vec<_>, Vec<_>) = of.iter().copied().unzip();
    let registered = if addresses.is_empty() {
        HashMap::new()
    } else {
        known_addresses(conn, &tenants, &ids, &addresses)?
    };
    for (seminar, seen) in &mut all {
        told_apart(seen, |address| registered.get(&(*seminar, address.to_owned())));
    }
    Ok(all)
}

fn derived(conn: &mut PgConnection, mut seen: Observations, rule: &AttendanceRule) -> Result<Vec<AttendanceRecord>> {
    if rule.count_joins {
        let joined = joined_sessions(conn, (rule.organisation_id, rule.seminar_id))?;
        let joined = joined.into_iter().map(|(registration, session_id, first, _)| Joined {
            person: Person::Registration(registration),
            session_id,
            first,
        });
        seen.joined = joined.collect();
    }
    Ok(derive(&seen, rule))
}

/// How many of each report that counts attended, by the rule as it is now.
pub fn people_by_import(
    conn: &mut PgConnection,
    seminar: &Seminar,
    rule: &AttendanceRule,
) -> Result<HashMap<ImportId, i64>> {
    let of = (seminar.organisation_id, seminar.id);
    let seen = observed(conn, &[of])?.remove(&seminar.id).unwrap_or_default();
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

/// How many people were counted, of many seminars. Those of which nobody was seen are not among them.
pub fn people_by_seminar(
    conn: &mut PgConnection,
    of: &[(OrganisationId, SeminarId)],
) -> Result<HashMap<SeminarId, People>> {
    let mut seen = observed(conn, of)?;
    let mut all = HashMap::new();
    let rules = attendance_rules(conn, of)?;
    let rules = rules.into_iter().map(|rule| (rule.seminar_id, rule));
    let mut rules = rules.collect::<HashMap<_, _>>();
    for (organisation, id) in of {
        let rule = rules
            .remove(id)
            .unwrap_or_else(|| AttendanceRule::of((*organisation, *id)));
        let seen = seen.remove(id).unwrap_or_default();
        let people = people(&derived(conn, seen, &rule)?, None);
        if people.onsite.is_some() || people.online.is_some() {
            all.insert(rule.seminar_id, people);
        }
    }
    Ok(all)
}
