//! What a report is made of: ten queries a programme, two more where an event was announced by several, and those of
//! `attendance`, however many seminars there are. What they bring is more than what counts; `rules` decides.

use std::collections::HashMap;

use chrono::{DateTime, NaiveDate, NaiveTime, Utc};
use diesel::dsl::{exists, min};
use diesel::prelude::*;
use uuid::Uuid;

use super::events::announced;
use super::places::places;
use crate::attendance::{Count, Qualifier, Unit, people_by_seminar};
use crate::auth::{OrganisationId, OrganisationRef};
use crate::base::problem::Result;
use crate::catalogue::{CollectionId, CollectionRef};
use crate::reports::model::{Change, Collected, Facts, Span, Statement, Taking};
use crate::reports::rules::ActivityQuery;
use crate::schema::{
    channels, collections, headcounts, organisations, parties, schedule_changes, seminar_collections, seminars,
    sessions,
};
use crate::seminars::{Audience, ChangeKind, Channel, Kind, PartyRole, ReasonCode, SeminarId, Status};

pub fn collection(
    conn: &mut PgConnection,
    organisations: &[OrganisationId],
    id: CollectionId,
) -> Result<Option<CollectionRef>> {
    let query = collections::table
        .filter(collections::organisation_id.eq_any(organisations))
        .filter(collections::id.eq(id))
        .select(CollectionRef::as_select());
    Ok(query.first(conn).optional()?)
}

/// What is known of every seminar that could count, one programme after the other: all keys begin with the tenant.
pub fn facts(conn: &mut PgConnection, query: &ActivityQuery, of: &[OrganisationRef]) -> Result<Vec<Facts>> {
    let mut all = Vec::new();
    for organisation in of {
        all.extend(facts_of(conn, query, organisation)?);
    }
    Ok(all)
}

fn facts_of(conn: &mut PgConnection, query: &ActivityQuery, of: &OrganisationRef) -> Result<Vec<Facts>> {
    let mut facts = seminars(conn, query, of)?;
    let seminars = Chosen {
        of: of.id,
        ids: facts.iter().map(|facts| facts.id).collect(),
    };
    if seminars.ids.is_empty() {
        return Ok(facts);
    }
    let mut days = seminars.days(conn)?;
    let mut places = places(conn, seminars.of, &seminars.ids)?;
    let mut channels = seminars.channels(conn)?;
    let mut parties = seminars.parties(conn)?;
    let mut collections = seminars.collections(conn)?;
    let mut changes = seminars.changes(conn)?;
    let mut headcounts = seminars.headcounts(conn)?;
    let mut people = people_by_seminar(conn, of.id, &seminars.ids)?;
    for facts in &mut facts {
        facts.day = days.remove(&facts.id);
        facts.place = places.remove(&facts.id);
        facts.channels = channels.remove(&facts.id).unwrap_or_default();
        facts.parties = parties.remove(&facts.id).unwrap_or_default();
        facts.collections = collections.remove(&facts.id).unwrap_or_default();
        facts.changes = changes.remove(&facts.id).unwrap_or_default();
        facts.headcounts = headcounts.remove(&facts.id).unwrap_or_default();
        facts.people = people.remove(&facts.id);
    }
    announced(conn, &mut facts)?;
    Ok(facts)
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = seminars, check_for_backend(diesel::pg::Pg))]
struct Row {
    id: SeminarId,
    version: i64,
    title: String,
    kind: Kind,
    audience: Audience,
    status: Status,
    within_from: Option<NaiveDate>,
    within_to: Option<NaiveDate>,
    published_on: Option<NaiveDate>,
    merged_into: Option<SeminarId>,
}

/// Seminars with a session, a span or a day given up in the period, and those that are still ahead: each of the four
/// has an index of its own, which a condition with `or` would not use.
fn candidates(conn: &mut PgConnection, period: Span, tenant: OrganisationId) -> Result<Vec<SeminarId>> {
    let Span { from, to } = period;
    let in_session = sessions::table
        .filter(sessions::organisation_id.eq(tenant))
        .filter(sessions::starts_on.between(from, to))
        .select(sessions::seminar_id);
    let given_up = schedule_changes::table
        .filter(schedule_changes::organisation_id.eq(tenant))
        .filter(schedule_changes::before_on.between(from, to))
        .select(schedule_changes::seminar_id);
    let within = seminars::table
        .filter(seminars::organisation_id.eq(tenant))
        .filter(seminars::within_from.ge(from))
        .filter(seminars::within_to.between(from, to))
        .select(seminars::id);
    // The first session's day is that of its own zone: a day before covers every zone, and `rules` looks again.
    let midnight = from.pred_opt().unwrap_or(from).and_time(NaiveTime::MIN).and_utc();
    let ahead = seminars::table
        .filter(seminars::organisation_id.eq(tenant))
        .filter(seminars::status.eq(Status::Scheduled))
        .filter(seminars::published_on.le(to))
        .filter(
            seminars::begins_at
                .ge(midnight)
                .or(seminars::within_to.ge(from).assume_not_null()),
        )
        .select(seminars::id);
    Ok(in_session.union(given_up).union(within).union(ahead).load(conn)?)
}

fn seminars(conn: &mut PgConnection, query: &ActivityQuery, of: &OrganisationRef) -> Result<Vec<Facts>> {
    let ids = candidates(conn, query.period, of.id)?;
    let mut query_of = seminars::table
        .filter(seminars::organisation_id.eq(of.id))
        .filter(seminars::id.eq_any(ids))
        .filter(seminars::status.ne(Status::Draft))
        .select(Row::as_select())
        .into_boxed();
    if let Some(collection) = query.collection {
        let belongs = seminar_collections::table
            .filter(seminar_collections::organisation_id.eq(seminars::organisation_id))
            .filter(seminar_collections::seminar_id.eq(seminars::id))
            .filter(seminar_collections::collection_id.eq(collection));
        query_of = query_of.filter(exists(belongs));
    }
    let facts = query_of.load::<Row>(conn)?.into_iter().map(|row| Facts {
        id: row.id,
        version: row.version,
        organisation: of.clone(),
        title: row.title,
        kind: row.kind,
        audience: row.audience,
        status: row.status,
        published_on: row.published_on,
        day: None,
        place: None,
        within: row.within_from.zip(row.within_to).map(|(from, to)| Span { from, to }),
        channels: Vec::new(),
        parties: Vec::new(),
        collections: Vec::new(),
        changes: Vec::new(),
        headcounts: Vec::new(),
        people: None,
        merged_into: row.merged_into,
        also_announced: Vec::new(),
    });
    Ok(facts.collect())
}

/// The seminars whose parts are fetched, with their tenant, which leads every key.
struct Chosen {
    of: OrganisationId,
    ids: Vec<SeminarId>,
}

pub(super) type BySeminar<T> = HashMap<SeminarId, Vec<T>>;

fn by_seminar<T>(rows: impl IntoIterator<Item = (SeminarId, T)>) -> BySeminar<T> {
    let mut all = BySeminar::new();
    for (seminar, row) in rows {
        all.entry(seminar).or_default().push(row);
    }
    all
}

/// Who takes part in offering these seminars.
pub(super) fn parties_of(
    conn: &mut PgConnection,
    tenants: &[OrganisationId],
    ids: &[SeminarId],
) -> Result<BySeminar<Taking>> {
    let rows = parties::table
        .left_join(organisations::table)
        .filter(parties::organisation_id.eq_any(tenants))
        .filter(parties::seminar_id.eq_any(ids))
        .select((
            parties::seminar_id,
            parties::position,
            parties::role,
            parties::name,
            Option::<OrganisationRef>::as_select(),
        ))
        .load::<(SeminarId, i32, PartyRole, Option<String>, Option<OrganisationRef>)>(conn)?;
    let taking = |(seminar, position, role, name, organisation): (_, _, _, Option<String>, Option<OrganisationRef>)| {
        let name = organisation.as_ref().map(|known| known.name.clone()).or(name)?;
        let taking = Taking {
            position,
            role,
            organisation,
            name,
        };
        Some((seminar, taking))
    };
    Ok(by_seminar(rows.into_iter().filter_map(taking)))
}

impl Chosen {
    fn days(&self, conn: &mut PgConnection) -> Result<HashMap<SeminarId, NaiveDate>> {
        let rows = sessions::table
            .filter(sessions::organisation_id.eq(self.of))
            .filter(sessions::seminar_id.eq_any(&self.ids))
            .group_by(sessions::seminar_id)
            .select((sessions::seminar_id, min(sessions::starts_on)))
            .load::<(SeminarId, Option<NaiveDate>)>(conn)?;
        Ok(rows.into_iter().filter_map(|(id, day)| Some((id, day?))).collect())
    }

    fn channels(&self, conn: &mut PgConnection) -> Result<BySeminar<Channel>> {
        let query = channels::table
            .filter(channels::organisation_id.eq(self.of))
            .filter(channels::seminar_id.eq_any(&self.ids))
            .filter(channels::offered)
            .select((channels::seminar_id, channels::channel));
        Ok(by_seminar(query.load(conn)?))
    }

    fn parties(&self, conn: &mut PgConnection) -> Result<BySeminar<Taking>> {
        parties_of(conn, &[self.of], &self.ids)
    }

    fn collections(&self, conn: &mut PgConnection) -> Result<BySeminar<Collected>> {
        let same = seminar_collections::organisation_id
            .eq(collections::organisation_id)
            .and(seminar_collections::collection_id.eq(collections::id));
        let query = seminar_collections::table
            .inner_join(collections::table.on(same))
            .filter(seminar_collections::organisation_id.eq(self.of))
            .filter(seminar_collections::seminar_id.eq_any(&self.ids))
            .select((
                seminar_collections::seminar_id,
                CollectionRef::as_select(),
                collections::own_chapter,
            ));
        let rows = query.load::<(SeminarId, CollectionRef, bool)>(conn)?;
        Ok(by_seminar(rows.into_iter().map(
            |(seminar, collection, own_chapter)| {
                let collected = Collected {
                    collection,
                    own_chapter,
                };
                (seminar, collected)
            },
        )))
    }

    fn changes(&self, conn: &mut PgConnection) -> Result<BySeminar<Change>> {
        let rows = schedule_changes::table
            .filter(schedule_changes::organisation_id.eq(self.of))
            .filter(schedule_changes::seminar_id.eq_any(&self.ids))
            .select((
                schedule_changes::seminar_id,
                schedule_changes::id,
                schedule_changes::kind,
                schedule_changes::reason_code,
                schedule_changes::before_on,
                schedule_changes::at,
            ))
            .load::<(
                SeminarId,
                Uuid,
                ChangeKind,
                ReasonCode,
                Option<NaiveDate>,
                DateTime<Utc>,
            )>(conn)?;
        Ok(by_seminar(rows.into_iter().map(
            |(seminar, id, kind, reason_code, before_on, at)| {
                let change = Change {
                    id,
                    kind,
                    reason_code,
                    before_on,
                    at,
                };
                (seminar, change)
            },
        )))
    }

    /// Only what was declared the basis of reports.
    fn headcounts(&self, conn: &mut PgConnection) -> Result<BySeminar<Statement>> {
        let rows = headcounts::table
            .filter(headcounts::organisation_id.eq(self.of))
            .filter(headcounts::seminar_id.eq_any(&self.ids))
            .filter(headcounts::basis)
            .select((
                headcounts::seminar_id,
                headcounts::unit,
                headcounts::channel,
                headcounts::value,
                headcounts::qualifier,
                headcounts::stated_as,
            ))
            .load::<(SeminarId, Unit, Option<Channel>, Option<i64>, Qualifier, Option<String>)>(conn)?;
        let statements = rows
            .into_iter()
            .map(|(seminar, unit, channel, value, qualifier, stated_as)| {
                let statement = Statement {
                    unit,
                    channel,
                    count: Count { value, qualifier },
                    stated_as,
                };
                (seminar, statement)
            });
        Ok(by_seminar(statements))
    }
}
