//! The room's operations.

mod accounts;
mod api_clients;
mod login;
mod me;
mod members;
mod organisations;
mod token;

use crate::base::operations::Operations;

pub fn configure(operations: &mut Operations<'_>) {
    operations
        .service(login::login)
        .service(login::refresh)
        .service(login::logout)
        .service(me::get_me)
        .service(me::change_me)
        .service(accounts::list_accounts)
        .service(accounts::get_account)
        .service(accounts::change_account)
        .service(organisations::list_organisations)
        .service(organisations::create_organisation)
        .service(organisations::get_organisation)
        .service(organisations::change_organisation)
        .service(members::list_members)
        .service(members::add_member)
        .service(members::get_member)
        .service(members::change_member)
        .service(members::remove_member)
        .service(token::fetch_token)
        .service(api_clients::list_api_clients)
        .service(api_clients::create_api_client)
        .service(api_clients::get_api_client)
        .service(api_clients::change_api_client)
        .service(api_clients::rotate_api_client_secret)
        .service(api_clients::revoke_api_client);
}

/// What stands outside `/api/v1`.
pub fn configure_outside(operations: &mut Operations<'_>) {
    operations.service(login::get_jwks);
}
