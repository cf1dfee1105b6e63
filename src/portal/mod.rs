//! The built-in pages behind the links of the mails: see, confirm, change and cancel a registration, accept an offer,
//! keep a new date, take back a consent, enter the online room.
//!
//! Plain HTML that works without JavaScript. GET changes nothing, so a scanner that opens every link does nothing;
//! every step is a form. The token in the path is all the authority there is: no cookie, so nothing another site could
//! borrow. What a page says stands in `templates/portal`, one table of words for each language; an operator replaces
//! files, or single words, below `portal/` in `EINLASS_TEMPLATES_DIR`. Whoever has a portal of their own sets
//! `EINLASS_PORTAL_URL`; the pages for the online room stay here. Not here: what a step does (`registrations`).

mod model;
mod pages;
mod routes;
mod rules;
mod view;
mod words;

pub use pages::Pages;
pub use routes::{ErrorPage, PATHS, configure};
