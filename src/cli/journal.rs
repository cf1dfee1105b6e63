//! The journal: whether it is what it was, and its heads; and the way back from a backup.

use std::path::{Path, PathBuf};
use std::time::Duration;

use clap::Args;
use secrecy::ExposeSecret;

use super::Failure;
use super::database::Database;
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
}

/// Reckons every chain anew; the first fault of each is printed, and fails the command.
pub fn verify(config: &Config, verify: &Verify) -> Result<(), Failure> {
    let kept = verify.head.as_deref().map(kept).transpose()?.unwrap_or_default();
    let database = Database::command(config)?;
    let outcome = database.db.run(true, |conn| {
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
    let outcome = audit::seal(&database.db, || clock.now(), || false)
        .and_then(|_| database.db.run(true, |conn| audit::heads(conn, clock.now())));
    database.stop();
    println!("{}", serde_json::to_string_pretty(&outcome?)?);
    Ok(())
}

/// After a backup was restored, from a dump or to a point in time, and before the service is started.
pub fn restored(config: &Config, restore: &Restore) -> Result<(), Failure> {
    let database = Database::command(config)?;
    let owner = config.migrate_url.as_ref().map(ExposeSecret::expose_secret);
    let outcome = go_on_from_here(&database.db, owner, restore.although_connected);
    database.stop();
    let (journal, feed, verified) = outcome?;
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
    told(&verified)
}

fn go_on_from_here(
    db: &Db,
    owner: Option<&str>,
    although_connected: bool,
) -> Result<(SetBack, Restored, Verified), Failure> {
    if !although_connected {
        nobody_else(db)?;
    }
    let act = Act {
        now: Clock::System.now(),
        actor: Actor::SYSTEM,
    };
    // All or nothing: a feed that was moved in part would lie.
    let (journal, feed) = db.run_unhurried(owner, |conn| {
        let journal = set_back(conn)?;
        audit::renumber(conn, journal.by)?;
        let feed = partners::begin_anew(conn, &act, journal.by)?;
        Ok((journal, feed))
    })?;
    // What was erased since the backup is to be erased again HERE: after the journal was set in order, so that the erasures
    // are entries behind it, and before it is verified and anybody is served.
    let verified = db.run(true, |conn| audit::verify(conn, None, &[]))?;
    Ok((journal, feed, verified))
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
