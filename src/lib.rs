//! # Einlass
//!
//! Event registration and attendance tracking for public business-development offices. This page is the map.
//!
//! ## Floors
//!
//! ```text
//! roof  main · cli (commands) · app (the route table) · openapi · health
//!  8    portal          the pages behind the links of the mails
//!  7    reports         activity report                        imports   a programme from a file, the demo
//!  6    attendance      headcounts, the reconciled picture
//!  5    registrations   admission, waiting list
//!  4    seminars        seminar, sessions, channels with seats, parties, schedule changes
//!  3    catalogue       collections, venues
//!  2    auth            organisations, accounts, members, passwords, tokens, who is asking
//!  1    journal         one append-only record of every effect      mail     the outbox, its words, and who empties it
//!  0    base            clock, config, db, private PostgreSQL, ids, pages, problems, etags, idempotency, text
//!       schema          generated from the migrations
//! ```
//!
//! ## What always holds, and what holds it
//!
//! - A room imports from floors below only, `tests/structure.rs`; and only what the other room's `mod.rs` shows, which
//!   the compiler holds.
//! - Each file kind knows what it may: `rules` no diesel, no actix, no clock; `service` the order lock → read → decide →
//!   write → record; `routes` wire types and handlers; SQL only in `store` (and in `journal`, `base::db` and
//!   `base::idempotency`, which are all SQL). `tests/structure.rs`
//! - The clock, the environment, the blocking pool and v4 ids are asked for in one place each. `clippy.toml`
//! - Never more seats taken than there are: every seat is given under the lock of its row in `channels`, by
//!   `registrations::rules::admit`, or to those waiting by `promote`; a CHECK stands behind them. `tests/api/rush.rs`
//! - What is acknowledged is kept: one transaction per effect, Idempotency-Key inside it. `tests/kill.rs`
//! - Everybody reaches what their role reaches and nothing else. `docs/authorisation.md`, `tests/api/authorisation.rs`
//! - The OpenAPI document, the schema and the migrations agree with the code. `tests/contract.rs`, `tests/migrations.rs`
//!
//! ## Following a request
//!
//! `POST /seminars/{seminar}/registrations` → `app.rs` → `registrations/routes/register.rs` (wire types) →
//! `registrations/service/register.rs` (lock the channel, read, decide, write, record) → `registrations/rules.rs` (the
//! decision) → `registrations/store.rs` (SQL). The noun of a URL is its tag, its table and its test; a folder is a room
//! of several nouns: `collections` and `venues` are the catalogue, `headcounts` are attendance, `organisations`,
//! `members`, `accounts` and `me` are auth. PATCH and the moves of `/seminars/{seminar}` stand in `registrations`,
//! because the waiting list moves with them.

pub mod app;
pub mod attendance;
pub mod auth;
pub mod base;
pub mod catalogue;
pub mod cli;
pub mod health;
pub mod imports;
pub mod journal;
pub mod mail;
pub mod openapi;
pub mod portal;
pub mod registrations;
pub mod reports;
#[rustfmt::skip]
pub mod schema;
pub mod seminars;
