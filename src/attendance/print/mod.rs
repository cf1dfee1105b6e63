//! Lists and certificates on paper: what the printer is told.

mod certificates;
mod list;

use serde_json::{Value, json};

use super::model::{Column, ListLanguage};
use crate::base::dates::{Block, Precision, when};
use crate::base::ids::words;
use crate::catalogue::{Logo, VenueRef};
use crate::seminars::{DatePrecision, PartyRole, Session, Whole};

pub use certificates::{Award, certificates};
pub use list::{Listing, attendance_list};

words! {
    /// Which way a page is held.
    Orientation {
        Portrait = "portrait",
        Landscape = "landscape",
    }
}

/// What only paper has.
#[derive(Clone, Debug)]
pub struct PrintRequest {
    pub columns: Vec<Column>,
    pub language: ListLanguage,
    pub attestation: bool,
    pub orientation: Orientation,
    pub blank_rows: u16,
    /// `None`: the first there are.
    pub logos: Option<Vec<String>>,
}

fn english(language: ListLanguage) -> bool {
    language == ListLanguage::English
}

/// One line a session: „Donnerstag, 6. Mai 2027, 18:00 bis 20:00 Uhr“.
fn times(sessions: &[Session], language: ListLanguage) -> Vec<String> {
    let line = |session: &Session| {
        let block = Block {
            starts_at: session.starts_at.fixed_offset(),
            ends_at: session.ends_at.map(|at| at.fixed_offset()),
            date_precision: match session.date_precision {
                DatePrecision::Minute => Precision::Minute,
                DatePrecision::Day => Precision::Day,
            },
            time_zone: session.time_zone.clone(),
        };
        when(&block, english(language)).ok()
    };
    sessions.iter().filter_map(line).collect()
}

/// Where these sessions take place, each place once.
fn places(whole: &Whole, sessions: &[Session]) -> Option<String> {
    let mut places = Vec::new();
    for (session, venue) in &whole.sessions {
        let asked = sessions.iter().any(|one| one.id == session.id);
        if let Some(place) = venue.as_ref().filter(|_| asked).map(address)
            && !places.contains(&place)
        {
            places.push(place);
        }
    }
    Some(places.join("; ")).filter(|places| !places.is_empty())
}

fn address(venue: &VenueRef) -> String {
    let town = match &venue.postal_code {
        Some(code) => format!("{code} {}", venue.locality),
        None => venue.locality.clone(),
    };
    let parts = venue.name.iter().chain(&venue.street).cloned().chain([town]);
    parts.collect::<Vec<_>>().join(", ")
}

/// The parties in these roles, by name.
fn parties(whole: &Whole, roles: &[PartyRole]) -> Vec<String> {
    let such = whole.parties.iter().filter(|(party, _)| roles.contains(&party.role));
    let named = such.filter_map(|(party, organisation)| {
        let organisation = organisation.as_ref().map(|one| one.name.clone());
        party.name.clone().or(organisation)
    });
    named.collect()
}

/// The organisation, and with whom it does it.
fn organisers(whole: &Whole) -> Vec<String> {
    let mut all = vec![whole.organisation.name.clone()];
    for name in parties(whole, &[PartyRole::Lead, PartyRole::CoOrganiser]) {
        if !all.contains(&name) {
            all.push(name);
        }
    }
    all
}

fn logos_told(logos: &[Logo]) -> Value {
    let told = logos
        .iter()
        .map(|logo| json!({"image": logo.name, "alt": logo.description}));
    told.collect()
}

fn images(logos: Vec<Logo>) -> Vec<(String, Vec<u8>)> {
    logos.into_iter().map(|logo| (logo.name, logo.image)).collect()
}
