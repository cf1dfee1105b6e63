//! What seminars belong to (collections), where they take place (venues) and what stands above their lists (logos), each
//! an organisation's own.
//!
//! Reading is for anybody, of logos for members, writing for the organisation's organisers. Not here: which seminar belongs to which
//! collection and which session is where; those links hang on the seminar and belong to `seminars`.

mod logos;
mod model;
mod routes;
mod rules;
mod service;
mod store;

pub use logos::{logo_names, printed_logos};
pub use model::{CollectionId, CollectionKind, CollectionRef, Logo, VenueId, VenueRef};
pub use routes::configure;
pub use service::{NewCollection, NewVenue, VenueNames, ensure_collection, ensure_venue, venue_names};
pub use store::{collection_names, collection_refs, collections_of, venue_refs, venues_of};
