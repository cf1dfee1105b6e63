//! Machines of an organisation: API clients with their tokens.

use serde_json::{Value, json};

use super::{Answer, Client, TestApp};

/// An API client with its secret.
pub struct Machine {
    pub id: String,
    pub secret: String,
    /// `/organisations/…/api-clients/…`
    pub path: String,
}

impl TestApp {
    /// A machine of the StädteRegion.
    #[track_caller]
    pub fn machine(&self, scopes: &[&str]) -> Machine {
        self.machine_of(&self.admin(), "staedteregion-aachen", scopes)
    }

    #[track_caller]
    pub fn machine_of(&self, admin: &Client, organisation: &str, scopes: &[&str]) -> Machine {
        let clients = format!("/organisations/{organisation}/api-clients");
        let made = admin.post(&clients, &json!({"name": "Kalender", "scopes": scopes}));
        let view = made.expect(201);
        Machine {
            id: made.id(),
            secret: view["secret"].as_str().unwrap().to_owned(),
            path: format!("{clients}/{}", made.id()),
        }
    }

    /// Asks for a token with this form.
    pub fn ask_token(&self, fields: &[(&str, &str)]) -> Answer {
        self.anonymous().press("/oauth/token", fields)
    }

    /// Somebody with a token of this machine, for all its scopes.
    #[track_caller]
    pub fn with_token_of(&self, machine: &Machine) -> Client {
        let answer = self.ask_token(&[
            ("grant_type", "client_credentials"),
            ("client_id", &machine.id),
            ("client_secret", &machine.secret),
        ]);
        let token: Value = answer.expect(200);
        self.anonymous().with_token(token["access_token"].as_str().unwrap())
    }

    /// A machine of the StädteRegion with these scopes, as it calls.
    #[track_caller]
    pub fn client(&self, scopes: &[&str]) -> Client {
        self.with_token_of(&self.machine(scopes))
    }
}
