//! The files that templates come from.

use std::collections::BTreeMap;
use std::path::Path;

use crate::base::problem::{Error, Result};

macro_rules! built_in {
    ($($name:literal),+ $(,)?) => {
        &[
            (super::LAYOUT, include_str!("../../../templates/mail/layout.html")),
            $(
                (concat!("de/", $name, ".txt"), include_str!(concat!("../../../templates/mail/de/", $name, ".txt"))),
                (concat!("en/", $name, ".txt"), include_str!(concat!("../../../templates/mail/en/", $name, ".txt"))),
            )+
        ]
    };
}

pub const BUILT_IN: &[(&str, &str)] = built_in![
    "_footer",
    "_greeting",
    "_manage",
    "_reason",
    "_sessions",
    "already_registered",
    "applied",
    "below_minimum",
    "below_minimum_cancelled",
    "cancelled",
    "changed",
    "confirm_address",
    "confirmed",
    "expired",
    "offered",
    "rejected",
    "reminder_day",
    "reminder_hour",
    "seminar_cancelled",
    "seminar_moved",
    "seminar_postponed",
    "seminar_rescheduled",
    "venue_changed",
    "waitlisted",
];

/// The operator's files by the names of those they replace.
pub fn read(folder: &Path) -> Result<BTreeMap<String, String>> {
    let mut found = BTreeMap::new();
    for below in ["", "de", "en"] {
        let place = folder.join(below);
        if !place.exists() {
            continue;
        }
        let context = |error: std::io::Error| Error::internal(format!("{}: {error}", place.display()));
        for entry in std::fs::read_dir(&place).map_err(context)? {
            let path = entry.map_err(context)?.path();
            let template = path
                .extension()
                .is_some_and(|extension| extension == "txt" || extension == "html");
            if let (true, Some(name)) = (template, path.file_name().and_then(|name| name.to_str())) {
                let text = std::fs::read_to_string(&path)
                    .map_err(|error| Error::internal(format!("{}: {error}", path.display())))?;
                let name = if below.is_empty() {
                    name.to_owned()
                } else {
                    format!("{below}/{name}")
                };
                found.insert(name, text.replace("\r\n", "\n"));
            }
        }
    }
    Ok(found)
}
