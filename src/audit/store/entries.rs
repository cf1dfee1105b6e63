//! Entries of the journal, chain by chain.

use chrono::{DateTime, Utc};
use diesel::dsl::sql;
use diesel::pg::Pg;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Nullable, Uuid as SqlUuid};
use uuid::Uuid;

use crate::audit::model::{Asked, Chain, Entry, Position};
use crate::auth::OrganisationId;
use crate::base::problem::Result;
use crate::schema::journal;

/// No transaction below it runs any more: what is there stays all there is. As the change feed has it.
const HORIZON: &str = "pg_snapshot_xmin(pg_current_snapshot())::text::bigint";

/// Every organisation in the journal, whether or not it is one: from one to the next in the index, however many entries there are.
const CHAINS: &str = "WITH RECURSIVE walk (organisation_id) AS (
        (SELECT organisation_id FROM journal WHERE organisation_id IS NOT NULL ORDER BY organisation_id LIMIT 1)
        UNION ALL
        SELECT (SELECT next.organisation_id FROM journal AS next WHERE next.organisation_id > walk.organisation_id
                ORDER BY next.organisation_id LIMIT 1)
        FROM walk WHERE walk.organisation_id IS NOT NULL
    ), chains AS (SELECT organisation_id FROM walk WHERE organisation_id IS NOT NULL)";

#[derive(QueryableByName)]
struct Owner {
    #[diesel(sql_type = Nullable<SqlUuid>)]
    organisation_id: Option<Uuid>,
}

impl Owner {
    fn chain(self) -> Chain {
        Chain(self.organisation_id.map(OrganisationId))
    }
}

type Boxed<'a> = journal::BoxedQuery<'a, Pg>;

fn of(chain: Chain) -> Boxed<'static> {
    match chain.0 {
        Some(of) => journal::table.filter(journal::organisation_id.eq(of.0)).into_boxed(),
        None => journal::table.filter(journal::organisation_id.is_null()).into_boxed(),
    }
}

/// Said twice, so that the index begins at the right place.
fn behind(query: Boxed<'static>, position: Position) -> Boxed<'static> {
    query.filter(journal::transaction.ge(position.transaction)).filter(
        journal::transaction
            .gt(position.transaction)
            .or(journal::id.gt(position.entry)),
    )
}

/// The next entries of the chain behind `position`, in the order of the journal.
pub fn after(conn: &mut PgConnection, chain: Chain, position: Position, limit: i64) -> Result<Vec<Entry>> {
    let query = behind(of(chain), position)
        .order((journal::transaction, journal::id))
        .limit(limit);
    Ok(query.select(Entry::as_select()).load(conn)?)
}

/// [`after`], of what nothing can come between any more.
pub fn next_to_seal(conn: &mut PgConnection, chain: Chain, position: Position, limit: i64) -> Result<Vec<Entry>> {
    let query = behind(of(chain), position)
        .filter(journal::transaction.lt(sql::<BigInt>(HORIZON)))
        .order((journal::transaction, journal::id))
        .limit(limit);
    Ok(query.select(Entry::as_select()).load(conn)?)
}

/// How many entries stand behind `position`.
pub fn count_after(conn: &mut PgConnection, chain: Chain, position: Position) -> Result<i64> {
    Ok(behind(of(chain), position).count().get_result(conn)?)
}

/// Whose this entry is now; `None`: there is none.
pub fn chain_of(conn: &mut PgConnection, entry: Uuid) -> Result<Option<Chain>> {
    let query = journal::table.find(entry).select(journal::organisation_id);
    let found = query.first::<Option<Uuid>>(conn).optional()?;
    Ok(found.map(|of| Chain(of.map(OrganisationId))))
}

/// Every chain of which there is an entry.
pub fn chains(conn: &mut PgConnection) -> Result<Vec<Chain>> {
    let rows = diesel::sql_query(format!(
        "{CHAINS} SELECT organisation_id FROM chains
         UNION ALL SELECT NULL::uuid WHERE EXISTS (SELECT FROM journal WHERE organisation_id IS NULL)"
    ))
    .load::<Owner>(conn)?;
    Ok(rows.into_iter().map(Owner::chain).collect())
}

/// Every chain with an entry that can be sealed.
pub fn chains_due(conn: &mut PgConnection) -> Result<Vec<Chain>> {
    let due = |chain: &str, is_own: &str| {
        format!(
            "NOT EXISTS (SELECT FROM journal_seals WHERE chain = {chain})
                 AND EXISTS (SELECT FROM journal WHERE {is_own} AND transaction < {HORIZON})
             OR EXISTS (
                 SELECT FROM (SELECT last_transaction, last_entry FROM journal_seals WHERE chain = {chain} ORDER BY number DESC LIMIT 1) AS last
                 CROSS JOIN LATERAL (
                     SELECT FROM journal WHERE {is_own} AND (transaction, id) > (last_transaction, last_entry)
                         AND transaction < {HORIZON} LIMIT 1) AS next)"
        )
    };
    let of_organisations = due(
        "chains.organisation_id",
        "journal.organisation_id = chains.organisation_id",
    );
    let of_nobody = due(
        "'00000000-0000-0000-0000-000000000000'",
        "journal.organisation_id IS NULL",
    );
    let rows = diesel::sql_query(format!(
        "{CHAINS} SELECT organisation_id FROM chains WHERE {of_organisations}
         UNION ALL SELECT NULL::uuid WHERE {of_nobody}"
    ))
    .load::<Owner>(conn)?;
    Ok(rows.into_iter().map(Owner::chain).collect())
}

/// A page of the log, the newest first.
pub fn log(conn: &mut PgConnection, asked: &Asked) -> Result<Vec<Entry>> {
    let mut query = of(asked.chain)
        .order((journal::at.desc(), journal::id.desc()))
        .limit(asked.limit + 1);
    if let Some(object) = asked.object {
        query = query.filter(journal::object_id.eq(object));
    }
    if let Some(actor) = asked.actor {
        query = query.filter(journal::actor_id.eq(actor));
    }
    if let Some(action) = asked.action.clone() {
        query = query.filter(journal::action.eq(action));
    }
    if let Some(from) = asked.from {
        query = query.filter(journal::at.ge(from));
    }
    if let Some(to) = asked.to {
        query = query.filter(journal::at.lt(to));
    }
    if let Some((at, id)) = asked.after {
        query = query.filter(is_before(at, id));
    }
    Ok(query.select(Entry::as_select()).load(conn)?)
}

type Before = Box<dyn BoxableExpression<journal::table, Pg, SqlType = diesel::sql_types::Bool>>;

/// Said twice, so that the index begins at the right place.
pub fn is_before(at: DateTime<Utc>, id: Uuid) -> Before {
    Box::new(journal::at.le(at).and(journal::at.lt(at).or(journal::id.lt(id))))
}
