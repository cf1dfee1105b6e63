//! Looking for the same event: everything on the same days, then those of a similar title, then whatever else they share.

use std::collections::{BTreeSet, HashMap};

use chrono::{DateTime, Duration};
use diesel::PgConnection;

use super::merge::{Pair, pairs};
use crate::auth::{Identity, OrganisationRef, organisation_spellings};
use crate::base::problem::Result;
use crate::base::text::fold;
use crate::catalogue::{VenueId, VenueRef};
use crate::partners::rules::{Announced, Block, Days, Likeness, SIMILAR, most_alike, similarity};
use crate::partners::store;
use crate::seminars::{self, DatePrecision, Seminar, SeminarId, Session, TeamRole, Whole, local};

/// So many of similar titles are looked at closely.
const MOST_CLOSELY: usize = 200;
const MOST_SUGGESTED: usize = 20;
/// So many proposals and merges of one seminar are told.
const MOST_MERGES: i64 = 100;
/// A session of which only the start is known is compared as if it took this long.
const SOME_TIME: Duration = Duration::hours(1);

/// What is known and thought of a seminar's like.
pub struct Duplicates {
    pub merges: Vec<Pair>,
    pub suggestions: Vec<Suggested>,
}

pub struct Suggested {
    pub seminar: Whole,
    pub likeness: Likeness,
}

/// What may be the same event as `seminar`, and what was proposed or decided about it.
pub fn duplicates(conn: &mut PgConnection, caller: &Identity, seminar: Seminar) -> Result<Duplicates> {
    let open = store::open_merges(conn, seminar.id, MOST_MERGES)?;
    let merges = pairs(conn, open)?;
    let suggestions = match seminar.merged_into {
        Some(_) => Vec::new(),
        None => suggestions(conn, caller, seminar)?,
    };
    Ok(Duplicates { merges, suggestions })
}

fn suggestions(conn: &mut PgConnection, caller: &Identity, seminar: Seminar) -> Result<Vec<Suggested>> {
    let member_of = caller.roles.iter().map(|(of, _)| *of).collect::<Vec<_>>();
    let near = store::candidates(conn, &seminar, &member_of)?;
    let of_title = near
        .into_iter()
        .map(|one| (similarity(&seminar.title, &one.title), one.id));
    let mut of_title = of_title
        .filter(|(similarity, _)| *similarity >= SIMILAR)
        .collect::<Vec<_>>();
    of_title.sort_unstable_by(|one, other| other.cmp(one));
    of_title.truncate(MOST_CLOSELY);
    let mut ids = of_title.into_iter().map(|(_, id)| id).collect::<Vec<_>>();
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    ids.push(seminar.id);
    let found = seminars::find_all(conn, &ids)?;
    let mut wholes = seminars::wholes(conn, found)?;
    let words = Words::read(conn, &wholes)?;
    let all = wholes.iter().map(|whole| words.announced(whole)).collect::<Vec<_>>();
    let Some(own) = all.iter().find(|one| one.id == seminar.id) else {
        return Ok(Vec::new());
    };
    let mut take = |id: SeminarId| {
        let at = wholes.iter().position(|whole| whole.seminar.id == id)?;
        Some(wholes.swap_remove(at))
    };
    let likely = most_alike(own, &all, MOST_SUGGESTED).into_iter();
    let suggested = likely.filter_map(|(id, likeness)| {
        Some(Suggested {
            seminar: take(id)?,
            likeness,
        })
    });
    Ok(suggested.collect())
}

/// How organisations and venues are also called.
struct Words {
    /// Folded spelling → slug.
    organisations: HashMap<String, String>,
    venues: HashMap<VenueId, Vec<String>>,
}

impl Words {
    fn read(conn: &mut PgConnection, wholes: &[Whole]) -> Result<Self> {
        let mut organisations = HashMap::new();
        for (slug, name, spellings) in organisation_spellings(conn)? {
            for spelling in spellings.iter().chain([&name]) {
                organisations.insert(fold(spelling), slug.clone());
            }
        }
        let venues = wholes.iter().flat_map(|whole| &whole.sessions);
        let venues = venues.filter_map(|(session, _)| session.venue_id).collect::<Vec<_>>();
        Ok(Self {
            organisations,
            venues: store::venue_spellings(conn, &venues)?,
        })
    }

    fn announced(&self, whole: &Whole) -> Announced {
        let seminar = &whole.seminar;
        let sessions = || whole.sessions.iter();
        let venues = sessions().filter_map(|(_, venue)| venue.as_ref());
        let rooms = sessions().filter_map(|(session, _)| session.join_url.as_deref());
        Announced {
            id: seminar.id,
            organisation: seminar.organisation_id,
            tenant: known(&whole.organisation),
            status: seminar.status,
            title: seminar.title.clone(),
            blocks: blocks(seminar, sessions().map(|(session, _)| session)),
            places: venues.flat_map(|venue| self.places(venue)).collect(),
            rooms: rooms.map(room).collect(),
            parties: self.parties(whole),
        }
    }

    /// By every name it has, and by its street. Without either it is a town, in which much takes place.
    fn places(&self, venue: &VenueRef) -> Vec<String> {
        let there = |kind: &str, text: &str| format!("{kind} {} in {}", fold(text), fold(&venue.locality));
        let also = self.venues.get(&venue.id).into_iter().flatten();
        let names = venue.name.iter().chain(also).map(|name| there("venue", name));
        let street = venue
            .street
            .iter()
            .map(|street| there("street", street).replace("strasse", "str"));
        names.chain(street).collect()
    }

    /// Everybody who takes part, organisations known here by their slugs. Its own tenant is among them, for others name it.
    fn parties(&self, whole: &Whole) -> BTreeSet<String> {
        let named = |name: &str| {
            let name = fold(name);
            let slug = self.organisations.get(&name);
            slug.map_or_else(|| format!("name {name}"), |slug| format!("organisation {slug}"))
        };
        let parties = whole
            .parties
            .iter()
            .filter_map(|(party, organisation)| organisation.as_ref().map(known).or(party.name.as_deref().map(named)));
        let team = whole.attendance_rule.team.0.iter();
        let speakers = team.filter(|member| member.role == TeamRole::Speaker);
        let speakers = speakers.map(|speaker| named(speaker.name.as_str()));
        parties.chain(speakers).chain([known(&whole.organisation)]).collect()
    }
}

/// A party that is known here.
fn known(organisation: &OrganisationRef) -> String {
    format!("organisation {}", organisation.slug)
}

/// An address without what says nothing about the room.
fn room(address: &str) -> String {
    let room = address.split_once("://").map_or(address, |(_, rest)| rest);
    let room = room.split_once('#').map_or(room, |(room, _)| room);
    room.trim_end_matches('/').to_owned()
}

/// When it takes place.
pub fn blocks<'a>(seminar: &Seminar, sessions: impl Iterator<Item = &'a Session>) -> Vec<Block> {
    let mut all = sessions.map(block).collect::<Vec<_>>();
    if let (true, Some((from, to))) = (all.is_empty(), seminar.within_from.zip(seminar.within_to)) {
        all.push(Block {
            days: Days { from, to },
            time: None,
        });
    }
    all
}

fn block(session: &Session) -> Block {
    let day = |at: DateTime<chrono::Utc>| local(at, &session.time_zone).date_naive();
    // The midnight after a day is its end, and no part of the next one.
    let last = session.announced_end().map(|end| day(end - Duration::microseconds(1)));
    let timed = session.date_precision == DatePrecision::Minute;
    Block {
        days: Days {
            from: session.starts_on,
            to: last.map_or(session.starts_on, |last| last.max(session.starts_on)),
        },
        time: timed.then(|| {
            let ends = session.ends_at.unwrap_or(session.starts_at + SOME_TIME);
            (session.starts_at, ends)
        }),
    }
}
