//! The route table, and what happens to every request and answer.

use std::net::TcpListener;
use std::sync::Arc;

use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{ResourceDef, Server, ServiceRequest, ServiceResponse};
use actix_web::http::Method;
use actix_web::http::header::{HeaderMap, HeaderName, HeaderValue};
use actix_web::middleware::{Next, from_fn};
use actix_web::{App, HttpRequest, HttpResponse, HttpServer, web};
use utoipa::openapi::OpenApi;
use utoipa_actix_web::service_config::ServiceConfig;
use utoipa_actix_web::{AppExt, scope};
use utoipa_swagger_ui::SwaggerUi;

use crate::attendance::Door;
use crate::audit::{self, Sealer};
use crate::auth::{self, Auth, Hasher, Keys, Scopes, Throttle, scope_of};
use crate::base::body;
use crate::base::capability::Capabilities;
use crate::base::clock::Clock;
use crate::base::config::Config;
use crate::base::db::Db;
use crate::base::idempotency;
use crate::base::ids::fresh;
use crate::base::language::german;
use crate::base::press::Press;
use crate::base::problem::{Code, Error, OwnWords, Problem, Result, render};
use crate::mail::{Postboy, Postman};
use crate::partners::{self, Bell, Courier, Rounds};
use crate::portal::{self, ErrorPage, Page, Pages};
use crate::registrations::{Desk, Timekeeper};
use crate::reports::Paper;
use crate::{attendance, catalogue, feeds, health, imports, openapi, registrations, reports, seminars};

/// Everything under `/api/v1`. One scope with full paths: once a prefix matches, actix never looks at another.
fn api(config: &mut ServiceConfig) {
    config
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
        .configure(partners::configure);
}

/// Everything beside it.
fn outside(config: &mut ServiceConfig) {
    config.configure(auth::configure_outside).configure(health::configure);
}

/// The OpenAPI document of this program.
#[must_use]
pub fn document() -> OpenApi {
    let (_, document) = App::new()
        .into_utoipa_app()
        .openapi(openapi::base())
        .configure(outside)
        .service(scope::scope("/api/v1").configure(api))
        .split_for_parts();
    openapi::complete(document)
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
    pub postman: Arc<Postman>,
    pub courier: web::Data<Courier>,
}

/// One writer is enough for what PostgreSQL can take from us; with two, one decides while the other commits.
const DESK_WRITERS: usize = 2;
const DOOR_WRITERS: usize = 2;

/// What goes on beside the requests, until it is dropped.
pub struct Background {
    _timekeeper: Timekeeper,
    _sealer: Sealer,
    _postboy: Postboy,
    _rounds: Rounds,
}

impl Site {
    /// Begins to deliver mails and webhooks, to keep deadlines and to seal the journal. Every instance does; they share the work.
    pub fn background(&self) -> Result<Background> {
        let (db, clock) = (Db::clone(&self.db), Clock::clone(&self.clock));
        Ok(Background {
            _timekeeper: Timekeeper::start(db.clone(), clock.clone())?,
            _sealer: Sealer::start(db.clone(), clock.clone())?,
            _rounds: self.courier.clone().into_inner().start(&db, &clock)?,
            _postboy: self.postman.clone().start(db, clock),
        })
    }

    pub fn assemble(config: Config, db: Db, clock: Clock) -> Result<Self> {
        let auth = Auth {
            keys: Keys::open(&config.keys_dir, &config.public_url)?,
            hasher: Hasher::start()?,
            throttle: Throttle::default(),
        };
        let capabilities = Arc::new(Capabilities::open(&config.keys_dir)?);
        Ok(Self {
            desk: web::Data::new(Desk::open(&db, DESK_WRITERS)?),
            door: web::Data::new(Door::open(&db, DOOR_WRITERS, capabilities.clone())?),
            pages: web::Data::new(Pages::open(&config)?),
            press: web::Data::new(Press::assemble(&config)?),
            paper: web::Data::new(Paper::open(&config)?),
            bell: web::Data::new(Bell::default()),
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

/// Serves `site` on `listener` until the process is told to stop.
pub fn listen(site: Site, listener: TcpListener, workers: usize) -> std::io::Result<Server> {
    let document = document();
    let routes = web::Data::new(Routes::of(&document));
    let scopes = web::Data::new(scopes(&document));
    let bytes = web::Bytes::from(document.to_pretty_json().map_err(std::io::Error::other)?);
    sweep_now_and_then(&site);
    let server = HttpServer::new(move || {
        let docs = SwaggerUi::new("/docs/{_:.*}").config(utoipa_swagger_ui::Config::new(["/openapi.json"]));
        let bytes = bytes.clone();
        App::new()
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
            .app_data(routes.clone())
            .app_data(scopes.clone())
            .app_data(web::PayloadConfig::new(body::LIMIT))
            .app_data(web::PathConfig::default().error_handler(|_, _| Error::from(Code::NotFound).into()))
            .into_utoipa_app()
            .configure(outside)
            .service(scope::scope("/api/v1").wrap(from_fn(auth::identify)).configure(api))
            .map(|app| {
                app.configure(portal::configure)
                    .route("/openapi.json", web::get().to(move || openapi_json(bytes.clone())))
                    .route(
                        "/docs",
                        web::get().to(|| async { web::Redirect::to("/docs/").permanent() }),
                    )
                    .service(docs)
            })
            .default_service(web::to(nothing_here))
            .into_app()
    });
    Ok(server.workers(workers).shutdown_timeout(30).listen(listener)?.run())
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

/// Expired keys, tokens and previews of reports and programmes are forgotten. Every instance does it; doing it twice does no harm.
fn sweep_now_and_then(site: &Site) {
    let (db, clock, auth) = (site.db.clone(), site.clock.clone(), site.auth.clone());
    actix_web::rt::spawn(async move {
        let mut interval = tokio::time::interval(std::time::Duration::from_secs(600));
        loop {
            interval.tick().await;
            auth.throttle.sweep();
            let now = clock.now();
            let swept = db
                .write(move |conn| {
                    let keys = idempotency::sweep(conn, now)? + crate::auth::sweep(conn, now)?;
                    let imports = attendance::forget_uncounted(conn, now)? + imports::forget_unconfirmed(conn, now)?;
                    let deliveries = partners::sweep_deliveries(conn, now)?;
                    Ok(keys + imports + deliveries + attendance::forget_times(conn)?)
                })
                .await;
            if let Err(error) = swept {
                tracing::warn!(%error, "expired keys, tokens and previews were not swept");
            }
        }
    });
}

/// Which methods the documented paths have.
struct Routes(Vec<(ResourceDef, Vec<&'static str>)>);

impl Routes {
    fn of(document: &OpenApi) -> Self {
        let routes = document.paths.paths.iter().map(|(path, item)| {
            let methods = [
                ("GET", item.get.is_some()),
                ("POST", item.post.is_some()),
                ("PUT", item.put.is_some()),
                ("PATCH", item.patch.is_some()),
                ("DELETE", item.delete.is_some()),
            ];
            let mut allowed = methods
                .iter()
                .filter(|(_, there)| *there)
                .map(|(method, _)| *method)
                .collect::<Vec<_>>();
            if allowed.contains(&"GET") {
                allowed.push("HEAD");
            }
            (ResourceDef::new(path.as_str()), allowed)
        });
        // Beside the document, which describes neither itself nor the pages for people.
        let own =
            ["/openapi.json", "/docs", "/docs/{file:.*}"].map(|path| (ResourceDef::new(path), vec!["GET", "HEAD"]));
        let pages = portal::PATHS
            .iter()
            .map(|(path, methods)| (ResourceDef::new(*path), methods.to_vec()));
        Self(routes.chain(own).chain(pages).collect())
    }
}

/// 405 with Allow where the path is known, 404 elsewhere. actix itself would answer 404 to a wrong method.
async fn nothing_here(request: HttpRequest, routes: web::Data<Routes>) -> Result<HttpResponse> {
    let there = routes
        .0
        .iter()
        .filter(|(resource, _)| resource.is_match(request.path()));
    // `/seminars/{seminar}.ics` is meant, not `/seminars/{seminar}`.
    let known = there.max_by_key(|(resource, _)| resource.pattern().map_or(0, str::len));
    Err(match known {
        Some((_, methods)) => {
            let mut problem = Problem::new(Code::MethodNotAllowed);
            problem.allow = Some(methods.join(", "));
            problem.into()
        }
        None => Code::NotFound.into(),
    })
}

/// Around every request: its id, HEAD as GET without the body, the security headers, and problems as documents.
async fn envelope(
    mut request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, actix_web::Error> {
    let started = std::time::Instant::now();
    let request_id = request_id(request.headers());
    let path = request.path().to_owned();
    let method = request.method().clone();
    let german = german(&request);
    let error_page = ErrorPage::of(&request);
    if method == Method::HEAD {
        // The body is left out on the wire all the same: that was decided when the head was read.
        request.head_mut().method = Method::GET;
    }
    let answered = if path.len() + request.query_string().len() > 8192 {
        Ok(request.into_response(Error::from(Code::UriTooLong).error_as_response()))
    } else if hides_control_characters(&path) {
        Ok(request.into_response(Error::from(Code::NotFound).error_as_response()))
    } else {
        next.call(request).await.map(ServiceResponse::map_into_boxed_body)
    };
    answered.map(|response: ServiceResponse<BoxBody>| {
        let (http_request, response) = response.into_parts();
        let mut response = as_problem(response, &path, &request_id, german, error_page.as_ref());
        finish(response.headers_mut(), &request_id, path.starts_with("/docs"));
        let pattern = http_request.match_pattern().unwrap_or_else(|| "unmatched".to_owned());
        let status = response.status().as_u16();
        tracing::info!(%method, pattern, status, ms = started.elapsed().as_millis(), request_id, "request");
        ServiceResponse::new(http_request, response)
    })
}

impl Error {
    fn error_as_response(&self) -> HttpResponse {
        actix_web::ResponseError::error_response(self)
    }
}

/// The caller's id if it is a sane one, so that it can be followed through several services.
fn request_id(headers: &HeaderMap) -> String {
    let given = headers.get("X-Request-Id").and_then(|value| value.to_str().ok());
    let sane = |id: &&str| {
        (8..=64).contains(&id.len()) && id.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_.".contains(&b))
    };
    given.filter(sane).map_or_else(|| fresh().to_string(), str::to_owned)
}

/// A path with `%00` or `%ff` names nothing, and would be an error further in.
fn hides_control_characters(path: &str) -> bool {
    path.contains('%') && {
        let mut bytes = Vec::with_capacity(path.len());
        let mut rest = path.as_bytes();
        while let Some((&first, tail)) = rest.split_first() {
            let hex = |at: usize| tail.get(at).and_then(|b| char::from(*b).to_digit(16));
            match (first, hex(0), hex(1)) {
                (b'%', Some(high), Some(low)) => {
                    bytes.push(u8::try_from(high * 16 + low).unwrap_or_default());
                    rest = tail.get(2..).unwrap_or_default();
                }
                _ => {
                    bytes.push(first);
                    rest = tail;
                }
            }
        }
        std::str::from_utf8(&bytes).map_or(true, |text| text.chars().any(char::is_control))
    }
}

/// Every error leaves as a problem document, also those that actix itself makes; to people as a page.
fn as_problem(
    mut response: HttpResponse,
    path: &str,
    request_id: &str,
    german: bool,
    page: Option<&ErrorPage>,
) -> HttpResponse {
    if response.extensions().contains::<Page>() || response.extensions().contains::<OwnWords>() {
        return response;
    }
    let ours = response.extensions_mut().remove::<Problem>();
    let problem = ours.or_else(|| {
        let code = match response.status().as_u16() {
            status if status < 400 => return None,
            404 => Code::NotFound,
            406 => Code::NotAcceptable,
            408 => Code::BodyTimeout,
            413 => Code::BodyTooLarge,
            414 => Code::UriTooLong,
            415 => Code::UnsupportedMediaType,
            431 => Code::HeadersTooLarge,
            400..=499 => Code::BadRequest,
            503 => Code::Unavailable,
            _ => Code::Internal,
        };
        Some(Problem::new(code))
    });
    match problem {
        Some(problem) => {
            let page = page.and_then(|page| page.render(&problem, request_id));
            page.unwrap_or_else(|| render(&problem, path, request_id, german))
        }
        None => response,
    }
}

fn finish(headers: &mut HeaderMap, request_id: &str, docs: bool) {
    let mut set = |name: &'static str, value: &str| {
        if let Ok(value) = HeaderValue::from_str(value) {
            headers.insert(HeaderName::from_static(name), value);
        }
    };
    set("x-request-id", request_id);
    set("x-content-type-options", "nosniff");
    set("referrer-policy", "no-referrer");
    if !headers.contains_key("content-security-policy") {
        headers.insert(
            HeaderName::from_static("content-security-policy"),
            HeaderValue::from_static(if docs {
                "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; frame-ancestors 'none'"
            } else {
                "default-src 'none'; frame-ancestors 'none'"
            }),
        );
    }
    if !headers.contains_key("cache-control") {
        headers.insert(
            HeaderName::from_static("cache-control"),
            HeaderValue::from_static("no-store"),
        );
    }
}
