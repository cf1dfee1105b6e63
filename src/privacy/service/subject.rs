//! About whom somebody asks, and whether they may.

use diesel::PgConnection;

use crate::auth::{OrganisationRef, organisation_refs, own_organisation};
use crate::base::capability::Capabilities;
use crate::base::problem::{Code, Error, FieldError, Result};
use crate::base::text::Email;
use crate::registrations::{self, By, Registration, RegistrationId, Who, under_address};

/// Whom a request names. The person with the mail names nobody: it is about them.
#[derive(Clone, Debug, Default)]
pub struct Asked {
    pub organisation: Option<String>,
    pub email: Option<Email>,
    pub registration: Option<RegistrationId>,
}

/// A person: an address in an organisation.
#[derive(Clone, Debug)]
pub struct Subject {
    pub organisation: OrganisationRef,
    /// The key of the address.
    pub address: String,
    /// What is registered under it.
    pub registrations: Vec<Registration>,
    /// The one that was named.
    pub named: Option<Registration>,
}

/// The person that is asked about. A stranger's token proves nothing and is answered like a registration that is not there;
/// admins ask about people of their organisation.
pub fn subject(conn: &mut PgConnection, capabilities: &Capabilities, who: &Who, asked: &Asked) -> Result<Subject> {
    let by = who.by(capabilities);
    let (organisation, named, address) = match &by {
        By::Registrant(_, claim) => {
            let own = registrations::find(conn, RegistrationId(claim.id))?.ok_or(Code::NotFound)?;
            by.may(&own)?;
            if asked.organisation.is_some() || asked.email.is_some() || asked.registration.is_some() {
                return Err(Error::member(
                    "",
                    "names nobody: it is about the registration of the token",
                ));
            }
            let refs = organisation_refs(conn, &[own.organisation_id])?;
            let organisation = refs.into_iter().next().ok_or(Code::NotFound)?;
            let address = own.email_key.clone();
            (organisation, Some(own), address)
        }
        By::Member(reach) => {
            let name = asked.organisation.as_deref();
            let name = name.ok_or_else(|| Error::member("/organisation", "is required"))?;
            let organisation = own_organisation(conn, reach, name)?;
            match (&asked.email, asked.registration) {
                (Some(email), None) => (organisation, None, email.key()),
                (None, Some(id)) => {
                    let found = registrations::find(conn, id)?;
                    let found = found.filter(|one| one.organisation_id == organisation.id);
                    let unknown = || Error::member("/registration", "is no registration of this organisation");
                    let found = found.ok_or_else(unknown)?;
                    let address = found.email_key.clone();
                    (organisation, Some(found), address)
                }
                (None, None) => return Err(Error::member("/email", "is required, or registration")),
                (Some(_), Some(_)) => {
                    let words = "is not given beside email";
                    return Err(Error::invalid(vec![FieldError::member("/registration", words)]));
                }
            }
        }
        By::Deadline => return Err(Code::Forbidden.into()),
    };
    Ok(Subject {
        registrations: under_address(conn, organisation.id, &address)?,
        organisation,
        address,
        named,
    })
}
