//! The programme, filtered.

use chrono::{DateTime, Duration, NaiveDate, NaiveTime, Utc};
use diesel::dsl::{self, exists, not, sql};
use diesel::expression::SqlLiteral;
use diesel::pg::Pg;
use diesel::prelude::*;
use diesel::sql_types::{Bool, Date, Text, Timestamptz, Uuid as SqlUuid};

use crate::auth::OrganisationId;
use crate::base::problem::Result;
use crate::base::text::{fold, like_escape};
use crate::catalogue::CollectionId;
use crate::schema::{channels, parties, seminar_collections, seminars, sessions};
use crate::seminars::model::{Audience, Channel, DatePrecision, Kind, Seminar, SeminarId, Status};

/// What to list. Everything that is `Some` must hold.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    /// Whose drafts and internal seminars are shown beside what is public.
    pub member_of: Vec<OrganisationId>,
    pub q: Option<String>,
    pub from: Option<NaiveDate>,
    pub to: Option<NaiveDate>,
    pub status: Option<Status>,
    pub kind: Option<Kind>,
    pub channel: Option<Channel>,
    /// Tenant or party.
    pub organisation: Option<OrganisationId>,
    pub collection: Option<CollectionId>,
    pub language: Option<String>,
    pub free_seats: Option<bool>,
    /// When `free_seats` is asked.
    pub now: DateTime<Utc>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Sort {
    #[default]
    Soonest,
    Latest,
    /// What was changed last comes first; the key is when.
    LastChanged,
}

/// Days that PostgreSQL and chrono both know; nothing is planned beyond them.
const FIRST_DAY: NaiveDate = NaiveDate::from_ymd_opt(1, 1, 1).expect("a day");
const LAST_DAY: NaiveDate = NaiveDate::from_ymd_opt(9999, 12, 31).expect("a day");

type Announced = dsl::And<dsl::NotEq<seminars::status, Status>, dsl::Eq<seminars::audience, Audience>>;

/// What everybody may see. What another one stands for is shown as that one; only its own members see both.
fn public() -> dsl::And<Announced, dsl::IsNull<seminars::merged_into>> {
    let announced = seminars::status.ne(Status::Draft);
    announced
        .and(seminars::audience.eq(Audience::Public))
        .and(seminars::merged_into.is_null())
}

/// A page of seminars after the key of the last one seen.
pub fn list(
    conn: &mut PgConnection,
    filter: &Filter,
    sort: Sort,
    after: Option<(DateTime<Utc>, SeminarId)>,
    limit: i64,
) -> Result<Vec<Seminar>> {
    let mut query = seminars::table
        .select(Seminar::as_select())
        .limit(limit + 1)
        .into_boxed();
    query = query.filter(public().or(seminars::organisation_id.eq_any(filter.member_of.clone())));
    for word in filter.q.as_deref().map(fold).unwrap_or_default().split_whitespace() {
        let pattern = format!("%{}%", like_escape(word));
        let elsewhere = also_announced("merged.search_text LIKE ")
            .bind::<Text, _>(pattern.clone())
            .sql(")");
        query = query.filter(seminars::search_text.like(pattern).or(elsewhere));
    }
    if let Some(status) = filter.status {
        query = query.filter(seminars::status.eq(status));
    }
    if let Some(kind) = filter.kind {
        query = query.filter(seminars::kind.eq(kind));
    }
    if let Some(language) = &filter.language {
        query = query.filter(seminars::language.eq(language.clone()));
    }
    // A seminar of several days is found by each of them; one without a date where its span touches the period.
    if filter.from.is_some() || filter.to.is_some() {
        let (from, to) = (
            filter.from.unwrap_or(NaiveDate::MIN),
            filter.to.unwrap_or(NaiveDate::MAX),
        );
        let (from, to) = (from.clamp(FIRST_DAY, LAST_DAY), to.clamp(FIRST_DAY, LAST_DAY));
        let dated = sessions::table
            .filter(sessions::organisation_id.eq(seminars::organisation_id))
            .filter(sessions::seminar_id.eq(seminars::id))
            .filter(sessions::starts_on.between(from, to));
        let spans = seminars::within_from.le(to).and(seminars::within_to.ge(from));
        query = query.filter(exists(dated).or(spans.is_not_distinct_from(true)));
        // Said of the begin too, by which the list is ordered: or all that is over would be walked through first.
        if filter.from.is_some() {
            query = query.filter(begins_late_enough(from, to));
        }
        if filter.to.is_some() {
            query = query.filter(begins_early_enough(from, to));
        }
    }
    if let Some(channel) = filter.channel {
        let offered = channels::table
            .filter(channels::organisation_id.eq(seminars::organisation_id))
            .filter(channels::seminar_id.eq(seminars::id))
            .filter(channels::offered);
        query = query.filter(exists(offered.filter(channels::channel.eq(channel))));
    }
    if let Some(organisation) = filter.organisation {
        let party = parties::table
            .filter(parties::organisation_id.eq(seminars::organisation_id))
            .filter(parties::seminar_id.eq(seminars::id))
            .filter(parties::party_organisation_id.eq(organisation));
        let with = also_announced(
            "(SELECT true FROM parties WHERE parties.organisation_id = merged.organisation_id
               AND parties.seminar_id = merged.id AND parties.party_organisation_id = ",
        );
        let with = with.bind::<SqlUuid, _>(organisation.0).sql(" LIMIT 1))");
        let by = also_announced("merged.organisation_id = ")
            .bind::<SqlUuid, _>(organisation.0)
            .sql(")");
        let own = seminars::organisation_id.eq(organisation).or(exists(party));
        query = query.filter(own.or(by).or(with));
    }
    if let Some(collection) = filter.collection {
        let belongs = seminar_collections::table
            .filter(seminar_collections::organisation_id.eq(seminars::organisation_id))
            .filter(seminar_collections::seminar_id.eq(seminars::id));
        query = query.filter(exists(
            belongs.filter(seminar_collections::collection_id.eq(collection)),
        ));
    }
    if let Some(wanted) = filter.free_seats {
        let free = channels::table
            .filter(channels::organisation_id.eq(seminars::organisation_id))
            .filter(channels::seminar_id.eq(seminars::id))
            .filter(channels::offered)
            .filter(channels::channel.ne(Channel::Livestream))
            .filter(channels::waiting.eq(0))
            .filter(
                channels::capacity
                    .is_null()
                    .or(channels::taken.nullable().lt(channels::capacity)),
            );
        // Until somebody says otherwise registration ends with the first session, where only the day is known with
        // that day, and where there is only a span with the span (`rules::default_close`).
        let now = filter.now;
        let by_day = sessions::table
            .filter(sessions::organisation_id.eq(seminars::organisation_id))
            .filter(sessions::seminar_id.eq(seminars::id))
            .filter(sessions::date_precision.eq(DatePrecision::Day))
            .filter(sessions::starts_at.eq(seminars::begins_at))
            .filter(sessions::starts_at.gt(now - Duration::days(1)));
        let not_begun = seminars::begins_at.gt(now).or(exists(by_day)).or(seminars::within_to
            .ge(now.with_timezone(&chrono_tz::Europe::Berlin).date_naive())
            .is_not_distinct_from(true));
        let opened = seminars::registration_opens_at.le(now).is_distinct_from(false);
        let not_closed = seminars::registration_closes_at
            .is_null()
            .and(not_begun)
            .or(seminars::registration_closes_at.gt(now).is_not_distinct_from(true));
        let bookable = seminars::status
            .eq(Status::Scheduled)
            .and(seminars::merged_into.is_null())
            .and(opened)
            .and(not_closed);
        query = if wanted {
            query.filter(bookable.and(exists(free)))
        } else {
            query.filter(not(bookable).or(not(exists(free))))
        };
    }
    query = match sort {
        Sort::Soonest => query.order((seminars::begins_at.asc(), seminars::id.asc())),
        Sort::Latest => query.order((seminars::begins_at.desc(), seminars::id.desc())),
        Sort::LastChanged => query.order((seminars::updated_at.desc(), seminars::id.desc())),
    };
    if let Some((at, id)) = after {
        query = match sort {
            Sort::Soonest => query.filter(
                seminars::begins_at
                    .gt(at)
                    .or(seminars::begins_at.eq(at).and(seminars::id.gt(id))),
            ),
            Sort::Latest => query.filter(
                seminars::begins_at
                    .lt(at)
                    .or(seminars::begins_at.eq(at).and(seminars::id.lt(id))),
            ),
            Sort::LastChanged => query.filter(
                seminars::updated_at
                    .lt(at)
                    .or(seminars::updated_at.eq(at).and(seminars::id.lt(id))),
            ),
        };
    }
    Ok(query.load(conn)?)
}

/// Seminars by id: those that are public, and those of `member_of`; of one organisation, if one is named.
pub fn page_by_id(
    conn: &mut PgConnection,
    member_of: &[OrganisationId],
    organisation: Option<OrganisationId>,
    after: Option<SeminarId>,
    limit: i64,
) -> Result<Vec<Seminar>> {
    let mut query = seminars::table
        .filter(public().or(seminars::organisation_id.eq_any(member_of.to_vec())))
        .select(Seminar::as_select())
        .order(seminars::id)
        .limit(limit)
        .into_boxed();
    if let Some(organisation) = organisation {
        query = query.filter(seminars::organisation_id.eq(organisation));
    }
    if let Some(after) = after {
        query = query.filter(seminars::id.gt(after));
    }
    Ok(query.load(conn)?)
}

/// A day is another one elsewhere, and a span begins where its first day begins.
const NEAR: Duration = Duration::days(2);

type Condition = Box<dyn BoxableExpression<seminars::table, Pg, SqlType = Bool>>;

/// Days from which nothing is outside of what PostgreSQL and chrono know.
fn moment(day: NaiveDate, by: Duration) -> DateTime<Utc> {
    let (first, last) = (FIRST_DAY + NEAR + NEAR, LAST_DAY - NEAR - NEAR);
    (day.clamp(first, last) + by).and_time(NaiveTime::MIN).and_utc()
}

/// True of all seminars that touch the period from its begin on: they begin in it, or are among the few that began before.
fn begins_late_enough(from: NaiveDate, to: NaiveDate) -> Condition {
    let in_it = moment(from, -NEAR);
    let begun = sql("(seminars.begins_at >= LEAST(")
        .bind::<Timestamptz, _>(in_it)
        .sql(
            ", (SELECT min(began.begins_at) FROM sessions JOIN seminars AS began ON began.id = sessions.seminar_id
             WHERE sessions.starts_on BETWEEN ",
        )
        .bind::<Date, _>(from)
        .sql(" AND ")
        .bind::<Date, _>(to)
        .sql(" AND began.begins_at < ")
        .bind::<Timestamptz, _>(in_it)
        .sql("), (SELECT min(span.begins_at) FROM seminars AS span WHERE span.within_to >= ")
        .bind::<Date, _>(from)
        .sql(" AND span.within_from <= ")
        .bind::<Date, _>(to)
        .sql(")))");
    Box::new(begun)
}

/// True of all seminars that touch the period before its end.
fn begins_early_enough(from: NaiveDate, to: NaiveDate) -> Condition {
    let begun = sql("(seminars.begins_at <= GREATEST(")
        .bind::<Timestamptz, _>(moment(to, NEAR))
        .sql(", (SELECT max(span.begins_at) FROM seminars AS span WHERE span.within_to >= ")
        .bind::<Date, _>(from)
        .sql(" AND span.within_from <= ")
        .bind::<Date, _>(to)
        .sql(")))");
    Box::new(begun)
}

/// Whether another public announcement of the same event is so. What follows closes the bracket. That it stands for another is
/// said twice: there is an index of those few.
fn also_announced(so: &str) -> SqlLiteral<Bool> {
    sql(&format!(
        "EXISTS (SELECT 1 FROM seminars AS merged
           WHERE merged.merged_into = seminars.id AND merged.merged_into IS NOT NULL AND merged.audience = 'public' AND {so}"
    ))
}
