//! What seminars belong to (collections) and where they take place (venues), each an organisation's own.
//!
//! Reading is for anybody, writing for the organisation's organisers. Not here: which seminar belongs to which
//! collection and which session is where; those links hang on the seminar and belong to `seminars`.

mod model;
mod routes;
mod rules;
mod service;
mod store;

pub use model::{CollectionId, CollectionKind, CollectionRef, VenueId, VenueRef};
pub use routes::configure;
pub use service::{NewCollection, NewVenue, ensure_collection, ensure_venue};
pub use store::{collection_refs, collections_of, venue_refs, venues_of};
