//! That an organisation publishes its years as open data, and in whose name.

use chrono::{DateTime, Utc};
use diesel::prelude::*;

use crate::auth::{OrganisationId, OrganisationRef};
use crate::base::ids::words;
use crate::schema::open_data_settings;

words! {
    /// Under which licence: the path below `http://dcat-ap.de/def/licenses/`, of the open ones on that list. The `by` licences
    /// ask for the publisher's name.
    OpenDataLicence {
        DlZero = "dl-zero-de/2.0",
        DlBy = "dl-by-de/2.0",
        CcZero = "cc-zero",
        CcBy = "cc-by/4.0",
        CcBySa = "cc-by-sa/4.0",
    }
}

impl OpenDataLicence {
    /// As DCAT-AP.de names it.
    #[must_use]
    pub fn uri(self) -> String {
        format!("http://dcat-ap.de/def/licenses/{}", self.as_str())
    }

    /// Whether whoever uses the data names the publisher (convention 35).
    #[must_use]
    pub const fn asks_for_attribution(self) -> bool {
        matches!(self, Self::DlBy | Self::CcBy | Self::CcBySa)
    }
}

words! {
    /// In which form a table is published.
    OpenDataFormat {
        Json = "json",
        Csv = "csv",
    }
}

#[derive(Clone, Debug, PartialEq, Eq, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = open_data_settings, primary_key(organisation_id), treat_none_as_null = true, check_for_backend(diesel::pg::Pg))]
pub struct OpenDataSettings {
    pub organisation_id: OrganisationId,
    pub contributor_id: String,
    pub licence: OpenDataLicence,
    pub publisher_name: Option<String>,
    pub contact_name: String,
    pub contact_email: Option<String>,
    pub contact_url: Option<String>,
    pub keywords: Vec<Option<String>>,
    pub political_geocoding: Option<String>,
    pub landing_page: Option<String>,
    pub first_year: i32,
    pub version: i64,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
}

/// An organisation that publishes, as those see it who read what it publishes.
#[derive(Clone, Debug)]
pub struct Publisher {
    pub organisation: OrganisationRef,
    pub homepage: Option<String>,
    pub settings: OpenDataSettings,
}

impl Publisher {
    /// In whose name.
    #[must_use]
    pub fn name(&self) -> &str {
        let own = self.settings.publisher_name.as_deref();
        own.unwrap_or(&self.organisation.name)
    }

    /// The words that name the source, where the licence asks for them.
    #[must_use]
    pub fn attribution(&self) -> Option<&str> {
        self.settings.licence.asks_for_attribution().then(|| self.name())
    }
}

/// A year that is published, and when what it says was last changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Edition {
    pub year: i32,
    pub changed_at: DateTime<Utc>,
}
