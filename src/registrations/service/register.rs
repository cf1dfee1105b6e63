//! Somebody registers. Everything that asks for a seat comes through here, many at once: the rows of seats are locked
//! in one order, `rules::admit` decides each request in order of arrival, and few statements write what became of
//! all of them.

mod batch;
mod seminar;
mod understood;

pub use understood::{answered, delete_on};

use std::sync::Arc;

use chrono::{DateTime, Utc};
use serde_json::{Map, Value};

use crate::auth::Identity;
use crate::base::db::Db;
use crate::base::group_commit::GroupCommit;
use crate::base::idempotency::{Created, Key};
use crate::base::problem::Result;
use crate::base::text::{Email, Language, Line};
use crate::journal::Act;
use crate::registrations::model::{Companion, RegistrationId, State};
use crate::seminars::{Channel, SeminarId, SharingId};

/// What a person says about themselves: three members, the rest by choice.
#[derive(Clone, Debug)]
pub struct NewRegistration {
    pub channel: Channel,
    pub given_name: Line<100>,
    pub family_name: Line<100>,
    pub email: Email,
    pub company: Option<Line<200>>,
    pub phone: Option<Line<50>>,
    pub language: Language,
    pub companions: Vec<Companion>,
    /// How many more come whose names are not given.
    pub further_persons: i32,
    pub answers: Map<String, Value>,
    /// Purpose, and the version of the text that was shown.
    pub consents: Vec<(String, String)>,
    /// Which sharings were shown to the person.
    pub told_of_sharings: Vec<SharingId>,
}

/// A request for a seat, with all that is needed to decide and to answer it.
pub struct Submission {
    pub act: Act,
    pub seminar: SeminarId,
    pub caller: Option<Identity>,
    pub new: NewRegistration,
    pub key: Option<Key>,
    /// What is answered; it is kept with the key in the transaction of the effect.
    pub receipt: fn(&Admitted) -> Result<Created>,
}

/// What the person is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Admitted {
    pub id: RegistrationId,
    pub state: State,
    pub channel: Channel,
    pub position: Option<i32>,
    pub confirm_by: Option<DateTime<Utc>>,
}

/// How many may wait for a writer: at some thousand a second a queue of one second.
const QUEUE: usize = 4096;

/// The registration desk: decides in memory, writes in bulk.
pub struct Desk(GroupCommit<Submission, Created>);

impl Desk {
    /// Writers never wait for each other's rows: each seminar belongs to one of them.
    pub fn open(db: &Db, writers: usize) -> Result<Self> {
        let known = seminar::Known::nothing();
        let write = move |conn: &mut diesel::PgConnection, all: &[&Submission]| batch::register(conn, &known, all);
        GroupCommit::start("desk", db, writers, QUEUE, Arc::new(write)).map(Self)
    }

    /// How many wait for a writer.
    #[must_use]
    pub fn waiting(&self) -> usize {
        self.0.waiting()
    }

    /// Registers somebody: by themselves, or by a member of the organisation who skips window and confirmation.
    ///
    /// An address that is already registered gets from the public page the answer a new one would get; nothing is
    /// registered, and the address gets a mail that says so: the answer tells no stranger who comes. (Whoever compares the
    /// public counts before and after can tell; they are exact because seats that are free are what people come for.)
    /// Members are told.
    pub async fn register(&self, submission: Submission) -> Result<Created> {
        self.0.submit(submission.seminar.0.as_u128(), submission).await
    }
}
