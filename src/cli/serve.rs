//! `einlass serve`: database, schema, listener, service; and everything down again when told to stop.

use std::net::{SocketAddr, TcpListener};
use std::time::Duration;

use actix_web::dev::Server;
use actix_web::web::Data;

use super::Failure;
use super::database::Database;
use crate::app::{self, End, Signals, Site};
use crate::base::clock::Clock;
use crate::base::config::{Config, Profile};
use crate::base::digest::secret;
use crate::journal::{Act, Actor};
use crate::reports::Paper;
use crate::{imports, partners, reports};
use secrecy::ExposeSecret;

pub fn serve(config: Config, demo: bool, newer_schema: bool) -> Result<(), Failure> {
    // First the port: a second service on it is told so before anything is started.
    let listeners = Listeners {
        public: bind(config.listen)?,
        metrics: config.metrics_listen.map(bind).transpose()?,
    };
    let database = Database::serve(&config)?;
    let outcome = if newer_schema {
        Ok(())
    } else {
        database.db.refuse_newer_schema()
    };
    let outcome = outcome
        .map_err(Failure::from)
        .and_then(|()| serve_on(&database, config, listeners, demo));
    database.stop();
    outcome
}

struct Listeners {
    public: TcpListener,
    metrics: Option<TcpListener>,
}

fn bind(address: SocketAddr) -> Result<TcpListener, Failure> {
    TcpListener::bind(address).map_err(|error| format!("cannot listen on {address}: {error}").into())
}

fn serve_on(database: &Database, config: Config, listeners: Listeners, demo: bool) -> Result<(), Failure> {
    for version in database.migrate(&config)? {
        tracing::info!(version, "migrated");
    }
    tracing::info!(profile = %config.profile, "starting");
    match database.check(&config) {
        Err(faults) if config.profile == Profile::Production => return Err(faults),
        Err(faults) => tracing::warn!(%faults, "in production this would be refused"),
        Ok(()) => {}
    }
    if database.db.run(true, partners::runs_ahead)? {
        return Err("the database was restored from another cluster and its change feed would lie; run `einlass restored` first".into());
    }
    let clock = Clock::System;
    if demo {
        fill(database, &config, &clock)?;
    }
    let address = listeners.public.local_addr()?;
    let wait = Duration::from_secs(config.drain_seconds);
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
    let mut ending = None;
    let served = actix_web::rt::System::new().block_on(async {
        let signals = Signals::catch()?;
        let metrics = listeners
            .metrics
            .map(|listener| app::watch(&site, listener))
            .transpose()?;
        let watched = metrics.as_ref().map(Server::handle);
        if let Some(server) = metrics {
            actix_web::rt::spawn(server);
        }
        let drain = site.drain.clone();
        let server = app::listen(site, listeners.public, workers)?;
        // Beside the requests that are finished meanwhile.
        let closing = || ending = Some(std::thread::spawn(move || background.stop()));
        let served = app::until_stopped(server, signals, &drain, wait, closing).await;
        if let Some(watched) = watched {
            watched.stop(false).await;
        }
        served
    });
    // Who is cut off does not wait for a mail server either; what is under way there comes again, as after a kill.
    let in_order = !matches!(served, Ok(End::CutOff));
    if ending.is_some_and(|thread| in_order && thread.join().is_err()) {
        tracing::error!("what goes on beside the requests broke");
    }
    served?;
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
