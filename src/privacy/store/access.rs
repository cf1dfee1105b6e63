//! What is known of a person, beside the registrations themselves. Of others who came with them nothing is read.

use diesel::pg::Pg;
use diesel::prelude::*;
use diesel::query_builder::{BoxedSqlQuery, SqlQuery};
use diesel::sql_types::{Array, Text, Uuid as SqlUuid};
use uuid::Uuid;

use crate::auth::OrganisationId;
use crate::base::problem::Result;
use crate::privacy::model::{
    AccessCheckIn, AccessConsent, AccessDisclosure, AccessJoin, AccessMail, AccessReportRow, AccessReview,
    AccessSensitiveAnswer,
};
use crate::registrations::RegistrationId;

/// A person: an address in an organisation, with what is registered under it.
#[derive(Clone, Debug)]
pub struct Person {
    pub organisation: OrganisationId,
    /// The key of the address.
    pub address: String,
    pub registrations: Vec<RegistrationId>,
}

impl Person {
    fn ids(&self) -> Vec<Uuid> {
        self.registrations.iter().map(|one| one.0).collect()
    }

    /// $1 the organisation, $2 the registrations.
    fn ask(&self, sql: &str) -> BoxedSqlQuery<'static, Pg, SqlQuery> {
        diesel::sql_query(sql.to_owned())
            .into_boxed()
            .bind::<SqlUuid, _>(self.organisation.0)
            .bind::<Array<SqlUuid>, _>(self.ids())
    }

    /// The same, and $3 the address.
    fn ask_by_address(&self, sql: &str) -> BoxedSqlQuery<'static, Pg, SqlQuery> {
        self.ask(sql).bind::<Text, _>(self.address.clone())
    }
}

pub fn consents_of(conn: &mut PgConnection, person: &Person) -> Result<Vec<AccessConsent>> {
    let query = person.ask(
        "SELECT registration_id AS registration, purpose, text_version, encode(text_hash, 'hex') AS text_sha256, language,
             given_at, withdrawn_at
         FROM consents WHERE organisation_id = $1 AND registration_id = ANY ($2) ORDER BY given_at, id",
    );
    Ok(query.load(conn)?)
}

pub fn sensitive_answers_of(conn: &mut PgConnection, person: &Person) -> Result<Vec<AccessSensitiveAnswer>> {
    let query = person.ask(
        "SELECT registration_id AS registration, question, answer, delete_on
         FROM sensitive_answers WHERE organisation_id = $1 AND registration_id = ANY ($2) ORDER BY registration_id, question",
    );
    Ok(query.load(conn)?)
}

pub fn reviews_of(conn: &mut PgConnection, person: &Person) -> Result<Vec<AccessReview>> {
    let query = person.ask(
        "SELECT registration_id AS registration, score, note, updated_at AS at
         FROM reviews WHERE organisation_id = $1 AND registration_id = ANY ($2) ORDER BY registration_id, updated_at",
    );
    Ok(query.load(conn)?)
}

pub fn joins_of(conn: &mut PgConnection, person: &Person) -> Result<Vec<AccessJoin>> {
    let query = person.ask(
        "SELECT registration_id AS registration, session_id AS session, at
         FROM joins WHERE organisation_id = $1 AND registration_id = ANY ($2) ORDER BY at, id",
    );
    Ok(query.load(conn)?)
}

pub fn check_ins_of(conn: &mut PgConnection, person: &Person) -> Result<Vec<AccessCheckIn>> {
    let query = person.ask_by_address(
        "SELECT id, seminar_id AS seminar, session_id AS session, registration_id AS registration, direction, method, channel,
             persons, given_name, family_name, company, email, at, voided_at, void_reason
         FROM check_ins WHERE organisation_id = $1 AND (registration_id = ANY ($2) OR email_key = $3) ORDER BY at, id",
    );
    Ok(query.load(conn)?)
}

/// Those who came along with the person have rows of their own, which are theirs.
pub fn report_rows_of(conn: &mut PgConnection, person: &Person) -> Result<Vec<AccessReportRow>> {
    let query = person.ask_by_address(
        "SELECT p.import_id AS import, p.position, i.seminar_id AS seminar, i.session_id AS session,
             p.registration_id AS registration, i.format, i.uploaded_at, p.display_names, p.email, p.match_status AS match,
             p.segments, p.present_seconds, p.attended
         FROM import_participants AS p
         JOIN attendance_imports AS i ON i.organisation_id = p.organisation_id AND i.id = p.import_id
         WHERE p.organisation_id = $1
           AND ((p.registration_id = ANY ($2) AND p.match_status = 'matched' AND p.head = 0) OR p.email_key = $3)
         ORDER BY i.uploaded_at, p.import_id, p.position",
    );
    Ok(query.load(conn)?)
}

pub fn mails_of(conn: &mut PgConnection, person: &Person) -> Result<Vec<AccessMail>> {
    let query = person.ask_by_address(
        "SELECT kind, registration_id AS registration, state, created_at AS written_at, sent_at
         FROM mails WHERE organisation_id = $1 AND registration_id IS NOT NULL
           AND (registration_id = ANY ($2) OR lower(recipient) = $3) ORDER BY created_at, id",
    );
    Ok(query.load(conn)?)
}

pub fn disclosures_of(conn: &mut PgConnection, person: &Person) -> Result<Vec<AccessDisclosure>> {
    let query = person.ask(
        "SELECT d.registration_id AS registration, o.name AS recipient, s.purpose, d.at
         FROM disclosures AS d JOIN organisations AS o ON o.id = d.recipient_id
         JOIN sharings AS s ON s.organisation_id = d.organisation_id AND s.id = d.sharing_id
         WHERE d.organisation_id = $1 AND d.registration_id = ANY ($2) AND d.state = 'confirmed' ORDER BY d.at, d.id",
    );
    Ok(query.load(conn)?)
}
