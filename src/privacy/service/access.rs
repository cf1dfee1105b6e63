//! Everything that is known of a person: read, and written down that it was read. The journal says who asked and which
//! registrations were shown; it names nobody.

use diesel::PgConnection;
use serde_json::json;
use uuid::Uuid;

use super::subject::Subject;
use crate::base::ids::fresh;
use crate::base::problem::Result;
use crate::journal::{Act, Entry, record};
use crate::privacy::model::{
    AccessCheckIn, AccessConsent, AccessDisclosure, AccessJoin, AccessMail, AccessReportRow, AccessRetention,
    AccessReview, AccessSensitiveAnswer,
};
use crate::privacy::store::{self, Person};
use crate::registrations::Registration;

/// What is known of a person.
#[derive(Clone, Debug)]
pub struct Known {
    pub registrations: Vec<Registration>,
    pub consents: Vec<AccessConsent>,
    pub sensitive_answers: Vec<AccessSensitiveAnswer>,
    pub reviews: Vec<AccessReview>,
    pub joins: Vec<AccessJoin>,
    pub check_ins: Vec<AccessCheckIn>,
    pub report_rows: Vec<AccessReportRow>,
    pub mails: Vec<AccessMail>,
    pub disclosures: Vec<AccessDisclosure>,
    pub retention: Vec<AccessRetention>,
}

pub fn access(conn: &mut PgConnection, act: &Act, subject: Subject) -> Result<Known> {
    let person = Person {
        organisation: subject.organisation.id,
        address: subject.address,
        registrations: subject.registrations.iter().map(|one| one.id).collect(),
    };
    let check_ins = store::check_ins_of(conn, &person)?;
    let report_rows = store::report_rows_of(conn, &person)?;
    let ids = person.registrations.iter().map(|one| one.0);
    let ids = ids.chain(check_ins.iter().map(|one| one.id.0)).collect::<Vec<Uuid>>();
    let known = Known {
        consents: store::consents_of(conn, &person)?,
        sensitive_answers: store::sensitive_answers_of(conn, &person)?,
        reviews: store::reviews_of(conn, &person)?,
        joins: store::joins_of(conn, &person)?,
        mails: store::mails_of(conn, &person)?,
        disclosures: store::disclosures_of(conn, &person)?,
        retention: store::retention_of(conn, person.organisation, &ids, act.now)?,
        registrations: subject.registrations,
        check_ins,
        report_rows,
    };
    let entry = Entry {
        organisation_id: Some(person.organisation.0),
        action: "access_request.answered",
        object_id: fresh(),
        data: json!({
            "registration_ids": person.registrations,
            "check_ins": known.check_ins.len(),
            "report_rows": known.report_rows.len(),
            "mails": known.mails.len(),
        }),
    };
    record(conn, act, entry)?;
    Ok(known)
}
