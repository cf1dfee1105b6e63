//! The few environment variables of the operating system that say where programs and private files are.
//! The service's own settings arrive through [`super::Settings`].

use std::env;
use std::ffi::OsString;
use std::path::PathBuf;

use super::account;

pub(super) struct Surroundings {
    pub(super) path: Vec<PathBuf>,
    pub(super) cache: Option<PathBuf>,
    pub(super) runtime: Option<PathBuf>,
}

impl Surroundings {
    pub(super) fn of_this_process() -> Surroundings {
        let home = absolute("HOME").or_else(account::own_home);
        Surroundings {
            path: variable("PATH")
                .map(|path| env::split_paths(&path).collect())
                .unwrap_or_default(),
            cache: absolute("XDG_CACHE_HOME").or_else(|| home.map(|home| home.join(".cache"))),
            runtime: absolute("XDG_RUNTIME_DIR"),
        }
    }
}

/// The XDG rules say that a relative path is to be ignored.
fn absolute(name: &str) -> Option<PathBuf> {
    variable(name).map(PathBuf::from).filter(|path| path.is_absolute())
}

#[expect(
    clippy::disallowed_methods,
    reason = "not settings of this service, but where this machine keeps things"
)]
fn variable(name: &str) -> Option<OsString> {
    env::var_os(name)
}
