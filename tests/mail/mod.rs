//! The outbox and its postman: what is posted once is delivered, once where nothing broke, to files or to a server
//! that the test plays itself.

mod delivery;
mod files;
mod server;

use std::path::PathBuf;
use std::sync::Arc;

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use einlass::base::capability::Capabilities;
use einlass::base::clock::Clock;
use einlass::base::config::{Config, Flags};
use einlass::base::db::Db;
use einlass::mail::{Kind, Letter, Postman, post};
use einlass::schema::mails;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::support::TestDatabase;

pub use server::Server;

/// A server that answers the first recipient so, and accepts all others.
pub fn refusing_the_first(answer: &'static str) -> Server {
    Server::start(&[server::Order::AnswerRcpt(answer)])
}

const NOW: &str = "2027-01-04T08:00:00Z";

pub struct Office {
    pub db: Db,
    pub clock: Clock,
    pub folder: PathBuf,
    pub capabilities: Arc<Capabilities>,
    database: TestDatabase,
}

impl Office {
    pub fn open() -> Self {
        let database = TestDatabase::create();
        let folder = std::env::temp_dir().join(format!("einlass-mail-{}", database.name));
        Self {
            db: database.db(6),
            clock: Clock::fixed(NOW.parse::<DateTime<Utc>>().unwrap()),
            capabilities: Arc::new(Capabilities::open(&folder.join("keys")).unwrap()),
            folder,
            database,
        }
    }

    /// To a server, or without one to files.
    pub fn postman(&self, smtp_url: Option<String>) -> Postman {
        let mut config = Config::read([].into(), &Flags::default()).unwrap();
        config.public_url = "https://einlass.example".to_owned();
        config.mail_dir = self.folder.join("mail");
        config.smtp_url = smtp_url.map(Into::into);
        config.mail_from = "StädteRegion Aachen <anmeldung@staedteregion.example>".parse().unwrap();
        Postman::assemble(&config, self.capabilities.clone()).unwrap()
    }

    pub fn post(&self, letters: &[Letter]) -> usize {
        self.post_at(&self.clock, letters)
    }

    pub fn post_at(&self, clock: &Clock, letters: &[Letter]) -> usize {
        self.db.run(false, |conn| post(conn, clock.now(), letters)).unwrap()
    }

    /// State, attempts, when it is due and what was wrong, in the order of posting.
    pub fn outbox(&self) -> Vec<(String, i32, DateTime<Utc>, Option<String>)> {
        let query =
            mails::table
                .order(mails::id)
                .select((mails::state, mails::attempts, mails::due_at, mails::last_error));
        query.load(&mut self.database.connect()).unwrap()
    }

    pub fn states(&self) -> Vec<String> {
        self.outbox().into_iter().map(|(state, ..)| state).collect()
    }

    /// What was written into the folder, by name.
    pub fn written(&self) -> Vec<(String, String)> {
        let mut found = std::fs::read_dir(self.folder.join("mail"))
            .map(|entries| {
                let paths = entries.map(|entry| entry.unwrap().path());
                paths
                    .map(|path| {
                        let name = path.file_name().unwrap().to_str().unwrap().to_owned();
                        (name, std::fs::read_to_string(path).unwrap())
                    })
                    .collect::<Vec<_>>()
            })
            .unwrap_or_default();
        found.sort();
        found
    }
}

impl Drop for Office {
    fn drop(&mut self) {
        drop(std::fs::remove_dir_all(&self.folder));
    }
}

pub fn letter(kind: Kind, to: &str) -> Letter {
    let registration = Uuid::from_u128(0x0198_0000_0000_7000_8000_0000_0000_0001);
    Letter {
        organisation_id: Uuid::from_u128(1),
        kind,
        language: "de".to_owned(),
        recipient: to.to_owned(),
        recipient_name: "Anna „Änni“ Müller, MdL".to_owned(),
        registration_id: Some(registration),
        seminar_id: Some(Uuid::from_u128(2)),
        data: facts(registration, "onsite"),
        once: None,
    }
}

pub fn facts(registration: Uuid, channel: &str) -> Value {
    let session = |last: u32, title: &str| {
        json!({"id": format!("00000000-0000-0000-0000-{last:012}"), "title": title,
            "starts_at": "2027-05-06T18:00:00+02:00", "ends_at": "2027-05-06T20:00:00+02:00",
            "date_precision": "minute", "time_zone": "Europe/Berlin",
            "place": "DIGITAL Church, Jülicher Straße 72a, 52070 Aachen", "online_platform": "Zoom"})
    };
    json!({
        "seminar": {"id": Uuid::from_u128(2), "title": "Müller & \"Söhne\" <b>, ein Fallbeispiel", "status": "scheduled",
            "organisation": "StädteRegion Aachen", "contact_email": "kontakt@staedteregion.example", "sequence": 3,
            "sessions": [session(1, "Erster Abend"), session(2, "Zweiter Abend")], "dropped_sessions": []},
        "registration": {"id": registration, "state": "confirmed", "channel": channel, "given_name": "Anna",
            "family_name": "Müller", "persons": 1, "waitlist_position": null,
            "confirm_by": "2027-01-05T08:00:00Z", "offered_until": null},
        "change": null, "minimum": {"participants": 10, "registered": 4},
        "webhook": {"name": "Portal der IHK", "host": "portal.ihk.example", "reason": "failing"},
    })
}
