//! After the database was taken back to an earlier moment: what stands in the journal lies before whatever is written from
//! here on.

use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Nullable, Timestamptz};

use crate::base::problem::Result;

/// What [`set_back`] found and did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SetBack {
    /// By how much every number of a transaction became smaller.
    pub by: i64,
    pub entries: i64,
    /// When the last of them was written.
    pub last: Option<chrono::DateTime<chrono::Utc>>,
}

#[derive(QueryableByName)]
struct Found {
    #[diesel(sql_type = Nullable<BigInt>)]
    largest: Option<i64>,
    #[diesel(sql_type = BigInt)]
    entries: i64,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    last: Option<chrono::DateTime<chrono::Utc>>,
}

/// Moves the numbers of all transactions to 0 and below, all by as much, so that their order stays what it was. Another
/// cluster counts its transactions from the beginning: without this, what it writes would stand before what was restored.
/// Every row is written anew, which may take minutes: to be run unhurried, by the role that owns the table. Nobody else writes
/// meanwhile.
pub fn set_back(conn: &mut PgConnection) -> Result<SetBack> {
    conn.batch_execute("LOCK TABLE journal IN EXCLUSIVE MODE")?;
    let found =
        diesel::sql_query("SELECT max(transaction) AS largest, count(*) AS entries, max(at) AS last FROM journal")
            .get_result::<Found>(conn)?;
    let by = found.largest.unwrap_or(0).max(0);
    if by > 0 {
        diesel::sql_query("UPDATE journal SET transaction = transaction - $1")
            .bind::<BigInt, _>(by)
            .execute(conn)?;
    }
    Ok(SetBack {
        by,
        entries: found.entries,
        last: found.last,
    })
}
