//! The commands.
use std::process::ExitCode;
#[must_use]
pub fn main() -> ExitCode {
    ExitCode::SUCCESS
}
