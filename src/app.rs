//! The route table, and everything that is assembled for it.

use std::net::TcpListener;
use std::sync::{Arc, OnceLock};

use actix_web::dev::Server;
use actix_web::middleware::from_fn;
use actix_web::{App, HttpResponse, HttpServer, web};
use utoipa::openapi::OpenApi;
use utoipa_swagger_ui::SwaggerUi;

use self::envelope::{envelope, known_route};
use self::known::{Routes, nothing_here};
use self::sweeper::start_sweeper;
use crate::attendance::Door;
use crate::audit::{self, start_sealer};
use crate::auth::{self, Auth, Hasher, Keys, Scopes, Throttle, scope_of};
use crate::base::body;
use crate::base::capability::Capabilities;
use crate::base::clock::Clock;
use crate::base::config::Config;
use crate::base::db::Db;
use crate::base::drain::Drain;
use crate::base::memory::Memory;
use crate::base::operations::Operations;
use crate::base::press::Press;
use crate::base::problem::{Code, Error, Result};
use crate::base::rounds::Rounds;
use crate::mail::Postman;
use crate::partners::{self, Bell, Courier};
use crate::portal::{self, Pages};
use crate::privacy::{self, start_caretaker};
use crate::registrations::{Desk, start_timekeeper};
use crate::reports::Paper;
use crate::{attendance, catalogue, feeds, health, imports, openapi, registrations, reports, seminars};

mod envelope;
mod gauges;
mod known;
mod process;
mod stop;
mod sweeper;
mod unread;

pub use gauges::watch;
pub use stop::{End, Signals, until_stopped};
pub use sweeper::sweep;

const API: &str = "/api/v1";

/// Everything under [`API`]. One scope with full paths: once a prefix matches, actix never looks at another.
fn api(operations: &mut Operations<'_>) {
    operations
        .configure(auth::configure)
        .configure(audit::configure)
        // Before the rooms whose `/{seminar}` and `/{collection}` would take `{seminar}.ics` for an id.
        .configure(feeds::configure)
        .configure(catalogue::configure)
        .configure(seminars::configure)
        .configure(registrations::configure)
        .configure(attendance::configure)
        .configure(imports::configure)
        .configure(reports::configure)
        .configure(partners::configure)
        .configure(privacy::configure);
}

/// Everything beside it.
fn outside(operations: &mut Operations<'_>) {
    operations
        .configure(auth::configure_outside)
        .configure(health::configure);
}

/// The OpenAPI document of this program.
#[must_use]
pub fn document() -> OpenApi {
    let mut document = openapi::base();
    outside(&mut Operations::told(&mut document, ""));
    api(&mut Operations::told(&mut document, API));
    openapi::complete(document)
}

/// What follows from the document, made once however many services a program starts.
struct Told {
    bytes: web::Bytes,
    routes: web::Data<Routes>,
    scopes: web::Data<Scopes>,
}

fn told() -> std::io::Result<&'static Told> {
    static TOLD: OnceLock<Told> = OnceLock::new();
    if let Some(told) = TOLD.get() {
        return Ok(told);
    }
    let document = document();
    let bytes = document.to_pretty_json().map_err(std::io::Error::other)?;
    Ok(TOLD.get_or_init(|| Told {
        bytes: web::Bytes::from(bytes),
        routes: web::Data::new(Routes::of(&document)),
        scopes: web::Data::new(scopes(&document)),
    }))
}

/// What the rooms are handed: assembled once, shared by all workers.
#[derive(Clone)]
pub struct Site {
    pub config: web::Data<Config>,
    pub db: web::Data<Db>,
    pub clock: web::Data<Clock>,
    pub auth: web::Data<Auth>,
    pub capabilities: web::Data<Capabilities>,
    pub desk: web::Data<Desk>,
    pub door: web::Data<Door>,
    pub pages: web::Data<Pages>,
    pub press: web::Data<Press>,
    pub paper: web::Data<Paper>,
    pub bell: web::Data<Bell>,
    pub memory: web::Data<Memory>,
    pub lookup: web::Data<seminars::Lookup>,
    pub postman: Arc<Postman>,
    pub courier: web::Data<Courier>,
    pub drain: web::Data<Drain>,
}

/// One writer is enough for what PostgreSQL can take from us; with two, one decides while the other commits.
const DESK_WRITERS: usize = 2;
const DOOR_WRITERS: usize = 2;

/// Connections beside the pool: each writer's, and the one on which readiness asks.
pub const OWN_CONNECTIONS: u32 = 5;

/// What goes on beside the requests, until it is dropped.
pub struct Background(Vec<Rounds>);

impl Background {
    /// Ends it, each at once: what is under way is finished, what was taken and not begun is given back.
    pub fn stop(self) {
        std::thread::scope(|scope| {
            for rounds in self.0 {
                scope.spawn(|| drop(rounds));
            }
        });
    }
}

/// From SIGTERM to the end at most, without the last step of what goes on beside the requests. Who sends the signal often waits
/// for 30 seconds.
const DOWN: u64 = 25;

impl Site {
    /// Begins to deliver mails and webhooks, to keep deadlines, to seal the journal, to forget what is kept no longer, and to
    /// sweep. Every instance does; they share the work.
    pub fn background(&self) -> Result<Background> {
        let (db, clock) = (Db::clone(&self.db), Clock::clone(&self.clock));
        Ok(Background(vec![
            start_timekeeper(db.clone(), clock.clone())?,
            start_caretaker(db.clone(), clock.clone())?,
            start_sealer(db.clone(), clock.clone())?,
            start_sweeper(db.clone(), self.auth.clone().into_inner(), clock.clone())?,
            self.courier.clone().into_inner().start(&db, &clock)?,
            self.postman.clone().start(db, clock),
        ]))
    }

    pub fn assemble(config: Config, db: Db, clock: Clock) -> Result<Self> {
        let auth = Auth {
            keys: Keys::open(&config.keys_dir, &config.public_url)?,
            hasher: Hasher::start()?,
            throttle: Throttle::default(),
        };
        let capabilities = Arc::new(Capabilities::open(&config.keys_dir)?);
        let drain = Drain::default();
        Ok(Self {
            desk: web::Data::new(Desk::open(&db, DESK_WRITERS)?),
            door: web::Data::new(Door::open(&db, DOOR_WRITERS, capabilities.clone())?),
            pages: web::Data::new(Pages::open(&config)?),
            press: web::Data::new(Press::assemble(&config)?),
            paper: web::Data::new(Paper::open(&config)?),
            bell: web::Data::new(Bell::new(drain.clone())),
            drain: web::Data::new(drain),
            memory: web::Data::new(Memory::new(db.writes().clone(), clock.clone())),
            lookup: web::Data::new(seminars::lookup(db.clone())?),
            courier: web::Data::new(Courier::assemble(&config, capabilities.clone())),
            postman: Arc::new(Postman::assemble(&config, capabilities.clone())?),
            capabilities: web::Data::from(capabilities),
            config: web::Data::new(config),
            db: web::Data::new(db),
            clock: web::Data::new(clock),
            auth: web::Data::new(auth),
        })
    }
}

/// Serves `site` on `listener` until the server is told to stop. Signals are not its business, see [`until_stopped`].
pub fn listen(site: Site, listener: TcpListener, workers: usize) -> std::io::Result<Server> {
    let told = told()?;
    let rest = DOWN.saturating_sub(site.config.drain_seconds);
    let health = web::Data::new(health::Ready::default());
    let server = HttpServer::new(move || {
        let docs = SwaggerUi::new("/docs/{_:.*}").config(utoipa_swagger_ui::Config::new(["/openapi.json"]));
        App::new()
            .wrap(from_fn(known_route))
            .wrap(from_fn(seminars::from_memory))
            .wrap(from_fn(envelope))
            .app_data(site.config.clone())
            .app_data(site.db.clone())
            .app_data(site.clock.clone())
            .app_data(site.auth.clone())
            .app_data(site.capabilities.clone())
            .app_data(site.desk.clone())
            .app_data(site.door.clone())
            .app_data(site.pages.clone())
            .app_data(site.press.clone())
            .app_data(site.paper.clone())
            .app_data(site.courier.clone())
            .app_data(site.bell.clone())
            .app_data(site.memory.clone())
            .app_data(site.lookup.clone())
            .app_data(site.drain.clone())
            .app_data(health.clone())
            .app_data(told.routes.clone())
            .app_data(told.scopes.clone())
            .app_data(web::PayloadConfig::new(body::LIMIT))
            .app_data(web::PathConfig::default().error_handler(|_, _| Error::from(Code::NotFound).into()))
            .configure(|config| outside(&mut Operations::served(config)))
            .service(
                web::scope(API)
                    .wrap(from_fn(auth::identify))
                    .configure(|config| api(&mut Operations::served(config))),
            )
            .configure(portal::configure)
            .route("/openapi.json", web::get().to(move || openapi_json(told.bytes.clone())))
            .route(
                "/docs",
                web::get().to(|| async { web::Redirect::to("/docs/").permanent() }),
            )
            .service(docs)
            .default_service(web::to(nothing_here))
    });
    let server = server.workers(workers).disable_signals().shutdown_timeout(rest);
    unread::hung_up_on(&listener);
    Ok(server.listen(listener)?.run())
}

/// The scope that each operation of the document asks machines for.
fn scopes(document: &OpenApi) -> Scopes {
    let operations = document.paths.paths.iter().flat_map(|(path, item)| {
        openapi::operations_of(item)
            .into_iter()
            .filter_map(move |(method, operation)| Some((path, method, operation.operation_id.as_deref()?)))
    });
    let asks = operations.filter_map(|(path, method, id)| Some(((method.to_owned(), path.clone()), scope_of(id)?)));
    Scopes(asks.collect())
}

async fn openapi_json(bytes: web::Bytes) -> HttpResponse {
    HttpResponse::Ok()
        .content_type("application/json")
        .insert_header(("Cache-Control", "no-cache"))
        .body(bytes)
}
