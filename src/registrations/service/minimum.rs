//! Whether enough are registered, decided once, on the day the organiser has set.

use diesel::PgConnection;
use serde_json::{Value, json};

use super::letters::facts;
use super::plan::cancel_seminar;
use crate::auth::{Reach, organisers};
use crate::base::problem::{Code, Result};
use crate::journal::{Act, Entry, record};
use crate::mail::{self, Kind, Letter};
use crate::registrations::store;
use crate::seminars::{self, BelowMinimum, Plan, ReasonCode, SeminarId, Status, Whole};

/// Tells the organiser that too few are registered, or cancels by the rule the organiser has set and tells everybody.
/// `false`: it was decided before, or need not be.
pub fn decide(conn: &mut PgConnection, act: &Act, id: SeminarId) -> Result<bool> {
    let seminar = seminars::lock_for_service(conn, id)?.ok_or(Code::NotFound)?;
    let mut whole = seminars::whole(conn, seminar)?;
    let of = (whole.seminar.organisation_id, id);
    let (Some(minimum), None, Status::Scheduled) = (
        whole.admission.minimum_participants,
        whole.admission.decided_at,
        whole.seminar.status,
    ) else {
        return Ok(false);
    };
    whole.admission.decided_at = Some(act.now);
    seminars::save_admission(conn, &whole.admission)?;
    let registered = store::confirmed_persons(conn, of)?;
    let reached = registered >= i64::from(minimum);
    // Nobody cancels what has begun, however late it is decided.
    let begun = whole.seminar.begins_at <= act.now;
    let entry = Entry {
        organisation_id: Some(of.0.0),
        action: "seminar.minimum_decided",
        object_id: id.0,
        data: json!({"minimum": minimum, "registered": registered, "reached": reached}),
    };
    record(conn, act, entry)?;
    if reached || begun {
        return Ok(true);
    }
    let kind = match whole.admission.below_minimum {
        BelowMinimum::Notify => Kind::BelowMinimum,
        BelowMinimum::Cancel => {
            let reach = Reach::operator(of.0);
            let plan = Plan {
                reach: &reach,
                id,
                check: &|_| Ok(()),
                reason: ReasonCode::LowDemand,
                public_text: None,
            };
            cancel_seminar(conn, act, &plan, true)?;
            Kind::BelowMinimumCancelled
        }
    };
    let letters = to_organisers(
        conn,
        &whole,
        kind,
        &json!({"participants": minimum, "registered": registered}),
    )?;
    mail::post(conn, act.now, &letters)?;
    Ok(true)
}

/// To the seminar's own address, else to every organiser and admin of the organisation.
fn to_organisers(conn: &mut PgConnection, whole: &Whole, kind: Kind, minimum: &Value) -> Result<Vec<Letter>> {
    let addressees = match &whole.admission.contact_email {
        Some(contact) => vec![(contact.clone(), whole.organisation.name.clone(), "de".to_owned())],
        None => organisers(conn, whole.seminar.organisation_id)?,
    };
    let mut data = facts(whole, &[]);
    if let Some(members) = data.as_object_mut() {
        members.insert("minimum".to_owned(), minimum.clone());
    }
    let letters = addressees
        .into_iter()
        .map(|(recipient, recipient_name, language)| Letter {
            organisation_id: whole.seminar.organisation_id.0,
            kind,
            language,
            once: Some(format!("{kind} {} {recipient}", whole.seminar.id)),
            recipient,
            recipient_name,
            registration_id: None,
            seminar_id: Some(whole.seminar.id.0),
            data: data.clone(),
        });
    Ok(letters.collect())
}
