//! A statistic over one or several programmes: the report, set side by side, with what is known of registrations where it
//! is about them.

use std::collections::{HashMap, HashSet};

use chrono::{DateTime, Utc};
use diesel::pg::PgConnection;

use super::activity;
use crate::attendance::no_shows_by_seminar;
use crate::auth::OrganisationId;
use crate::base::problem::{Error, Result};
use crate::reports::model::{ActivityReport, Missed, Statistic, StatisticName};
use crate::reports::rules::statistics::{StatisticQuery, lead_times, no_shows, of_report};
use crate::reports::store;
use crate::seminars::SeminarId;

/// The statistic over the programmes of `organisations`, which the caller has found to be reached.
pub fn statistic(
    conn: &mut PgConnection,
    name: StatisticName,
    query: &StatisticQuery,
    organisations: &[OrganisationId],
    now: DateTime<Utc>,
) -> Result<Statistic> {
    let report = activity(conn, &query.activity, organisations)?;
    match name {
        StatisticName::LeadTimes => {
            let booked = store::booked(conn, organisations, &report.figures.held.seminars)?;
            Ok(lead_times(&report, &booked))
        }
        StatisticName::NoShows => {
            let mut known = HashMap::new();
            for (tenant, seminars) in held(&report) {
                known.extend(no_shows_by_seminar(conn, tenant, &seminars, now)?);
            }
            let missed = known.into_iter().map(|(seminar, known)| Missed {
                seminar,
                expected: known.expected,
                missing: known.missing,
            });
            Ok(no_shows(&report, &missed.collect::<Vec<_>>()))
        }
        _ => of_report(&report, name, query.measure)
            .ok_or_else(|| Error::internal("a statistic that no report has the figures of")),
    }
}

/// The seminars that count as held, by tenant.
fn held(report: &ActivityReport) -> HashMap<OrganisationId, Vec<SeminarId>> {
    let tenant = |slug: &str| {
        let mut all = report.scope.organisations.iter();
        all.find(|one| one.slug == slug).map(|one| one.id)
    };
    let ids = report.figures.held.seminars.iter().collect::<HashSet<_>>();
    let held = report.seminars.iter().filter(|one| ids.contains(&one.id));
    let mut by_tenant = HashMap::<_, Vec<_>>::new();
    for (tenant, id) in held.filter_map(|one| Some((tenant(&one.organisation)?, one.id))) {
        by_tenant.entry(tenant).or_default().push(id);
    }
    by_tenant
}
