//! The parts of which a template makes a sentence about one seminar.

use serde::Serialize;

use super::words::{in_quotes, listed, offer, said, short_date};
use crate::attendance::Unit;
use crate::base::text::fold;
use crate::catalogue::{CollectionId, CollectionKind};
use crate::reports::model::{Forms, ReportedPlace, ReportedSeminar};
use crate::seminars::{Channel, PartyRole};

/// One seminar as a template tells it. An empty text: nothing is known, or nothing need be said.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Sentence {
    /// Its number in the paper.
    pub number: usize,
    /// „13.02.20“
    pub day: String,
    /// „13.02.2020“
    pub date: String,
    /// The span the source speaks of, where it gives no day: „01.01.20 bis 31.05.21“.
    pub within: String,
    /// „die Preisverleihung“, with its article.
    pub offer: String,
    /// „AC² - Zwischenprämierung“, in quotation marks.
    pub title: String,
    pub url: String,
    /// „in Aachen (DIGITAL Church)“, „online“
    #[serde(rename = "where")]
    pub place: String,
    /// „180 Teilnehmenden“, as it stands after „mit“
    pub came: String,
    /// „Federführung: GründerRegion Aachen“
    pub parties: String,
    /// „Format ‚AC²‘“: what it belongs to beside the group it is told in.
    pub also: String,
}

/// `of`: the collection in whose chapter it is told.
pub fn sentence(
    seminar: &ReportedSeminar,
    number: usize,
    of: Option<CollectionId>,
    url: String,
    forms: Forms,
) -> Sentence {
    let day = |written: fn(chrono::NaiveDate) -> String| seminar.date.map(written).unwrap_or_default();
    let within = seminar
        .within
        .map(|span| format!("{} bis {}", short_date(span.from), short_date(span.to)));
    Sentence {
        number,
        day: day(short_date),
        date: day(super::words::date),
        within: within.unwrap_or_default(),
        offer: what(seminar),
        title: in_quotes(&seminar.title),
        url,
        place: place(seminar),
        came: came(seminar, forms),
        parties: parties(seminar),
        also: also(seminar, of),
    }
}

/// What it was; a word that its title says already is not said again.
fn what(seminar: &ReportedSeminar) -> String {
    let known = seminar.kind.map(offer);
    let known = known.filter(|(_, noun)| !fold(&seminar.title).contains(&fold(noun)));
    let (article, noun) = known.unwrap_or(("die", "Veranstaltung"));
    format!("{article} {noun}")
}

fn place(seminar: &ReportedSeminar) -> String {
    let nowhere = ReportedPlace::default();
    let place = seminar.place.as_ref().unwrap_or(&nowhere);
    let abroad = place.country.as_deref().filter(|country| *country != "DE");
    let inside = |parts: Vec<Option<&str>>| {
        let parts = parts.into_iter().flatten().collect::<Vec<_>>();
        if parts.is_empty() {
            String::new()
        } else {
            format!(" ({})", parts.join(", "))
        }
    };
    let venue = place.venue.as_deref();
    let among = if place.elsewhere { "unter anderem " } else { "" };
    let on_site = place
        .locality
        .as_ref()
        .map(|locality| format!("{among}in {locality}{}", inside(vec![abroad, venue])));
    let platform = inside(vec![place.platform.as_deref()]);
    let has = |channel| seminar.channels.contains(&channel);
    // A walk through a company that is shown online is online, at that company.
    let elsewhere = inside(vec![place.platform.as_deref(), venue, place.locality.as_deref()]);
    match (has(Channel::Onsite), has(Channel::Online), has(Channel::Livestream)) {
        (true, false, false) => on_site.unwrap_or_else(|| "vor Ort".to_owned()),
        (true, online, _) => {
            let here = on_site.unwrap_or_else(|| "vor Ort".to_owned());
            let there = if online { "online" } else { "im Livestream" };
            format!("in hybrider Form {here} und {there}{platform}")
        }
        (false, true, false) => format!("online{elsewhere}"),
        (false, true, true) => format!("online und im Livestream{elsewhere}"),
        (false, false, true) => format!("im Livestream{elsewhere}"),
        (false, false, false) => on_site.unwrap_or_default(),
    }
}

fn came(seminar: &ReportedSeminar, forms: Forms) -> String {
    let counts = [
        (&seminar.participants, Unit::Participants),
        (&seminar.viewers, Unit::Viewers),
        (&seminar.companies, Unit::Companies),
        (&seminar.questions, Unit::Questions),
    ];
    let known = counts.iter().filter_map(|(count, unit)| {
        let (said, value) = said(count.as_ref()?, *unit);
        Some(forms.with_people(&said, value, *unit))
    });
    listed(&known.collect::<Vec<_>>())
}

/// With whom, from where the organisation stands whose programme it is in.
fn parties(seminar: &ReportedSeminar) -> String {
    let is_own = |slug: &Option<String>| slug.as_deref() == Some(seminar.organisation.as_str());
    let others = |role: PartyRole| {
        let such = seminar.parties.iter().filter(|party| party.role == role);
        let others = such.filter(|party| !is_own(&party.organisation));
        others.map(|party| party.name.clone()).collect::<Vec<_>>()
    };
    let led_by_others = others(PartyRole::Lead);
    let own_roles = seminar.parties.iter().filter(|party| is_own(&party.organisation));
    let own_roles = own_roles.map(|party| party.role).collect::<Vec<_>>();
    let contributes = own_roles.contains(&PartyRole::Contributor)
        && !own_roles.contains(&PartyRole::Lead)
        && !own_roles.contains(&PartyRole::CoOrganiser);
    let told = [
        ("Federführung: ", led_by_others),
        ("gemeinsam mit ", others(PartyRole::CoOrganiser)),
        ("unter Mitwirkung von ", others(PartyRole::Contributor)),
        ("zu Gast bei ", others(PartyRole::Host)),
        ("gefördert von ", others(PartyRole::Funder)),
        ("Vortrag: ", others(PartyRole::Speaker)),
    ];
    let told = told.iter().filter(|(_, names)| !names.is_empty());
    let mut parts = told
        .map(|(how, names)| format!("{how}{}", listed(names)))
        .collect::<Vec<_>>();
    if contributes {
        parts.push("unter eigener Mitwirkung".to_owned());
    }
    parts.join("; ")
}

fn also(seminar: &ReportedSeminar, of: Option<CollectionId>) -> String {
    let title = fold(&seminar.title);
    let more = seminar.collections.iter().filter(|one| Some(one.id) != of);
    let more = more.filter(|one| !title.contains(&fold(&one.name)));
    let named = more.map(|one| match one.kind {
        CollectionKind::Series => format!("Format {}", in_quotes(&one.name)),
        CollectionKind::Programme => format!("Projekt {}", in_quotes(&one.name)),
        CollectionKind::Umbrella => format!("im Rahmen von {}", in_quotes(&one.name)),
    });
    named.collect::<Vec<_>>().join("; ")
}
