//! That years are published is decided, changed and taken back; and what is then public is looked up.

use chrono::{DateTime, Utc};
use diesel::pg::PgConnection;
use serde_json::json;

use crate::auth::OrganisationId;
use crate::base::etag::IfMatch;
use crate::base::problem::{Code, Error, Result};
use crate::base::text::{Email, Line, WebAddress};
use crate::journal::{Act, Entry, record};
use crate::reports::model::{CountingRule, Edition, OpenDataLicence, OpenDataSettings, Publisher, ReportScope};
use crate::reports::rules::{
    self, PUBLIC, Publication, Wanted, built_in, calendar_year, open_data_faults, publication, year_named, years_out,
};
use crate::reports::store;

/// By what an organisation wants to publish.
#[derive(Clone, Debug)]
pub struct NewOpenData {
    pub contributor_id: WebAddress,
    pub licence: OpenDataLicence,
    pub publisher_name: Option<Line<200>>,
    pub contact_name: Line<200>,
    pub contact_email: Option<Email>,
    pub contact_url: Option<WebAddress>,
    pub keywords: Vec<Line<60>>,
    pub political_geocoding: Option<WebAddress>,
    pub landing_page: Option<WebAddress>,
    pub first_year: i32,
}

/// Publishes, or changes by what is published; says whether it is new.
pub fn put_open_data(
    conn: &mut PgConnection,
    act: &Act,
    of: OrganisationId,
    seen: Option<&IfMatch>,
    new: NewOpenData,
) -> Result<(OpenDataSettings, bool)> {
    let before = store::lock_open_data_settings(conn, of)?;
    match (&before, seen) {
        (None, None) => {}
        (None, Some(_)) => return Err(Code::PreconditionFailed.into()),
        (Some(_), None) => return Err(Code::PreconditionRequired.into()),
        (Some(before), Some(seen)) => seen.check(before.version)?,
    }
    let keywords = new.keywords.iter().map(Line::as_str).collect::<Vec<_>>();
    Error::unless_empty(open_data_faults(&Wanted {
        contributor_id: new.contributor_id.as_str(),
        contact: new.contact_email.is_some() || new.contact_url.is_some(),
        contact_url: new.contact_url.as_ref().map(WebAddress::as_str),
        keywords: &keywords,
        political_geocoding: new.political_geocoding.as_ref().map(WebAddress::as_str),
        landing_page: new.landing_page.as_ref().map(WebAddress::as_str),
        first_year: new.first_year,
    }))?;
    let row = OpenDataSettings {
        organisation_id: of,
        contributor_id: new.contributor_id.into_string(),
        licence: new.licence,
        publisher_name: new.publisher_name.map(Line::into_string),
        contact_name: new.contact_name.into_string(),
        contact_email: new.contact_email.map(Email::into_string),
        contact_url: new.contact_url.map(WebAddress::into_string),
        keywords: new.keywords.into_iter().map(|word| Some(word.into_string())).collect(),
        political_geocoding: new.political_geocoding.map(WebAddress::into_string),
        landing_page: new.landing_page.map(WebAddress::into_string),
        first_year: new.first_year,
        version: before.as_ref().map_or(1, |before| before.version + 1),
        created_at: before.as_ref().map_or(act.now, |before| before.created_at),
        updated_at: act.now,
    };
    if before.is_some() {
        store::save_open_data_settings(conn, &row)?;
    } else {
        store::insert_open_data_settings(conn, &row)?;
    }
    journal(conn, act, &row, "open_data.saved")?;
    Ok((row, before.is_none()))
}

/// Takes it back: from here on nothing is published.
pub fn delete_open_data(conn: &mut PgConnection, act: &Act, of: OrganisationId, seen: &IfMatch) -> Result<()> {
    let row = store::lock_open_data_settings(conn, of)?.ok_or(Code::NotFound)?;
    seen.check(row.version)?;
    store::delete_open_data_settings(conn, of)?;
    journal(conn, act, &row, "open_data.deleted")
}

fn journal(conn: &mut PgConnection, act: &Act, row: &OpenDataSettings, action: &'static str) -> Result<()> {
    let entry = Entry {
        organisation_id: Some(row.organisation_id.0),
        action,
        // It has no id of its own; it is the organisation's.
        object_id: row.organisation_id.0,
        // Without the contact, who may be a person.
        data: json!({"contributor_id": row.contributor_id, "licence": row.licence, "first_year": row.first_year}),
    };
    record(conn, act, entry)
}

/// An organisation that publishes, and its years that are out and of which there is something to tell. Whoever does not publish is not told from whoever is not there.
pub fn editions(conn: &mut PgConnection, name: &str, now: DateTime<Utc>) -> Result<(Publisher, Vec<Edition>)> {
    let publisher = store::publisher(conn, name)?.ok_or(Code::NotFound)?;
    let settings = &publisher.settings;
    let told = store::years_told(conn, settings.organisation_id)?;
    // An empty table would say that there was nothing; it may be that the programme was not kept here yet.
    let editions = years_out(settings.first_year, now).filter_map(|year| {
        let changed_at = told.get(&year).copied()?.max(settings.updated_at);
        Some(Edition { year, changed_at })
    });
    let editions = editions.collect();
    Ok((publisher, editions))
}

/// One year that is out, by the names in its address.
pub fn edition_named(
    conn: &mut PgConnection,
    (organisation, year): (&str, &str),
    now: DateTime<Utc>,
) -> Result<(Publisher, Edition)> {
    let (publisher, editions) = editions(conn, organisation, now)?;
    let year = year_named(year).ok_or(Code::NotFound)?;
    let found = editions.into_iter().find(|edition| edition.year == year);
    Ok((publisher, found.ok_or(Code::NotFound)?))
}

/// What is published of one year, and by which rule it was counted.
pub fn publication_named(
    conn: &mut PgConnection,
    (organisation, year): (&str, &str),
    now: DateTime<Utc>,
) -> Result<(Publisher, i32, CountingRule, Publication)> {
    let (publisher, Edition { year, .. }) = edition_named(conn, (organisation, year), now)?;
    let query = calendar_year(year).ok_or(Code::NotFound)?;
    let rule = built_in(PUBLIC).ok_or_else(|| Error::internal("there is no rule for the public"))?;
    let of = [publisher.organisation.clone()];
    let facts = store::facts(conn, &query, &of)?;
    let scope = ReportScope {
        organisations: of.to_vec(),
        collection: None,
    };
    // What other rules would say is nobody's here.
    let report = rules::report(&query, &rule, &[], scope, facts);
    let ids = report.seminars.iter().map(|seminar| seminar.id).collect::<Vec<_>>();
    let kinds = store::kinds(conn, publisher.organisation.id, &ids)?;
    let published = publication(&report, year, &kinds);
    Ok((publisher, year, rule, published))
}
