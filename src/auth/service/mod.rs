//! Logging in, and who belongs where: in each case lock → read → decide → write → record.

mod accounts;
mod api_clients;
mod members;
mod organisations;
mod sessions;

pub use accounts::{AccountChange, NewAccount, change_account, create_account};
pub use api_clients::{
    Seen, change_api_client, create_api_client, mark_used, recognise, revoke_api_client, rotate_secret,
};
pub use members::{NewMember, add_member, change_member};
pub use organisations::{
    NewOrganisation, OrganisationChange, change_organisation, create_organisation, ensure_organisation,
    own_organisation, reached,
};
pub use sessions::{begin_session, end_session, rotate};
