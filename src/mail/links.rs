//! The personal links of a mail, made when it is sent.

use serde::Serialize;
use uuid::Uuid;

use crate::base::capability::{Capabilities, Purpose};

/// Where the links of one registration lead.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Links {
    pub confirm: String,
    pub see: String,
    pub change: String,
    pub cancel: String,
    pub accept_offer: String,
    pub keep: String,
    pub join: Option<String>,
}

/// What links are made of.
pub struct Doors {
    public_url: String,
    portal_url: Option<String>,
}

impl Doors {
    #[must_use]
    pub fn new(public_url: &str, portal_url: Option<&str>) -> Self {
        Self {
            public_url: public_url.trim_end_matches('/').to_owned(),
            portal_url: portal_url.map(str::to_owned),
        }
    }

    /// `address` is the key of the recipient's address; `join`: whether there is a room to enter.
    #[must_use]
    pub fn links(&self, capabilities: &Capabilities, registration: Uuid, address: &str, join: bool) -> Links {
        let token = capabilities.token(Purpose::Manage, registration, address);
        let page = |action: &str| match &self.portal_url {
            Some(portal) => portal.replace("{token}", &token).replace("{action}", action),
            None => format!("{}/registrations/{token}", self.public_url),
        };
        Links {
            confirm: page("confirm"),
            see: page("see"),
            change: page("change"),
            cancel: page("cancel"),
            accept_offer: page("accept_offer"),
            keep: page("keep"),
            join: join.then(|| {
                let token = capabilities.token(Purpose::Join, registration, address);
                format!("{}/join/{token}", self.public_url)
            }),
        }
    }
}

impl Links {
    /// Whether `address` is one of them: only these become buttons, whatever a name or a title says.
    #[must_use]
    pub fn has(&self, address: &str) -> bool {
        let pages = [
            &self.confirm,
            &self.see,
            &self.change,
            &self.cancel,
            &self.accept_offer,
            &self.keep,
        ];
        pages.into_iter().chain(&self.join).any(|link| link == address)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::capability::Claim;
    use crate::base::ids::fresh;

    #[test]
    fn links_lead_to_the_portal_where_there_is_one_and_each_token_has_its_purpose() {
        let folder = std::env::temp_dir().join(format!("einlass-doors-{}", fresh()));
        let capabilities = Capabilities::open(&folder).unwrap();
        std::fs::remove_dir_all(folder).unwrap();
        let (id, address) = (fresh(), "anna@example.org");

        let own = Doors::new("https://einlass.example/", None).links(&capabilities, id, address, true);
        assert_eq!(own.see, own.cancel);
        let token = own.see.strip_prefix("https://einlass.example/registrations/").unwrap();
        assert!(capabilities.proves(&Claim::read(token).unwrap(), Purpose::Manage, address));
        let join = own.join.clone().unwrap();
        let token = join.strip_prefix("https://einlass.example/join/").unwrap();
        assert!(capabilities.proves(&Claim::read(token).unwrap(), Purpose::Join, address));
        assert!(own.has(&join) && !own.has("https://evil.example"));

        let portal = Some("https://portal.example/a/{token}?tun={action}");
        let portal = Doors::new("https://einlass.example", portal).links(&capabilities, id, address, false);
        assert!(portal.confirm.starts_with("https://portal.example/a/"));
        assert!(portal.accept_offer.ends_with("?tun=accept_offer"));
        assert_eq!(portal.join, None);
    }
}
