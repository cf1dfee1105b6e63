//! Seminars with all their parts, in a constant number of queries however many there are.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use diesel::prelude::*;

use super::{SharedWith, find_all, merged_into, sharings_in_force};
use crate::auth::{OrganisationId, OrganisationRef, organisation_refs};
use crate::base::db::Db;
use crate::base::gather::Gather;
use crate::base::problem::Result;
use crate::base::text::fold;
use crate::catalogue::{CollectionRef, VenueRef};
use crate::schema::{
    admissions, attendance_rules, channels, collections, external_refs, parties, schedule_changes, seminar_collections,
    sessions, venues,
};
use crate::seminars::model::{
    Admission, AttendanceRule, Audience, ExternalRef, Involved, Party, ScheduleChange, ScheduleChangeId, Seats,
    Seminar, SeminarId, SeminarRef, Session, TeamRole,
};

/// A seminar and everything that hangs on it.
#[derive(Clone, Debug)]
pub struct Whole {
    pub seminar: Seminar,
    pub organisation: OrganisationRef,
    pub admission: Admission,
    pub attendance_rule: AttendanceRule,
    /// By start.
    pub sessions: Vec<(Session, Option<VenueRef>)>,
    /// On site, online, livestream.
    pub channels: Vec<Seats>,
    pub parties: Vec<(Party, Option<OrganisationRef>)>,
    pub collections: Vec<CollectionRef>,
    pub external_refs: Vec<ExternalRef>,
    /// The one that stands for it.
    pub merged_into: Option<SeminarRef>,
    /// Those it stands for.
    pub merged: Vec<Announced>,
    /// Those in force: what is shown to whoever registers.
    pub sharings: Vec<SharedWith>,
}

/// Another announcement of the same event.
#[derive(Clone, Debug)]
pub struct Announced {
    pub seminar: SeminarRef,
    pub audience: Audience,
    pub parties: Vec<(Party, Option<OrganisationRef>)>,
}

/// Those of the parties that have a name.
pub fn involved(parties: impl IntoIterator<Item = (Party, Option<OrganisationRef>)>) -> Vec<Involved> {
    let named = parties.into_iter().filter_map(|(party, organisation)| {
        let name = organisation.as_ref().map(|known| known.name.clone()).or(party.name)?;
        Some(Involved {
            role: party.role,
            organisation,
            name,
        })
    });
    named.collect()
}

impl Whole {
    /// Everything one may search a seminar by, folded. All of it is public: whoever finds a seminar by a word knows that
    /// the word stands there.
    #[must_use]
    pub fn search_text(&self) -> String {
        let own = [Some(&self.seminar.title), self.seminar.description.as_ref()];
        let collections = self.collections.iter().map(|collection| &collection.name);
        let parties = self.parties.iter().filter_map(|(party, organisation)| {
            party
                .name
                .as_ref()
                .or(organisation.as_ref().map(|organisation| &organisation.name))
        });
        let venues = self.sessions.iter().filter_map(|(_, venue)| venue.as_ref());
        let venues = venues.flat_map(|venue| venue.name.iter().chain([&venue.locality]));
        let team = self.attendance_rule.team.0.iter();
        let speakers = team.filter(|member| member.role == TeamRole::Speaker);
        let speakers = speakers.map(|member| member.name.as_str());
        let words = own
            .into_iter()
            .flatten()
            .chain(collections)
            .chain(parties)
            .chain(venues)
            .map(String::as_str)
            .chain(speakers);
        fold(&words.collect::<Vec<_>>().join(" \n "))
    }
}

pub fn whole(conn: &mut PgConnection, seminar: Seminar) -> Result<Whole> {
    let mut all = wholes(conn, vec![seminar])?;
    all.pop().ok_or_else(|| {
        crate::base::problem::Error::internal(
            "a seminar without its organisation, its admission or its attendance rule",
        )
    })
}

/// One by one for whoever looks, read for many at once.
pub type Lookup = Gather<SeminarId, Arc<Whole>>;

pub fn lookup(db: Db) -> Result<Lookup> {
    Gather::start(db, |conn, ids| {
        let found = find_all(conn, ids)?;
        let found = wholes(conn, found)?.into_iter().map(Arc::new);
        Ok(found.map(|whole| (whole.seminar.id, whole)).collect())
    })
}

/// Most lists are one organisation's: said once, it is looked up once.
fn each_once(organisations: impl Iterator<Item = OrganisationId>) -> Vec<OrganisationId> {
    organisations.collect::<BTreeSet<_>>().into_iter().collect()
}

/// In the order given.
pub fn wholes(conn: &mut PgConnection, seminars: Vec<Seminar>) -> Result<Vec<Whole>> {
    if seminars.is_empty() {
        return Ok(Vec::new());
    }
    let ids = seminars.iter().map(|seminar| seminar.id).collect::<Vec<_>>();
    let tenants = each_once(seminars.iter().map(|seminar| seminar.organisation_id));
    let of_the_same = attendance_rules::organisation_id
        .eq(admissions::organisation_id)
        .and(attendance_rules::seminar_id.eq(admissions::seminar_id));
    let rules = admissions::table
        .inner_join(attendance_rules::table.on(of_the_same))
        .filter(
            admissions::organisation_id
                .eq_any(&tenants)
                .and(admissions::seminar_id.eq_any(&ids)),
        )
        .select((Admission::as_select(), AttendanceRule::as_select()))
        .load::<(Admission, AttendanceRule)>(conn)?;
    let mut rules = by_id(rules, |(admission, _)| admission.seminar_id);
    let sessions = sessions::table
        .left_join(venues::table.on(venues::id.nullable().eq(sessions::venue_id)))
        .filter(
            sessions::organisation_id
                .eq_any(&tenants)
                .and(sessions::seminar_id.eq_any(&ids)),
        )
        .order((sessions::starts_at, sessions::id))
        .select((Session::as_select(), Option::<VenueRef>::as_select()))
        .load::<(Session, Option<VenueRef>)>(conn)?;
    let channels = channels::table
        .filter(
            channels::organisation_id
                .eq_any(&tenants)
                .and(channels::seminar_id.eq_any(&ids)),
        )
        .order(channels::channel.desc())
        .select(Seats::as_select())
        .load::<Seats>(conn)?;
    let merged = merged_into(conn, &ids)?;
    let announcements = ids.iter().copied().chain(merged.iter().map(|one| one.id));
    let announcements = announcements.collect::<Vec<_>>();
    let announcers = tenants
        .iter()
        .copied()
        .chain(merged.iter().map(|one| one.organisation_id));
    let announcers = each_once(announcers);
    let parties = parties::table
        .filter(
            parties::organisation_id
                .eq_any(&announcers)
                .and(parties::seminar_id.eq_any(&announcements)),
        )
        .order(parties::position)
        .select(Party::as_select())
        .load::<Party>(conn)?;
    let refs = external_refs::table
        .filter(
            external_refs::organisation_id
                .eq_any(&tenants)
                .and(external_refs::seminar_id.eq_any(&ids)),
        )
        .order((external_refs::system, external_refs::external_id))
        .select(ExternalRef::as_select())
        .load::<ExternalRef>(conn)?;
    let mut collections = seminar_collections::table
        .inner_join(collections::table.on(collections::id.eq(seminar_collections::collection_id)))
        .filter(
            seminar_collections::organisation_id
                .eq_any(&tenants)
                .and(seminar_collections::seminar_id.eq_any(&ids)),
        )
        .order((collections::name_key, collections::id))
        .select((seminar_collections::seminar_id, CollectionRef::as_select()))
        .load::<(SeminarId, CollectionRef)>(conn)?;
    collections.sort_by(|(_, one), (_, other)| one.name.cmp(&other.name));
    let mut sharings = grouped(sharings_in_force(conn, &tenants, &ids)?, |(sharing, _)| {
        sharing.seminar_id
    });

    let remaining = seminars
        .iter()
        .filter_map(|seminar| seminar.merged_into_organisation_id);
    let organisations = announcers
        .into_iter()
        .chain(remaining)
        .chain(parties.iter().filter_map(|party| party.party_organisation_id));
    let organisations = by_id(organisation_refs(conn, &each_once(organisations))?, |one| one.id);

    let mut sessions = grouped(sessions, |(session, _)| session.seminar_id);
    let mut collections = grouped(collections, |(seminar, _)| *seminar);
    let mut channels = grouped(channels, |seats| seats.seminar_id);
    let mut parties = grouped(parties, |party| party.seminar_id);
    let mut refs = grouped(refs, |one| one.seminar_id);
    let with_organisation = |party: Party| {
        let organisation = party
            .party_organisation_id
            .and_then(|id| organisations.get(&id))
            .cloned();
        (party, organisation)
    };
    let mut announced = HashMap::<SeminarId, Vec<Announced>>::new();
    for one in merged {
        let Some(organisation) = organisations.get(&one.organisation_id).cloned() else {
            continue;
        };
        // It may be on the same page, and wants its own as well.
        let parties = parties.get(&one.id).cloned().unwrap_or_default();
        announced.entry(one.into).or_default().push(Announced {
            seminar: SeminarRef {
                id: one.id,
                organisation,
            },
            audience: one.audience,
            parties: parties.into_iter().map(with_organisation).collect(),
        });
    }
    let reference = |of: Option<OrganisationId>, id: Option<SeminarId>| {
        Some(SeminarRef {
            id: id?,
            organisation: organisations.get(&of?)?.clone(),
        })
    };
    Ok(seminars
        .into_iter()
        .filter_map(|seminar| {
            let id = seminar.id;
            let (admission, attendance_rule) = rules.remove(&id)?;
            let collections = collections.remove(&id).unwrap_or_default().into_iter();
            Some(Whole {
                organisation: organisations.get(&seminar.organisation_id)?.clone(),
                admission,
                attendance_rule,
                sessions: sessions.remove(&id).unwrap_or_default(),
                channels: channels.remove(&id).unwrap_or_default(),
                parties: parties
                    .remove(&id)
                    .unwrap_or_default()
                    .into_iter()
                    .map(with_organisation)
                    .collect(),
                collections: collections.map(|(_, collection)| collection).collect(),
                external_refs: refs.remove(&id).unwrap_or_default(),
                merged_into: reference(seminar.merged_into_organisation_id, seminar.merged_into),
                merged: announced.remove(&id).unwrap_or_default(),
                sharings: sharings.remove(&id).unwrap_or_default(),
                seminar,
            })
        })
        .collect())
}

fn by_id<T, K: std::hash::Hash + Eq>(all: Vec<T>, id: impl Fn(&T) -> K) -> HashMap<K, T> {
    all.into_iter().map(|one| (id(&one), one)).collect()
}

fn grouped<T>(all: Vec<T>, of: impl Fn(&T) -> SeminarId) -> HashMap<SeminarId, Vec<T>> {
    let mut groups = HashMap::<SeminarId, Vec<T>>::new();
    for one in all {
        groups.entry(of(&one)).or_default().push(one);
    }
    groups
}

/// The history of one seminar, oldest first.
pub fn schedule_changes(
    conn: &mut PgConnection,
    of: (OrganisationId, SeminarId),
    after: Option<ScheduleChangeId>,
    limit: i64,
) -> Result<Vec<ScheduleChange>> {
    let mut query = schedule_changes::table
        .filter(schedule_changes::organisation_id.eq(of.0))
        .filter(schedule_changes::seminar_id.eq(of.1))
        .order(schedule_changes::id)
        .limit(limit + 1)
        .select(ScheduleChange::as_select())
        .into_boxed();
    if let Some(after) = after {
        query = query.filter(schedule_changes::id.gt(after));
    }
    Ok(query.load(conn)?)
}

/// The ids that the organisation's seminars have in this system.
pub fn external_ids(conn: &mut PgConnection, of: OrganisationId, system: &str) -> Result<Vec<String>> {
    let query = external_refs::table
        .filter(external_refs::organisation_id.eq(of))
        .filter(external_refs::system.eq(system));
    Ok(query.select(external_refs::external_id).load(conn)?)
}
