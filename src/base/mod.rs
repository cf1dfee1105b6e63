//! What every room stands on. Knows no room, and no noun of the domain but in the catalogue of problems, which is the
//! public vocabulary.

pub mod body;
pub mod capability;
pub mod clock;
pub mod config;
pub mod dates;
pub mod db;
pub mod digest;
pub mod embedded;
pub mod etag;
pub mod group_commit;
pub mod ical;
pub mod idempotency;
pub mod ids;
pub mod json_list;
pub mod language;
pub mod page;
pub mod problem;
pub mod qr;
pub mod query;
pub mod templates;
pub mod text;
