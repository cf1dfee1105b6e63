//! What is said about attendance, and what is done at the door.

pub mod attendees;
pub mod certificates;
mod check_ins;
mod door;
mod forget;
mod headcounts;
mod imports;
mod records;

pub use check_ins::{count, find, list, offline_list, one, void};
pub use door::{Door, Entered, Knock, MOST_SCANS, Scan, Who};
pub use forget::{Forget, forget_people, seminars_of};
pub use headcounts::{create_headcount, delete_headcount, record_headcount};
pub use imports::{
    Decision, How, INLINE, Known, NewImport, Shown, Taken, confirm_import, delete_import, forget_times,
    forget_uncounted, preview, resolve_import, revert_import, shown, upload,
};
pub use records::{no_shows_by_seminar, people_by_import, people_by_seminar, records};
