//! A person is forgotten in one transaction: lock → give up what is ahead → scans and rows → registrations → mails and kept
//! answers → ledger → journal. In the order of the floors, like everybody locks.

use std::collections::{BTreeSet, HashMap, HashSet};

use diesel::PgConnection;
use serde_json::json;

use super::subject::Subject;
use crate::attendance::{self, Forget, forget_people, seminars_of};
use crate::auth::OrganisationId;
use crate::base::idempotency;
use crate::base::problem::{Error, Result};
use crate::journal::{Act, Entry, record};
use crate::mail;
use crate::privacy::model::{Erasure, ErasureId, ErasureReason, Objects, ReportRow};
use crate::privacy::store;
use crate::registrations::{self, PersonalData, Registration, RegistrationId};
use crate::seminars::{self, SeminarId};

/// Who is forgotten.
#[derive(Clone, Debug)]
pub struct Person<'a> {
    pub organisation: OrganisationId,
    pub registrations: Vec<Registration>,
    /// The key of the address, where all that stands under it goes.
    pub address: Option<&'a str>,
    /// Scans and rows that are known already.
    pub named: &'a attendance::Forgotten,
    /// What went before, where it is done again: whatever holds it now.
    pub before: &'a Objects,
}

/// Forgets who is asked about: the one registration that was named, else everything under the address.
pub fn erase(
    conn: &mut PgConnection,
    act: &Act,
    subject: Subject,
    reason: Option<ErasureReason>,
) -> Result<(Erasure, Objects)> {
    let organisation = subject.organisation.id;
    let (registrations, address) = match subject.named {
        Some(one) => (vec![one], None),
        None => (subject.registrations, Some(subject.address.as_str())),
    };
    let person = Person {
        organisation,
        registrations,
        address,
        named: &attendance::Forgotten::default(),
        before: &Objects::default(),
    };
    let objects = forget(conn, act, person)?;
    let cancelled = i32::try_from(objects.cancelled.len()).map_err(Error::internal)?;
    let erasure = Erasure {
        organisation_id: organisation,
        id: ErasureId::fresh(),
        at: act.now,
        actor_kind: act.actor.kind,
        actor_id: act.actor.id,
        reason,
        objects: serde_json::to_value(&objects).map_err(Error::internal)?,
        cancelled,
    };
    store::insert_erasure(conn, &erasure)?;
    let entry = Entry {
        organisation_id: Some(organisation.0),
        action: "erasure.made",
        object_id: erasure.id.0,
        data: json!({
            "registration_ids": objects.registrations,
            "restricted_ids": objects.restricted,
            "check_ins": objects.check_ins.len(),
            "report_rows": objects.import_participants.len(),
            "mails": objects.mails,
            "cancelled": cancelled,
            "reason": reason,
        }),
    };
    record(conn, act, entry)?;
    Ok((erasure, objects))
}

/// Forgets a person, except for what a funder may ask; says what.
pub fn forget(conn: &mut PgConnection, act: &Act, person: Person<'_>) -> Result<Objects> {
    let (organisation, before) = (person.organisation, person.before);
    // Whoever is at the door at this moment is waited for, and so is who sets a hold.
    let mut known = seminars_of(conn, organisation, person.address, person.named)?;
    known.extend(person.registrations.iter().map(|one| one.seminar_id));
    seminars::lock_all(conn, &known)?;
    let given_up = registrations::give_up(conn, act, person.registrations, true, &before.cancelled)?;
    let mut seminars = given_up
        .iter()
        .map(|one| one.registration.seminar_id)
        .collect::<BTreeSet<_>>();
    seminars.extend(seminars_of(conn, organisation, person.address, person.named)?);
    let seminars = seminars.into_iter().collect::<Vec<_>>();
    let mut objects = Objects {
        held: store::held(conn, organisation, &seminars, act.today())?,
        cancelled: given_up
            .iter()
            .filter(|one| one.cancelled)
            .map(|one| one.registration.id)
            .collect(),
        ..Objects::default()
    };
    let held = objects.held.iter().map(|one| one.seminar).collect::<HashSet<_>>();
    let all = given_up.iter().map(|one| one.registration.id).collect::<Vec<_>>();
    let came = store::came(conn, organisation, &all)?;
    let (kept, gone) = given_up.into_iter().partition::<Vec<_>, _>(|one| {
        let took_part = one.took_part() || came.contains(&one.registration.id);
        let gone_before = before.registrations.contains(&one.registration.id);
        took_part && !gone_before && held.contains(&one.registration.seminar_id)
    });
    let mut going = HashMap::<SeminarId, HashMap<RegistrationId, String>>::new();
    for one in &gone {
        let of = going.entry(one.registration.seminar_id).or_default();
        of.insert(one.registration.id, one.key());
    }
    for seminar in &seminars {
        let is_held = held.contains(seminar);
        let forgotten = forget_people(
            conn,
            &Forget {
                of: (organisation, *seminar),
                registrations: &going.remove(seminar).unwrap_or_default(),
                address: person.address.filter(|_| !is_held),
                named: person.named,
                strangers: false,
            },
        )?;
        objects.check_ins.extend(forgotten.check_ins);
        let rows = forgotten.rows.into_iter();
        objects
            .import_participants
            .extend(rows.map(|(import, position)| ReportRow { import, position }));
    }
    for one in gone
        .into_iter()
        .filter(|one| one.registration.personal_data != PersonalData::Erased)
    {
        objects.registrations.push(one.registration.id);
        registrations::forget(conn, act, one.registration, PersonalData::Erased, true)?;
    }
    for one in kept {
        objects.restricted.push(one.registration.id);
        if one.registration.personal_data == PersonalData::Kept {
            registrations::forget(conn, act, one.registration, PersonalData::Restricted, false)?;
        }
    }
    let ids = all.iter().map(|id| id.0).collect::<Vec<_>>();
    objects.mail_ids = mail::forget(conn, organisation.0, &ids, person.address, &before.mail_ids)?;
    objects.mails = objects.mail_ids.len();
    // The answer to an upload names everybody in the report, also who has no registration.
    let reports = objects.import_participants.iter().map(|row| row.import.0);
    let answered = ids
        .into_iter()
        .chain(objects.check_ins.iter().map(|id| id.0))
        .chain(reports);
    let answered = answered.collect::<BTreeSet<_>>().into_iter().collect::<Vec<_>>();
    idempotency::forget(conn, &answered)?;
    Ok(objects)
}
