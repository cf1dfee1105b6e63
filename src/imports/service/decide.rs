//! Somebody settles doubts, confirms a programme or drops it: lock → read → decide → write → record.

use std::collections::{BTreeMap, BTreeSet};

use diesel::PgConnection;
use serde_json::json;

use super::preview::{entry, interpret, kept, of_kept, row};
use crate::auth::{AccountId, Reach};
use crate::base::problem::{Code, Error, FieldError, Problem, Result};
use crate::imports::model::{ProgrammeImport, ProgrammeImportId, ProgrammeImportState, ProgrammeRow, Summary};
use crate::imports::rules::{self, Ready};
use crate::imports::sheet::{Decisions, Doubt, DoubtCode, Field, MAX_ROWS, RawRow, Read, RowState, Settings};
use crate::imports::{import, store};
use crate::journal::{Act, record};

/// Named in one refusal.
const MOST_NAMED: usize = 100;

/// What is decided about one row; what is left out stays as it was.
#[derive(Clone, Debug, Default)]
pub struct RowPatch {
    pub row: i32,
    /// `None`: the cell of the file again.
    pub set: BTreeMap<Field, Option<String>>,
    pub accept: Option<BTreeSet<DoubtCode>>,
    pub skip: Option<bool>,
}

#[derive(Clone, Debug, Default)]
pub struct Patch {
    pub settings: Option<Settings>,
    pub rows: Vec<RowPatch>,
}

/// An import with its rows, locked.
struct Locked {
    import: ProgrammeImport,
    rows: Vec<ProgrammeRow>,
    decided: Vec<(RawRow, Decisions)>,
}

/// All decisions or none. Every row is read again: one decision may settle another row's doubt.
pub fn settle(
    conn: &mut PgConnection,
    act: &Act,
    reach: &Reach,
    id: ProgrammeImportId,
    check: impl Fn(i64) -> Result<()>,
    patch: &Patch,
) -> Result<ProgrammeImport> {
    let Locked {
        mut import,
        rows,
        mut decided,
    } = locked(conn, reach, id, check)?;
    let mut errors = Vec::new();
    for (n, one) in patch.rows.iter().enumerate() {
        let Some((_, decisions)) = decided.iter_mut().find(|(raw, _)| raw.row == one.row) else {
            errors.push(FieldError::member(
                format!("/rows/{n}/row"),
                "is no row of this programme",
            ));
            continue;
        };
        for (field, value) in &one.set {
            match value {
                Some(value) => drop(decisions.set.insert(*field, value.clone())),
                None => drop(decisions.set.remove(field)),
            }
        }
        // What was accepted was accepted of the text that stood there.
        if !one.set.is_empty() {
            decisions.accept.clear();
        }
        decisions.accept = one.accept.clone().unwrap_or_else(|| decisions.accept.clone());
        decisions.skip = one.skip.unwrap_or(decisions.skip);
    }
    Error::unless_empty(errors)?;
    if let Some(settings) = &patch.settings {
        import.settings = kept(settings)?;
    }
    write(conn, act, &mut import, &rows, &decided)?;
    import.version += 1;
    store::save_import(conn, &import)?;
    let data = json!({"rows": patch.rows.len(), "settings": patch.settings.is_some()});
    record(conn, act, entry(&import, "programme_import.settled", data))?;
    Ok(import)
}

/// Writes what became of the rows; those that stay the same are not touched.
fn write(
    conn: &mut PgConnection,
    act: &Act,
    import: &mut ProgrammeImport,
    before: &[ProgrammeRow],
    decided: &[(RawRow, Decisions)],
) -> Result<Vec<Read>> {
    let settings = of_kept::<Settings>(&import.settings)?;
    let read = interpret(conn, act, import.organisation_id, decided, &settings)?;
    for (((raw, decisions), read), before) in decided.iter().zip(&read).zip(before) {
        let after = row(import, raw, decisions, read)?;
        if after != *before {
            store::save_row(conn, &after)?;
        }
    }
    Ok(read)
}

/// Makes the seminars, all or none. What is known is looked at again: venues and partners may have come since.
pub fn confirm(
    conn: &mut PgConnection,
    act: &Act,
    reach: &Reach,
    id: ProgrammeImportId,
    check: impl Fn(i64) -> Result<()>,
) -> Result<(ProgrammeImport, Summary)> {
    let Locked {
        mut import,
        rows,
        decided,
    } = locked(conn, reach, id, check)?;
    let read = write(conn, act, &mut import, &rows, &decided)?;
    let named = decided.iter().zip(&read).map(|((raw, _), read)| (raw.row, read));
    let open = named.clone().filter(|(_, read)| read.state == RowState::Open);
    let open = open.map(|(row, read)| FieldError::member(format!("/rows/{row}"), codes(&read.doubts)));
    let open = open.collect::<Vec<_>>();
    if !open.is_empty() {
        let detail = format!(
            "{} rows have doubts. The numbers are those of the spreadsheet.",
            open.len()
        );
        let errors = open.into_iter().take(MOST_NAMED).collect();
        return Err(Problem::new(Code::DoubtsOpen).detail(detail).errors(errors).into());
    }
    let ready = named
        .filter(|(_, read)| read.state == RowState::Ready)
        .collect::<Vec<_>>();
    let summary = make(conn, act, &import, &ready)?;
    import.state = ProgrammeImportState::Confirmed;
    import.confirmed_at = Some(act.now);
    import.confirmed_by = act.actor.account_id().map(AccountId);
    import.version += 1;
    store::save_import(conn, &import)?;
    let data = json!({"seminars": summary.seminars, "headcounts": summary.headcounts});
    record(conn, act, entry(&import, "programme_import.confirmed", data))?;
    Ok((import, summary))
}

fn codes(doubts: &[Doubt]) -> String {
    let open = doubts.iter().filter(|doubt| doubt.code.waits());
    open.map(|doubt| doubt.code.as_str()).collect::<Vec<_>>().join(", ")
}

/// Through the same door as a file in our own format; what is refused is named by the row of the spreadsheet.
fn make(conn: &mut PgConnection, act: &Act, of: &ProgrammeImport, rows: &[(i32, &Read)]) -> Result<Summary> {
    let entries = rows.iter().filter_map(|(_, read)| {
        Some(Ready {
            understood: &read.understood,
            external_id: read.external_id.as_deref()?,
        })
    });
    let entries = entries.collect::<Vec<_>>();
    let source = of.file_name.as_deref().unwrap_or("Tabelle");
    let programme = rules::programme(&entries, source, act.today())?;
    let number = |n: &str| n.parse::<usize>().ok().and_then(|n| rows.get(n)).map(|(row, _)| *row);
    import(conn, act, of.organisation_id, &programme).map_err(|error| match error {
        Error::Refused(mut problem) => {
            for fault in &mut problem.errors {
                let place = fault.place().to_owned();
                let rest = place.strip_prefix("/seminars/");
                let parts = rest.map(|rest| rest.split_once('/').unwrap_or((rest, "")));
                if let Some((row, member)) = parts.and_then(|(n, member)| Some((number(n)?, member))) {
                    fault.pointer = Some(format!("/rows/{row}/{member}").trim_end_matches('/').to_owned());
                }
            }
            Error::Refused(problem)
        }
        other => other,
    })
}

/// A preview goes with all its rows, and may be sent again.
pub fn delete(
    conn: &mut PgConnection,
    act: &Act,
    reach: &Reach,
    id: ProgrammeImportId,
    check: impl Fn(i64) -> Result<()>,
) -> Result<()> {
    let import = locked(conn, reach, id, check)?.import;
    store::delete_import(conn, (import.organisation_id, import.id))?;
    record(conn, act, entry(&import, "programme_import.deleted", json!({})))
}

/// The preview, alone, as the caller has read it.
fn locked(
    conn: &mut PgConnection,
    reach: &Reach,
    id: ProgrammeImportId,
    check: impl Fn(i64) -> Result<()>,
) -> Result<Locked> {
    let import = store::lock_import(conn, id)?.ok_or(Code::NotFound)?;
    reach.check(import.organisation_id)?;
    check(import.version)?;
    if import.state != ProgrammeImportState::Previewed {
        let detail = format!("The import is {}.", import.state);
        return Err(Problem::new(Code::TransitionNotAllowed).detail(detail).into());
    }
    let most = i64::try_from(MAX_ROWS).map_err(Error::internal)?;
    let rows = store::rows(conn, (import.organisation_id, import.id), None, None, most)?;
    let decided = rows
        .iter()
        .map(|row| Ok((of_kept(&row.raw)?, of_kept(&row.decisions)?)));
    let decided = decided.collect::<Result<Vec<_>>>()?;
    Ok(Locked { import, rows, decided })
}
