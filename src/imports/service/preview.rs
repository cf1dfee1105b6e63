//! A spreadsheet becomes a preview: nothing of it is in the programme yet.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use diesel::PgConnection;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use crate::auth::{AccountId, OrganisationId, OrganisationRef, Reach, organisation_refs, organisation_spellings};
use crate::base::digest::sha256;
use crate::base::problem::{Code, Error, FieldError, Problem, Result};
use crate::base::text::fold;
use crate::catalogue::{collection_names, venue_names};
use crate::imports::model::{ProgrammeImport, ProgrammeImportId, ProgrammeImportState, ProgrammeRow};
use crate::imports::rules::SYSTEM;
use crate::imports::sheet::{
    self, ColumnMap, Decisions, Known, Place, RawRow, Read, RowState, Settings, Sheet, Unreadable,
};
use crate::imports::store;
use crate::journal::{Act, Entry, record};
use crate::seminars::external_ids;

/// Rows in the preview itself; what is beyond comes in pages.
pub const INLINE: i64 = 500;

/// A file as it was sent.
#[derive(Clone, Debug)]
pub struct NewProgramme {
    pub bytes: Vec<u8>,
    pub file_name: Option<String>,
    pub map: ColumnMap,
    pub settings: Settings,
    pub german: bool,
}

impl NewProgramme {
    fn sha256(&self) -> [u8; 32] {
        sha256(&self.bytes)
    }

    /// What makes another reading of the same file.
    fn read_as(&self) -> [u8; 32] {
        sha256(format!("{:?}{:?}", self.map, self.settings).as_bytes())
    }

    /// Tells two uploads apart for the Idempotency-Key.
    #[must_use]
    pub fn digest(&self, organisation: &str) -> [u8; 32] {
        let beside = format!("{organisation}{:?}", self.file_name);
        sha256(&[&self.sha256()[..], &self.read_as(), beside.as_bytes()].concat())
    }
}

/// What a file comes to, before anything is written.
#[derive(Clone, Debug)]
pub enum Previewed {
    /// The import that it already is.
    Before(Box<ProgrammeImport>),
    New {
        import: Box<ProgrammeImport>,
        rows: Vec<ProgrammeRow>,
        /// It was sent before and is to be read otherwise.
        anew: bool,
    },
}

/// An import as it is shown.
pub struct Shown {
    pub import: ProgrammeImport,
    pub organisation: OrganisationRef,
    pub totals: HashMap<RowState, i64>,
    /// One more than [`INLINE`], where there are more.
    pub rows: Vec<ProgrammeRow>,
}

pub fn shown(conn: &mut PgConnection, import: ProgrammeImport) -> Result<Shown> {
    let of = (import.organisation_id, import.id);
    let organisation = organisation_refs(conn, &[import.organisation_id])?.pop();
    Ok(Shown {
        organisation: organisation.ok_or_else(|| Error::internal("an import of no organisation"))?,
        totals: store::totals(conn, &[import.id])?
            .remove(&import.id)
            .unwrap_or_default(),
        rows: store::rows(conn, of, None, None, INLINE)?,
        import,
    })
}

/// The import, if the caller's role reaches it.
pub fn reached(conn: &mut PgConnection, reach: &Reach, id: ProgrammeImportId) -> Result<ProgrammeImport> {
    let import = store::import(conn, id)?.ok_or(Code::NotFound)?;
    reach.check(import.organisation_id)?;
    Ok(import)
}

/// Reads the file; writes nothing.
pub fn preview(
    conn: &mut PgConnection,
    act: &Act,
    organisation: OrganisationId,
    new: &NewProgramme,
) -> Result<Previewed> {
    let before = store::import_of_file(conn, organisation, &new.sha256())?;
    if let Some(before) = &before {
        if before.read_as == new.read_as() {
            return Ok(Previewed::Before(Box::new(before.clone())));
        }
        may_be_read_anew(before)?;
    }
    let sheet = sheet::read(&new.bytes, &new.map).map_err(|why| refused(&why, new.german))?;
    let Sheet {
        encoding,
        delimiter,
        heading_row,
        columns,
        rows,
        left_out,
    } = sheet;
    let import = ProgrammeImport {
        organisation_id: organisation,
        id: before
            .as_ref()
            .map_or_else(ProgrammeImportId::fresh, |before| before.id),
        state: ProgrammeImportState::Previewed,
        encoding: encoding.to_string(),
        delimiter: if delimiter == '\t' {
            "tab".to_owned()
        } else {
            delimiter.to_string()
        },
        heading_row,
        layout: kept(&columns)?,
        left_out: kept(&left_out)?,
        settings: kept(&new.settings)?,
        sha256: new.sha256().to_vec(),
        read_as: new.read_as().to_vec(),
        file_name: new.file_name.clone(),
        uploaded_by: act.actor.account_id().map(AccountId),
        uploaded_at: act.now,
        confirmed_by: None,
        confirmed_at: None,
        version: before.as_ref().map_or(1, |before| before.version + 1),
    };
    let undecided = rows
        .into_iter()
        .map(|row| (row, Decisions::default()))
        .collect::<Vec<_>>();
    let read = interpret(conn, act, organisation, &undecided, &new.settings)?;
    let rows = undecided
        .iter()
        .zip(read)
        .map(|((raw, decisions), read)| row(&import, raw, decisions, &read));
    let rows = rows.collect::<Result<Vec<_>>>()?;
    Ok(Previewed::New {
        import: Box::new(import),
        rows,
        anew: before.is_some(),
    })
}

/// What is in the programme stays as it was read.
fn may_be_read_anew(before: &ProgrammeImport) -> Result<()> {
    if before.state == ProgrammeImportState::Confirmed {
        let detail = "This file was imported already and was read otherwise (columns, period, kind or order of dates).";
        return Err(Problem::new(Code::TransitionNotAllowed).detail(detail).into());
    }
    Ok(())
}

/// Writes it, once: where the same file came a moment earlier, it is that import (`false`).
pub fn keep(conn: &mut PgConnection, act: &Act, previewed: &Previewed) -> Result<(ProgrammeImport, bool)> {
    let (import, rows, anew) = match previewed {
        Previewed::Before(before) => {
            let now = store::lock_import(conn, before.id)?;
            return same_reading(now, &before.read_as).map(|now| (now, false));
        }
        Previewed::New { import, rows, anew } => (import, rows, *anew),
    };
    let sizes = json!({"rows": rows.len()});
    if anew {
        let before = store::lock_import(conn, import.id)?;
        // Somebody decided on it or deleted it in between: whoever sends the file again sees what is there now.
        let before = before.filter(|before| before.version + 1 == import.version);
        may_be_read_anew(&before.ok_or(Code::PreconditionFailed)?)?;
        store::replace_import(conn, import, rows)?;
        record(conn, act, entry(import, "programme_import.read_anew", sizes))?;
        return Ok(((**import).clone(), false));
    }
    if !store::insert_import(conn, import, rows)? {
        let before = store::import_of_file(conn, import.organisation_id, &import.sha256)?;
        return same_reading(before, &import.read_as).map(|before| (before, false));
    }
    record(conn, act, entry(import, "programme_import.uploaded", sizes))?;
    Ok(((**import).clone(), true))
}

/// The import as it is now, if it is still there and still read as the sender asked: else the file has to be sent again.
fn same_reading(now: Option<ProgrammeImport>, read_as: &[u8]) -> Result<ProgrammeImport> {
    let now = now.filter(|now| now.read_as == read_as);
    Ok(now.ok_or(Code::PreconditionFailed)?)
}

pub fn entry(import: &ProgrammeImport, action: &'static str, data: Value) -> Entry {
    Entry {
        organisation_id: Some(import.organisation_id.0),
        action,
        object_id: import.id.0,
        data,
    }
}

/// How a file that is not read is refused.
pub fn refused(why: &Unreadable, german: bool) -> Error {
    let code = match why {
        Unreadable::TooLarge { .. } => Code::BodyTooLarge,
        Unreadable::NotCsv { .. } | Unreadable::UndecodableText => Code::ReportNotCsv,
        Unreadable::NoHeading { .. } | Unreadable::TwoColumns { .. } => Code::HeadingNotFound,
        _ => Code::ValidationFailed,
    };
    let place = match why {
        Unreadable::NoSuchColumn { .. } => "/column_map",
        _ => "/file",
    };
    let detail = why.detail(german);
    let errors = vec![FieldError::member(place, detail.clone())];
    Problem::new(code).detail(detail).errors(errors).into()
}

/// Reads rows with what is known now.
pub fn interpret(
    conn: &mut PgConnection,
    act: &Act,
    organisation: OrganisationId,
    rows: &[(RawRow, Decisions)],
    settings: &Settings,
) -> Result<Vec<Read>> {
    let known = known(conn, act, organisation)?;
    let imported = external_ids(conn, organisation, SYSTEM)?;
    let imported = imported.into_iter().collect::<BTreeSet<_>>();
    Ok(sheet::interpret(rows, settings, &known, &|id| imported.contains(id)))
}

fn known(conn: &mut PgConnection, act: &Act, organisation: OrganisationId) -> Result<Known> {
    let collections = collection_names(conn, organisation)?;
    let mut venues = BTreeMap::new();
    let mut houses = BTreeMap::<String, Vec<Place>>::new();
    for venue in venue_names(conn, organisation)? {
        let place = Place {
            name: venue.name.clone(),
            locality: venue.locality.clone(),
        };
        if let Some(name) = &venue.name {
            houses.entry(fold(name)).or_default().push(place.clone());
        }
        venues.extend(venue.keys.into_iter().map(|key| (key, place.clone())));
    }
    // A house is known by its name alone where no other bears it.
    for (name, places) in houses {
        if let [place] = places.as_slice() {
            venues.entry(name).or_insert_with(|| place.clone());
        }
    }
    let all = organisation_spellings(conn)?;
    let mut candidates = BTreeMap::<String, Vec<&String>>::new();
    for (slug, _, spellings) in &all {
        for spelling in spellings {
            candidates.entry(fold(spelling)).or_default().push(slug);
        }
    }
    let mut organisations = BTreeMap::new();
    for (slug, name, spellings) in &all {
        for spelling in spellings {
            let key = fold(spelling);
            // Of a spelling that two bear it is not known whom it means.
            if candidates.get(&key).is_some_and(|of| of.iter().all(|one| *one == slug)) {
                organisations.entry(key).or_insert_with(|| (name.clone(), slug.clone()));
            }
        }
    }
    // Its own name and slug are nobody else's, whatever others are also known as.
    for (slug, name, _) in &all {
        for own in [name, slug] {
            organisations.insert(fold(own), (name.clone(), slug.clone()));
        }
    }
    Ok(Known {
        today: act.today(),
        collections: collections.into_iter().map(|name| (fold(&name), name)).collect(),
        venues,
        organisations,
    })
}

pub fn row(import: &ProgrammeImport, raw: &RawRow, decisions: &Decisions, read: &Read) -> Result<ProgrammeRow> {
    Ok(ProgrammeRow {
        organisation_id: import.organisation_id,
        import_id: import.id,
        row: raw.row,
        line: raw.line,
        state: read.state,
        raw: kept(raw)?,
        decisions: kept(decisions)?,
        understood: kept(&read.understood)?,
        doubts: kept(&read.doubts)?,
        external_id: read.external_id.clone(),
    })
}

pub fn kept<T: Serialize>(value: &T) -> Result<Value> {
    serde_json::to_value(value).map_err(Error::internal)
}

pub fn of_kept<T: DeserializeOwned>(value: &Value) -> Result<T> {
    serde_json::from_value(value.clone()).map_err(Error::internal)
}
