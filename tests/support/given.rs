//! What a test begins with, made over HTTP as a person would make it.

use serde_json::{Value, json};

use super::{Answer, TestApp};

/// A seminar in the spring, on site with as many seats as asked for; whoever registers has one at once.
pub fn draft_body(seats: i32) -> Value {
    json!({
        "organisation": "staedteregion-aachen",
        "title": "Onboarding für Gründer_innen",
        "kind": "seminar",
        "sessions": [{"starts_at": "2027-05-06T18:00:00+02:00", "ends_at": "2027-05-06T20:00:00+02:00"}],
        "channels": [{"channel": "onsite", "capacity": seats}],
        "confirmation": "none",
    })
}

impl TestApp {
    #[track_caller]
    pub fn draft(&self, body: &Value) -> Answer {
        let made = self.organiser().post("/seminars", body);
        made.expect(201);
        made
    }

    /// The draft, published; the id.
    #[track_caller]
    pub fn published(&self, body: &Value) -> String {
        let made = self.draft(body);
        let id = made.id();
        self.organiser()
            .act(&format!("/seminars/{id}/publish"), &made.etag(), &json!({}))
            .expect(200);
        id
    }

    /// A published seminar with so many seats on site.
    #[track_caller]
    pub fn seminar(&self, seats: i32) -> String {
        self.published(&draft_body(seats))
    }

    /// The present tag of an object, as its organiser sees it.
    #[track_caller]
    pub fn etag(&self, path: &str) -> String {
        let found = self.organiser().get(path);
        found.expect(200);
        found.etag()
    }

    /// Somebody new registers for a seminar on site.
    pub fn register(&self, seminar: &str, name: &str) -> Answer {
        self.anonymous()
            .post(&format!("/seminars/{seminar}/registrations"), &person(name))
    }
}

/// A registration body of somebody called `name`.
pub fn person(name: &str) -> Value {
    json!({"channel": "onsite", "given_name": name, "family_name": "Müller", "email": format!("{name}@example.org")})
}
