//! Whom a request is about.

use serde::Deserialize;
use utoipa::ToSchema;

use crate::base::text::{Email, Line};
use crate::privacy::model::ErasureReason;
use crate::privacy::service::Asked;
use crate::registrations::RegistrationId;

/// Admins name the organisation, and the address or a registration. With `Authorization: Registration <token>` the body is
/// `{}`: it is about whoever has the mail.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"organisation": "staedteregion-aachen", "email": "anna.mueller@example.org"}))]
pub struct AccessRequest {
    /// Id or slug.
    #[serde(default)]
    pub organisation: Option<Line<60>>,
    /// Whoever is registered or came under this address.
    #[serde(default)]
    pub email: Option<Email>,
    /// Whoever is registered under the address of this registration.
    #[serde(default)]
    pub registration: Option<RegistrationId>,
}

impl AccessRequest {
    pub fn asked(&self) -> Asked {
        Asked {
            organisation: self.organisation.as_ref().map(|name| name.as_str().to_owned()),
            email: self.email.clone(),
            registration: self.registration,
        }
    }
}

/// Admins name the organisation, and the address or a registration. With `Authorization: Registration <token>` nobody is
/// named: it is the registration of the token.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"organisation": "staedteregion-aachen", "email": "anna.mueller@example.org", "reason": "no_longer_needed",
    "dry_run": false}))]
pub struct ErasureRequest {
    /// Id or slug.
    #[serde(default)]
    pub organisation: Option<Line<60>>,
    /// Everything that stands under this address goes.
    #[serde(default)]
    pub email: Option<Email>,
    /// This one registration goes, with what hangs on it.
    #[serde(default)]
    pub registration: Option<RegistrationId>,
    #[serde(default)]
    pub reason: Option<ErasureReason>,
    /// Tell what would be erased, and change nothing.
    #[serde(default)]
    pub dry_run: bool,
}

impl ErasureRequest {
    pub fn asked(&self) -> Asked {
        Asked {
            organisation: self.organisation.as_ref().map(|name| name.as_str().to_owned()),
            email: self.email.clone(),
            registration: self.registration,
        }
    }
}
