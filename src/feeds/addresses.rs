//! The addresses that stand in a feed: absolute ones, for a feed is read far from where it came from.

use crate::base::config::Config;
use crate::seminars::SeminarId;

#[derive(Clone, Debug)]
pub struct Addresses {
    public_url: String,
    /// A seminar's page, with `{seminar}` for its id.
    page: String,
    pub host: String,
    /// From which mails are sent: the organiser of a calendar, here as in mails.
    pub sender: String,
}

impl Addresses {
    #[must_use]
    pub fn of(config: &Config) -> Self {
        Self {
            public_url: config.public_url.clone(),
            page: config.seminar_url(),
            host: config.host().to_owned(),
            sender: config.mail_from.email.to_string(),
        }
    }

    /// Where people read about a seminar and register.
    #[must_use]
    pub fn page(&self, seminar: SeminarId) -> String {
        self.page.replace("{seminar}", &seminar.to_string())
    }

    /// What a seminar is called among data, whatever becomes of its page.
    #[must_use]
    pub fn seminar(&self, seminar: SeminarId) -> String {
        self.api(&format!("/seminars/{seminar}"))
    }

    /// Below the API.
    #[must_use]
    pub fn api(&self, path: &str) -> String {
        format!("{}/api/v1{path}", self.public_url)
    }

    /// Below the public address, such as the path of a request.
    #[must_use]
    pub fn below(&self, path: &str) -> String {
        format!("{}{path}", self.public_url)
    }

    #[cfg(test)]
    pub fn sample() -> Self {
        Self {
            public_url: "https://einlass.example".to_owned(),
            page: "https://portal.example/v/{seminar}?a=b".to_owned(),
            host: "einlass.example".to_owned(),
            sender: "anmeldung@staedteregion.example".to_owned(),
        }
    }
}
