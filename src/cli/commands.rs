//! The commands that do one thing and end.

use std::io::{Read, Write};
use std::net::{TcpStream, ToSocketAddrs};
use std::path::PathBuf;
use std::time::Duration;

use chrono::NaiveDate;
use clap::{Args, ValueEnum};
use diesel::PgConnection;

use super::Failure;
use super::database::Database;
use crate::auth::{NewAccount, OrganisationId, Role, all_organisations, create_account, find_organisation};
use crate::base::clock::Clock;
use crate::base::config::Config;
use crate::base::csv::Dialect;
use crate::base::db::rehearse;
use crate::base::digest::secret;
use crate::base::problem::{Code, Error, Problem};
use crate::imports::sheet::{ColumnMap, DoubtCode, Settings};
use crate::journal::{Act, Actor};
use crate::{imports, reports};

#[derive(Debug, Args)]
pub struct AdminCreate {
    #[arg(long)]
    email: String,
    /// Shown to colleagues; default: the address.
    #[arg(long)]
    name: Option<String>,
    /// Slug of the organisation to be a member of.
    #[arg(long, value_name = "SLUG")]
    organisation: Option<String>,
    /// admin, organiser, front_desk or reporter.
    #[arg(long, default_value = "admin", requires = "organisation")]
    role: String,
    /// Read the password from standard input; otherwise one is made and shown once.
    #[arg(long)]
    password_stdin: bool,
}

#[derive(Debug, Args)]
pub struct ImportSeminars {
    /// A JSON file in the format of demo/README.md, or a CSV file with German headings.
    file: PathBuf,
    /// Slug of the organisation whose programme it is.
    #[arg(long, value_name = "SLUG")]
    organisation: String,
    /// Tell what would happen, or every problem with its place; change nothing.
    #[arg(long)]
    dry_run: bool,
    /// Of a CSV file: the year it is about. It settles years of two digits and missing ones.
    #[arg(long, value_name = "YEAR")]
    year: Option<i32>,
    /// Of a CSV file: what has no status and lies in the past was held.
    #[arg(long)]
    past_is_held: bool,
    /// Of a CSV file: a doubt to accept wherever it occurs, such as new_collection. May be given several times.
    #[arg(long, value_name = "CODE")]
    accept: Vec<String>,
}

#[derive(Debug, Args)]
pub struct ReportActivity {
    /// First day of the period, YYYY-MM-DD.
    #[arg(long)]
    from: NaiveDate,
    /// Last day of the period, included.
    #[arg(long)]
    to: NaiveDate,
    /// Slug; default: all organisations.
    #[arg(long, value_name = "SLUG")]
    organisation: Option<String>,
    /// Counting rule.
    #[arg(long, default_value = "all")]
    rule: String,
    /// Count what was held before this day apart.
    #[arg(long, value_name = "DAY")]
    split_on: Option<NaiveDate>,
    /// json, markdown, html, docx, xlsx, csv; PDF is made by the service.
    #[arg(long, value_enum, default_value_t = Format::Markdown)]
    format: Format,
    /// How the texts name people: neutral (Teilnehmende) or underscore (Teilnehmer_innen).
    #[arg(long, default_value = "neutral")]
    forms: String,
    /// Where to write it; default: standard output.
    #[arg(long, value_name = "FILE")]
    output: Option<PathBuf>,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Format {
    Json,
    Markdown,
    Html,
    Docx,
    Xlsx,
    Csv,
}

pub fn migrate(config: &Config) -> Result<(), Failure> {
    let database = Database::serve(config)?;
    let versions = database
        .db
        .refuse_newer_schema()
        .and_then(|()| database.migrate(config));
    database.stop();
    let versions = versions?;
    if versions.is_empty() {
        println!("The schema is up to date.");
    }
    versions.iter().for_each(|version| println!("migrated {version}"));
    Ok(())
}

pub fn admin_create(config: &Config, create: &AdminCreate) -> Result<(), Failure> {
    let (password, made) = if create.password_stdin {
        let mut text = String::new();
        std::io::stdin().read_to_string(&mut text)?;
        (text.trim_end_matches(['\r', '\n']).to_owned(), false)
    } else {
        (secret()?.chars().take(24).collect(), true)
    };
    let role = create.role.parse::<Role>()?;
    let act = act();
    let database = Database::command(config)?;
    let outcome = database.db.run(false, |conn| {
        let member = |error: String, name: &str| Error::member(format!("--{name}"), error);
        let email = create.email.parse().map_err(|error| member(error, "email"))?;
        let name = create.name.as_ref().unwrap_or(&create.email);
        let membership = match &create.organisation {
            None => None,
            Some(slug) => {
                let unknown = || Error::member("--organisation", "there is no organisation with this slug");
                Some((find_organisation(conn, slug)?.ok_or_else(unknown)?.id, role))
            }
        };
        let new = NewAccount {
            email,
            name: name.parse().map_err(|error| member(error, "name"))?,
            password: &password,
            platform_admin: membership.is_none(),
            membership,
        };
        create_account(conn, &act, new)
    });
    database.stop();
    outcome?;
    println!("{} can log in now.", create.email);
    if made {
        println!("Password, shown once: {password}");
    }
    Ok(())
}

pub fn import_seminars(config: &Config, import: &ImportSeminars) -> Result<(), Failure> {
    let bytes = std::fs::read(&import.file).map_err(|error| format!("{}: {error}", import.file.display()))?;
    let ending = import.file.extension().unwrap_or_default();
    if ending.eq_ignore_ascii_case("csv") {
        return import_spreadsheet(config, import, bytes);
    }
    let text = String::from_utf8(bytes).map_err(|error| format!("{}: {error}", import.file.display()))?;
    let act = act();
    let programme = imports::read(&text, act.today()).map_err(Error::invalid)?;
    let database = Database::command(config)?;
    let outcome = database.db.run(false, |conn| {
        let organisation = organisation_of(conn, import)?;
        let write = if import.dry_run {
            imports::rehearse
        } else {
            imports::import
        };
        write(conn, &act, organisation, &programme)
    });
    database.stop();
    let summary = outcome?;
    if import.dry_run {
        print!("Dry run, nothing was written. ");
    }
    println!("{summary}");
    Ok(())
}

fn organisation_of(conn: &mut PgConnection, import: &ImportSeminars) -> Result<OrganisationId, Error> {
    let unknown = || Problem::new(Code::NotFound).detail("There is no organisation with this slug.");
    Ok(find_organisation(conn, &import.organisation)?.ok_or_else(unknown)?.id)
}

/// Prints every doubt. With one that waits for a decision nothing is written: doubts are settled in the service.
fn import_spreadsheet(config: &Config, import: &ImportSeminars, bytes: Vec<u8>) -> Result<(), Failure> {
    let day = |month, day| import.year.and_then(|year| NaiveDate::from_ymd_opt(year, month, day));
    let accept = import.accept.iter().map(|code| code.parse::<DoubtCode>());
    let settings = Settings {
        from: day(1, 1),
        to: day(12, 31),
        past_is_held: import.past_is_held,
        accept: accept.collect::<Result<_, _>>()?,
        ..Settings::default()
    };
    if let Some(code) = settings.accept.iter().find(|code| !code.is_acceptable()) {
        return Err(format!("--accept: {code} needs a value and cannot be accepted").into());
    }
    let name = import.file.file_name().map(|name| name.to_string_lossy().into_owned());
    let new = imports::NewProgramme {
        bytes,
        file_name: name,
        map: ColumnMap::default(),
        settings,
        german: true,
    };
    let act = act();
    let database = Database::command(config)?;
    let outcome = database.db.run(false, |conn| {
        let organisation = organisation_of(conn, import)?;
        let work = |conn: &mut PgConnection| imports::import_spreadsheet(conn, &act, organisation, &new);
        if import.dry_run {
            rehearse(conn, work)
        } else {
            work(conn)
        }
    });
    database.stop();
    let imports::Spreadsheet { told, open, summary } = outcome?;
    print!("{told}");
    if import.dry_run {
        print!("Dry run, nothing was written. ");
    }
    match summary {
        Some(summary) => println!("{summary}"),
        None => {
            return Err(format!(
                "{open} rows have doubts; nothing was written. Send the file to /programme-imports and settle them"
            )
            .into());
        }
    }
    Ok(())
}

pub fn report_activity(config: &Config, report: &ReportActivity) -> Result<(), Failure> {
    let query = reports::ActivityQuery::for_command(report.from, report.to, &report.rule, report.split_on)?;
    let database = Database::command(config)?;
    let outcome = database.db.run(true, |conn| {
        reports::at_one_moment(conn)?;
        let organisations: Vec<OrganisationId> = match &report.organisation {
            None => all_organisations(conn)?,
            Some(slug) => {
                let unknown = || Error::member("--organisation", "there is no organisation with this slug");
                vec![find_organisation(conn, slug)?.ok_or_else(unknown)?.id]
            }
        };
        reports::activity(conn, &query, &organisations)
    });
    database.stop();
    let activity = outcome?;
    let forms = report.forms.parse::<reports::Forms>()?;
    let subject = reports::Subject::of(&activity, forms);
    let paper = reports::Paper::open(config)?;
    let at = Clock::System.now();
    let bytes = match report.format {
        Format::Json => format!("{}\n", serde_json::to_string_pretty(&activity)?).into_bytes(),
        Format::Markdown => paper.markdown(&subject)?.into_bytes(),
        Format::Html => paper.html(&subject)?.into_bytes(),
        Format::Docx => paper.docx(&subject, at)?,
        Format::Xlsx => reports::workbook(&activity, at)?,
        Format::Csv => reports::csv(&activity, Dialect::Excel)?,
    };
    match &report.output {
        Some(path) => std::fs::write(path, bytes).map_err(|error| format!("{}: {error}", path.display()))?,
        None => std::io::stdout().write_all(&bytes)?,
    }
    Ok(())
}

/// A GET in ten lines: the image that runs this has no curl.
pub fn health(url: &str) -> Result<(), Failure> {
    let uri = url.parse::<actix_web::http::Uri>()?;
    let host = uri.host().ok_or("the address has no host")?;
    let address = (host, uri.port_u16().unwrap_or(80))
        .to_socket_addrs()?
        .next()
        .ok_or("the host has no address")?;
    // Together less than the image's health check waits: it is to hear an answer, not to end the one who asks.
    let mut stream = TcpStream::connect_timeout(&address, Duration::from_secs(1))?;
    stream.set_read_timeout(Some(Duration::from_secs(3)))?;
    write!(
        stream,
        "GET {} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n",
        uri.path()
    )?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer)?;
    let status = answer.split_whitespace().nth(1).unwrap_or("no answer");
    if status == "200" {
        Ok(())
    } else {
        Err(format!("not ready: {status}").into())
    }
}

fn act() -> Act {
    Act {
        now: Clock::System.now(),
        actor: Actor::SYSTEM,
    }
}
