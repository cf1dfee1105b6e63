//! A spreadsheet at the command line: read, and imported where nothing is doubtful.

use std::fmt::Write as _;

use diesel::PgConnection;

use super::preview::{NewProgramme, Previewed, keep, of_kept, preview};
use crate::auth::{OrganisationId, Reach};
use crate::base::problem::Result;
use crate::imports::model::{ProgrammeRow, Summary};
use crate::imports::sheet::{Column, Doubt, RowState};
use crate::journal::Act;

/// What came of it.
pub struct Spreadsheet {
    /// A line for each doubt and each note.
    pub told: String,
    /// Rows that wait for a decision. With one of them nothing is imported.
    pub open: usize,
    pub summary: Option<Summary>,
}

/// Reads `new` and imports it, whole or not at all.
pub fn import_spreadsheet(
    conn: &mut PgConnection,
    act: &Act,
    organisation: OrganisationId,
    new: &NewProgramme,
) -> Result<Spreadsheet> {
    let previewed = preview(conn, act, organisation, new)?;
    let (told, open) = match &previewed {
        Previewed::Before(_) => (
            "The file was sent before; what was decided on it holds.\n".to_owned(),
            0,
        ),
        Previewed::New { import, rows, .. } => {
            let columns = of_kept::<Vec<Column>>(&import.layout)?;
            let told = rows
                .iter()
                .map(|row| lines(row, &columns, new.german))
                .collect::<Result<String>>()?;
            (told, rows.iter().filter(|row| row.state == RowState::Open).count())
        }
    };
    if open > 0 {
        return Ok(Spreadsheet {
            told,
            open,
            summary: None,
        });
    }
    let (import, _) = keep(conn, act, &previewed)?;
    let reach = Reach::operator(organisation);
    let (_, summary) = super::confirm(conn, act, &reach, import.id, |_| Ok(()))?;
    Ok(Spreadsheet {
        told,
        open,
        summary: Some(summary),
    })
}

/// „Zeile 14, Datum: 31.06.2020 – Diesen Tag gibt es nicht. (impossible_date)“
fn lines(row: &ProgrammeRow, columns: &[Column], german: bool) -> Result<String> {
    let mut told = String::new();
    for doubt in of_kept::<Vec<Doubt>>(&row.doubts)? {
        let column = columns
            .iter()
            .find(|column| column.field.is_some() && column.field == doubt.field);
        let heading = column.map(|column| format!(", {}", column.heading)).unwrap_or_default();
        let text = doubt.text.as_deref().filter(|text| !text.is_empty());
        let text = text.map(|text| format!(" „{text}“")).unwrap_or_default();
        let word = if german { "Zeile" } else { "Row" };
        let code = doubt.code;
        let _ = write!(
            told,
            "{word} {}{heading}:{text} {} ({code})",
            row.row,
            code.detail(german)
        );
        let choices = doubt
            .choices
            .iter()
            .filter(|choice| !choice.is_empty())
            .cloned()
            .collect::<Vec<_>>();
        if !choices.is_empty() {
            let _ = write!(told, " → {}", choices.join(" | "));
        }
        told.push('\n');
    }
    Ok(told)
}
