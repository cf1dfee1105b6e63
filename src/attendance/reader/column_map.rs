//! An unknown report, explained by whoever sends it: which column is what.

use serde::{Deserialize, Serialize};

use super::headings::{Column, Columns};
use super::layout::Table;
use super::model::Format;
use super::rows::Row;
use super::unreadable::Unreadable;

/// Each names a column by its heading; letter case and spaces do not matter. Needed are a name (whole or in two
/// parts) or an e-mail, and either both times, a duration or the attendance.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct ColumnMap {
    #[schema(max_length = 300)]
    pub name: Option<String>,
    #[schema(max_length = 300)]
    pub given_name: Option<String>,
    #[schema(max_length = 300)]
    pub family_name: Option<String>,
    #[schema(max_length = 300)]
    pub email: Option<String>,
    #[schema(max_length = 300)]
    pub join_time: Option<String>,
    #[schema(max_length = 300)]
    pub leave_time: Option<String>,
    /// Minutes where the cell names no unit.
    #[schema(max_length = 300)]
    pub duration: Option<String>,
    #[schema(max_length = 300)]
    pub attended: Option<String>,
    #[schema(max_length = 300)]
    pub role: Option<String>,
}

impl ColumnMap {
    /// The table under this row, if the row has every heading that is named; else how many it has and one it has not.
    pub(super) fn table(&self, row: &Row<'_>) -> Result<Result<Table, (usize, String)>, Unreadable> {
        let named = [
            (Column::Name, &self.name),
            (Column::Given, &self.given_name),
            (Column::Family, &self.family_name),
            (Column::Email, &self.email),
            (Column::Join, &self.join_time),
            (Column::Leave, &self.leave_time),
            (Column::Duration, &self.duration),
            (Column::Attended, &self.attended),
            (Column::Role, &self.role),
        ];
        let who =
            self.name.is_some() || self.email.is_some() || (self.given_name.is_some() && self.family_name.is_some());
        let times = self.join_time.is_some() && self.leave_time.is_some();
        if !who || !(times || self.duration.is_some() || self.attended.is_some()) {
            return Err(Unreadable::UselessMap);
        }
        let mut columns = Columns::of(row);
        columns.forget_all();
        let (mut found, mut missed) = (0, None);
        for (column, heading) in named
            .iter()
            .filter_map(|(column, heading)| Some((*column, heading.as_ref()?)))
        {
            match columns.find(heading) {
                Some(at) => {
                    columns.put(column, at);
                    found += 1;
                }
                None => missed = missed.or(Some(heading.clone())),
            }
        }
        Ok(match missed {
            Some(heading) => Err((found, heading)),
            None => Ok(Table::new(Format::Mapped, columns)),
        })
    }
}
