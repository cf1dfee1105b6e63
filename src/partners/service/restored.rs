//! After a restore: the feed is another, and webhooks go on where they were when the backup was made.

use diesel::PgConnection;
use serde_json::json;

use crate::base::ids::fresh;
use crate::base::problem::Result;
use crate::journal::{Act, Entry, record};
use crate::partners::model::FeedId;
use crate::partners::store;

/// What [`begin_anew`] did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Restored {
    pub former: FeedId,
    pub feed: FeedId,
    /// Webhooks whose place was moved along.
    pub webhooks: usize,
}

/// Gives the feed a new identity: whoever has a place in the former one has perhaps seen what is no longer there, and is told
/// to begin again. The places of webhooks stand in the database itself and are as old as the journal; they need no identity
/// and are moved along with it, by `by`: what they had read is not told again, and what they had not is told.
pub fn begin_anew(conn: &mut PgConnection, act: &Act, by: i64) -> Result<Restored> {
    let former = store::identity(conn)?;
    let feed = FeedId(fresh());
    store::renew_identity(conn, feed, act.now)?;
    let webhooks = store::webhooks::renumber(conn, by)?;
    // Into the log of whoever runs the platform, and in front of everything that is written from here on.
    let entry = Entry {
        organisation_id: None,
        action: "feed.restored",
        object_id: feed.0,
        data: json!({"former": former}),
    };
    record(conn, act, entry)?;
    Ok(Restored { former, feed, webhooks })
}
