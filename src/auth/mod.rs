//! Organisations, accounts, members, and who is asking.
//!
//! Authorisation stands in a handler's signature: [`Staff`] names the role it needs, [`Caller`] is anybody. What
//! a member may reach is a [`Reach`], made by the extractors here and, for the command line, by [`Reach::operator`]; a service that is
//! handed one cannot forget to ask. Not here: registrants (their tokens belong to `registrations`) and partners' machines
//! (`api_clients`, with the partners' issue).

mod model;
mod passwords;
mod routes;
mod rules;
mod service;
mod store;
mod throttle;
mod tokens;
mod who;

pub use model::{AccountId, OrganisationId, OrganisationRef, Role};
pub use passwords::Hasher;
pub use routes::{configure, configure_outside};
pub use rules::password_fault;
pub use service::{NewAccount, NewOrganisation, create_account, ensure_organisation, own_organisation};
pub use store::{
    administrators, all_organisations, find_organisation, organisation_by_slug, organisation_refs,
    organisation_spellings, organisers, sweep,
};
pub use throttle::Throttle;
pub use tokens::Keys;
pub use who::{
    Admin, Caller, FrontDesk, Identity, LoggedIn, Needs, NeedsFrontDesk, NeedsOrganiser, Organiser, PlatformAdmin,
    REGISTRATION, Reach, Reporter, Staff, identify,
};

/// What the room keeps between requests.
pub struct Auth {
    pub keys: Keys,
    pub hasher: Hasher,
    pub throttle: Throttle,
}
