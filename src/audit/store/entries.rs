//! Entries of the journal, chain by chain.

use diesel::dsl::sql;
use diesel::pg::Pg;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Bool, Nullable, Timestamptz, Uuid as SqlUuid};
use uuid::Uuid;

use crate::audit::model::{Asked, Chain, Entry, Position};
use crate::auth::OrganisationId;
use crate::base::problem::Result;
use crate::schema::journal;

/// No transaction below it runs any more: what is there stays all there is. As the change feed has it.
const HORIZON: &str = "pg_snapshot_xmin(pg_current_snapshot())::text::bigint";

/// [`Position::BEGINNING`] in SQL, and the key of the chain of those without organisation.
const BEFORE_ALL: &str = "'-9223372036854775808'::bigint";
const NOBODY: &str = "00000000-0000-0000-0000-000000000000";

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
        self.organisation_id.map_or(Chain(None), Chain::of_key)
    }
}

type Boxed<'a> = journal::BoxedQuery<'a, Pg>;

fn of(chain: Chain) -> Boxed<'static> {
    match chain.0 {
        Some(of) => journal::table.filter(journal::organisation_id.eq(of.0)).into_boxed(),
        None => journal::table.filter(journal::organisation_id.is_null()).into_boxed(),
    }
}

/// As one comparison of the pair, which an index follows also among the many entries of one transaction.
fn behind(query: Boxed<'static>, position: Position) -> Boxed<'static> {
    let pair = sql::<Bool>("(journal.transaction, journal.id) > (")
        .bind::<BigInt, _>(position.transaction)
        .sql(", ")
        .bind::<SqlUuid, _>(position.entry)
        .sql(")");
    query.filter(pair)
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
    // From where the last seal of the chain ends: an index leads to both, however many there are.
    let due = |chain: &str, is_own: &str| {
        format!(
            "LEFT JOIN LATERAL (
                 SELECT last_transaction, last_entry FROM journal_seals WHERE chain = {chain} ORDER BY number DESC LIMIT 1
             ) AS last ON true
             WHERE EXISTS (
                 SELECT FROM journal WHERE {is_own} AND transaction < {HORIZON} AND (transaction, id) > (
                     coalesce(last_transaction, {BEFORE_ALL}), coalesce(last_entry, '{NOBODY}')))"
        )
    };
    let of_organisations = due(
        "chains.organisation_id",
        "journal.organisation_id = chains.organisation_id",
    );
    let of_nobody = due(&format!("'{NOBODY}'"), "journal.organisation_id IS NULL");
    let rows = diesel::sql_query(format!(
        "{CHAINS} SELECT organisation_id FROM chains {of_organisations}
         UNION ALL SELECT one.organisation_id FROM (SELECT NULL::uuid AS organisation_id) AS one {of_nobody}"
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
        let older = sql::<Bool>("(journal.at, journal.id) < (")
            .bind::<Timestamptz, _>(at)
            .sql(", ")
            .bind::<SqlUuid, _>(id)
            .sql(")");
        query = query.filter(older);
    }
    Ok(query.select(Entry::as_select()).load(conn)?)
}
