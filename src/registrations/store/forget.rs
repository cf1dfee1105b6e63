//! Who stands under an address, and what of a registration goes when its person is erased.

use diesel::prelude::*;
use uuid::Uuid;

use crate::auth::OrganisationId;
use crate::base::problem::Result;
use crate::registrations::model::{ConsentId, PersonalData, Registration, RegistrationId};
use crate::schema::{consents, joins, registrations, reviews, sensitive_answers, tickets};

/// Everything registered in an organisation under the key of an address, in the order in which it was.
pub fn under_address(conn: &mut PgConnection, organisation: OrganisationId, key: &str) -> Result<Vec<Registration>> {
    let query = registrations::table
        .filter(registrations::organisation_id.eq(organisation))
        .filter(registrations::email_key.eq(key))
        .order(registrations::id);
    Ok(query.select(Registration::as_select()).load(conn)?)
}

/// What hangs on it and tells of the person goes. That somebody entered the online room stays, like a scan: it is counted.
pub fn delete_beside(
    conn: &mut PgConnection,
    of: (OrganisationId, RegistrationId),
    left: PersonalData,
    consents_too: bool,
) -> Result<()> {
    let sensitive = sensitive_answers::table
        .filter(sensitive_answers::organisation_id.eq(of.0))
        .filter(sensitive_answers::registration_id.eq(of.1));
    diesel::delete(sensitive).execute(conn)?;
    let notes = reviews::table
        .filter(reviews::organisation_id.eq(of.0))
        .filter(reviews::registration_id.eq(of.1));
    diesel::delete(notes).execute(conn)?;
    if left == PersonalData::Erased {
        diesel::delete(tickets::table.find(of)).execute(conn)?;
    }
    if consents_too {
        let given = consents::table
            .filter(consents::organisation_id.eq(of.0))
            .filter(consents::registration_id.eq(of.1));
        diesel::delete(given).execute(conn)?;
    }
    Ok(())
}

/// The proof of consents whose person was erased before, where nobody can ask for it any more.
pub fn delete_consents(conn: &mut PgConnection, organisation: OrganisationId, ids: &[Uuid]) -> Result<usize> {
    let ids = ids.iter().copied().map(ConsentId).collect::<Vec<_>>();
    let old = consents::table
        .filter(consents::organisation_id.eq(organisation))
        .filter(consents::id.eq_any(ids));
    Ok(diesel::delete(old).execute(conn)?)
}

/// When the person entered the online room of which session.
pub fn joins_of(
    conn: &mut PgConnection,
    of: (OrganisationId, RegistrationId),
) -> Result<Vec<(Uuid, chrono::DateTime<chrono::Utc>)>> {
    let query = joins::table
        .filter(joins::organisation_id.eq(of.0))
        .filter(joins::registration_id.eq(of.1))
        .order(joins::id);
    Ok(query.select((joins::session_id, joins::at)).load(conn)?)
}
