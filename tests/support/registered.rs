//! What tests ask of a registration again and again.

use chrono::{DateTime, Utc};
use serde_json::{Value, json};

use super::{Answer, TestApp, draft_body};

/// [`draft_body`] with more said about it, or otherwise.
pub fn draft_with(seats: i32, members: Value) -> Value {
    let mut body = draft_body(seats);
    let (Value::Object(body_members), Value::Object(more)) = (&mut body, members) else {
        panic!("an object is merged into an object");
    };
    body_members.extend(more);
    body
}

impl TestApp {
    /// Registers each of `names` from the public page; their ids.
    #[track_caller]
    pub fn registered<const N: usize>(&self, seminar: &str, names: [&str; N]) -> [String; N] {
        names.map(|name| self.register(seminar, name).id())
    }

    /// The registration as the organiser sees it.
    #[track_caller]
    pub fn seen(&self, registration: &str) -> Value {
        self.organiser()
            .get(&format!("/registrations/{registration}"))
            .expect(200)
    }

    #[track_caller]
    pub fn state(&self, registration: &str) -> String {
        self.seen(registration)["state"].as_str().unwrap().to_owned()
    }

    #[track_caller]
    pub fn states<const N: usize>(&self, registrations: &[String; N]) -> [String; N] {
        registrations.each_ref().map(|one| self.state(one))
    }

    /// Something the person does with the link of the mail to `name@example.org`.
    #[track_caller]
    pub fn press(&self, registration: &str, name: &str, action: &str) -> Answer {
        self.registrant(registration, &format!("{name}@example.org"))
            .post(&format!("/registrations/{registration}/{action}"), &json!({}))
    }

    /// Something the organiser does, having seen the present version.
    #[track_caller]
    pub fn act(&self, path: &str, action: &str, body: &Value) -> Answer {
        self.organiser()
            .act(&format!("{path}/{action}"), &self.etag(path), body)
    }

    /// Seats of the first channel that anybody may still take.
    #[track_caller]
    pub fn free_seats(&self, seminar: &str) -> Value {
        self.anonymous().get(&format!("/seminars/{seminar}")).expect(200)["channels"][0]["free_seats"].clone()
    }

    /// It is `at` now; nobody has looked at what is due.
    pub fn at(&self, at: &str) {
        self.clock
            .advance(at.parse::<DateTime<Utc>>().unwrap() - self.clock.now());
    }
}
