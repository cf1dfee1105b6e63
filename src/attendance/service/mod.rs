//! What is said about attendance, and what is done at the door.

mod headcounts;
mod imports;

pub use headcounts::{create_headcount, delete_headcount, record_headcount};
pub use imports::{
    Decision, How, INLINE, Known, NewImport, Shown, Taken, confirm_import, forget_previews, preview, resolve_import,
    revert_import, shown, upload,
};
