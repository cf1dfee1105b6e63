//! An unknown report, explained by whoever sends it: which column is what.

use serde::{Deserialize, Serialize};

/// Each names a column by its heading; letter case and spaces do not matter. Needed are a name (whole or in two
/// parts) or an e-mail, and either both times, a duration or the attendance.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct ColumnMap {
    pub name: Option<String>,
    pub given_name: Option<String>,
    pub family_name: Option<String>,
    pub email: Option<String>,
    pub join_time: Option<String>,
    pub leave_time: Option<String>,
    /// Minutes where the cell names no unit.
    pub duration: Option<String>,
    pub attended: Option<String>,
    pub role: Option<String>,
}
