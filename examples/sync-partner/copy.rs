//! The copy: a file a seminar, and one with the place in the feed.

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::fs;
use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use super::follow::{Failure, replace_named};

pub struct Copy {
    folder: PathBuf,
    /// While everything is read anew: what was told of since. The rest is gone there and goes here at the end.
    seen: RefCell<Option<BTreeSet<String>>>,
}

impl Copy {
    pub fn open(folder: &Path) -> Result<Self, Failure> {
        fs::create_dir_all(folder.join("seminars"))?;
        let anew = !folder.join("cursor").exists() || folder.join("anew").exists();
        let copy = Self {
            folder: folder.to_owned(),
            seen: RefCell::new(None),
        };
        if anew {
            // Interrupted in the middle of it, it cannot know what it had seen: from the beginning.
            copy.begin_anew()?;
        }
        Ok(copy)
    }

    pub fn cursor(&self) -> Result<Option<String>, Failure> {
        match fs::read_to_string(self.folder.join("cursor")) {
            Ok(cursor) => Ok(Some(cursor)),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error.into()),
        }
    }

    pub fn keep_cursor(&self, cursor: &str) -> Result<(), Failure> {
        self.write(Path::new("cursor"), cursor.as_bytes())
    }

    /// Everything is to be read again. What is there stays until that is done: an old copy is better than none.
    pub fn begin_anew(&self) -> Result<(), Failure> {
        self.write(Path::new("anew"), b"")?;
        match fs::remove_file(self.folder.join("cursor")) {
            Err(error) if error.kind() != ErrorKind::NotFound => return Err(error.into()),
            _ => {}
        }
        *self.seen.borrow_mut() = Some(BTreeSet::new());
        Ok(())
    }

    pub fn is_anew(&self) -> bool {
        self.seen.borrow().is_some()
    }

    /// All there is was read: what was not among it is gone.
    pub fn everything_stands(&self) -> Result<(), Failure> {
        let Some(seen) = self.seen.take() else { return Ok(()) };
        for id in self.ids()? {
            if !seen.contains(&id) {
                self.forget(&id)?;
            }
        }
        fs::remove_file(self.folder.join("anew"))?;
        Ok(())
    }

    pub fn ids(&self) -> Result<Vec<String>, Failure> {
        let mut ids = Vec::new();
        for entry in fs::read_dir(self.folder.join("seminars"))? {
            let name = entry?.file_name().to_string_lossy().into_owned();
            ids.extend(name.strip_suffix(".json").map(str::to_owned));
        }
        ids.sort();
        Ok(ids)
    }

    pub fn seminar(&self, id: &str) -> Result<Option<Value>, Failure> {
        match fs::read(self.folder.join(place(id))) {
            Ok(bytes) => Ok(Some(serde_json::from_slice(&bytes)?)),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error.into()),
        }
    }

    /// Keeps the seminar, unless the copy has it from later. While everything is read anew only what was told since counts as
    /// that: the service may have been set back to an earlier day, which has lower versions.
    pub fn keep(&self, id: &str, version: i64, seminar: &Value) -> Result<(), Failure> {
        let told_before = match self.seen.borrow_mut().as_mut() {
            Some(seen) => !seen.insert(id.to_owned()),
            None => true,
        };
        let known = if told_before { self.seminar(id)? } else { None };
        if known.is_some_and(|known| known["version"].as_i64().is_some_and(|known| known > version)) {
            return Ok(());
        }
        let kept = json!({"version": version, "seminar": seminar});
        self.write(&place(id), &serde_json::to_vec(&kept)?)
    }

    pub fn forget(&self, id: &str) -> Result<(), Failure> {
        match fs::remove_file(self.folder.join(place(id))) {
            Err(error) if error.kind() != ErrorKind::NotFound => Err(error.into()),
            _ => Ok(()),
        }
    }

    /// A venue, collection or organisation that seminars name.
    pub fn keep_named(&self, id: &str, new: &Value) -> Result<(), Failure> {
        for seminar in self.ids()? {
            let Some(mut kept) = self.seminar(&seminar)? else {
                continue;
            };
            if replace_named(&mut kept["seminar"], id, new) {
                self.write(&place(&seminar), &serde_json::to_vec(&kept)?)?;
            }
        }
        Ok(())
    }

    /// Whole or not at all.
    fn write(&self, path: &Path, bytes: &[u8]) -> Result<(), Failure> {
        let draft = self.folder.join(".draft");
        let mut file = fs::File::create(&draft)?;
        file.write_all(bytes)?;
        fs::rename(draft, self.folder.join(path))?;
        Ok(())
    }
}

fn place(id: &str) -> PathBuf {
    // An id is a UUID; nothing that comes over the network chooses a path.
    let name = id
        .chars()
        .filter(|c| c.is_ascii_alphanumeric() || *c == '-')
        .collect::<String>();
    Path::new("seminars").join(format!("{name}.json"))
}
