//! The program. Its commands are in `cli`.

use std::process::ExitCode;

fn main() -> ExitCode {
    einlass::cli::main()
}
