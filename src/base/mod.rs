//! What every room stands on. Knows no room, and no noun of the domain but in the catalogue of problems, which is the
//! public vocabulary.

pub mod accept;
pub mod body;
pub mod capability;
pub mod clock;
pub mod config;
pub mod csv;
pub mod dates;
pub mod db;
pub mod decode;
pub mod digest;
pub mod document;
pub mod download;
pub mod embedded;
pub mod etag;
mod field_error;
pub mod form;
pub mod group_commit;
pub mod ical;
pub mod idempotency;
pub mod ids;
pub mod json_list;
pub mod language;
mod line;
pub mod network;
pub mod off_thread;
pub mod page;
pub mod press;
pub mod problem;
pub mod qr;
pub mod query;
pub mod templates;
pub mod text;
pub mod ticket_code;
