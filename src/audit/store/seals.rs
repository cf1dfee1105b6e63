//! The rows of seals.

use diesel::prelude::*;
use diesel::sql_types::{BigInt, Binary, Timestamptz, Uuid as SqlUuid};
use uuid::Uuid;

use crate::audit::model::{Chain, Head, Position, Seal};
use crate::audit::rules::canonical::hex;
use crate::base::problem::{Error, Result};
use crate::schema::journal_seals;

/// Any number does, as long as nobody else takes it: "Siegel" as bytes.
const TURN: i64 = 0x5369_6567_656c;

diesel::define_sql_function! { fn pg_try_advisory_xact_lock(key: diesel::sql_types::BigInt) -> diesel::sql_types::Bool; }

/// Whether nobody else is sealing at this moment; until the transaction ends. A courtesy: two who seal at once are kept
/// apart by the numbers of the seals.
pub fn take_turn(conn: &mut PgConnection) -> Result<bool> {
    Ok(diesel::select(pg_try_advisory_xact_lock(TURN)).get_result(conn)?)
}

pub fn last(conn: &mut PgConnection, chain: Chain) -> Result<Option<Seal>> {
    let query = journal_seals::table
        .filter(journal_seals::chain.eq(chain.key()))
        .order(journal_seals::number.desc())
        .select(Seal::as_select());
    Ok(query.first(conn).optional()?)
}

pub fn last_number(conn: &mut PgConnection, chain: Chain) -> Result<i64> {
    let query = journal_seals::table.filter(journal_seals::chain.eq(chain.key()));
    let last = query.select(diesel::dsl::max(journal_seals::number));
    Ok(last.get_result::<Option<i64>>(conn)?.unwrap_or(0))
}

/// Up to where the chain is sealed.
pub fn last_position(conn: &mut PgConnection, chain: Chain) -> Result<Option<Position>> {
    let query = journal_seals::table
        .filter(journal_seals::chain.eq(chain.key()))
        .order(journal_seals::number.desc())
        .select((journal_seals::last_transaction, journal_seals::last_entry));
    let last = query.first::<(i64, Uuid)>(conn).optional()?;
    Ok(last.map(|(transaction, entry)| Position { transaction, entry }))
}

/// The seals after number `after` and up to `until`, at most `limit`.
pub fn seals(conn: &mut PgConnection, chain: Chain, after: i64, until: i64, limit: i64) -> Result<Vec<Seal>> {
    let query = journal_seals::table
        .filter(journal_seals::chain.eq(chain.key()))
        .filter(journal_seals::number.gt(after))
        .filter(journal_seals::number.le(until))
        .order(journal_seals::number)
        .limit(limit)
        .select(Seal::as_select());
    Ok(query.load(conn)?)
}

/// `false`: somebody else was quicker.
pub fn insert(conn: &mut PgConnection, seal: &Seal) -> Result<bool> {
    let inserted = diesel::insert_into(journal_seals::table)
        .values(seal)
        .on_conflict_do_nothing()
        .execute(conn)?;
    Ok(inserted == 1)
}

#[derive(QueryableByName)]
struct Last {
    #[diesel(sql_type = SqlUuid)]
    chain: Uuid,
    #[diesel(sql_type = BigInt)]
    number: i64,
    #[diesel(sql_type = BigInt)]
    entries: i64,
    #[diesel(sql_type = Binary)]
    digest: Vec<u8>,
    #[diesel(sql_type = Timestamptz)]
    sealed_at: chrono::DateTime<chrono::Utc>,
}

/// The last seal of each chain.
pub fn heads(conn: &mut PgConnection) -> Result<Vec<Head>> {
    // From one chain to the next in the index, however many seals there are.
    let rows = diesel::sql_query(
        "WITH RECURSIVE walk (chain) AS (
             (SELECT chain FROM journal_seals ORDER BY chain LIMIT 1)
             UNION ALL
             SELECT (SELECT next.chain FROM journal_seals AS next WHERE next.chain > walk.chain ORDER BY next.chain LIMIT 1)
             FROM walk WHERE walk.chain IS NOT NULL)
         SELECT last.chain, last.number, last.total AS entries, last.digest, last.sealed_at
         FROM walk CROSS JOIN LATERAL (
             SELECT * FROM journal_seals WHERE journal_seals.chain = walk.chain ORDER BY number DESC LIMIT 1) AS last
         ORDER BY last.chain",
    )
    .load::<Last>(conn)?;
    let heads = rows.into_iter().map(|last| Head {
        organisation: Chain::of_key(last.chain).0,
        number: last.number,
        entries: last.entries,
        digest: hex(&last.digest),
        sealed_at: last.sealed_at,
    });
    Ok(heads.collect())
}

/// The numbers of transactions in the journal were made smaller by `by`: so are the places where seals end.
pub fn renumber(conn: &mut PgConnection, by: i64) -> Result<()> {
    // Whoever seals at this moment has read the numbers of before.
    if !take_turn(conn)? {
        return Err(Error::Unavailable("somebody is sealing the journal".to_owned()));
    }
    diesel::update(journal_seals::table)
        .set(journal_seals::last_transaction.eq(journal_seals::last_transaction - by))
        .execute(conn)?;
    Ok(())
}
