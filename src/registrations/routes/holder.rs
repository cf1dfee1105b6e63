//! Who acts on one registration: a member whose role is large enough, or the person, who has the mail.

use std::future::{Ready, ready};

use actix_web::dev::Payload;
use actix_web::http::header::AUTHORIZATION;
use actix_web::{FromRequest, HttpRequest};

use crate::auth::{Needs, REGISTRATION, Reach, Staff};
use crate::base::capability::{Capabilities, Claim};
use crate::base::clock::Clock;
use crate::base::etag::IfMatch;
use crate::base::problem::{Code, Error, Problem, Result};
use crate::journal::{Act, Actor};
use crate::registrations::service::By;

/// A capability token, `Authorization: Registration <token>`, or a member's access token. Both are shown, not yet proven
/// good for this registration.
pub struct Holder<R>(Shown<R>);

enum Shown<R> {
    Member(Staff<R>),
    Registrant(Claim),
    /// Nothing: the token may be in the body. What was wrong otherwise.
    Nobody(Error),
}

impl<R: Needs + 'static> FromRequest for Holder<R> {
    type Error = Error;
    type Future = Ready<Result<Self>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let given = request
            .headers()
            .get(AUTHORIZATION)
            .and_then(|value| value.to_str().ok());
        if let Some(token) = given.and_then(|given| given.strip_prefix(REGISTRATION)) {
            let claim = Claim::read(token.trim()).ok_or_else(|| Code::Unauthenticated.into());
            return ready(claim.map(|claim| Self(Shown::Registrant(claim))));
        }
        ready(match Staff::<R>::from_request(request, payload).into_inner() {
            Ok(staff) => Ok(Self(Shown::Member(staff))),
            Err(Error::Refused(problem)) if problem.code == Code::Unauthenticated => {
                Ok(Self(Shown::Nobody(Error::Refused(problem))))
            }
            Err(error) => Err(error),
        })
    }
}

/// Who it is, with what a service needs to believe it.
#[derive(Clone)]
pub enum Who {
    Member { reach: Reach, act: Act },
    Registrant { claim: Claim, act: Act },
}

impl<R: Needs + 'static> Holder<R> {
    /// `token` is the one in the body, where the operation takes one.
    pub fn who(self, token: Option<&str>, clock: &Clock) -> Result<(Who, Option<Staff<R>>)> {
        let claim = match self.0 {
            Shown::Member(staff) => {
                let who = Who::Member {
                    reach: staff.reach(),
                    act: staff.act(clock),
                };
                return Ok((who, Some(staff)));
            }
            Shown::Registrant(claim) => claim,
            Shown::Nobody(error) => match token.map(Claim::read) {
                Some(Some(claim)) => claim,
                Some(None) => return Err(Code::Unauthenticated.into()),
                None => return Err(error),
            },
        };
        let act = Act {
            now: clock.now(),
            actor: Actor::registrant(claim.id),
        };
        Ok((Who::Registrant { claim, act }, None))
    }
}

impl Who {
    pub fn by<'a>(&'a self, capabilities: &'a Capabilities) -> By<'a> {
        match self {
            Self::Member { reach, .. } => By::Member(reach),
            Self::Registrant { claim, .. } => By::Registrant(capabilities, *claim),
        }
    }

    pub const fn act(&self) -> &Act {
        match self {
            Self::Member { act, .. } | Self::Registrant { act, .. } => act,
        }
    }

    /// Members say which version they have seen; the person, who has only a mail, may.
    pub fn seen(&self, if_match: Option<IfMatch>) -> Result<impl Fn(i64) -> Result<()> + Clone + Send + 'static> {
        if matches!(self, Self::Member { .. }) && if_match.is_none() {
            return Err(Problem::new(Code::PreconditionRequired).into());
        }
        Ok(move |version| if_match.as_ref().map_or(Ok(()), |seen| seen.check(version)))
    }
}
