//! The commands about personal data: for the operator's clock and for a restore.

use std::fs::File;
use std::io::{BufRead, BufReader, BufWriter, Write};
use std::path::PathBuf;

use chrono::{DateTime, Utc};
use clap::Args;

use super::Failure;
use super::database::Database;
use crate::base::clock::Clock;
use crate::base::config::Config;
use crate::base::db::Db;
use crate::privacy;

#[derive(Debug, Args)]
pub struct ExportErasures {
    /// Only those of this moment or later, RFC 3339.
    #[arg(long, value_name = "MOMENT")]
    since: Option<DateTime<Utc>>,
}

#[derive(Debug, Args)]
pub struct ReapplyErasures {
    /// What export-erasures printed.
    file: PathBuf,
}

#[derive(Debug, Args)]
pub struct RetentionRun {
    /// Tell how much is due; change nothing.
    #[arg(long)]
    dry_run: bool,
}

pub fn export_erasures(config: &Config, export: &ExportErasures) -> Result<(), Failure> {
    let database = Database::command(config)?;
    let mut out = BufWriter::new(std::io::stdout().lock());
    let exported = privacy::export_erasures(&database.db, export.since, |line| writeln!(out, "{line}"));
    database.stop();
    let count = exported?;
    out.flush()?;
    eprintln!("{count} erasures.");
    Ok(())
}

pub fn reapply_erasures(config: &Config, reapply: &ReapplyErasures) -> Result<(), Failure> {
    let lines = File::open(&reapply.file)?;
    let database = Database::command(config)?;
    let outcome = erased_again(&database.db, lines);
    database.stop();
    println!("{}", outcome?);
    Ok(())
}

/// Erases again what the lines name, and says how much that was.
pub fn erased_again(db: &Db, lines: File) -> Result<String, Failure> {
    let applied = privacy::reapply_erasures(db, Clock::System.now(), BufReader::new(lines).lines())?;
    Ok(format!(
        "{} erasures read, {} of them new to the ledger; {} records erased.",
        applied.lines, applied.new, applied.erased
    ))
}

pub fn retention_run(config: &Config, run: &RetentionRun) -> Result<(), Failure> {
    let database = Database::command(config)?;
    let now = Clock::System.now();
    let outcome = if run.dry_run {
        privacy::overdue(&database.db, now)
            .map(|(overdue, due)| format!("{due} records are due, {overdue} of them for more than a day."))
    } else {
        privacy::retain(&database.db, now, || false).map(|records| format!("{records} records erased."))
    };
    database.stop();
    println!("{}", outcome?);
    Ok(())
}
