//! Keeps a copy of the programme in a folder in step with Einlass, however long it was away: what a partner's own program
//! does in essence. `docs/partners.md` walks through it.
//!
//! ```sh
//! export EINLASS_CLIENT_ID=… EINLASS_CLIENT_SECRET=…      # both may be left out: then the public programme is followed
//! cargo run --example sync-partner -- --api http://127.0.0.1:8080 --copy copy            # catch up and end
//! cargo run --example sync-partner -- --api http://127.0.0.1:8080 --copy copy --follow   # and go on for ever
//! ```

#![allow(clippy::print_stdout, reason = "what it did is what it prints")]
#![allow(
    clippy::indexing_slicing,
    reason = "of JSON: what is not there is null, and no panic"
)]
#![allow(clippy::disallowed_methods, reason = "a partner's program, and not the service")]

mod copy;
mod follow;
mod service;

use std::path::PathBuf;

use clap::Parser;

use copy::Copy;
use follow::{Failure, Tally, catch_up};
use service::{Credentials, Service};

/// Keeps a copy of the programme in step.
#[derive(Parser)]
struct Arguments {
    /// Where Einlass is.
    #[arg(long, default_value = "http://127.0.0.1:8080")]
    api: String,
    /// The folder of the copy; made if it is not there.
    #[arg(long)]
    copy: PathBuf,
    /// The seminars of this organisation only: id or slug.
    #[arg(long)]
    organisation: Option<String>,
    /// How many changes a call brings at most.
    #[arg(long, default_value_t = 500)]
    limit: u32,
    /// Goes on when everything is there, until it is told to stop.
    #[arg(long)]
    follow: bool,
}

fn main() -> Result<(), Failure> {
    let arguments = Arguments::parse();
    let secret = |name: &str| std::env::var(name).ok().filter(|value| !value.is_empty());
    let credentials = secret("EINLASS_CLIENT_ID").zip(secret("EINLASS_CLIENT_SECRET"));
    let credentials = credentials.map(|(id, secret)| Credentials { id, secret });
    let mut service = Service::new(&arguments.api, credentials, arguments.organisation, arguments.limit);
    let copy = Copy::open(&arguments.copy)?;
    let began = std::time::Instant::now();
    let mut all = Tally::default();
    loop {
        // Held back by the service until something happens, so that following costs one call now and then.
        let wait = if arguments.follow { 25 } else { 0 };
        let tally = catch_up(&mut service, &copy, wait, &|| false)?;
        all += tally;
        if tally.changes > 0 || !arguments.follow {
            println!(
                "{} seminars in the copy; {} changes and {} tombstones in {} calls, {} bytes, {:.1} s",
                copy.ids()?.len(),
                all.changes,
                all.tombstones,
                service.calls,
                service.bytes,
                began.elapsed().as_secs_f64()
            );
        }
        if !arguments.follow {
            return Ok(());
        }
    }
}
