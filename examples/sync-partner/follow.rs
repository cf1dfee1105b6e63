//! From one page of the feed to the next, until nothing more comes.

use std::collections::BTreeSet;
use std::ops::AddAssign;

use serde_json::Value;

use super::copy::Copy;
use super::service::{Next, Service};

pub type Failure = Box<dyn std::error::Error + Send + Sync>;

#[derive(Clone, Copy, Debug, Default)]
pub struct Tally {
    pub changes: u64,
    pub tombstones: u64,
    /// Whether the copy was begun anew.
    pub anew: bool,
}

impl AddAssign for Tally {
    fn add_assign(&mut self, other: Self) {
        self.changes += other.changes;
        self.tombstones += other.tombstones;
        self.anew |= other.anew;
    }
}

/// Brings the copy to where the service is. The place is written down after what it stands for, so a crash in between costs
/// a few changes read twice and none that is lost. `stop` is asked after each page.
pub fn catch_up(service: &mut Service, copy: &Copy, wait: u32, stop: &dyn Fn() -> bool) -> Result<Tally, Failure> {
    let mut tally = Tally::default();
    loop {
        let cursor = copy.cursor()?;
        let page = match service.next(cursor.as_deref(), if tally.changes == 0 { wait } else { 0 })? {
            Next::Page(page) => page,
            Next::Expired => {
                copy.begin_anew()?;
                tally.anew = true;
                continue;
            }
        };
        tally.anew |= cursor.is_none();
        let changes = page["changes"].as_array().ok_or("a page without changes")?;
        for change in changes {
            apply(copy, change)?;
            tally.changes += 1;
            tally.tombstones += u64::from(!change["tombstone"].is_null());
        }
        copy.keep_cursor(page["next_cursor"].as_str().ok_or("a page without a cursor")?)?;
        // The last page of how everything stands is followed by the changes since, which come with the next call.
        let stands = changes.iter().any(|change| change["type"] == "seminar.stands");
        if stands && page["has_more"] == false || changes.is_empty() && copy.is_anew() {
            copy.everything_stands()?;
        }
        if stop() || page["has_more"] == false && !stands {
            return Ok(tally);
        }
    }
}

/// One change. Applied twice it is the same; what the copy has from later stays.
fn apply(copy: &Copy, change: &Value) -> Result<(), Failure> {
    let id = change["object"].as_str().ok_or("a change of nothing")?;
    if !change["tombstone"].is_null() {
        return copy.forget(id);
    }
    if let Some(seminar) = change.get("seminar") {
        let version = change["version"].as_i64().ok_or("a seminar without a version")?;
        return copy.keep(id, version, seminar);
    }
    for member in ["venue", "collection", "party"] {
        if let Some(new) = change.get(member) {
            return copy.keep_named(id, new);
        }
    }
    // A kind of change that this program does not know: nothing to do, and no reason to stop.
    Ok(())
}

/// Puts `new` in the place of every object with its id, however deep: a venue in the sessions, an organisation among the
/// parties. `true` if there was one.
pub fn replace_named(value: &mut Value, id: &str, new: &Value) -> bool {
    let members = |of: &Value| of.as_object().map(|of| of.keys().cloned().collect::<BTreeSet<_>>());
    if value["id"] == id && members(value) == members(new) {
        let differs = value != new;
        *value = new.clone();
        return differs;
    }
    // Who takes part in a seminar bears the name of the organisation.
    let renamed = value["organisation"]["id"] == id && value.get("role").is_some() && value["name"] != new["name"];
    if renamed {
        value["name"] = new["name"].clone();
    }
    let below = match value {
        Value::Array(all) => all.iter_mut().fold(false, |any, one| replace_named(one, id, new) | any),
        Value::Object(members) => members
            .values_mut()
            .fold(false, |any, one| replace_named(one, id, new) | any),
        _ => false,
    };
    renamed | below
}
