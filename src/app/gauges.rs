//! `/metrics`, on a port of its own: what is counted (`base::metrics`), and what can be seen at the moment somebody asks.
//!
//! The database is asked at most every ten seconds and waited for a second at most. While it does not answer, what it would
//! have told is left out, and the rest is told as ever.

use std::net::TcpListener;
use std::time::Duration;

use actix_web::dev::Server;
use actix_web::{App, HttpResponse, HttpServer, web};
use chrono::{DateTime, Utc};
use diesel::pg::PgConnection;
use futures_util::future::join;
use prometheus_client::encoding::text::encode;
use prometheus_client::metrics::family::Family;
use prometheus_client::registry::Registry;

use super::{Site, process, unread};
use crate::base::look::Look;
use crate::base::metrics::{self, Seconds};
use crate::base::problem::{Error, Result};
use crate::mail::{self, Outbox};
use crate::partners::{self, Backlog};
use crate::registrations;

const EVERY: Duration = Duration::from_secs(10);
const PATIENCE: Duration = Duration::from_secs(1);

/// What only the database knows.
#[derive(Clone)]
struct Seen {
    mails: Outbox,
    webhooks: Backlog,
    overdue_since: Option<DateTime<Utc>>,
    held_back_since: Option<DateTime<Utc>>,
}

impl Seen {
    fn at(conn: &mut PgConnection, now: DateTime<Utc>) -> Result<Self> {
        Ok(Self {
            mails: mail::outbox(conn, now)?,
            webhooks: partners::backlog(conn, now)?,
            overdue_since: registrations::overdue_since(conn, now)?,
            held_back_since: partners::held_back_since(conn)?,
        })
    }
}

struct Gauges {
    site: Site,
    since: DateTime<Utc>,
    look: Look<Option<Seen>>,
    standby: Look<()>,
}

/// Tells on `listener`, and nowhere else, how the service is.
pub fn watch(site: &Site, listener: TcpListener) -> std::io::Result<Server> {
    let gauges = web::Data::new(Gauges {
        site: site.clone(),
        since: site.clock.now(),
        look: Look::new(EVERY, PATIENCE),
        standby: Look::new(Duration::ZERO, PATIENCE),
    });
    let server = HttpServer::new(move || {
        App::new()
            .app_data(gauges.clone())
            .route("/metrics", web::get().to(answer))
    });
    let server = server.workers(1).disable_signals().shutdown_timeout(1);
    unread::hung_up_on(&listener);
    Ok(server.listen(listener)?.run())
}

async fn answer(gauges: web::Data<Gauges>) -> Result<HttpResponse> {
    let (db, now) = (gauges.site.db.clone(), gauges.site.clock.now());
    let looking = move || async move { db.read(move |conn| Seen::at(conn, now)).await.ok() };
    let standby = gauges.site.db.clone();
    let looking_aside = move || async move { drop(standby.look_at_standby().await) };
    let (seen, _) = join(gauges.look.at(looking), gauges.standby.at(looking_aside)).await;
    let seen = seen.flatten();
    let text = told(&gauges.site, gauges.since, seen.as_ref())?;
    Ok(HttpResponse::Ok()
        .content_type("application/openmetrics-text; version=1.0.0; charset=utf-8")
        .insert_header(("Cache-Control", "no-store"))
        .body(text))
}

fn told(site: &Site, since: DateTime<Utc>, seen: Option<&Seen>) -> Result<String> {
    let mut registry = Registry::default();
    metrics::register(&mut registry);
    let mut page = Page(&mut registry);
    page.service(site, since);
    page.process();
    page.one(
        "einlass_database_up",
        "Whether the database told the figures that only it knows: 1 or 0",
        f64::from(u8::from(seen.is_some())),
    );
    if let Some(seen) = seen {
        page.seen(seen, site.clock.now());
    }
    let mut text = String::new();
    encode(&mut text, &registry).map_err(Error::internal)?;
    Ok(text)
}

/// What is written for one who asks.
struct Page<'a>(&'a mut Registry);

impl Page<'_> {
    fn one(&mut self, name: &str, about: &str, value: f64) {
        let gauge = Seconds::default();
        gauge.set(value);
        self.0.register(name, about, gauge);
    }

    fn several(&mut self, name: &str, about: &str, label: &'static str, values: &[(&'static str, f64)]) {
        let family = Family::<[(&'static str, &'static str); 1], Seconds>::default();
        for (word, value) in values {
            family.get_or_create(&[(label, *word)]).set(*value);
        }
        self.0.register(name, about, family);
    }

    fn service(&mut self, site: &Site, since: DateTime<Utc>) {
        self.several(
            "einlass_build_info",
            "Always 1; its label is the version of the program",
            "version",
            &[(env!("CARGO_PKG_VERSION"), 1.0)],
        );
        self.one(
            "process_start_time_seconds",
            "When the service began, in seconds since 1970",
            count(since.timestamp()),
        );
        self.one(
            "einlass_draining",
            "Whether the service is on its way down: 1 or 0",
            f64::from(u8::from(site.drain.has_begun())),
        );
        let (used, idle, most) = site.db.connections();
        self.several(
            "einlass_database_pool_connections",
            "Connections to the database, by state",
            "state",
            &[("used", f64::from(used)), ("idle", f64::from(idle))],
        );
        self.one(
            "einlass_database_pool_size",
            "How many connections there may be",
            f64::from(most),
        );
        let waiting = [
            ("desk", site.desk.waiting()),
            ("door", site.door.waiting()),
            ("hashing", site.auth.hasher.waiting()),
        ];
        self.several(
            "einlass_queue_length",
            "Who waits to be registered, to be let in, or for a password to be looked at",
            "at",
            &waiting.map(|(at, waiting)| (at, many(waiting))),
        );
    }

    fn process(&mut self) {
        let Some(process) = process::look() else { return };
        self.one(
            "process_resident_memory_bytes",
            "Memory in use",
            process.resident_kib * 1024.0,
        );
        self.one("process_threads", "Threads", process.threads);
        self.one("process_open_fds", "Open files and sockets", process.open_files);
        self.one("process_max_fds", "How many may be open", process.most_files);
    }

    fn seen(&mut self, seen: &Seen, now: DateTime<Utc>) {
        let Seen { mails, webhooks, .. } = seen;
        self.several(
            "einlass_mails",
            "Mails not sent yet, those of them whose time has come, and those given up",
            "state",
            &[
                ("queued", count(mails.queued)),
                ("due", count(mails.due)),
                ("dead", count(mails.dead)),
            ],
        );
        self.one(
            "einlass_mails_oldest_due_seconds",
            "How long the mail waits that has been due longest; 0 where none is",
            age(mails.oldest_due, now),
        );
        self.several(
            "einlass_webhook_deliveries",
            "Deliveries not made yet, those of them whose time has come, and those given up",
            "state",
            &[
                ("pending", count(webhooks.pending)),
                ("due", count(webhooks.due)),
                ("failed", count(webhooks.failed)),
            ],
        );
        self.one(
            "einlass_webhook_deliveries_oldest_due_seconds",
            "How long the delivery waits that has been due longest; 0 where none is",
            age(webhooks.oldest_due, now),
        );
        self.one(
            "einlass_webhooks_disabled",
            "Webhooks to which nothing is delivered any more",
            count(webhooks.disabled),
        );
        self.one(
            "einlass_deadlines_overdue_seconds",
            "How long ago the oldest deadline passed that the timekeeper has not looked at; 0 where there is none",
            age(seen.overdue_since, now),
        );
        self.one(
            "einlass_feed_held_back_seconds",
            "How old the oldest change is that the feed does not tell yet, because a transaction runs that could come before it",
            age(seen.held_back_since, now),
        );
    }
}

fn age(since: Option<DateTime<Utc>>, now: DateTime<Utc>) -> f64 {
    since.map_or(0.0, |since| (now - since).as_seconds_f64().max(0.0))
}

/// Whoever reads metrics reads floating point: what is lost lies beyond 2^53.
const fn count(number: i64) -> f64 {
    number as f64
}

fn many(number: usize) -> f64 {
    f64::from(u32::try_from(number).unwrap_or(u32::MAX))
}
