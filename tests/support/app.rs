//! A service of one's own: real HTTP on port 0, a database of its own, a clock that stands still.

use std::net::{SocketAddr, TcpListener};
use std::path::PathBuf;
use std::sync::mpsc;

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use einlass::app::{self, Site};
use einlass::auth::AccountId;
use einlass::base::clock::Clock;
use einlass::base::config::{Config, Flags};
use einlass::base::db::Db;
use einlass::schema::accounts;

use super::client::Client;
use super::database::{PEOPLE, TestDatabase};

/// A Monday morning in January: 2027-01-04, 9 o'clock in Berlin.
pub const NOW: &str = "2027-01-04T08:00:00Z";

pub struct TestApp {
    pub address: SocketAddr,
    pub clock: Clock,
    pub database: TestDatabase,
    pub site: Site,
    handle: actix_web::dev::ServerHandle,
    keys: PathBuf,
}

impl TestApp {
    pub fn spawn() -> Self {
        Self::on(TestDatabase::create())
    }

    pub fn on(database: TestDatabase) -> Self {
        let keys = std::env::temp_dir().join(format!("einlass-keys-{}", database.name));
        let mut config = Config::read([].into(), &Flags::default()).unwrap();
        config.keys_dir = keys.clone();
        config.public_url = "https://einlass.example".to_owned();
        let clock = Clock::fixed(NOW.parse::<DateTime<Utc>>().unwrap());
        let db = Db::new(&database.url, 12).unwrap();
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
            clock,
            database,
            site,
            handle: receiver.recv().unwrap(),
            keys,
        }
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
        let email = PEOPLE
            .iter()
            .find(|(known, _, _)| *known == name)
            .expect("one of PEOPLE")
            .1;
        let query = accounts::table.filter(accounts::email.eq(email)).select(accounts::id);
        query.first(&mut self.database.connect()).unwrap()
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

impl Drop for TestApp {
    fn drop(&mut self) {
        drop(self.handle.stop(false));
        drop(std::fs::remove_dir_all(&self.keys));
    }
}

/// What only the tables tell.
impl TestApp {
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
