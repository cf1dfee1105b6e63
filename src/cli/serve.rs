//! `einlass serve`: database, schema, listener, service; and everything down again when told to stop.

use std::net::TcpListener;

use actix_web::web::Data;

use super::Failure;
use super::database::Database;
use crate::app::{self, Site};
use crate::base::clock::Clock;
use crate::base::config::Config;
use crate::base::digest::secret;
use crate::journal::{Act, Actor};
use crate::reports::Paper;
use crate::{imports, partners, reports};
use secrecy::ExposeSecret;

pub fn serve(config: Config, demo: bool) -> Result<(), Failure> {
    // First the port: a second service on it is told so before anything is started.
    let listener =
        TcpListener::bind(config.listen).map_err(|error| format!("cannot listen on {}: {error}", config.listen))?;
    let database = Database::serve(&config)?;
    let outcome = serve_on(&database, config, listener, demo);
    database.stop();
    outcome
}

fn serve_on(database: &Database, config: Config, listener: TcpListener, demo: bool) -> Result<(), Failure> {
    for version in database.db.migrate()? {
        tracing::info!(version, "migrated");
    }
    if database.db.run(true, partners::runs_ahead)? {
        return Err("the database was restored from another cluster and its change feed would lie; run `einlass restored` first".into());
    }
    let clock = Clock::System;
    if demo {
        fill(database, &config, &clock)?;
    }
    let address = listener.local_addr()?;
    let mut site = Site::assemble(config, database.db.clone(), clock)?;
    if demo {
        site.paper = Data::new(Paper::of_the_demo(&site.config)?);
    }
    let background = site.background()?;
    let workers = std::thread::available_parallelism().map_or(2, std::num::NonZeroUsize::get);
    eprintln!("einlass: listening on http://{address}");
    eprintln!("  programme      http://{address}/api/v1/seminars");
    if demo {
        let of = imports::DEMO_ORGANISATION;
        eprintln!("  open data      http://{address}/api/v1/open-data/{of}");
    }
    eprintln!("  documentation  http://{address}/docs/");
    actix_web::rt::System::new().block_on(async move { app::listen(site, listener, workers)?.await })?;
    drop(background);
    eprintln!("einlass: stopped");
    Ok(())
}

/// The demo, once: the password is shown when the accounts are made.
fn fill(database: &Database, config: &Config, clock: &Clock) -> Result<(), Failure> {
    let given = config
        .demo_password
        .as_ref()
        .map(|password| password.expose_secret().to_owned());
    let password = match &given {
        Some(password) => password.clone(),
        None => secret()?.chars().take(24).collect(),
    };
    let act = Act {
        now: clock.now(),
        actor: Actor::SYSTEM,
    };
    let filled = database.db.run(false, |conn| {
        let filled = imports::load_demo(conn, &act, &password)?;
        if filled.loaded {
            reports::load_demo(conn, &act)?;
            reports::publish_demo(conn, &act, imports::DEMO_ORGANISATION)?;
        }
        Ok(filled)
    })?;
    eprintln!("einlass: {filled}");
    eprintln!("  log in as      {}", filled.accounts.join("\n                 "));
    let shown = match (filled.loaded, &given) {
        (true, None) => password,
        (true, Some(_)) => "the one in EINLASS_DEMO_PASSWORD".to_owned(),
        (false, _) => "the one of the first start; lost it? start with another --data-dir".to_owned(),
    };
    eprintln!("  password       {shown}");
    if let Some((id, secret)) = &filled.machine {
        eprintln!("  API client     client_id {id}, client_secret {secret} (docs/partners.md)");
    }
    Ok(())
}
