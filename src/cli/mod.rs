//! The commands. Each reads the configuration once; a bad one ends with exit code 78 and every mistake named.

mod commands;
mod database;
mod journal;
mod serve;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

use crate::base::config::{Config, Flags, LogFormat};

/// `EX_CONFIG` of sysexits.
const BAD_CONFIGURATION: u8 = 78;

/// Event registration and attendance tracking.
#[derive(Debug, Parser)]
#[command(name = "einlass", version, about)]
struct Cli {
    /// Where the private PostgreSQL and the signing keys are.
    #[arg(long, global = true, value_name = "DIR")]
    data_dir: Option<String>,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Serve the API and its documentation.
    Serve {
        /// Address and port to listen on.
        #[arg(long, value_name = "ADDRESS:PORT")]
        listen: Option<String>,
        /// Fill an empty database with the programme of 2020/21 and print the accounts to log in with.
        #[arg(long)]
        demo: bool,
    },
    /// Bring the database schema up to date.
    Migrate,
    /// Print the OpenAPI document.
    Openapi,
    /// Look at the configuration.
    Config {
        #[command(subcommand)]
        command: ConfigCommand,
    },
    /// Ask a running service whether it is ready.
    Health {
        /// An http address.
        #[arg(long, default_value = "http://127.0.0.1:8080/health/ready")]
        url: String,
    },
    /// Manage the first accounts.
    Admin {
        #[command(subcommand)]
        command: AdminCommand,
    },
    /// Read something in.
    Import {
        #[command(subcommand)]
        command: ImportCommand,
    },
    /// Whether the journal is what it was.
    Journal {
        #[command(subcommand)]
        command: JournalCommand,
    },
    /// After a backup was restored, and before the service is started: the change feed, the webhooks and the journal go on
    /// from what was restored.
    Restored(journal::Restore),
    /// Figures.
    Report {
        #[command(subcommand)]
        command: ReportCommand,
    },
}

#[derive(Debug, Subcommand)]
enum ConfigCommand {
    /// Print the values in force, secrets hidden, or every mistake.
    Check,
}

#[derive(Debug, Subcommand)]
enum AdminCommand {
    /// Make an account. Without --organisation it is a platform admin.
    Create(commands::AdminCreate),
}

#[derive(Debug, Subcommand)]
enum ImportCommand {
    /// A programme in the format of demo/README.md, or from a spreadsheet saved as CSV. All or nothing.
    Seminars(commands::ImportSeminars),
}

#[derive(Debug, Subcommand)]
enum JournalCommand {
    /// Look whether anything that is sealed was edited, deleted, inserted, reordered or cut off.
    Verify(journal::Verify),
    /// Print the heads of all chains as JSON, to be kept where whoever can write the database cannot write.
    Heads,
}

#[derive(Debug, Subcommand)]
enum ReportCommand {
    /// The activity report for a period.
    Activity(commands::ReportActivity),
}

#[must_use]
pub fn main() -> ExitCode {
    let cli = Cli::parse();
    let listen = if let Command::Serve { listen, .. } = &cli.command {
        listen.clone()
    } else {
        None
    };
    let flags = Flags {
        listen,
        data_dir: cli.data_dir.clone(),
    };
    let config = match Config::from_environment(&flags) {
        Ok(config) => config,
        Err(errors) => {
            eprint!("einlass: {errors}");
            return ExitCode::from(BAD_CONFIGURATION);
        }
    };
    log_to_stderr(&config);
    match run(cli.command, config) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("einlass: {error}");
            ExitCode::FAILURE
        }
    }
}

/// Anything that ends a command; shown as it is.
type Failure = Box<dyn std::error::Error>;

fn run(command: Command, config: Config) -> Result<(), Failure> {
    match command {
        Command::Serve { demo, .. } => serve::serve(config, demo),
        Command::Migrate => commands::migrate(&config),
        Command::Openapi => {
            println!("{}", crate::app::document().to_pretty_json()?);
            Ok(())
        }
        Command::Config {
            command: ConfigCommand::Check,
        } => {
            print!("{}", config.describe());
            Ok(())
        }
        Command::Health { url } => commands::health(&url),
        Command::Admin {
            command: AdminCommand::Create(create),
        } => commands::admin_create(&config, &create),
        Command::Import {
            command: ImportCommand::Seminars(import),
        } => commands::import_seminars(&config, &import),
        Command::Journal {
            command: JournalCommand::Verify(verify),
        } => journal::verify(&config, &verify),
        Command::Journal {
            command: JournalCommand::Heads,
        } => journal::heads(&config),
        Command::Restored(restore) => journal::restored(&config, &restore),
        Command::Report {
            command: ReportCommand::Activity(report),
        } => commands::report_activity(&config, &report),
    }
}

fn log_to_stderr(config: &Config) {
    // actix tells how it starts itself; nobody has to know.
    let filter = tracing_subscriber::EnvFilter::new(format!("actix_server=warn,{}", config.log));
    let builder = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr);
    // A second logger in one process is nobody's loss.
    let _ = match config.log_format {
        LogFormat::Text => builder.with_target(false).try_init(),
        LogFormat::Json => builder.json().flatten_event(true).try_init(),
    };
}
