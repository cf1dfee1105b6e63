//! What nothing can come between any more is sealed, batch by batch.

use chrono::{DateTime, Utc};
use diesel::PgConnection;

use crate::audit::model::{Chain, Heads, Position, Seal};
use crate::audit::rules::sealed;
use crate::audit::store;
use crate::base::db::Db;
use crate::base::problem::{Error, Result};

/// Entries of one seal at most: what one transaction reads and writes.
const AT_ONCE: i64 = 1000;

/// Seals everything that can be sealed; each batch in a transaction of its own. Answers how many entries. Where somebody else
/// is at it, it is left to them.
pub fn seal(db: &Db, now: impl Fn() -> DateTime<Utc>, ended: impl Fn() -> bool) -> Result<i64> {
    let mut entries = 0;
    for chain in db.run(true, store::chains_due)? {
        loop {
            if ended() {
                return Ok(entries);
            }
            let at = now();
            let batch = db.run(false, |conn| seal_batch(conn, at, chain))?;
            entries += batch;
            if batch < AT_ONCE {
                break;
            }
        }
    }
    Ok(entries)
}

fn seal_batch(conn: &mut PgConnection, now: DateTime<Utc>, chain: Chain) -> Result<i64> {
    if !store::take_turn(conn)? {
        return Ok(0);
    }
    let last = store::last(conn, chain)?;
    let from = last.as_ref().map_or(Position::BEGINNING, Seal::position);
    let entries = store::next_to_seal(conn, chain, from, AT_ONCE)?;
    let Some(seal) = sealed(chain, last.as_ref(), &entries, now) else {
        return Ok(0);
    };
    if store::insert(conn, &seal)? {
        i64::try_from(entries.len()).map_err(Error::internal)
    } else {
        Ok(0)
    }
}

/// The last seal of each chain at this moment.
pub fn heads(conn: &mut PgConnection, now: DateTime<Utc>) -> Result<Heads> {
    Ok(Heads {
        at: now,
        heads: store::heads(conn)?,
    })
}
