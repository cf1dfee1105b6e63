//! `/organisations/{organisation}/webhooks`: who wants to be told is told, signed, in order, until it is taken.

mod kept;
mod order;
mod receiver;
mod refused;
mod secrets;
mod shared;
mod stopped;
mod told;

use serde_json::{Value, json};

use self::receiver::Receiver;
use super::authorisation::calls::{Call, get, guarded, post};
use crate::support::{TestApp, TestDatabase, draft_with};

pub const WEBHOOKS: &str = "/organisations/staedteregion-aachen/webhooks";

/// A service that may deliver to this machine.
pub fn open() -> TestApp {
    TestApp::open_to(TestDatabase::create(), &["127.0.0.0/8"])
}

impl TestApp {
    /// A webhook of the StädteRegion; its path.
    #[track_caller]
    pub fn webhook(&self, url: &str) -> String {
        self.webhook_with(json!({"url": url}))
    }

    #[track_caller]
    pub fn webhook_with(&self, body: Value) -> String {
        // It begins where the feed ends at this moment, which is before what is still held back.
        self.settled();
        format!("{WEBHOOKS}/{}", self.admin().post(WEBHOOKS, &body).id())
    }

    /// Reads what was committed by now and delivers what is due.
    pub fn deliver(&self) -> usize {
        self.settled();
        let round = self.site.courier.round(&self.site.db, &self.clock).unwrap();
        round.attempts
    }

    /// State, attempts, outcome and status of all deliveries, the oldest first.
    #[track_caller]
    pub fn deliveries(&self, webhook: &str) -> Vec<(String, i64, String, Value)> {
        let page = self.admin().get(&format!("{webhook}/deliveries?limit=100")).expect(200);
        let rows = page["data"].as_array().unwrap().iter().rev().map(|row| {
            (
                row["state"].as_str().unwrap().to_owned(),
                row["attempts"].as_i64().unwrap(),
                row["outcome"].as_str().unwrap_or_default().to_owned(),
                row["status"].clone(),
            )
        });
        rows.collect()
    }

    /// The webhook as its admin sees it.
    #[track_caller]
    pub fn shown(&self, webhook: &str) -> Value {
        self.admin().get(webhook).expect(200)
    }

    #[track_caller]
    pub fn change_webhook(&self, webhook: &str, change: &Value) -> Value {
        let etag = self.admin().get(webhook).etag();
        self.admin().patch(webhook, &etag, change).expect(200)
    }

    /// Another title, which every webhook hears of.
    #[track_caller]
    pub fn rename(&self, seminar: &str, title: &str) {
        let path = format!("/seminars/{seminar}");
        self.organiser()
            .patch(&path, &self.etag(&path), &json!({"title": title}))
            .expect(200);
    }

    /// A published seminar whose past no webhook hears of, if it is made before them.
    #[track_caller]
    pub fn announced(&self, title: &str) -> String {
        self.published(&draft_with(5, json!({"title": title})))
    }
}

/// A webhook for one cell of the table of authorisation, the only one.
fn alone(app: &TestApp) -> String {
    let admin = app.admin();
    let all = admin.get(&format!("{WEBHOOKS}?limit=100")).expect(200);
    for one in all["data"].as_array().unwrap() {
        let path = format!("{WEBHOOKS}/{}", one["id"].as_str().unwrap());
        admin.delete(&path, &admin.get(&path).etag()).expect(204);
    }
    app.webhook("https://portal.example.org/")
}

pub fn call(app: &TestApp, operation: &str) -> Option<Call> {
    let webhook = alone(app);
    let admin = app.admin();
    let delivery = || {
        let id = admin.post(&format!("{webhook}/test"), &json!({})).id();
        format!("{webhook}/deliveries/{id}")
    };
    Some(match operation {
        "list_webhooks" => get(WEBHOOKS),
        "create_webhook" => post(WEBHOOKS, json!({"url": "https://portal.example.org/"})),
        "get_webhook" => get(webhook),
        "change_webhook" => guarded(&admin, "PATCH", &webhook, "", Some(json!({"description": "Portal"}))),
        "delete_webhook" => guarded(&admin, "DELETE", &webhook, "", None),
        "rotate_webhook_secret" => guarded(&admin, "POST", &webhook, "/rotate-secret", Some(json!({}))),
        "send_test_event" => post(format!("{webhook}/test"), json!({})),
        "list_webhook_deliveries" => get(format!("{webhook}/deliveries")),
        "get_webhook_delivery" => get(delivery()),
        "retry_webhook_delivery" => post(format!("{}/retry", delivery()), json!({})),
        _ => return None,
    })
}

/// The receiver of one test, and a webhook that leads to it.
pub struct Told {
    pub app: TestApp,
    pub receiver: Receiver,
    pub webhook: String,
}

/// With a webhook to a receiver that does as it is told, and seminars that were there before.
pub fn told<const N: usize>(seminars: [&str; N]) -> (Told, [String; N]) {
    let app = open();
    let seminars = seminars.map(|title| app.announced(title));
    let receiver = Receiver::start();
    let webhook = app.webhook(&receiver.url);
    let told = Told { app, receiver, webhook };
    (told, seminars)
}
