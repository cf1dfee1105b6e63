//! Which `initdb` and `postgres` to run: looks in the usual places and takes those that fit the data.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use super::EmbeddedError;
use super::account::Account;
use super::process::plain_environment;
use super::surroundings::Surroundings;

/// The oldest version that the statements of this service were written for.
const OLDEST_MAJOR: u32 = 13;

pub(super) struct Programs {
    directory: PathBuf,
    pub(super) major: u32,
}

impl Programs {
    pub(super) fn postgres(&self) -> PathBuf {
        self.directory.join("postgres")
    }

    pub(super) fn initdb(&self) -> PathBuf {
        self.directory.join("initdb")
    }

    /// The first usable candidate, or, where data exists, the first of the version that made it.
    pub(super) fn choose(
        candidates: &[PathBuf],
        account: Option<&Account>,
        data: Option<(PathBuf, u32)>,
    ) -> Result<Programs, EmbeddedError> {
        let mut others = Vec::new();
        for directory in candidates {
            let Some(major) = version_of(directory, account) else {
                tracing::warn!(
                    "{} has PostgreSQL's programs, but they cannot be run{}",
                    directory.display(),
                    by(account)
                );
                others.push(format!("{} (cannot be run{})", directory.display(), by(account)));
                continue;
            };
            let fits = data
                .as_ref()
                .map_or(major >= OLDEST_MAJOR, |(_, made_by)| major == *made_by);
            if fits {
                tracing::info!("PostgreSQL {major} from {}", directory.display());
                return Ok(Programs {
                    directory: directory.clone(),
                    major,
                });
            }
            others.push(format!("PostgreSQL {major} in {}", directory.display()));
        }
        Err(match data {
            Some((cluster, made_by)) if !others.is_empty() => EmbeddedError::OtherVersion {
                cluster,
                made_by,
                found: others.join(", "),
            },
            _ if others.is_empty() => EmbeddedError::NoPrograms { looked: String::new() },
            _ => EmbeddedError::NoPrograms {
                looked: format!(
                    ". Found but of no use (version {OLDEST_MAJOR} or newer is needed): {}",
                    others.join(", ")
                ),
            },
        })
    }
}

/// Every directory with server programs in it, in the order of preference.
pub(super) fn candidates(named: Option<&Path>, surroundings: &Surroundings) -> Result<Vec<PathBuf>, EmbeddedError> {
    let mut found = Vec::new();
    if let Some(directory) = named {
        // Looking elsewhere in silence would hide a typing mistake.
        for missing in ["initdb", "postgres"] {
            if !directory.join(missing).is_file() {
                return Err(EmbeddedError::NoProgramsInDirectory {
                    directory: directory.to_owned(),
                    missing,
                });
            }
        }
        found.push(directory.to_owned());
    }
    let usual = surroundings
        .path
        .iter()
        .filter(|entry| entry.is_absolute())
        .cloned()
        .chain(versioned("/usr/lib/postgresql", "", "bin"))
        .chain(versioned("/usr", "pgsql-", "bin"))
        .chain([PathBuf::from("/usr/local/pgsql/bin")])
        .chain(
            surroundings
                .cache
                .iter()
                .map(|cache| cache.join("einlass/postgresql/bin")),
        )
        // Where ./dev unpacks for root: the account that runs the server cannot enter root's home.
        .chain([PathBuf::from("/var/cache/einlass/postgresql/bin")]);
    for directory in usual {
        if has_programs(&directory) && !found.contains(&directory) {
            found.push(directory);
        }
    }
    Ok(found)
}

fn has_programs(directory: &Path) -> bool {
    directory.join("initdb").is_file() && directory.join("postgres").is_file()
}

/// `<parent>/<prefix><number>/<below>` for every number there is, the highest first.
fn versioned(parent: &str, prefix: &str, below: &str) -> Vec<PathBuf> {
    let names = fs::read_dir(parent)
        .map(|entries| {
            entries
                .flatten()
                .filter_map(|entry| entry.file_name().into_string().ok())
                .collect()
        })
        .unwrap_or_default();
    newest_first(names, prefix)
        .into_iter()
        .map(|name| Path::new(parent).join(name).join(below))
        .collect()
}

fn newest_first(names: Vec<String>, prefix: &str) -> Vec<String> {
    let mut numbered: Vec<(u32, String)> = names
        .into_iter()
        .filter_map(|name| Some((name.strip_prefix(prefix)?.parse().ok()?, name)))
        .collect();
    numbered.sort_by_key(|(number, _)| std::cmp::Reverse(*number));
    numbered.into_iter().map(|(_, name)| name).collect()
}

/// Asked as the user who will run it: that also shows whether that user can reach the program at all.
fn version_of(directory: &Path, account: Option<&Account>) -> Option<u32> {
    let mut command = Command::new(directory.join("postgres"));
    command.arg("--version").stdin(Stdio::null());
    plain_environment(&mut command);
    if let Some(account) = account {
        account.apply(&mut command);
    }
    let output = command.output().ok().filter(|output| output.status.success())?;
    parse_version(&String::from_utf8_lossy(&output.stdout))
}

/// From `postgres (PostgreSQL) 15.14 (Debian 15.14-0+deb12u1)` or `postgres (PostgreSQL) 19beta1`.
fn parse_version(line: &str) -> Option<u32> {
    let (_, version) = line.split_once("(PostgreSQL) ")?;
    version.split(|c: char| !c.is_ascii_digit()).next()?.parse().ok()
}

fn by(account: Option<&Account>) -> String {
    account
        .map(|account| format!(" by the user {}", account.name))
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_the_major_version() {
        assert_eq!(
            parse_version("postgres (PostgreSQL) 15.14 (Debian 15.14-0+deb12u1)\n"),
            Some(15)
        );
        assert_eq!(parse_version("postgres (PostgreSQL) 19beta1\n"), Some(19));
        assert_eq!(parse_version("something else 15.1\n"), None);
    }

    #[test]
    fn sorts_versions_as_numbers() {
        let names = ["9", "15", "common", "18"].map(String::from).to_vec();
        assert_eq!(newest_first(names, ""), ["18", "15", "9"]);
        let names = ["pgsql-16", "bin", "pgsql-x"].map(String::from).to_vec();
        assert_eq!(newest_first(names, "pgsql-"), ["pgsql-16"]);
    }
}
