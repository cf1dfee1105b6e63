//! A connection beside the pool, for whoever asks how the database is: behind all who wait for a connection they would learn how
//! those are, and an instance with much to do would be taken for one that cannot do anything.

use std::sync::{Arc, Mutex, PoisonError};

use diesel::pg::PgConnection;

use super::{Begin, Db, Ended, away, transact};
use crate::base::problem::Result;

/// Made when it is first needed, and kept.
#[derive(Clone, Default)]
pub(super) struct Apart(Arc<Mutex<Option<PgConnection>>>);

impl Db {
    /// Runs `work` in one READ ONLY transaction on the connection apart. One at a time: for who is asked seldom.
    pub(super) fn run_apart<T>(&self, work: impl Fn(&mut PgConnection) -> Result<T>) -> Result<T> {
        let mut kept = self.apart.0.lock().unwrap_or_else(PoisonError::into_inner);
        let mut old = kept.take();
        loop {
            let is_new = old.is_none();
            let mut conn = match old.take() {
                Some(conn) => conn,
                None => self.exchange.dial().map_err(away)?,
            };
            match transact(&mut conn, &self.begins(Begin::Read), &work) {
                Ended::Done(value) => {
                    *kept = Some(conn);
                    return Ok(value);
                }
                // It died while nobody asked.
                Ended::NotBegun(_) if !is_new => {}
                Ended::NotBegun(error) | Ended::RolledBack(error) | Ended::Unsure(error) => return Err(error),
            }
        }
    }
}
