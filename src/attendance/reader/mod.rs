//! Reads the attendance reports of meeting platforms, and our own list.

mod column_map;
mod matching;
mod model;
mod presence;
mod unreadable;

pub use column_map::ColumnMap;
pub use matching::{
    Match, MatchFlag, MatchMethod, MatchStatus, Registered, RegistrationStanding, TeamMember, TeamRole, match_people,
};
pub use model::{DateOrder, Encoding, Format, Ignored, Precision, Reading, Report, Role, Seen, Warning, Window};
pub use presence::{Presence, PresenceRule, presence};
pub use unreadable::{MAX_BYTES, MAX_COLUMNS, MAX_ROWS, Unreadable};

/// Reads one report.
///
/// # Errors
///
/// Whatever is not understood for sure is refused, see [`Unreadable`].
pub fn read(bytes: &[u8], _how: &Reading) -> Result<Report, Unreadable> {
    if bytes.is_empty() {
        return Err(Unreadable::Empty);
    }
    Err(Unreadable::UnknownFormat {
        columns_found: Vec::new(),
    })
}
