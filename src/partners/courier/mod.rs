//! The courier: reads for each webhook what happened, and carries it there, with no transaction open meanwhile.
//!
//! As many instances as there are share the work: what is read is read under the webhook's lock, and one worker at a time has
//! the turn to deliver to it. Whoever dies with a delivery in hand leaves it to the next, under the same id.

use std::sync::Arc;
use std::time::{Duration, Instant};

use chrono::{DateTime, TimeDelta, Utc};

use self::client::{Client, PATIENCE, Post};
use super::model::{Delivery, Webhook, WebhookId};
use super::rules::webhooks::{Answer, Secret, body, signature};
use super::service::webhooks::{secrets, settle, write_deliveries};
use super::store;
use crate::base::capability::Capabilities;
use crate::base::clock::Clock;
use crate::base::config::Config;
use crate::base::db::Db;
use crate::base::metrics::Job;
use crate::base::network::Network;
use crate::base::problem::{Error, Result};
use crate::base::rounds::{Manner, Rounds};
use crate::journal::{Act, Actor};

mod client;
mod resolver;

/// Deliver at once: a receiver that lets us wait keeps one of them.
const CARRIERS: usize = 4;
/// How long something waits at most before somebody looks.
const IDLE: Duration = Duration::from_secs(1);
/// While the database is away.
const AWAY: Duration = Duration::from_secs(5);
/// How long a worker may hold the turn without a sign of life. Longer than an attempt takes.
const LEASE: TimeDelta = TimeDelta::seconds(60);
/// After so long the turn goes to the webhook that has waited longest.
const TURN: Duration = Duration::from_secs(30);
/// For a receiver at which nobody was.
const REST: TimeDelta = TimeDelta::seconds(5);

const CARRYING: Manner = Manner {
    job: Job::Courier,
    first: Duration::ZERO,
    after_failure: AWAY,
    failed: |error| tracing::warn!(%error, "webhooks wait for the database"),
    panicked: || tracing::error!("delivering to webhooks panicked"),
    broke: || tracing::error!("a thread that delivers to webhooks broke"),
};
const READING: Manner = Manner {
    job: Job::WebhookReader,
    ..CARRYING
};

/// What one round did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Round {
    /// Put on their way.
    pub written: usize,
    /// Attempts, whatever became of them.
    pub attempts: usize,
}

pub struct Courier {
    client: Client,
    capabilities: Arc<Capabilities>,
}

impl Courier {
    #[must_use]
    pub fn assemble(config: &Config, capabilities: Arc<Capabilities>) -> Self {
        Self {
            client: Client::new(&config.webhook_allow, PATIENCE),
            capabilities,
        }
    }

    /// One that waits less long for an answer: tests have no time.
    #[must_use]
    pub fn impatient(config: &Config, capabilities: Arc<Capabilities>, patience: Duration) -> Self {
        Self {
            client: Client::new(&config.webhook_allow, patience),
            capabilities,
        }
    }

    /// Which networks the operator has opened.
    pub(super) fn allowed(&self) -> &[Network] {
        self.client.allowed()
    }

    /// What signs the deliveries of a webhook, as its receiver wants it.
    pub(super) fn secret(&self, webhook: WebhookId, generation: i32) -> String {
        let secrets = secrets(&self.capabilities, webhook, &[generation]);
        secrets.first().map(Secret::shown).unwrap_or_default()
    }

    /// Reads what happened and delivers what is due.
    pub fn round(&self, db: &Db, clock: &Clock) -> Result<Round> {
        let ended: &dyn Fn() -> bool = &|| false;
        let written = read(db, clock, ended)?;
        let mut attempts = 0;
        while let Some(more) = self.carry(db, clock, ended)? {
            attempts += more;
        }
        Ok(Round { written, attempts })
    }

    /// Takes one turn: all that is due to one webhook, one after the other. `None`: nothing is due to anybody.
    fn carry(&self, db: &Db, clock: &Clock, ended: &dyn Fn() -> bool) -> Result<Option<usize>> {
        let now = clock.now();
        let Some(turn) = db.run(false, |conn| store::turns::take(conn, now, now + LEASE))? else {
            return Ok(None);
        };
        let (begun, mut attempts, mut rest) = (Instant::now(), 0, TimeDelta::zero());
        while !ended() && begun.elapsed() < TURN {
            let now = clock.now();
            let next = db.run(false, |conn| store::turns::begin(conn, &turn, now, now + LEASE))?;
            let Some((webhook, delivery)) = next else { break };
            let answer = self.attempt(&webhook, &delivery, now);
            note(&delivery, &answer);
            attempts += 1;
            let act = Act {
                now: clock.now(),
                actor: Actor::SYSTEM,
            };
            db.run(false, |conn| settle(conn, &act, &turn, &delivery, &answer))?;
            if answer.away() {
                rest = REST;
                break;
            }
        }
        db.run(false, |conn| store::turns::give_back(conn, &turn, clock.now() + rest))?;
        Ok(Some(attempts))
    }

    fn attempt(&self, webhook: &Webhook, delivery: &Delivery, now: DateTime<Utc>) -> Answer {
        let (id, timestamp) = (delivery.id.to_string(), now.timestamp());
        let body = body(delivery.event, delivery.happened_at, &delivery.data);
        let secrets = secrets(&self.capabilities, webhook.id, &webhook.signing(now));
        let post = Post {
            url: &webhook.url,
            id: &id,
            timestamp,
            signature: &signature(&secrets, &id, timestamp, &body),
            body: &body,
        };
        self.client.send(&post, now)
    }

    /// Begins to read and to deliver, on threads of its own. Under a clock that stands still nothing begins: tests call
    /// [`Courier::round`] when they want it.
    pub fn start(self: Arc<Self>, db: &Db, clock: &Clock) -> Result<Rounds> {
        let mut rounds = Rounds::default();
        if matches!(clock, Clock::Fixed(_)) {
            return Ok(rounds);
        }
        let (own_db, own_clock) = (db.clone(), clock.clone());
        rounds = rounds.begin("webhook-reader", &READING, clock.clone(), move |ended| {
            Ok(pause(read(&own_db, &own_clock, ended)? > 0))
        })?;
        for number in 1..=CARRIERS {
            let (courier, db, own_clock) = (self.clone(), db.clone(), clock.clone());
            rounds = rounds.begin(format!("courier-{number}"), &CARRYING, clock.clone(), move |ended| {
                Ok(pause(courier.carry(&db, &own_clock, ended)?.is_some()))
            })?;
        }
        Ok(rounds)
    }
}

/// Where there was something there may be more.
fn pause(found: bool) -> Duration {
    if found { Duration::ZERO } else { IDLE }
}

/// Puts on its way what happened since each webhook read last. One that cannot be read for keeps no other from it; while the
/// database is away nobody is read for.
fn read(db: &Db, clock: &Clock, ended: &dyn Fn() -> bool) -> Result<usize> {
    let mut written = 0;
    for webhook in db.run(true, store::webhooks::enabled)? {
        let mut more = true;
        while more && !ended() {
            let now = clock.now();
            (written, more) = match db.run(false, |conn| write_deliveries(conn, now, webhook)) {
                Ok((some, more)) => (written + some, more),
                Err(away @ Error::Unavailable(_)) => return Err(away),
                Err(error) => {
                    tracing::error!(%error, webhook = %webhook.1, "a webhook is not read for");
                    (written, false)
                }
            };
        }
    }
    Ok(written)
}

/// Where it went is in no log: an address may be as good as a password.
fn note(delivery: &Delivery, answer: &Answer) {
    let (webhook, id, attempt) = (delivery.webhook_id, delivery.id, delivery.attempts);
    tracing::info!(%webhook, delivery = %id, attempt, outcome = %answer.outcome, status = answer.status, "webhook");
}
