//! Registrations are handed to another organisation: lock → read → decide → log. The log is written in the transaction of the
//! reading, so that there is no answer without it.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use diesel::PgConnection;
use serde_json::json;

use crate::auth::{OrganisationId, OrganisationRef};
use crate::base::problem::{Error, Result};
use crate::journal::{Act, Entry, record_all};
use crate::registrations::model::{Disclosure, DisclosureId, RegistrationId, SharedState};
use crate::registrations::rules::shared_as;
use crate::registrations::store::{self, SharedFilter, SharedRow};
use crate::seminars::{Sharing, SharingId};

/// Hands over a page: what may be seen of up to `limit` registrations, and whether there are more.
pub fn disclose(
    conn: &mut PgConnection,
    act: &Act,
    filter: &SharedFilter,
    limit: i64,
) -> Result<(Vec<(SharedRow, SharedState)>, bool)> {
    let mut rows = store::lock_shared(conn, filter, limit)?;
    let limit = usize::try_from(limit).map_err(Error::internal)?;
    let more = rows.len() > limit;
    rows.truncate(limit);
    let told = rows.into_iter().map(|row| {
        let state = shared_as(row.state, row.personal_data, row.ended_at.is_none());
        (row, state)
    });
    let told = told.collect::<Vec<_>>();
    log(conn, act, &told)?;
    Ok((told, more))
}

fn log(conn: &mut PgConnection, act: &Act, told: &[(SharedRow, SharedState)]) -> Result<()> {
    if told.is_empty() {
        return Ok(());
    }
    let Some(actor_id) = act.actor.id else {
        return Err(Error::internal("something is disclosed to nobody in particular"));
    };
    let rows = told.iter().map(|(row, state)| Disclosure {
        organisation_id: row.organisation_id,
        id: DisclosureId::fresh(),
        seminar_id: row.seminar_id,
        registration_id: row.registration_id,
        sharing_id: row.sharing_id,
        recipient_id: row.recipient_id,
        state: *state,
        actor_kind: act.actor.kind,
        actor_id,
        at: act.now,
    });
    store::insert_disclosures(conn, &rows.collect::<Vec<_>>())?;
    record_all(conn, entries(act, told))
}

/// One entry a page and sharing, in the journal of the organisation whose registrations they are.
fn entries(act: &Act, told: &[(SharedRow, SharedState)]) -> Vec<(Act, Entry)> {
    let mut pages = BTreeMap::<SharingId, (&SharedRow, Vec<RegistrationId>)>::new();
    for (row, _) in told {
        let page = pages.entry(row.sharing_id).or_insert_with(|| (row, Vec::new()));
        page.1.push(row.registration_id);
    }
    let entries = pages.into_iter().map(|(sharing, (row, registrations))| Entry {
        organisation_id: Some(row.organisation_id.0),
        action: "sharing.disclosed",
        object_id: sharing.0,
        data: json!({
            "seminar_id": row.seminar_id,
            "recipient_id": row.recipient_id,
            "count": registrations.len(),
            "registration_ids": registrations,
        }),
    });
    entries.map(|entry| (*act, entry)).collect()
}

/// What a person is told of one recipient.
#[derive(Clone, Debug)]
pub struct Shared {
    pub sharing: Sharing,
    pub organisation: OrganisationRef,
    pub told_at: DateTime<Utc>,
    /// When name, address and company were handed over, the last first.
    pub disclosed: Vec<DateTime<Utc>>,
}

/// Times a recipient that a person is told: the last ones. The organiser sees all.
const TIMES: i64 = 20;

/// With whom a registration is shared, or was, and when it was handed over.
pub fn shared(conn: &mut PgConnection, of: (OrganisationId, RegistrationId)) -> Result<Vec<Shared>> {
    let notices = store::notices(conn, of)?;
    if notices.is_empty() {
        return Ok(Vec::new());
    }
    let times = store::last_disclosures(conn, of, TIMES)?;
    let shared = notices.into_iter().map(|(sharing, organisation, told_at)| {
        let own = times.iter().filter(|(under, _)| *under == sharing.id);
        Shared {
            disclosed: own.map(|(_, at)| *at).collect(),
            sharing,
            organisation,
            told_at,
        }
    });
    Ok(shared.collect())
}
