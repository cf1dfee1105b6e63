//! Organisations, accounts, members, and who is asking.
//!
//! Authorisation stands in a handler's signature: [`Staff`] names the role it needs, [`Caller`] is anybody. What
//! a member may reach is a [`Reach`], made by the extractors here and, for the command line, by [`Reach::operator`]; a service that is
//! handed one cannot forget to ask. A machine (`api-clients`) acts in its organisation as far as its scopes reach; which
//! operation asks for which scope stands in `rules/scopes.rs`. Not here: registrants, whose tokens belong to `registrations`.

mod model;
mod passwords;
mod ring;
mod routes;
mod rules;
mod service;
mod store;
mod throttle;
mod tokens;
mod who;

pub use model::{AccountId, ApiClientId, OrganisationId, OrganisationRef, Role, Scope};
pub use passwords::Hasher;
pub use ring::{Rotated, State as KeyState, list_keys, replace_keys, rotate_keys};
pub use routes::{configure, configure_outside};
pub use rules::password_fault;
pub use rules::scopes::scope_of;
pub use service::{
    NewAccount, NewOrganisation, create_account, create_api_client, ensure_organisation, own_organisation,
    reached as reached_organisation,
};
pub use store::{
    administrators, all_organisations, find_organisation, lock_organisation, organisation_by_slug, organisation_refs,
    organisation_spellings, organisers, sweep,
};
pub use throttle::Throttle;
pub use tokens::Keys;
pub use who::{
    Admin, Caller, FrontDesk, Identity, LoggedIn, Needs, NeedsAdmin, NeedsFrontDesk, NeedsOrganiser, Organiser,
    PlatformAdmin, REGISTRATION, Reach, Reporter, Scopes, Staff, Subject, identify,
};

/// What the room keeps between requests.
pub struct Auth {
    pub keys: Keys,
    pub hasher: Hasher,
    pub throttle: Throttle,
}
