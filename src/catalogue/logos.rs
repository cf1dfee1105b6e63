//! Logos: what stands above printed lists and certificates.

use std::io::Cursor;

use diesel::PgConnection;
use serde_json::json;

use crate::auth::{OrganisationId, Reach};
use crate::base::etag::IfMatch;
use crate::base::problem::{Code, Error, FieldError, Problem, Result};
use crate::base::text::{FromText, Line, Slug};
use crate::catalogue::model::Logo;
use crate::catalogue::store;
use crate::journal::{Act, Entry, record};

pub const MOST_BYTES: usize = 256 * 1024;
const MOST_PIXELS: u32 = 4000;
/// As many as stand beside each other above a list.
const MOST_PRINTED: usize = 4;
/// In `logos=`: that there is none. So no logo is called so.
const NONE: &str = "none";

/// The name of a logo.
pub fn logo_name(name: &str) -> Result<Slug, String> {
    let slug = Slug::from_text(name)?;
    if slug.as_str() == NONE {
        return Err("must not be `none`, by which a list is asked for without logos".to_owned());
    }
    Ok(slug)
}

/// The logos asked for by `logos=eu,land-nrw`; `None` where nothing is said.
pub fn logo_names(asked: Option<&Line<260>>) -> Result<Option<Vec<String>>> {
    let Some(asked) = asked else { return Ok(None) };
    let fault = |detail: String| Error::invalid(vec![FieldError::parameter("logos", detail)]);
    if asked.as_str() == NONE {
        return Ok(Some(Vec::new()));
    }
    let mut names = Vec::new();
    for name in asked.as_str().split(',').map(str::trim) {
        let name = logo_name(name)
            .map_err(|detail| fault(format!("`{name}` {detail}")))?
            .into_string();
        if names.contains(&name) {
            return Err(fault(format!("names `{name}` twice")));
        }
        names.push(name);
    }
    if names.len() > MOST_PRINTED {
        return Err(fault(format!(
            "must name at most {MOST_PRINTED}, names {}",
            names.len()
        )));
    }
    Ok(Some(names))
}

/// The logos to print: those named, in that order; the first by name where nothing is said.
pub fn printed_logos(conn: &mut PgConnection, of: OrganisationId, named: Option<&[String]>) -> Result<Vec<Logo>> {
    let Some(named) = named else {
        return store::first_logos(conn, of, i64::try_from(MOST_PRINTED).unwrap_or_default());
    };
    let found = named.iter().map(|name| {
        let unknown = || FieldError::parameter("logos", format!("the organisation has no logo `{name}`"));
        store::logo(conn, of, name)?.ok_or_else(|| Error::invalid(vec![unknown()]))
    });
    found.collect()
}

/// Refuses what is no PNG of this size, whole and readable. The size is read from the head of the file, before any pixel
/// is; pixels are read row by row, so that a small file that unfolds into a large picture costs no memory.
pub fn check_picture(image: &[u8]) -> Result<()> {
    let no_png = |detail: &str| Error::from(Problem::new(Code::UnsupportedMediaType).detail(detail));
    let decoder = png::Decoder::new(Cursor::new(image));
    let mut reader = decoder.read_info().map_err(|_| no_png("The body is not a PNG."))?;
    let info = reader.info();
    if info.width > MOST_PIXELS || info.height > MOST_PIXELS {
        let detail = format!(
            "The picture has {} × {} pixels; {MOST_PIXELS} × {MOST_PIXELS} are allowed.",
            info.width, info.height
        );
        return Err(Problem::new(Code::BodyTooLarge).detail(detail).into());
    }
    while reader
        .next_row()
        .map_err(|_| no_png("The PNG breaks off or is damaged."))?
        .is_some()
    {}
    reader.finish().map_err(|_| no_png("The PNG breaks off or is damaged."))
}

/// Puts a logo in the place of what is there under its name, which the caller must have seen; says whether it is new.
pub fn put_logo(
    conn: &mut PgConnection,
    act: &Act,
    (of, name): (OrganisationId, &Slug),
    seen: Option<&IfMatch>,
    description: &Line<300>,
    image: &[u8],
) -> Result<(Logo, bool)> {
    let before = store::lock_logo(conn, of, name.as_str())?;
    match (&before, seen) {
        (None, None) => {}
        (None, Some(_)) => return Err(Code::PreconditionFailed.into()),
        (Some(_), None) => return Err(Code::PreconditionRequired.into()),
        (Some(before), Some(seen)) => seen.check(before.version)?,
    }
    let logo = Logo {
        organisation_id: of,
        name: name.as_str().to_owned(),
        description: description.as_str().to_owned(),
        image: image.to_vec(),
        version: before.as_ref().map_or(1, |before| before.version + 1),
        updated_at: act.now,
    };
    if before.is_some() {
        store::save_logo(conn, &logo)?;
    } else {
        store::insert_logo(conn, &logo)?;
    }
    journal(conn, act, &logo, "logo.saved")?;
    Ok((logo, before.is_none()))
}

pub fn delete_logo(
    conn: &mut PgConnection,
    act: &Act,
    reach: &Reach,
    (of, name): (OrganisationId, &str),
    seen: &IfMatch,
) -> Result<()> {
    reach.check(of)?;
    let logo = store::lock_logo(conn, of, name)?.ok_or(Code::NotFound)?;
    seen.check(logo.version)?;
    store::delete_logo(conn, &logo)?;
    journal(conn, act, &logo, "logo.deleted")
}

fn journal(conn: &mut PgConnection, act: &Act, logo: &Logo, action: &'static str) -> Result<()> {
    let entry = Entry {
        organisation_id: Some(logo.organisation_id.0),
        action,
        // A logo has a name and no id; it is the organisation's.
        object_id: logo.organisation_id.0,
        data: json!({"name": logo.name, "description": logo.description, "bytes": logo.image.len()}),
    };
    record(conn, act, entry)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(names: &str) -> Result<Option<Vec<String>>> {
        logo_names(Some(&names.parse().unwrap()))
    }

    #[test]
    fn logos_are_named_once_and_few() {
        assert_eq!(logo_names(None).unwrap(), None);
        assert_eq!(asked("none").unwrap(), Some(Vec::new()));
        assert_eq!(
            asked("land-nrw, eu").unwrap(),
            Some(vec!["land-nrw".to_owned(), "eu".to_owned()])
        );
        for wrong in ["eu,eu", "aa,bb,cc,dd,ee", "EU", "eu,", "eu,none"] {
            assert!(asked(wrong).is_err(), "{wrong}");
        }
    }
}
