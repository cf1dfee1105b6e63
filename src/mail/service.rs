//! The postman: takes what is due, sends it with no transaction open, and writes down what became of it.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::mpsc::{self, RecvTimeoutError};
use std::time::{Duration, Instant};

use chrono::{DateTime, Utc};
use lettre::message::{Mailbox, Message};

use super::calendar::{Between, invitations, published};
use super::links::Doors;
use super::message::{self, Sender};
use super::model::{Facts, Kind, Letter, Mail};
use super::rules::{LEASE, ROUND, calendar_effect, carries_join_link, wait_after};
use super::store::{self, Fate};
use super::templates::{Templates, Told};
use super::transport::{Failure, Transport};
use crate::base::capability::Capabilities;
use crate::base::clock::Clock;
use crate::base::config::Config;
use crate::base::db::Db;
use crate::base::metrics::{self, Caught};
use crate::base::problem::{Error, Result};
use crate::base::text::{Email, FromText};
use crate::base::ticket_code::TicketCode;

/// How long those wait that were taken along when the mail server turned out to be away.
const AWAY: Duration = Duration::from_mins(1);
/// For how long the mail that is under way is waited for when the service ends. The webhooks' patience is 15 s, and what became of
/// the mail is to be written down as well.
const LAST: Duration = Duration::from_secs(10);
/// How soon who waits for a mail server notices that the service ends.
const GLANCE: Duration = Duration::from_millis(100);

/// What became of the mails of one round.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Delivered {
    pub sent: usize,
    /// Tried again later.
    pub failed: usize,
    /// Given up.
    pub dead: usize,
}

/// Everything it takes to send a mail, made ready once.
pub struct Postman {
    templates: Templates,
    transport: Arc<Transport>,
    capabilities: Arc<Capabilities>,
    doors: Doors,
    from: Mailbox,
    host: String,
}

impl Postman {
    /// Reads the templates and the address of the mail server; what is wrong with them is told here.
    pub fn assemble(config: &Config, capabilities: Arc<Capabilities>) -> Result<Self> {
        Ok(Self {
            templates: Templates::open(config.templates_dir.as_deref())?,
            transport: Arc::new(Transport::open(config.smtp_url.as_ref(), &config.mail_dir)?),
            capabilities,
            doors: Doors::new(&config.public_url, config.portal_url.as_deref()),
            from: config.mail_from.clone(),
            host: config.host().to_owned(),
        })
    }

    /// One round: at most `limit` of what is due.
    pub fn deliver_due(&self, db: &Db, clock: &Clock, limit: i64) -> Result<Delivered> {
        self.round(db, clock, limit, &|| false)
    }

    pub(super) fn round(&self, db: &Db, clock: &Clock, limit: i64, stopped: &dyn Fn() -> bool) -> Result<Delivered> {
        let mails = db.run(false, |conn| store::lease(conn, clock.now(), LEASE, limit))?;
        let (begun, mut delivered) = (Instant::now(), Delivered::default());
        let mut left = mails.as_slice();
        while let Some((mail, rest)) = left.split_first() {
            if stopped() || begun.elapsed() > ROUND {
                db.run(false, |conn| store::give_back(conn, clock.now(), left, Duration::ZERO))?;
                break;
            }
            left = rest;
            let Some((fate, away)) = self.fate(mail, stopped) else {
                // Nobody knows: as after a kill, and no attempt that counts.
                let unsure = std::slice::from_ref(mail);
                db.run(false, |conn| store::give_back(conn, clock.now(), unsure, AWAY))?;
                continue;
            };
            db.run(false, |conn| store::settle(conn, clock.now(), mail, &fate))?;
            match &fate {
                Fate::Sent => delivered.sent += 1,
                Fate::Again(..) => delivered.failed += 1,
                Fate::Dead(error) => {
                    tracing::error!(mail = %mail.id, kind = mail.kind, error, "a mail is given up");
                    delivered.dead += 1;
                }
            }
            if away && !left.is_empty() {
                db.run(false, |conn| store::give_back(conn, clock.now(), left, AWAY))?;
                break;
            }
        }
        if delivered != Delivered::default() {
            let Delivered { sent, failed, dead } = delivered;
            tracing::info!(sent, failed, dead, "mails");
        }
        Ok(delivered)
    }

    /// What becomes of the mail, and whether the server was away; `None` where the service ends before that is known.
    fn fate(&self, mail: &Mail, stopped: &dyn Fn() -> bool) -> Option<(Fate, bool)> {
        let again = |error: String| match wait_after(mail.attempts, mail.id) {
            Some(wait) => Fate::Again(wait, error),
            None => Fate::Dead(error),
        };
        // One mail that breaks its maker must not hold up those behind it.
        let outcome = catch_unwind(AssertUnwindSafe(|| match self.write(mail) {
            Ok(message) => self.hand_over(mail, message, stopped),
            Err(refused) => Some(Err(Failure::Refused(refused))),
        }));
        Some(match outcome {
            Ok(None) => return None,
            Ok(Some(Ok(()))) => (Fate::Sent, false),
            Ok(Some(Err(Failure::Refused(error)))) => (Fate::Dead(error), false),
            Ok(Some(Err(Failure::Later(error)))) => (again(error), false),
            Ok(Some(Err(Failure::Away(error)))) => {
                tracing::warn!(error, "mails wait");
                (again(error), true)
            }
            Err(_) => {
                metrics::panicked(Caught::Background);
                (Fate::Dead("writing it panicked".to_owned()), false)
            }
        })
    }

    /// On a thread of its own: each wait for the mail server has an end, and a dialogue has many. Who is told to stop leaves it to
    /// itself, and the mail to the next one who comes, as after a kill: it may arrive twice, under one Message-ID.
    fn hand_over(&self, mail: &Mail, message: Message, stopped: &dyn Fn() -> bool) -> Option<Result<(), Failure>> {
        let (transport, mail) = (self.transport.clone(), mail.clone());
        let (sender, told) = mpsc::channel();
        let send = move || drop(sender.send(transport.send(&mail, &message)));
        if let Err(error) = std::thread::Builder::new().name("mail".to_owned()).spawn(send) {
            return Some(Err(Failure::Away(format!("no thread to send on: {error}"))));
        }
        let mut since = None;
        loop {
            match told.recv_timeout(GLANCE) {
                Ok(outcome) => return Some(outcome),
                Err(RecvTimeoutError::Disconnected) => {
                    metrics::panicked(Caught::Background);
                    return Some(Err(Failure::Refused("sending it panicked".to_owned())));
                }
                Err(RecvTimeoutError::Timeout) => {}
            }
            if stopped() && since.get_or_insert_with(Instant::now).elapsed() > LAST {
                tracing::warn!("the service ends before the mail server answered");
                return None;
            }
        }
    }

    /// The mail in words, with its links and its calendar.
    fn write(&self, mail: &Mail) -> Result<Message, String> {
        let kind = mail.kind.parse::<Kind>()?;
        let facts = serde_json::from_value::<Facts>(mail.data.clone()).map_err(|error| error.to_string())?;
        let key = Email::from_text(&mail.recipient)
            .map_err(|_| "the address is not one".to_owned())?
            .key();
        let join = carries_join_link(kind, &facts);
        let links = mail
            .registration_id
            .map(|id| self.doors.links(&self.capabilities, id, &key, join));
        // Whoever is confirmed is let in by it; the code is made here, like the links, and is in no outbox.
        let confirmed = facts
            .registration
            .as_ref()
            .filter(|registration| registration.state == "confirmed");
        let code = confirmed.map(|registration| TicketCode::of(&self.capabilities, registration.id).to_string());
        let told = Told {
            kind,
            language: &mail.language,
            name: &mail.recipient_name,
            facts: &facts,
            links: links.as_ref(),
            ticket_code: code.as_deref(),
        };
        let worded = self.templates.word(&told).map_err(|error| error.to_string())?;
        let to = message::mailbox(Some(&mail.recipient_name), &mail.recipient)?;
        let between = Between {
            from_address: self.from.email.as_ref(),
            to_name: &mail.recipient_name,
            to_address: to.email.as_ref(),
            host: &self.host,
            created_at: mail.created_at,
            english: worded.english,
            links: links.as_ref(),
        };
        let invitations = match calendar_effect(kind, &facts) {
            Some(effect) => invitations(effect, &facts, &between)?,
            None => Vec::new(),
        };
        let sender = Sender {
            from: &self.from,
            reply_to: facts.seminar.contact_email.as_deref(),
            host: &self.host,
        };
        message::assemble(mail, &sender, to.clone(), &worded, &invitations)
    }
}

/// What a confirmed registration is in a calendar, as a file. With `capabilities` it carries the personal links: only for
/// the person, who has them anyway.
pub fn personal_calendar(
    config: &Config,
    capabilities: Option<&Capabilities>,
    letter: &Letter,
    now: DateTime<Utc>,
) -> Result<String> {
    let facts = serde_json::from_value::<Facts>(letter.data.clone()).map_err(Error::internal)?;
    let key = Email::from_text(&letter.recipient).map_err(Error::internal)?.key();
    let doors = Doors::new(&config.public_url, config.portal_url.as_deref());
    let join = carries_join_link(letter.kind, &facts);
    let links = letter
        .registration_id
        .zip(capabilities)
        .map(|(id, capabilities)| doors.links(capabilities, id, &key, join));
    let between = Between {
        from_address: config.mail_from.email.as_ref(),
        to_name: &letter.recipient_name,
        to_address: &letter.recipient,
        host: config.host(),
        created_at: now,
        english: letter.language == "en" || letter.language.starts_with("en-"),
        links: links.as_ref(),
    };
    published(&facts, &between).map_err(Error::internal)
}
