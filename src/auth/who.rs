//! Who is asking. [`identify`] looks once per request, before any handler; the extractors only read what it found,
//! so that 401 and 403 come before a body is so much as looked at.

use std::collections::HashMap;
use std::future::{Ready, ready};
use std::marker::PhantomData;

use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{Payload, ServiceRequest, ServiceResponse};
use actix_web::http::header::AUTHORIZATION;
use actix_web::middleware::Next;
use actix_web::{FromRequest, HttpMessage, HttpRequest, ResponseError, web};

use super::model::{AccountId, ApiClientId, OrganisationId, Role, Scope};
use super::tokens::Bearer;
use super::{Auth, store};
use crate::base::clock::Clock;
use crate::base::db::Db;
use crate::base::etag::Privacy;
use crate::base::problem::{Code, Error, Problem, Result};
use crate::journal::{Act, Actor};

/// Somebody who logged in, or a machine.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Subject {
    Account(AccountId),
    Client(ApiClientId),
}

impl Subject {
    #[must_use]
    pub fn actor(self) -> Actor {
        match self {
            Self::Account(id) => Actor::account(id.0),
            Self::Client(id) => Actor::api_client(id.0),
        }
    }
}

impl std::fmt::Display for Subject {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Account(id) => id.fmt(f),
            Self::Client(id) => id.fmt(f),
        }
    }
}

/// An account or a machine that has shown its token, with its roles as they are at this moment. A machine has the role that
/// its scope gives it for this one operation.
#[derive(Clone, Debug)]
pub struct Identity {
    pub subject: Subject,
    pub platform_admin: bool,
    pub roles: Vec<(OrganisationId, Role)>,
}

impl Identity {
    /// The account, where it is none of a machine.
    #[must_use]
    pub fn account(&self) -> Option<AccountId> {
        match self.subject {
            Subject::Account(id) => Some(id),
            Subject::Client(_) => None,
        }
    }

    /// Now, by whoever this is.
    #[must_use]
    pub fn act(&self, clock: &Clock) -> Act {
        Act {
            now: clock.now(),
            actor: self.subject.actor(),
        }
    }

    /// The organisations in which the role is large enough.
    pub fn reach(&self, needed: Role) -> Reach {
        Reach {
            actor: self.subject.actor(),
            needed,
            roles: self.roles.clone(),
        }
    }

    #[must_use]
    pub fn has_role(&self, organisation: OrganisationId, needed: Role) -> bool {
        self.roles
            .iter()
            .any(|(of, role)| *of == organisation && role.includes(needed))
    }

    /// Organisers and the front desk enter registrations for others.
    #[must_use]
    pub fn may_enter_registrations(&self, organisation: OrganisationId) -> bool {
        self.has_role(organisation, Role::FrontDesk)
    }

    #[must_use]
    pub fn is_member_of(&self, organisation: OrganisationId) -> bool {
        self.roles.iter().any(|(of, _)| *of == organisation)
    }
}

/// What a member may touch. Made only here, from a token; [`Reach::operator`] is for the command line.
#[derive(Clone, Debug)]
pub struct Reach {
    actor: Actor,
    needed: Role,
    roles: Vec<(OrganisationId, Role)>,
}

impl Reach {
    /// Refuses an object of `organisation`: 404 to strangers, 403 to members whose role is too small.
    pub fn check(&self, organisation: OrganisationId) -> Result<()> {
        match self.roles.iter().find(|(of, _)| *of == organisation) {
            Some((_, role)) if role.includes(self.needed) => Ok(()),
            Some(_) => Err(Code::Forbidden.into()),
            None => Err(Code::NotFound.into()),
        }
    }

    /// Every organisation this reaches.
    #[must_use]
    pub fn organisations(&self) -> Vec<OrganisationId> {
        self.roles
            .iter()
            .filter(|(_, role)| role.includes(self.needed))
            .map(|(of, _)| *of)
            .collect()
    }

    /// The operator at the command line, acting for one organisation.
    #[must_use]
    pub fn operator(organisation: OrganisationId) -> Self {
        Self {
            actor: Actor::SYSTEM,
            needed: Role::Admin,
            roles: vec![(organisation, Role::Admin)],
        }
    }

    #[must_use]
    pub fn actor(&self) -> Actor {
        self.actor
    }
}

/// The scheme of capability tokens: `Authorization: Registration <token>`.
pub const REGISTRATION: &str = "Registration ";

/// Where machines fetch their tokens.
const TOKEN_ENDPOINT: &str = "/oauth/token";

/// Reads `Authorization: Bearer`. A token that is not good is refused even where none was needed: the caller
/// believes to be somebody.
pub async fn identify(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, actix_web::Error> {
    let authorization = request
        .headers()
        .get(AUTHORIZATION)
        .map(|value| value.to_str().unwrap_or_default().to_owned());
    // Somebody with the link of a mail is no account; whoever takes such tokens looks at them. So does whoever gives tokens
    // to machines, at their secrets.
    let elsewhere = |given: &String| given.starts_with(REGISTRATION) || request.path().ends_with(TOKEN_ENDPOINT);
    if let Some(authorization) = authorization.filter(|given| !elsewhere(given)) {
        match look_up(&request, &authorization).await {
            Ok(identity) => {
                let kind = match identity.subject {
                    Subject::Account(_) => "account",
                    Subject::Client(_) => "client",
                };
                // For the log, in which everything of this request says what kind of caller it is.
                tracing::Span::current().record("caller", kind);
                drop(request.extensions_mut().insert(identity));
            }
            // Answered here, not handed on as an error: the envelope needs the request beside the answer.
            Err(error) => return Ok(request.into_response(error.error_response())),
        }
    }
    next.call(request).await.map(ServiceResponse::map_into_boxed_body)
}

async fn look_up(request: &ServiceRequest, authorization: &str) -> Result<Identity> {
    let missing = || Error::internal("the service is not assembled");
    let auth = request.app_data::<web::Data<Auth>>().ok_or_else(missing)?;
    let db = request.app_data::<web::Data<Db>>().ok_or_else(missing)?;
    let clock = request.app_data::<web::Data<Clock>>().ok_or_else(missing)?;
    let token = authorization
        .split_once(' ')
        .filter(|(scheme, _)| scheme.eq_ignore_ascii_case("Bearer"))
        .map(|(_, token)| token.trim());
    let bearer = token
        .and_then(|token| auth.keys.verify(token, clock.now()))
        .ok_or(Code::Unauthenticated)?;
    // Asked anew each time: a role taken away, an account disabled or a client revoked counts at once.
    match bearer {
        Bearer::Account(id) => {
            let identity = db.read(move |conn| store::identity(conn, id)).await?;
            identity.ok_or_else(|| Code::Unauthenticated.into())
        }
        Bearer::Client { id, scopes } => {
            let client = db.read(move |conn| store::living_client(conn, id)).await?;
            let client = client.ok_or(Code::Unauthenticated)?;
            let has = |scope: Scope| scopes.contains(&scope) && client.scopes().contains(&scope);
            let role = match asked_scope(request)? {
                // Not for machines: here it is nobody, and sees what everybody sees.
                None => None,
                Some(scope) if has(scope) => Some((client.organisation_id, scope.role())),
                Some(scope) => {
                    let detail = format!("The operation asks for the scope {scope}.");
                    return Err(Problem::new(Code::InsufficientScope).detail(detail).into());
                }
            };
            Ok(Identity {
                subject: Subject::Client(id),
                platform_admin: false,
                roles: role.into_iter().collect(),
            })
        }
    }
}

/// The scope that each operation asks for, by method and path as it is documented. Made by whoever knows all operations.
#[derive(Debug, Default)]
pub struct Scopes(pub HashMap<(String, String), Scope>);

fn asked_scope(request: &ServiceRequest) -> Result<Option<Scope>> {
    let scopes = request
        .app_data::<web::Data<Scopes>>()
        .ok_or_else(|| Error::internal("the service is not assembled"))?;
    let Some(pattern) = request.request().match_pattern() else {
        return Ok(None);
    };
    let operation = (request.method().to_string(), pattern);
    Ok(scopes.0.get(&operation).copied())
}

/// Anybody; somebody if they said so.
#[derive(Clone, Debug)]
pub struct Caller(pub Option<Identity>);

impl Caller {
    /// What members see is nobody else's.
    #[must_use]
    pub fn privacy(&self) -> Privacy {
        if self.0.is_some() {
            Privacy::Personal
        } else {
            Privacy::Public
        }
    }

    /// Now, by whoever it is.
    #[must_use]
    pub fn act(&self, clock: &Clock) -> Act {
        let actor = self
            .0
            .as_ref()
            .map_or(Actor::ANONYMOUS, |identity| identity.subject.actor());
        Act {
            now: clock.now(),
            actor,
        }
    }
}

impl FromRequest for Caller {
    type Error = Error;
    type Future = Ready<Result<Self>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(Ok(Self(request.extensions().get::<Identity>().cloned())))
    }
}

/// A role as a type, so that it can stand in a signature.
pub trait Needs {
    const ROLE: Role;
}

macro_rules! staff {
    ($($(#[$doc:meta])* $name:ident = $marker:ident $role:ident;)+) => {$(
        #[derive(Clone, Copy, Debug)]
        pub struct $marker;
        impl Needs for $marker {
            const ROLE: Role = Role::$role;
        }
        $(#[$doc])*
        pub type $name = Staff<$marker>;
    )+};
}

staff! {
    /// At least an admin somewhere.
    Admin = NeedsAdmin Admin;
    /// At least an organiser somewhere.
    Organiser = NeedsOrganiser Organiser;
    /// Front desk, organiser or admin somewhere.
    FrontDesk = NeedsFrontDesk FrontDesk;
    /// Reporter, organiser or admin somewhere.
    Reporter = NeedsReporter Reporter;
}

/// A member whose role is large enough in at least one organisation. For which objects, [`Staff::reach`] says.
#[derive(Clone, Debug)]
pub struct Staff<R> {
    pub identity: Identity,
    reach: Reach,
    role: PhantomData<R>,
}

impl<R> Staff<R> {
    #[must_use]
    pub fn reach(&self) -> Reach {
        self.reach.clone()
    }

    #[must_use]
    pub fn actor(&self) -> Actor {
        self.reach.actor()
    }

    /// Now, by this member.
    #[must_use]
    pub fn act(&self, clock: &Clock) -> Act {
        Act {
            now: clock.now(),
            actor: self.reach.actor(),
        }
    }

    /// Keeps one caller's idempotency keys apart from another's.
    #[must_use]
    pub fn owner(&self) -> String {
        self.identity.subject.to_string()
    }
}

impl<R: Needs + 'static> FromRequest for Staff<R> {
    type Error = Error;
    type Future = Ready<Result<Self>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(identity(request).and_then(|identity| {
            let reach = identity.reach(R::ROLE);
            if reach.organisations().is_empty() {
                return Err(Code::Forbidden.into());
            }
            Ok(Self {
                identity,
                reach,
                role: PhantomData,
            })
        }))
    }
}

/// Anybody who is logged in; no machine.
#[derive(Clone, Debug)]
pub struct LoggedIn {
    pub identity: Identity,
    pub account: AccountId,
}

impl FromRequest for LoggedIn {
    type Error = Error;
    type Future = Ready<Result<Self>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(identity(request).and_then(|identity| {
            let account = identity.account().ok_or(Code::Forbidden)?;
            Ok(Self { identity, account })
        }))
    }
}

/// Organisations and accounts, but nobody's programme.
#[derive(Clone, Debug)]
pub struct PlatformAdmin(pub Identity);

impl FromRequest for PlatformAdmin {
    type Error = Error;
    type Future = Ready<Result<Self>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(identity(request).and_then(|identity| {
            if identity.platform_admin {
                Ok(Self(identity))
            } else {
                Err(Code::Forbidden.into())
            }
        }))
    }
}

fn identity(request: &HttpRequest) -> Result<Identity> {
    request
        .extensions()
        .get::<Identity>()
        .cloned()
        .ok_or_else(|| Code::Unauthenticated.into())
}
