//! How a seminar takes registrations, as it is first said and as it is changed.

use chrono::{DateTime, Utc};
use diesel::PgConnection;

use super::parts::Of;
use crate::base::problem::{Code, Error, FieldError, Problem, Result};
use crate::base::text::Email;
use crate::journal::Act;
use crate::seminars::model::{
    Admission, AdmissionKind, BelowMinimum, CapacityUnit, Confirmation, ConsentText, ConsentTexts, Minimum, Question,
    Questions, Seminar, Session, Status,
};
use crate::seminars::rules::{Stated, admission_faults, decision_fault, reworded};
use crate::seminars::store;

/// What a new seminar says about it; the default is what holds where nothing is said.
#[derive(Clone, Debug, PartialEq)]
pub struct NewAdmission {
    pub admission: AdmissionKind,
    pub confirmation: Confirmation,
    pub confirm_hours: i32,
    pub offer_hours: i32,
    pub capacity_unit: CapacityUnit,
    pub max_persons: i32,
    pub contact_email: Option<Email>,
    pub minimum: Option<Minimum>,
    pub questions: Vec<Question>,
    pub consent_texts: Vec<ConsentText>,
}

impl Default for NewAdmission {
    fn default() -> Self {
        Self {
            admission: AdmissionKind::default(),
            confirmation: Confirmation::default(),
            confirm_hours: 24,
            offer_hours: 24,
            capacity_unit: CapacityUnit::default(),
            max_persons: 5,
            contact_email: None,
            minimum: None,
            questions: Vec::new(),
            consent_texts: Vec::new(),
        }
    }
}

impl NewAdmission {
    #[must_use]
    pub fn stated(&self) -> Stated<'_> {
        Stated {
            confirm_hours: Some(self.confirm_hours),
            offer_hours: Some(self.offer_hours),
            max_persons: Some(self.max_persons),
            participants: self.minimum.map(|minimum| minimum.participants),
            decide_by: self.minimum.map(|minimum| minimum.decide_by),
            questions: &self.questions,
            consent_texts: &self.consent_texts,
        }
    }
}

/// What is to be changed about it; `None` stays as it is.
#[derive(Clone, Debug, Default)]
pub struct AdmissionChange {
    pub admission: Option<AdmissionKind>,
    pub confirmation: Option<Confirmation>,
    pub confirm_hours: Option<i32>,
    pub offer_hours: Option<i32>,
    pub capacity_unit: Option<CapacityUnit>,
    pub max_persons: Option<i32>,
    pub contact_email: Option<Option<Email>>,
    /// `Some(None)`: none any more.
    pub minimum: Option<Option<MinimumChange>>,
    pub questions: Option<Vec<Question>>,
    pub consent_texts: Option<Vec<ConsentText>>,
}

#[derive(Clone, Copy, Debug, Default)]
pub struct MinimumChange {
    pub participants: Option<i32>,
    pub decide_by: Option<DateTime<Utc>>,
    pub otherwise: Option<BelowMinimum>,
}

impl AdmissionChange {
    #[must_use]
    pub fn stated(&self) -> Stated<'_> {
        let minimum = self.minimum.flatten().unwrap_or_default();
        Stated {
            confirm_hours: self.confirm_hours,
            offer_hours: self.offer_hours,
            max_persons: self.max_persons,
            participants: minimum.participants,
            decide_by: minimum.decide_by,
            questions: self.questions.as_deref().unwrap_or_default(),
            consent_texts: self.consent_texts.as_deref().unwrap_or_default(),
        }
    }
}

pub(super) fn admission_row(act: &Act, of: Of, new: NewAdmission, sessions: &[Session]) -> Result<Admission> {
    let faults = admission_faults(&new.stated()).into_iter();
    Error::unless_empty(faults.map(|(at, why)| FieldError::member(at, why)).collect())?;
    let mut row = Admission {
        organisation_id: of.0,
        seminar_id: of.1,
        admission: new.admission,
        confirmation: new.confirmation,
        confirm_hours: new.confirm_hours,
        offer_hours: new.offer_hours,
        capacity_unit: new.capacity_unit,
        max_persons: new.max_persons,
        contact_email: new.contact_email.map(Email::into_string),
        minimum_participants: None,
        decide_by: None,
        below_minimum: BelowMinimum::default(),
        decided_at: None,
        questions: Questions(new.questions),
        consent_texts: ConsentTexts(new.consent_texts),
    };
    row.set_minimum(new.minimum);
    match not_decidable(act, &row, sessions) {
        Some(fault) => Err(Error::invalid(vec![fault])),
        None => Ok(row),
    }
}

/// Changes the row of a seminar whose sessions stand as they will be.
pub(super) fn change_admission(
    conn: &mut PgConnection,
    act: &Act,
    seminar: &Seminar,
    change: &AdmissionChange,
    other_sessions: bool,
) -> Result<()> {
    let of = (seminar.organisation_id, seminar.id);
    let old = store::admission(conn, of)?;
    let new = changed(&old, change)?;
    if seminar.status != Status::Draft {
        let faults = reworded(&old.consent_texts.0, &new.consent_texts.0).map(|n| {
            let reason = "must change with the text: people agreed to the words of this version";
            FieldError::member(format!("/consent_texts/{n}/version"), reason)
        });
        Error::unless_empty(faults.collect())?;
    }
    // Of a published seminar the times are not edited, and what is postponed has none that hold.
    let look_again = new.minimum() != old.minimum() && seminar.status != Status::Postponed;
    if look_again || (other_sessions && seminar.status == Status::Draft) {
        let sessions = store::sessions(conn, of)?;
        Error::unless_empty(not_decidable(act, &new, &sessions).into_iter().collect())?;
    }
    if new == old {
        return Ok(());
    }
    keep_what_registrations_rest_on(conn, &old, &new)?;
    store::save_admission(conn, &new)
}

fn changed(old: &Admission, change: &AdmissionChange) -> Result<Admission> {
    let contact_email = change.contact_email.clone();
    let questions = change.questions.clone().map(Questions);
    let consent_texts = change.consent_texts.clone().map(ConsentTexts);
    let mut new = Admission {
        admission: change.admission.unwrap_or(old.admission),
        confirmation: change.confirmation.unwrap_or(old.confirmation),
        confirm_hours: change.confirm_hours.unwrap_or(old.confirm_hours),
        offer_hours: change.offer_hours.unwrap_or(old.offer_hours),
        capacity_unit: change.capacity_unit.unwrap_or(old.capacity_unit),
        max_persons: change.max_persons.unwrap_or(old.max_persons),
        contact_email: contact_email.map_or_else(|| old.contact_email.clone(), |email| email.map(Email::into_string)),
        questions: questions.unwrap_or_else(|| old.questions.clone()),
        consent_texts: consent_texts.unwrap_or_else(|| old.consent_texts.clone()),
        ..old.clone()
    };
    match change.minimum {
        None => {}
        Some(None) => new.set_minimum(None),
        Some(Some(change)) => new.set_minimum(Some(merged(old.minimum(), change)?)),
    }
    Ok(new)
}

/// A merge patch reaches into the object (RFC 7396): what it does not mention stays, if there is anything.
fn merged(old: Option<Minimum>, change: MinimumChange) -> Result<Minimum> {
    let participants = change.participants.or(old.map(|old| old.participants));
    let decide_by = change.decide_by.or(old.map(|old| old.decide_by));
    let otherwise = change.otherwise.or(old.map(|old| old.otherwise));
    let (Some(participants), Some(decide_by)) = (participants, decide_by) else {
        let needed = [
            ("/minimum/participants", participants.is_none()),
            ("/minimum/decide_by", decide_by.is_none()),
        ];
        let missing = needed.into_iter().filter(|(_, missing)| *missing);
        return Err(Error::invalid(
            missing.map(|(at, _)| FieldError::member(at, "is required")).collect(),
        ));
    };
    Ok(Minimum {
        participants,
        decide_by,
        otherwise: otherwise.unwrap_or_default(),
    })
}

/// What stands in the way of deciding on the minimum; nothing where it is decided or there is none.
pub(super) fn not_decidable(act: &Act, admission: &Admission, sessions: &[Session]) -> Option<FieldError> {
    let open = admission.minimum().filter(|_| admission.decided_at.is_none())?;
    let first = sessions.iter().map(|session| session.starts_at).min();
    let reason = decision_fault(open.decide_by, act.now, first)?;
    Some(FieldError::member("/minimum/decide_by", reason))
}

/// Whoever is registered was counted, and came by the way that held then. On this floor they are known by the
/// seats they take or wait for.
fn keep_what_registrations_rest_on(conn: &mut PgConnection, old: &Admission, new: &Admission) -> Result<()> {
    let touched = [
        ("/admission", old.admission != new.admission),
        ("/capacity_unit", old.capacity_unit != new.capacity_unit),
    ];
    let touched = touched.into_iter().filter(|(_, touched)| *touched);
    let places = touched.map(|(at, _)| FieldError::member(at, "cannot change while people are registered"));
    let places = places.collect::<Vec<_>>();
    if places.is_empty() {
        return Ok(());
    }
    let seats = store::seats(conn, (old.organisation_id, old.seminar_id))?;
    if seats.iter().all(|seats| seats.taken + seats.waiting == 0) {
        return Ok(());
    }
    Err(Problem::new(Code::TransitionNotAllowed).errors(places).into())
}
