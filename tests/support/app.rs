//! A service of one's own: real HTTP on port 0, a database of its own, a clock that stands still.

use std::net::{SocketAddr, TcpListener};
use std::path::{Path, PathBuf};
use std::sync::mpsc;
use std::time::{Duration, Instant};

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use einlass::app::{self, Site};
use einlass::auth::AccountId;
use einlass::base::capability::Purpose;
use einlass::base::clock::Clock;
use einlass::base::config::{Config, Flags};
use einlass::base::db::Db;
use einlass::base::network::Network;

use super::client::Client;
use super::database::TestDatabase;

/// A Monday morning in January: 2027-01-04, 9 o'clock in Berlin.
pub const NOW: &str = "2027-01-04T08:00:00Z";

pub struct TestApp {
    pub address: SocketAddr,
    pub clock: Clock,
    pub database: TestDatabase,
    pub site: Site,
    handle: actix_web::dev::ServerHandle,
    keys: PathBuf,
    open: Vec<Network>,
}

impl TestApp {
    pub fn spawn() -> Self {
        Self::on(TestDatabase::create())
    }

    pub fn on(database: TestDatabase) -> Self {
        Self::open_to(database, &[])
    }

    /// Webhooks may be in these networks too.
    pub fn open_to(database: TestDatabase, networks: &[&str]) -> Self {
        super::traced::begin();
        let open = networks.iter().map(|text| text.parse().unwrap()).collect::<Vec<_>>();
        let keys = std::env::temp_dir().join(format!("einlass-keys-{}", database.name));
        let clock = Clock::fixed(NOW.parse::<DateTime<Utc>>().unwrap());
        let Instance { address, site, handle } = Instance::start(&database, &keys, &clock, &open);
        Self {
            address,
            clock,
            database,
            site,
            handle,
            keys,
            open,
        }
    }

    /// Another instance on the same database, with the same keys and the same time.
    pub fn second(&self) -> Instance {
        Instance::start(&self.database, &self.keys, &self.clock, &self.open)
    }

    /// Another instance, which believes its database to be elsewhere.
    pub fn on_database(&self, url: &str) -> Instance {
        Instance::on(Db::new(url, 12).unwrap(), &self.keys, &self.clock, &self.open)
    }

    pub fn anonymous(&self) -> Client {
        Client::new(self.address, None)
    }

    /// One of `PEOPLE`, with a fresh access token.
    pub fn person(&self, name: &str) -> Client {
        let token = self.site.auth.keys.issue(self.account(name), self.clock.now()).unwrap();
        Client::new(self.address, Some(token))
    }

    pub fn account(&self, name: &str) -> AccountId {
        self.database.account(name)
    }

    pub fn organiser(&self) -> Client {
        self.person("organiser")
    }

    pub fn admin(&self) -> Client {
        self.person("admin")
    }

    pub fn front_desk(&self) -> Client {
        self.person("front_desk")
    }

    pub fn reporter(&self) -> Client {
        self.person("reporter")
    }

    pub fn foreign_organiser(&self) -> Client {
        self.person("foreign_organiser")
    }

    pub fn platform_admin(&self) -> Client {
        self.person("platform_admin")
    }
}

/// A service as it runs; the database it stands on is somebody else's.
pub struct Instance {
    address: SocketAddr,
    pub site: Site,
    handle: actix_web::dev::ServerHandle,
}

impl Instance {
    fn start(database: &TestDatabase, keys: &Path, clock: &Clock, open: &[Network]) -> Self {
        Self::on(database.db(12), keys, clock, open)
    }

    fn on(db: Db, keys: &Path, clock: &Clock, open: &[Network]) -> Self {
        let mut config = Config::read([].into(), &Flags::default()).unwrap();
        config.keys_dir = keys.to_owned();
        config.mail_dir = keys.join("mail");
        config.webhook_allow = open.to_vec();
        config.public_url = "https://einlass.example".to_owned();
        let site = Site::assemble(config, db, clock.clone()).unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let (sender, receiver) = mpsc::channel();
        let served = site.clone();
        std::thread::spawn(move || {
            actix_web::rt::System::new().block_on(async move {
                let server = app::listen(served, listener, 1).unwrap();
                sender.send(server.handle()).unwrap();
                server.await.unwrap();
            });
        });
        Self {
            address,
            site,
            handle: receiver.recv().unwrap(),
        }
    }

    pub fn anonymous(&self) -> Client {
        Client::new(self.address, None)
    }

    pub fn stop(self) {
        drop(self.handle.stop(false));
    }
}

impl Drop for TestApp {
    fn drop(&mut self) {
        drop(self.handle.stop(false));
        drop(std::fs::remove_dir_all(&self.keys));
    }
}

/// What goes on beside the requests, when a test wants it.
impl TestApp {
    /// One round of what has become due.
    pub fn tick(&self) -> einlass::registrations::Round {
        einlass::registrations::keep_time(&self.site.db, self.clock.now()).unwrap()
    }

    /// Time goes by, and what has become due is done.
    pub fn later(&self, by: chrono::Duration) -> einlass::registrations::Round {
        self.clock.advance(by);
        self.tick()
    }

    /// Whoever has the mail to `address`, with the token of its links.
    pub fn registrant(&self, registration: &str, address: &str) -> Client {
        let token = self.token(Purpose::Manage, registration, address);
        Client::registrant(self.address, &token)
    }

    pub fn token(&self, purpose: Purpose, registration: &str, address: &str) -> String {
        self.site
            .capabilities
            .token(purpose, registration.parse().unwrap(), address)
    }
}

#[derive(QueryableByName)]
struct Number {
    #[diesel(sql_type = diesel::sql_types::BigInt)]
    number: i64,
}

impl TestApp {
    /// Waits until the feed tells everything that was written by now: nothing is told that a running transaction could still
    /// come before, and the other tests' transactions run in the same server.
    pub fn settled(&self) {
        let mut conn = self.database.connect();
        let mut ask = |sql: &str| diesel::sql_query(sql).get_result::<Number>(&mut conn).unwrap().number;
        let now = ask("SELECT pg_current_xact_id()::text::bigint AS number");
        let begun = Instant::now();
        while ask("SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint AS number") <= now {
            assert!(begun.elapsed() < Duration::from_secs(60), "a transaction never ends");
            std::thread::sleep(Duration::from_millis(10));
        }
    }
}

/// A mail as it stands in the outbox.
#[derive(Debug, PartialEq, Queryable)]
pub struct Outgoing {
    pub kind: String,
    pub recipient: String,
    pub data: serde_json::Value,
}

/// What only the tables tell.
impl TestApp {
    /// Every mail so far, in the order written.
    pub fn mails(&self) -> Vec<Outgoing> {
        use einlass::schema::mails::dsl;
        let query = dsl::mails.order(dsl::id).select((dsl::kind, dsl::recipient, dsl::data));
        query.load(&mut self.database.connect()).unwrap()
    }

    /// The kinds of all mails to somebody, in the order written.
    pub fn mails_to(&self, address: &str) -> Vec<String> {
        let to = |mail: &Outgoing| mail.recipient == address;
        self.mails().into_iter().filter(to).map(|mail| mail.kind).collect()
    }

    /// How many hold a seat.
    pub fn confirmed(&self, seminar: &str) -> usize {
        use einlass::schema::registrations::dsl;
        let id = seminar.parse::<uuid::Uuid>().unwrap();
        let query = dsl::registrations
            .filter(dsl::seminar_id.eq(id))
            .filter(dsl::state.eq("confirmed"));
        usize::try_from(query.count().get_result::<i64>(&mut self.database.connect()).unwrap()).unwrap()
    }

    /// Those who wait by ticket, each with the moment its transaction was committed, in microseconds.
    pub fn queue(&self, seminar: &str) -> Vec<(i64, i64)> {
        #[derive(QueryableByName)]
        struct Waiting {
            #[diesel(sql_type = diesel::sql_types::BigInt)]
            ticket: i64,
            #[diesel(sql_type = diesel::sql_types::BigInt)]
            committed: i64,
        }
        let rows = diesel::sql_query(
            "SELECT waiting_ticket AS ticket, (extract(epoch FROM pg_xact_commit_timestamp(xmin)) * 1000000)::bigint AS committed
             FROM registrations WHERE seminar_id = $1::uuid AND state = 'waitlisted' ORDER BY waiting_ticket",
        );
        let rows = rows
            .bind::<diesel::sql_types::Text, _>(seminar)
            .load::<Waiting>(&mut self.database.connect())
            .unwrap();
        rows.into_iter().map(|row| (row.ticket, row.committed)).collect()
    }
}
