//! What was erased is written out by ids, and erased again where a restored backup still has it. Retention needs no ledger:
//! it goes by the clock, and the next run does again what is due.

use chrono::{DateTime, Utc};
use diesel::PgConnection;

use super::erase::{Person, forget};
use crate::attendance::Forgotten;
use crate::auth::organisation_refs;
use crate::base::db::Db;
use crate::base::problem::{Error, Result};
use crate::journal::{Act, Actor};
use crate::privacy::model::{Erasure, Objects};
use crate::privacy::store;
use crate::registrations::among;

const AT_ONCE: i64 = 500;

/// Every erasure of `since` or later, the oldest first, each a line of JSON handed to `write`. Says how many.
pub fn export_erasures(
    db: &Db,
    since: Option<DateTime<Utc>>,
    mut write: impl FnMut(&str) -> std::io::Result<()>,
) -> Result<usize> {
    let (mut after, mut count) = (None, 0);
    loop {
        let page = db.run(true, |conn| store::erasures_since(conn, since, after, AT_ONCE))?;
        let Some(last) = page.last() else {
            return Ok(count);
        };
        after = Some((last.at, last.id));
        for erasure in &page {
            let line = serde_json::to_string(erasure).map_err(Error::internal)?;
            write(&line).map_err(Error::internal)?;
            count += 1;
        }
    }
}

/// What came of erasing again.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Applied {
    /// Lines that were read.
    pub lines: usize,
    /// Lines the ledger did not have.
    pub new: usize,
    /// Registrations, scans and rows that were erased or restricted now.
    pub erased: usize,
}

/// Erases again what the lines of [`export_erasures`] name, each line in one transaction; what is gone already stays gone.
/// A line that is none ends it, and names itself.
pub fn reapply_erasures(
    db: &Db,
    now: DateTime<Utc>,
    lines: impl Iterator<Item = std::io::Result<String>>,
) -> Result<Applied> {
    let act = Act {
        now,
        actor: Actor::SYSTEM,
    };
    let mut applied = Applied::default();
    for (n, line) in lines.enumerate() {
        let line = line.map_err(Error::internal)?;
        if line.trim().is_empty() {
            continue;
        }
        let fault = |error: serde_json::Error| Error::member(format!("/{n}"), error.to_string());
        let erasure = serde_json::from_str::<Erasure>(&line).map_err(fault)?;
        let objects = serde_json::from_value::<Objects>(erasure.objects.clone()).map_err(fault)?;
        let (new, erased) = db.run(false, |conn| reapply(conn, &act, &erasure, &objects))?;
        applied.lines += 1;
        applied.new += usize::from(new);
        applied.erased += erased;
    }
    Ok(applied)
}

fn reapply(conn: &mut PgConnection, act: &Act, erasure: &Erasure, objects: &Objects) -> Result<(bool, usize)> {
    let organisation = erasure.organisation_id;
    if organisation_refs(conn, &[organisation])?.is_empty() {
        // It came after the backup was made, and with it whoever was erased there.
        return Ok((false, 0));
    }
    let ids = [objects.registrations.as_slice(), &objects.restricted].concat();
    let rows = objects.import_participants.iter();
    let named = Forgotten {
        check_ins: objects.check_ins.clone(),
        rows: rows.map(|row| (row.import, row.position)).collect(),
    };
    let person = Person {
        organisation,
        registrations: among(conn, organisation, &ids)?,
        address: None,
        named: &named,
        before: objects,
    };
    let again = forget(conn, act, person)?;
    let new = store::insert_erasure(conn, erasure)?;
    Ok((
        new,
        again.registrations.len() + again.check_ins.len() + again.import_participants.len(),
    ))
}
