//! The audit log: the journal as its organisation reads it, sealed so that nobody changes it unnoticed.
//!
//! What is written cannot change any more once it is sealed: of each organisation there is one chain of seals, and every seal
//! holds the digest of the one before and, of each entry in it, id and digest. Sealed is in the background, and only what
//! lies below the oldest running transaction: nothing can appear among it any more. A chain that is cut off at its end or
//! written anew as a whole looks whole; so its heads are to be kept elsewhere (`einlass journal heads`), and
//! [`verify`] compares. What was not yet sealed is protected by nothing.
//!
//! The order within a chain is that of the journal, (transaction, id). It is not written down a second time: members are
//! found by walking the journal and the seals side by side, which needs no row beside each entry. The numbers of
//! transactions stand in no digest, only their order counts: a restored database gets others ([`renumber`]).
//!
//! Not here: writing entries (`journal`), telling others what happened (`partners`).

mod model;
mod routes;
mod rules;
mod sealer;
mod service;
mod store;

pub use model::{Chain, Head, Heads};
pub use routes::configure;
pub use rules::{Fault, Place};
pub use sealer::start_sealer;
pub use service::{Verified, heads, seal, verify};
pub use store::renumber;
