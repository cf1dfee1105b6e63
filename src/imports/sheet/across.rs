//! What rows say of each other: cells that were merged, and the same seminar twice.

use std::collections::BTreeMap;

use super::doubts::{Doubt, DoubtCode};
use super::model::{Decisions, Field, Known, RawRow, Read, RowState, Settings, Understood};
use super::row;
use crate::base::digest::{base64url, sha256};
use crate::base::text::fold;

/// Reads all rows with what was decided about them. `imported`: the external ids that are there already.
#[must_use]
pub fn interpret(
    rows: &[(RawRow, Decisions)],
    settings: &Settings,
    known: &Known,
    imported: &dyn Fn(&str) -> bool,
) -> Vec<Read> {
    let mut read = Vec::with_capacity(rows.len());
    let mut seen = BTreeMap::<String, (i32, usize)>::new();
    let mut above: Option<&RawRow> = None;
    for (raw, decisions) in rows {
        let (understood, mut doubts) = row::read(raw, decisions, settings, known);
        merged(raw, decisions, above, &mut doubts);
        let mut external_id = None;
        if let Some(key) = key(&understood).filter(|_| !decisions.skip) {
            let (first, times) = *seen
                .entry(key.clone())
                .and_modify(|(_, times)| *times += 1)
                .or_insert((raw.row, 1));
            let accepted = |of: &std::collections::BTreeSet<DoubtCode>| of.contains(&DoubtCode::DuplicateRow);
            if times > 1 && !accepted(&decisions.accept) && !accepted(&settings.accept) {
                let title = understood.title.as_deref().unwrap_or_default();
                doubts.push(Doubt::new(DoubtCode::DuplicateRow, Field::Title, title).other(first));
            }
            external_id = Some(if times > 1 { format!("{key}-{times}") } else { key });
        }
        let waits = doubts.iter().any(|doubt| doubt.code.waits());
        let state = match external_id.as_deref() {
            _ if decisions.skip => RowState::Skipped,
            _ if waits => RowState::Open,
            Some(id) if imported(id) => {
                let title = understood.title.as_deref().unwrap_or_default();
                doubts.push(Doubt::new(DoubtCode::AlreadyImported, Field::Title, title));
                RowState::Known
            }
            _ => RowState::Ready,
        };
        read.push(Read {
            state,
            understood,
            doubts,
            external_id,
        });
        above = Some(raw);
    }
    read
}

/// By what a seminar is found again, in this file and in the next: its title and when it was to be.
fn key(understood: &Understood) -> Option<String> {
    let title = fold(understood.title.as_deref()?);
    let first = understood.first_day()?;
    let last = understood.within.map(|span| span.to);
    let digest = sha256(format!("{title}|{first}|{last:?}").as_bytes());
    Some(base64url(digest.get(..15)?))
}

/// An empty cell below a filled one may have been one with it.
fn merged(raw: &RawRow, decisions: &Decisions, above: Option<&RawRow>, doubts: &mut [Doubt]) {
    for doubt in doubts {
        let field = match doubt.code {
            DoubtCode::DateMissing => Field::Date,
            DoubtCode::TitleMissing => Field::Title,
            _ => continue,
        };
        let value = above.map(|above| above.cell(field)).filter(|value| !value.is_empty());
        let is_empty = raw.cell(field).is_empty() && !decisions.set.contains_key(&field);
        if let Some(value) = value.filter(|_| is_empty) {
            doubt.code = DoubtCode::MergedCell;
            doubt.choices = vec![value.to_owned()];
            doubt.other = above.map(|above| above.row);
        }
    }
}
