//! The journal: whether it is what it was, and its heads; and the way back from a backup.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::time::Duration;

use clap::Args;
use secrecy::ExposeSecret;

use super::Failure;
use super::database::Database;
use super::privacy::erased_again;
use crate::audit::{self, Chain, Head, Heads, Verified};
use crate::auth::find_organisation;
use crate::base::clock::Clock;
use crate::base::config::Config;
use crate::base::db::Db;
use crate::base::problem::Error;
use crate::journal::{Act, Actor, SetBack, set_back};
use crate::partners::{self, Restored};

#[derive(Debug, Args)]
pub struct Verify {
    /// Slug; default: all organisations, and the entries without one.
    #[arg(long, value_name = "SLUG")]
    organisation: Option<String>,
    /// What `einlass journal heads` printed on an earlier day and was kept elsewhere: without it nobody sees that a chain was
    /// cut off at its end, or written anew as a whole.
    #[arg(long, value_name = "FILE")]
    head: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub struct Restore {
    /// Although others are connected to the database: none of them is a service that writes.
    #[arg(long)]
    although_connected: bool,
    /// What `einlass privacy export-erasures` printed and was kept beside the backups: whoever was erased since the backup was
    /// made is erased again.
    #[arg(long, value_name = "FILE")]
    erasures: Option<PathBuf>,
}

/// Reckons every chain anew; the first fault of each is printed, and fails the command.
pub fn verify(config: &Config, verify: &Verify) -> Result<(), Failure> {
    let kept = verify.head.as_deref().map(kept).transpose()?.unwrap_or_default();
    let database = Database::command(config)?;
    let outcome = database.db.run_unhurried(None, true, |conn| {
        let only = match &verify.organisation {
            None => None,
            Some(slug) => {
                let unknown = || Error::member("--organisation", "there is no organisation with this slug");
                Some(Chain(Some(find_organisation(conn, slug)?.ok_or_else(unknown)?.id)))
            }
        };
        audit::verify(conn, only, &kept)
    });
    database.stop();
    told(&outcome?)
}

fn kept(path: &Path) -> Result<Vec<Head>, Failure> {
    let in_file = |error: &dyn std::fmt::Display| format!("{}: {error}", path.display());
    let text = std::fs::read_to_string(path).map_err(|error| in_file(&error))?;
    let heads = serde_json::from_str::<Heads>(&text).map_err(|error| in_file(&error))?;
    Ok(heads.heads)
}

fn told(verified: &Verified) -> Result<(), Failure> {
    println!("{verified}");
    if verified.faults.is_empty() {
        return Ok(());
    }
    Err("the journal is not what it was when it was sealed".into())
}

/// Seals what can be sealed, and prints the last seal of every chain.
pub fn heads(config: &Config) -> Result<(), Failure> {
    let database = Database::command(config)?;
    let clock = Clock::System;
    let outcome = audit::seal(&database.db, || clock.now(), || false).and_then(|_| {
        database
            .db
            .run_unhurried(None, true, |conn| audit::heads(conn, clock.now()))
    });
    database.stop();
    println!("{}", serde_json::to_string_pretty(&outcome?)?);
    Ok(())
}

/// After a backup was restored, from a dump or to a point in time, and before the service is started.
pub fn restored(config: &Config, restore: &Restore) -> Result<(), Failure> {
    // A file that is not there is told before anything is done.
    let erasures = restore.erasures.as_deref().map(open).transpose()?;
    let database = Database::command(config)?;
    // What was written is changed by nobody but whoever owns the tables.
    let owner = config.migrate_url.as_ref().map(|owner| owner.expose_secret());
    let outcome = go_on_from_here(&database.db, owner, restore.although_connected, erasures);
    database.stop();
    told(&outcome?)
}

fn open(path: &Path) -> Result<File, Failure> {
    File::open(path).map_err(|error| format!("{}: {error}", path.display()).into())
}

/// Tells each step when it is done: what comes after it may fail, and can be done again.
fn go_on_from_here(
    db: &Db,
    owner: Option<&str>,
    although_connected: bool,
    erasures: Option<File>,
) -> Result<Verified, Failure> {
    if !although_connected {
        nobody_else(db)?;
    }
    let act = Act {
        now: Clock::System.now(),
        actor: Actor::SYSTEM,
    };
    // All or nothing: a feed that was moved in part would lie.
    let (journal, feed) = db.run_unhurried(owner, false, |conn| {
        let journal = set_back(conn)?;
        audit::renumber(conn, journal.by)?;
        let feed = partners::begin_anew(conn, &act, journal.by)?;
        Ok((journal, feed))
    })?;
    set_in_order(journal, feed);
    // Now that the journal is in order, the erasures are entries behind it; and nobody is served yet.
    match erasures {
        Some(lines) => println!("erasures  {}", erased_again(db, lines)?),
        None => println!(
            "erasures  none named: who was erased after the backup was made is there again, until `einlass privacy reapply-erasures`"
        ),
    }
    Ok(db.run_unhurried(None, true, |conn| audit::verify(conn, None, &[]))?)
}

fn set_in_order(journal: SetBack, feed: Restored) {
    let last = journal.last.map_or("nothing".to_owned(), |last| last.to_string());
    println!("The last entry of the journal: {last}. What came after it is lost.");
    println!(
        "journal   {} entries lie before whatever is written from here on (their transactions were moved by {})",
        journal.entries, journal.by
    );
    println!(
        "feed      {} instead of {}: every cursor that was handed out is answered 410 and told to begin again",
        feed.feed.0, feed.former.0
    );
    println!(
        "webhooks  {} go on where they were when the backup was made",
        feed.webhooks
    );
}

/// A connection that was just closed takes a moment to go.
const LOOKS: u32 = 20;

/// Refuses while others are connected: a service that runs would hand out places while they are moved.
fn nobody_else(db: &Db) -> Result<(), Failure> {
    let mut looks = 0;
    loop {
        let others = db.others()?;
        if others.is_empty() {
            return Ok(());
        }
        looks += 1;
        if looks == LOOKS {
            let others = others.join(", ");
            return Err(format!(
                "others are connected to the database: {others}. Stop the service first; if none of them is one, add --although-connected"
            )
            .into());
        }
        std::thread::sleep(Duration::from_millis(100));
    }
}
