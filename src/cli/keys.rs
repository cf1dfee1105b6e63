//! `einlass keys`: the ring of signing keys, listed and turned.

use clap::Subcommand;

use super::Failure;
use crate::auth::{Rotated, list_keys, replace_keys, rotate_keys};
use crate::base::clock::Clock;
use crate::base::config::Config;

#[derive(Debug, Subcommand)]
pub enum KeysCommand {
    /// Each key with what it is good for: next, current, previous or retired.
    List,
    /// Make a new key: published now, signing in a quarter of an hour. Nobody is logged out. Deletes retired keys.
    Rotate {
        /// Somebody else may have the keys: the new one signs at once, all others are deleted and their tokens end.
        #[arg(long)]
        compromised: bool,
    },
}

pub fn run(config: &Config, command: &KeysCommand) -> Result<(), Failure> {
    let (folder, now) = (&config.keys_dir, Clock::System.now());
    match command {
        KeysCommand::List => {}
        KeysCommand::Rotate { compromised: true } => {
            let deleted = replace_keys(folder, now)?;
            println!("A new key signs now; {deleted} deleted, and no token of theirs is believed any more.");
        }
        KeysCommand::Rotate { compromised: false } => match rotate_keys(folder, now)? {
            Rotated::Made { from, deleted } => println!(
                "A new key is published now and signs from {}; {deleted} retired ones deleted.",
                from.format("%Y-%m-%d %H:%M:%S UTC")
            ),
            Rotated::Waits { from } => println!(
                "A new key waits already and signs from {}; nothing was done.",
                from.format("%Y-%m-%d %H:%M:%S UTC")
            ),
        },
    }
    for (name, kid, state) in list_keys(folder, now)? {
        println!("{name:<26} {kid}  {state}");
    }
    Ok(())
}
