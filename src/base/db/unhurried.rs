//! A transaction that takes as long as it takes: for commands that go through all there is.

use diesel::pg::PgConnection;
use diesel::prelude::*;

use super::line::unwatched;
use super::{Begin, Db, Ended, Lease, SETTINGS, away, settle, transact};
use crate::base::problem::Result;

impl Db {
    /// Runs `work` in one transaction on a connection of its own: no statement of it is ended, and nobody hangs up on it. With
    /// `owner` in the role that owns the tables, for what the service's own role may not.
    pub fn run_unhurried<T>(
        &self,
        owner: Option<&str>,
        read_only: bool,
        work: impl FnOnce(&mut PgConnection) -> Result<T>,
    ) -> Result<T> {
        // The owner's address leads to the database itself, ours perhaps to a pooler.
        let (url, lease) = owner.map_or((&*self.url, self.lease), |owner| (owner, Lease::Session));
        let mut conn = PgConnection::establish(&unwatched(url)).map_err(away)?;
        settle(&mut conn, lease, SETTINGS).map_err(away)?;
        let begin = if read_only { Begin::Read } else { Begin::Write };
        let begin = format!("{}; SET LOCAL statement_timeout = 0", super::begins(lease, begin));
        match transact(&mut conn, &begin, work) {
            Ended::Done(value) => Ok(value),
            Ended::NotBegun(error) | Ended::RolledBack(error) | Ended::Unsure(error) => Err(error),
        }
    }
}
