//! A batch of requests in one transaction: lock → read → decide each → write all.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use chrono::{DateTime, Duration, Utc};
use diesel::PgConnection;
use serde_json::{Value, json};

use super::seminar::{Known, Prepared};
use super::understood::{Beside, Understood};
use super::{Admitted, NewRegistration, Submission};
use crate::auth::Identity;
use crate::base::db::again;
use crate::base::idempotency::{self, Created};
use crate::base::problem::{Code, Error, Result};
use crate::base::text::Line;
use crate::journal::{self, Act, Entry};
use crate::mail::{self, Kind, Letter};
use crate::registrations::model::{Companions, PersonalData, Registration, RegistrationId, State};
use crate::registrations::rules::{Place, Refusal, admit, confirm_by, entered, may_register};
use crate::registrations::service::letters::{letter, told_with_whom};
use crate::registrations::service::{draw_ticket, entry, free, refused};
use crate::registrations::store::{self, Addressee};
use crate::seminars::{self, Channel, Confirmation, Seats, SeminarId, SharedWith, Status, visible_to};

/// Decides and writes all of `submissions`; what one of them does wrong is told to that one alone.
pub fn register(
    conn: &mut PgConnection,
    known: &Known,
    submissions: &[&Submission],
) -> Result<Vec<Option<Result<Created>>>> {
    let Some(now) = submissions.iter().map(|one| one.act.now).max() else {
        return Ok(Vec::new());
    };
    let keys = submissions.iter().filter_map(|one| one.key).collect::<Vec<_>>();
    let mut batch = Batch::read(conn, known, submissions)?;
    // Under the locks: another instance that had a key before has committed its answer by now.
    let earlier = idempotency::earlier(conn, now, &keys)?;
    let mut outcomes = Vec::with_capacity(submissions.len());
    let mut once = HashSet::new();
    for submission in submissions {
        if submission.key.is_some_and(|key| !once.insert(key.key)) {
            // It finds the first one's answer in the next batch.
            outcomes.push(None);
            continue;
        }
        let replayed = submission.key.and_then(|key| Some(earlier.get(&key.key)?.answer(&key)));
        outcomes.push(Some(match replayed {
            Some(answer) => (answer, false),
            None => (
                batch
                    .decide(submission)
                    .and_then(|admitted| (submission.receipt)(&admitted)),
                true,
            ),
        }));
    }
    let fresh = submissions.iter().zip(&outcomes).filter_map(|(submission, outcome)| {
        let (outcome, fresh) = outcome.as_ref()?;
        let created = outcome.as_ref().ok().filter(|_| *fresh)?;
        Some((submission.key?, created))
    });
    idempotency::keep(conn, now, &fresh.collect::<Vec<_>>())?;
    batch.written.write(conn, now, batch.seats)?;
    Ok(outcomes
        .into_iter()
        .map(|one| one.map(|(outcome, _)| outcome))
        .collect())
}

/// What was read under the locks, and what is to be written.
struct Batch {
    seminars: HashMap<SeminarId, Arc<Prepared>>,
    seats: HashMap<(SeminarId, Channel), (Seats, bool)>,
    /// Who is registered already, also by a request before this one: the registration of an address.
    registered: HashMap<(SeminarId, String), Addressee>,
    written: Written,
}

impl Batch {
    /// First the rows of seats, then everything else: what is read below is true until we commit.
    fn read(conn: &mut PgConnection, known: &Known, submissions: &[&Submission]) -> Result<Self> {
        let mut ids = submissions.iter().map(|one| one.seminar).collect::<Vec<_>>();
        ids.sort_unstable();
        ids.dedup();
        let mut channels = submissions.iter().map(|one| one.new.channel).collect::<Vec<_>>();
        channels.sort_unstable();
        channels.dedup();
        let tenants = known.tenants(conn, &ids)?;
        let mut organisations = tenants.values().copied().collect::<Vec<_>>();
        organisations.sort_unstable();
        organisations.dedup();
        let locked = seminars::lock_all_seats(conn, &organisations, &ids, &channels)?;
        let seats = locked
            .into_iter()
            .map(|seats| ((seats.seminar_id, seats.channel), (seats, false)));
        let asked = submissions.iter().filter_map(|one| {
            let organisation = *tenants.get(&one.seminar)?;
            Some((organisation, one.seminar, one.new.email.key()))
        });
        Ok(Self {
            seats: seats.collect(),
            seminars: known.present(conn, &ids)?,
            registered: store::registered(conn, &asked.collect::<Vec<_>>())?,
            written: Written::default(),
        })
    }

    fn decide(&mut self, submission: &Submission) -> Result<Admitted> {
        let (act, new) = (&submission.act, &submission.new);
        let prepared = self.seminars.get(&submission.seminar).cloned().ok_or(Code::NotFound)?;
        if !visible_to(&prepared.seminar, submission.caller.as_ref()) {
            return Err(Code::NotFound.into());
        }
        let member = submission
            .caller
            .as_ref()
            .filter(|identity| identity.may_enter_registrations(prepared.seminar.organisation_id));
        may_register(prepared.window, act.now, member.is_some()).map_err(refused)?;
        let (seats, changed) = self
            .seats
            .get_mut(&(submission.seminar, new.channel))
            .filter(|(seats, _)| seats.offered && seats.channel != Channel::Livestream)
            .ok_or_else(|| refused(Refusal::NoSuchChannel))?;
        let understood = Understood::of(new, &prepared, member.is_some())?;
        let address = (submission.seminar, new.email.key());
        let known = self.registered.get(&address).cloned();
        if known.is_some() && member.is_some() {
            return Err(refused(Refusal::AlreadyRegistered));
        }
        let place = admit(prepared.way, free(seats), prepared.waiting_list, understood.seats).map_err(refused)?;
        let mut taken = seats.clone();
        let registration = row(act, &prepared, new, &understood, place, &mut taken, member);
        let admitted = Admitted {
            id: registration.id,
            state: registration.state,
            channel: registration.channel,
            position: match place {
                Place::Waiting { position } => Some(position),
                _ => None,
            },
            confirm_by: registration.confirm_by,
        };
        match known {
            Some(known) => self.written.repeated(act, &prepared, known.instead_of(registration)),
            None => {
                (*seats, *changed) = (taken, true);
                self.registered.insert(address, Addressee::of(&registration));
                let beside = understood.beside(act, &prepared, registration.id, &registration.language);
                self.written.beside(beside);
                let shared_with = understood.shared_with();
                self.written
                    .registered(act, &prepared, registration, admitted.position, shared_with);
            }
        }
        Ok(admitted)
    }
}

/// The row of the new registration; `seats` as they are with it.
fn row(
    act: &Act,
    prepared: &Prepared,
    new: &NewRegistration,
    understood: &Understood,
    place: Place,
    seats: &mut Seats,
    member: Option<&Identity>,
) -> Registration {
    let by_mail = prepared.admission.confirmation == Confirmation::Email && member.is_none();
    let state = entered(place, by_mail);
    let full = Duration::hours(prepared.admission.confirm_hours.into());
    let text = |line: &Line<100>| line.as_str().to_owned();
    let mut registration = Registration {
        organisation_id: prepared.seminar.organisation_id,
        id: RegistrationId::fresh(),
        seminar_id: prepared.seminar.id,
        channel: new.channel,
        state,
        seats: understood.seats,
        waiting_ticket: None,
        confirm_by: (state == State::Pending).then(|| confirm_by(act.now, prepared.begins, full)),
        offered_until: None,
        given_name: text(&new.given_name),
        family_name: text(&new.family_name),
        email: new.email.as_str().to_owned(),
        email_key: new.email.key(),
        company: new.company.clone().map(Line::into_string),
        phone: new.phone.clone().map(Line::into_string),
        language: new.language.as_str().to_owned(),
        search_text: String::new(),
        entered_by: member.and_then(Identity::account),
        cancelled_at: None,
        cancelled_by: None,
        cancel_reason: None,
        version: 1,
        created_at: act.now,
        updated_at: act.now,
        persons: understood.persons,
        companions: Companions(new.companions.clone()),
        answers: Value::Object(understood.answers.clone()),
        email_confirmed_at: None,
        held_up_since: None,
        kept_at: None,
        personal_data: PersonalData::Kept,
    };
    registration.search_text = registration.searched();
    match place {
        Place::Seat => seats.taken += registration.seats,
        Place::Waiting { .. } => draw_ticket(&mut registration, seats),
        Place::Application => {}
    }
    registration
}

/// What the transaction will have written.
#[derive(Default)]
struct Written {
    registrations: Vec<Registration>,
    beside: Beside,
    journal: Vec<(Act, Entry)>,
    letters: Vec<Letter>,
}

impl Written {
    fn beside(&mut self, rows: Beside) {
        self.beside.sensitive.extend(rows.sensitive);
        self.beside.consents.extend(rows.consents);
        self.beside.notices.extend(rows.notices);
    }

    fn registered(
        &mut self,
        act: &Act,
        prepared: &Prepared,
        registration: Registration,
        position: Option<i32>,
        shared_with: &[SharedWith],
    ) {
        let kind = match registration.state {
            State::Pending => Kind::ConfirmAddress,
            State::Waitlisted => Kind::Waitlisted,
            State::Applied => Kind::Applied,
            _ => Kind::Confirmed,
        };
        // What is entered after the fact is a record, not news to the person.
        let ahead =
            prepared.seminar.status == Status::Scheduled && prepared.begins.is_none_or(|begins| act.now < begins);
        if ahead {
            let position = position.map(i64::from);
            let letter = letter(&prepared.facts, kind, &registration, position);
            self.letters.push(told_with_whom(letter, shared_with));
        }
        self.journal.push((*act, entry(&registration, "registration.created")));
        self.registrations.push(registration);
    }

    /// The address is told, at most once a day, and by the name it is registered under: whoever has it may wonder,
    /// whoever has not learns nothing and sends nobody words of theirs.
    fn repeated(&mut self, act: &Act, prepared: &Prepared, known: Registration) {
        let entry = Entry {
            organisation_id: Some(prepared.seminar.organisation_id.0),
            action: "seminar.registration_repeated",
            object_id: prepared.seminar.id.0,
            data: json!({"channel": known.channel}),
        };
        self.journal.push((*act, entry));
        let letter = letter(&prepared.facts, Kind::AlreadyRegistered, &known, None);
        self.letters.push(Letter {
            once: Some(format!("already_registered {} {}", known.id, act.today())),
            ..letter
        });
    }

    fn write(
        self,
        conn: &mut PgConnection,
        now: DateTime<Utc>,
        seats: HashMap<(SeminarId, Channel), (Seats, bool)>,
    ) -> Result<()> {
        // One address through two channels, or at two instances, at once: the second finds the first when it is tried again.
        store::insert_all(conn, &self.registrations).map_err(|error| match error {
            Error::Refused(problem) if problem.code == Code::AlreadyRegistered => again(),
            other => other,
        })?;
        store::insert_beside(conn, &self.beside.sensitive, &self.beside.consents)?;
        store::insert_notices(conn, &self.beside.notices)?;
        let changed = seats
            .into_values()
            .filter(|(_, changed)| *changed)
            .map(|(seats, _)| seats);
        seminars::save_all_seats(conn, &changed.collect::<Vec<_>>())?;
        journal::record_all(conn, self.journal)?;
        mail::post(conn, now, &self.letters)?;
        Ok(())
    }
}
