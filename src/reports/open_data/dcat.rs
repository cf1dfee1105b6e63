//! The catalogue of an organisation's years, and each year, as DCAT-AP.de describes data for GovData, in JSON-LD.
//!
//! Written for DCAT-AP.de 2.0 with its conventions, which is what is harvested, and valid by the shapes of 3.0: `checks/open-data`
//! asks both. Every value that a vocabulary has is of that vocabulary. The context stands in the document, so that nobody
//! has to fetch one to read it.

use std::fmt::Write;

use chrono::{DateTime, TimeZone, Utc};
use serde_json::{Map, Value, json};

use crate::reports::model::{Edition, OpenDataFormat, Publisher};
use crate::reports::rules::{LEAST, level_of};

const EU: &str = "http://publications.europa.eu/resource/authority";

/// The tables of a year: how the address names each, and what it is called.
const TABLES: [(&str, &str, &str); 2] = [
    (
        "seminars",
        "Veranstaltungen",
        "Jede Veranstaltung mit Tag, Stand, Teilnahmewegen, Formaten und beteiligten Organisationen sowie der Zahl der Teilnehmenden und der Zuschauenden.",
    ),
    (
        "figures",
        "Kennzahlen",
        "Zahlen der Veranstaltungen und Summen der Teilnehmenden und Zuschauenden: im Jahr, nach Monat, Teilnahmeweg, Format und Organisation.",
    ),
];

/// The catalogue with all its years. `base` is the address of the service, without a slash at the end.
#[must_use]
pub fn catalogue(publisher: &Publisher, editions: &[Edition], base: &str) -> Value {
    let settings = &publisher.settings;
    let changed_at = editions.iter().map(|edition| edition.changed_at).max();
    let changed_at = changed_at.unwrap_or(settings.updated_at).max(settings.updated_at);
    let datasets = editions.iter().map(|edition| described(publisher, edition, base));
    let mut document = json!({
        "@context": context(),
        "@id": address(publisher, base),
        "@type": "dcat:Catalog",
        "dct:title": german(&format!("Offene Veranstaltungsdaten: {}", publisher.name())),
        "dct:description": german(&format!(
            "Die öffentlichen Veranstaltungen im Programm von {} und ihre Kennzahlen, je abgeschlossenes Kalenderjahr.",
            publisher.organisation.name
        )),
        "dct:publisher": agent(publisher, base),
        "dct:language": named(&format!("{EU}/language/DEU")),
        "dct:issued": moment(settings.created_at),
        "dct:modified": moment(changed_at),
        "dcat:themeTaxonomy": named(&format!("{EU}/data-theme")),
        "dcat:dataset": datasets.collect::<Vec<_>>(),
    });
    add(
        &mut document,
        "foaf:homepage",
        settings.landing_page.as_deref().map(named),
    );
    document
}

/// One year.
#[must_use]
pub fn dataset(publisher: &Publisher, edition: &Edition, base: &str) -> Value {
    let mut document = described(publisher, edition, base);
    if let Some(members) = document.as_object_mut() {
        let described = std::mem::take(members);
        members.insert("@context".to_owned(), context());
        members.extend(described);
    }
    document
}

fn address(publisher: &Publisher, base: &str) -> String {
    format!("{base}/api/v1/open-data/{}", publisher.organisation.slug)
}

fn described(publisher: &Publisher, edition: &Edition, base: &str) -> Value {
    let (settings, year) = (&publisher.settings, edition.year);
    let own = format!("{}/{year}", address(publisher, base));
    let keywords = settings.keywords.iter().flatten().map(|keyword| german(keyword));
    // Nothing of a year is out before the year is over, nor before it was decided to publish.
    let over = chrono_tz::Europe::Berlin
        .with_ymd_and_hms(year + 1, 1, 1, 0, 0, 0)
        .earliest();
    let issued = over.map_or(settings.created_at, |over| over.to_utc().max(settings.created_at));
    let mut distributions = Vec::new();
    for table in TABLES {
        for format in OpenDataFormat::ALL {
            distributions.push(distribution(publisher, edition, &own, table, *format));
        }
    }
    let mut dataset = json!({
        "@id": own,
        "@type": "dcat:Dataset",
        "dct:title": german(&format!("Veranstaltungen {year}: {}", publisher.name())),
        "dct:description": german(&description(publisher, year)),
        "dct:identifier": own,
        "dcatde:contributorID": named(&settings.contributor_id),
        "dct:publisher": agent(publisher, base),
        "dcat:contactPoint": contact(publisher, base),
        "dcat:theme": named(&format!("{EU}/data-theme/ECON")),
        "dcat:keyword": keywords.collect::<Vec<_>>(),
        "dct:language": named(&format!("{EU}/language/DEU")),
        "dct:accessRights": named(&format!("{EU}/access-right/PUBLIC")),
        "dct:accrualPeriodicity": named(&format!("{EU}/frequency/ANNUAL")),
        "dcatap:availability": named(&format!("{EU}/planned-availability/AVAILABLE")),
        "dct:issued": moment(issued),
        "dct:modified": moment(edition.changed_at.max(issued)),
        "dct:temporal": {
            "@type": "dct:PeriodOfTime",
            "dcat:startDate": {"@value": format!("{year}-01-01"), "@type": "xsd:date"},
            "dcat:endDate": {"@value": format!("{year}-12-31"), "@type": "xsd:date"},
        },
        "dcat:distribution": distributions,
    });
    add(
        &mut dataset,
        "dcat:landingPage",
        settings.landing_page.as_deref().map(named),
    );
    if let Some(place) = settings.political_geocoding.as_deref() {
        // Conventions 8, 9 and 11; the first of the three is out of use from 3.0 on.
        add(&mut dataset, "dcatde:politicalGeocodingURI", Some(named(place)));
        let level =
            level_of(place).map(|level| named(&format!("http://dcat-ap.de/def/politicalGeocoding/Level/{level}")));
        add(&mut dataset, "dcatde:politicalGeocodingLevelURI", level);
        add(
            &mut dataset,
            "dct:spatial",
            Some(json!({"@id": place, "@type": "dct:Location"})),
        );
    }
    dataset
}

fn description(publisher: &Publisher, year: i32) -> String {
    format!(
        "Öffentliche Veranstaltungen im Programm von {} im Kalenderjahr {year}: durchgeführte, abgesagte und verschobene, deren \
         Tag bekannt ist, und die Kennzahlen des Jahres. Zahlen von 1 bis {} Personen werden nicht veröffentlicht und sind in keiner \
         Summe enthalten; wie viele Veranstaltungen deshalb in einer Summe fehlen, steht daneben. Angaben zu Personen sind nicht enthalten.",
        publisher.organisation.name,
        LEAST - 1
    )
}

fn distribution(
    publisher: &Publisher,
    edition: &Edition,
    own: &str,
    (path, title, about): (&str, &str, &str),
    format: OpenDataFormat,
) -> Value {
    let (file_type, media_type) = match format {
        OpenDataFormat::Csv => ("CSV", "text/csv"),
        OpenDataFormat::Json => ("JSON", "application/json"),
    };
    // The file and nothing before it: both addresses are its own (convention 39).
    let file = format!("{own}/{path}?format={format}");
    let mut distribution = json!({
        "@id": format!("{own}#{path}-{format}"),
        "@type": "dcat:Distribution",
        "dct:title": german(&format!("{title} {} ({file_type})", edition.year)),
        "dct:description": german(about),
        "dcat:accessURL": named(&file),
        "dcat:downloadURL": named(&file),
        "dct:format": named(&format!("{EU}/file-type/{file_type}")),
        "dcat:mediaType": named(&format!("https://www.iana.org/assignments/media-types/{media_type}")),
        "dct:license": named(&publisher.settings.licence.uri()),
        "dct:language": named(&format!("{EU}/language/DEU")),
        "dcatap:availability": named(&format!("{EU}/planned-availability/AVAILABLE")),
    });
    add(
        &mut distribution,
        "dcatde:licenseAttributionByText",
        publisher.attribution().map(german),
    );
    distribution
}

fn agent(publisher: &Publisher, base: &str) -> Value {
    let mut agent = json!({
        "@id": format!("{base}/api/v1/organisations/{}", publisher.organisation.slug),
        "@type": ["foaf:Agent", "foaf:Organization"],
        "foaf:name": publisher.name(),
    });
    add(&mut agent, "foaf:homepage", publisher.homepage.as_deref().map(named));
    agent
}

fn contact(publisher: &Publisher, base: &str) -> Value {
    let settings = &publisher.settings;
    let mut contact = json!({
        "@id": format!("{}#contact", address(publisher, base)),
        "@type": ["vcard:Kind", "vcard:Organization"],
        "vcard:fn": settings.contact_name,
    });
    let email = settings.contact_email.as_deref();
    add(&mut contact, "vcard:hasEmail", email.map(|email| named(&mailto(email))));
    add(&mut contact, "vcard:hasURL", settings.contact_url.as_deref().map(named));
    contact
}

/// An address as a link (RFC 6068): what has a meaning in one is written as its bytes.
fn mailto(email: &str) -> String {
    let mut link = String::from("mailto:");
    for c in email.chars() {
        if c.is_alphanumeric() || "-._~@!$'*+=".contains(c) {
            link.push(c);
        } else {
            let mut bytes = [0; 4];
            for byte in c.encode_utf8(&mut bytes).bytes() {
                // Writing to a string cannot fail.
                let _ = write!(link, "%{byte:02X}");
            }
        }
    }
    link
}

fn named(iri: &str) -> Value {
    json!({"@id": iri})
}

fn german(text: &str) -> Value {
    json!({"@value": text, "@language": "de"})
}

fn moment(at: DateTime<Utc>) -> Value {
    json!({"@value": at.format("%Y-%m-%dT%H:%M:%SZ").to_string(), "@type": "xsd:dateTime"})
}

fn add(object: &mut Value, member: &str, value: Option<Value>) {
    if let (Some(members), Some(value)) = (object.as_object_mut(), value) {
        members.insert(member.to_owned(), value);
    }
}

fn context() -> Value {
    let prefixes = [
        ("dcat", "http://www.w3.org/ns/dcat#"),
        ("dcatap", "http://data.europa.eu/r5r#"),
        ("dcatde", "http://dcat-ap.de/def/dcatde/"),
        ("dct", "http://purl.org/dc/terms/"),
        ("foaf", "http://xmlns.com/foaf/0.1/"),
        ("vcard", "http://www.w3.org/2006/vcard/ns#"),
        ("xsd", "http://www.w3.org/2001/XMLSchema#"),
    ];
    let prefixes = prefixes.map(|(prefix, iri)| (prefix.to_owned(), iri.into()));
    Value::Object(prefixes.into_iter().collect::<Map<_, _>>())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_a_link_whatever_is_in_it() {
        assert_eq!(
            mailto("info@staedteregion.example"),
            "mailto:info@staedteregion.example"
        );
        assert_eq!(mailto("a+b@c.example"), "mailto:a+b@c.example");
        assert_eq!(mailto("a%b#c?d&e@f.example"), "mailto:a%25b%23c%3Fd%26e@f.example");
        assert_eq!(mailto("jörg@müller.example"), "mailto:jörg@müller.example");
    }
}
