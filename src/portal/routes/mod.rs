//! The routes of the pages, and what their handlers share. They are for people and stand in no OpenAPI document.

mod change;
mod error;
mod join;
mod registration;
mod steps;
mod visit;

use actix_web::web::ServiceConfig;

pub use error::ErrorPage;

/// Which methods the pages have, for the answer to any other.
pub const PATHS: &[(&str, &[&str])] = &[
    ("/registrations/{token}", &["GET", "HEAD"]),
    ("/registrations/{token}/confirm", &["POST"]),
    ("/registrations/{token}/accept-offer", &["POST"]),
    ("/registrations/{token}/keep", &["POST"]),
    ("/registrations/{token}/cancel", &["GET", "HEAD", "POST"]),
    ("/registrations/{token}/change", &["GET", "HEAD", "POST"]),
    ("/registrations/{token}/ticket.{format}", &["GET", "HEAD"]),
    ("/registrations/{token}/withdraw/{purpose}", &["POST"]),
    ("/join/{token}", &["GET", "HEAD", "POST"]),
];

pub fn configure(config: &mut ServiceConfig) {
    config
        .service(registration::see)
        .service(registration::ticket)
        .service(steps::confirm)
        .service(steps::accept_offer)
        .service(steps::keep)
        .service(steps::ask_cancel)
        .service(steps::cancel)
        .service(steps::withdraw)
        .service(change::ask)
        .service(change::change)
        .service(join::see)
        .service(join::join);
}
