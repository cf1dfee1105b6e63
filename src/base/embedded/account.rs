//! Who runs the server: PostgreSQL refuses root, so root hands it to somebody who may do less.

use std::fs;
use std::os::unix::fs::{MetadataExt, lchown};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::EmbeddedError;
use super::error::Doing;
use super::place::Home;

const ROOT: u32 = 0;

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Account {
    pub(super) name: String,
    pub(super) uid: u32,
    pub(super) gid: u32,
}

impl Account {
    /// Setting a uid on a [`Command`] as root also drops root's supplementary groups.
    pub(super) fn apply(&self, command: &mut Command) {
        command.uid(self.uid).gid(self.gid);
    }
}

/// `None` means: as ourselves. Data that is there keeps its owner unless a user was named.
pub(super) fn choose(named: Option<&str>, existing: Option<&Home>) -> Result<Option<Account>, EmbeddedError> {
    if own_uid() != ROOT {
        return Ok(None);
    }
    let passwd = read_passwd();
    if let Some(name) = named {
        return find(&passwd, name).map(Some);
    }
    if let Some(owner) = existing.and_then(|home| owner_of(&home.cluster()))
        && owner.uid != ROOT
    {
        return Ok(Some(owner));
    }
    find(&passwd, "postgres").or_else(|_| find(&passwd, "nobody")).map(Some)
}

/// Data of root (restored from a backup, say) goes to the account that runs the server.
pub(super) fn ensure_owner(cluster: &Path, account: Option<&Account>) -> Result<(), EmbeddedError> {
    let owner = fs::metadata(cluster).doing("look at", cluster)?.uid();
    match account {
        Some(account) if account.uid != owner => {
            tracing::info!("giving {} to the user {}", cluster.display(), account.name);
            hand_over_tree(cluster, account)
        }
        None if owner != own_uid() => Err(EmbeddedError::NotOurs {
            path: cluster.to_owned(),
            owner,
            we: own_uid(),
        }),
        _ => Ok(()),
    }
}

pub(super) fn hand_over(path: &Path, account: Option<&Account>) -> Result<(), EmbeddedError> {
    match account {
        Some(account) => lchown(path, Some(account.uid), Some(account.gid)).doing("change the owner of", path),
        None => Ok(()),
    }
}

/// The tree's root changes hands last: whoever finds it half done finds root's name on it and does it again.
fn hand_over_tree(path: &Path, account: &Account) -> Result<(), EmbeddedError> {
    let about = fs::symlink_metadata(path).doing("look at", path)?;
    if about.is_dir() {
        for entry in fs::read_dir(path).doing("list", path)? {
            hand_over_tree(&entry.doing("list", path)?.path(), account)?;
        }
    }
    hand_over(path, Some(account))
}

fn owner_of(path: &Path) -> Option<Account> {
    let about = fs::metadata(path).ok()?;
    Some(Account {
        name: format!("number {}", about.uid()),
        uid: about.uid(),
        gid: about.gid(),
    })
}

pub(super) fn own_uid() -> u32 {
    #[expect(
        unsafe_code,
        reason = "geteuid has no safe counterpart in std; it takes nothing and cannot fail"
    )]
    unsafe {
        libc::geteuid()
    }
}

/// Where we live according to the system, for when `$HOME` is not set.
pub(super) fn own_home() -> Option<PathBuf> {
    let wanted = own_uid().to_string();
    read_passwd()
        .lines()
        .map(|line| line.split(':').collect::<Vec<_>>())
        .find(|fields| fields.get(2) == Some(&wanted.as_str()))
        .and_then(|fields| fields.get(5).map(PathBuf::from))
        .filter(|home| home.is_absolute())
}

/// System accounts stand in the file itself, so no name service is asked (which would need unsafe calls).
fn read_passwd() -> String {
    fs::read("/etc/passwd")
        .map(|bytes| String::from_utf8_lossy(&bytes).into_owned())
        .unwrap_or_default()
}

fn find(passwd: &str, name: &str) -> Result<Account, EmbeddedError> {
    let refuse = |reason| EmbeddedError::UnusableUser {
        name: name.to_owned(),
        reason,
    };
    let account = passwd
        .lines()
        .find_map(|line| parse_account(line, name))
        .ok_or_else(|| refuse("/etc/passwd has no such user"))?;
    if account.uid == ROOT {
        return Err(refuse("that is root again"));
    }
    Ok(account)
}

fn parse_account(line: &str, name: &str) -> Option<Account> {
    let mut fields = line.split(':');
    if fields.next()? != name {
        return None;
    }
    let uid = fields.nth(1)?.parse().ok()?;
    let gid = fields.next()?.parse().ok()?;
    Some(Account {
        name: name.to_owned(),
        uid,
        gid,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const PASSWD: &str = "root:x:0:0:root:/root:/bin/bash\ntoor:x:0:0::/:/bin/sh\npostgres:x:101:104:,,,:/var/lib/postgresql:/bin/bash\nbroken:x\n";

    #[test]
    fn finds_an_account_by_its_whole_name() {
        let found = find(PASSWD, "postgres").unwrap();
        assert_eq!(
            found,
            Account {
                name: "postgres".into(),
                uid: 101,
                gid: 104
            }
        );
        assert!(find(PASSWD, "postgre").is_err());
        assert!(find(PASSWD, "broken").is_err());
    }

    #[test]
    fn refuses_root_under_any_name() {
        assert!(find(PASSWD, "root").is_err());
        assert!(find(PASSWD, "toor").is_err());
    }
}
