//! Who else could read or change the files that the service trusts.

use std::fs::{self, Metadata};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use aws_lc_rs::signature::Ed25519KeyPair;

const OTHERS: u32 = 0o007;
const OTHERS_WRITE: u32 = 0o002;
const GROUP_WRITES: u32 = 0o020;
/// In a folder like `/tmp` nobody renames what is another's.
const STICKY: u32 = 0o1000;
/// Of 32 random bytes fewer than this many are never different ones.
const FEWEST_DIFFERENT: usize = 16;

fn mode(metadata: &Metadata) -> u32 {
    metadata.permissions().mode()
}

/// Why a secret in this file is none.
pub fn secret_fault(file: &Path) -> Option<&'static str> {
    let metadata = fs::metadata(file).ok()?;
    (mode(&metadata) & OTHERS != 0).then_some("is open to every user of this machine; make it mode 0600")
}

/// Why somebody else could choose what stands in this folder.
pub fn place_fault(folder: &Path) -> Option<&'static str> {
    if !folder.is_absolute() {
        return Some("must be an absolute path: it would be another one in another working directory");
    }
    let writable = |metadata: &Metadata| mode(metadata) & OTHERS_WRITE != 0;
    let above = folder.ancestors().skip(1).enumerate();
    let open = above.filter_map(|(step, path)| Some((step, fs::metadata(path).ok()?)));
    // Who may write right above it makes the folder before we do; further above only who may also rename.
    open.into_iter()
        .any(|(step, metadata)| writable(&metadata) && (step == 0 || mode(&metadata) & STICKY == 0))
        .then_some("lies below a folder that every user of this machine may write to")
}

/// What is wrong with the folder of the keys and with each key in it. One that is not there yet is made as it should be.
pub fn key_faults(folder: &Path) -> Vec<String> {
    let mut faults = Vec::new();
    faults.extend(place_fault(folder).map(str::to_owned));
    let Ok(metadata) = fs::metadata(folder) else {
        return faults;
    };
    if !metadata.is_dir() {
        faults.push("is not a folder".to_owned());
        return faults;
    }
    if mode(&metadata) & (OTHERS | GROUP_WRITES) != 0 {
        faults.push("is open to others than its owner; make it mode 0700".to_owned());
    }
    match entries(folder) {
        Ok(files) => faults.extend(files.iter().flat_map(|file| key_file_faults(file))),
        Err(error) => faults.push(format!("cannot be read: {}", error.kind())),
    }
    faults
}

fn entries(folder: &Path) -> std::io::Result<Vec<PathBuf>> {
    let mut files = fs::read_dir(folder)?
        .map(|entry| entry.map(|entry| entry.path()))
        .collect::<std::io::Result<Vec<_>>>()?;
    files.sort();
    Ok(files)
}

fn key_file_faults(file: &Path) -> Vec<String> {
    let name = file.file_name().unwrap_or_default().to_string_lossy();
    let kind = file.extension().unwrap_or_default();
    if kind != "pk8" && kind != "key" {
        return Vec::new();
    }
    let told = |fault: &str| format!("{name} {fault}");
    let (Ok(metadata), Ok(bytes)) = (fs::metadata(file), fs::read(file)) else {
        return vec![told("cannot be read")];
    };
    let mut faults = Vec::new();
    if mode(&metadata) & (OTHERS | GROUP_WRITES) != 0 {
        faults.push(told("is open to others than its owner; make it mode 0600"));
    }
    let mut different = bytes.clone();
    different.sort_unstable();
    different.dedup();
    if bytes.is_empty() {
        faults.push(told("is empty"));
    } else if kind == "pk8" && Ed25519KeyPair::from_pkcs8(&bytes).is_err() {
        faults.push(told("is no Ed25519 key in PKCS #8"));
    } else if kind == "key" && bytes.len() != 32 {
        faults.push(told("must be 32 bytes"));
    } else if kind == "key" && different.len() < FEWEST_DIFFERENT {
        faults.push(told("is not random"));
    }
    faults
}

/// Whether others could change the wording: what stands in a template is sent in the office's name.
pub fn is_open(folder: &Path) -> bool {
    let open = |path: &Path| fs::metadata(path).is_ok_and(|metadata| mode(&metadata) & OTHERS_WRITE != 0);
    let below = |path: &Path| entries(path).unwrap_or_default();
    let mut left = vec![folder.to_owned()];
    while let Some(path) = left.pop() {
        if open(&path) {
            return true;
        }
        if path.is_dir() && !path.is_symlink() {
            left.extend(below(&path));
        }
    }
    false
}

/// Whether files can be made in this folder, or where it is to be made. Leaves nothing behind.
pub fn is_writable(folder: &Path) -> bool {
    let there = folder.ancestors().find(|path| path.exists());
    there.is_some_and(|path| path.is_dir() && tempfile::tempfile_in(path).is_ok())
}
