//! # Einlass
//!
//! Event registration and attendance tracking for public business-development offices. This page is the map.
//!
//! ## Floors
//!
//! ```text
//! roof  main · cli (commands) · app (the route table) · openapi
//!  7    reports         activity report                        imports   a programme from a file, the demo
//!  6    attendance      headcounts, the reconciled picture
//!  5    registrations   admission, waiting list
//!  4    seminars        seminar, sessions, channels with seats, parties, schedule changes
//!  3    catalogue       collections, venues
//!  2    auth            organisations, accounts, members, passwords, tokens, who is asking
//!  1    journal         one append-only record of every effect
//!  0    base            clock, config, db, private PostgreSQL, ids, pages, problems, etags, idempotency, text
//!       schema          generated from the migrations
//! ```
//!
//! ## What always holds, and what holds it
//!
//! - A room imports from floors below only, through the other room's `mod.rs`. `tests/structure.rs`
//! - Each file kind knows what it may: `rules.rs` no diesel, no actix, no clock; SQL only in `store.rs`;
//!   `service.rs` the order lock → read → decide → write → record; `routes.rs` wire types and handlers. `tests/structure.rs`
//! - The clock, the environment, the blocking pool and v4 ids are asked for in one place each. `clippy.toml`
//! - Never more seats taken than there are: every seat is given under the lock of its row in `channels`, by
//!   `registrations::rules::admit`, and a CHECK stands behind it. `tests/api/registrations.rs`
//! - What is acknowledged is kept: one transaction per effect, Idempotency-Key inside it. `tests/api/kill.rs`
//! - Everybody reaches what their role reaches and nothing else. `docs/authorisation.md`, `tests/api/authorisation.rs`
//! - The OpenAPI document, the schema and the migrations agree with the code. `tests/contract.rs`, `tests/migrations.rs`
//!
//! ## Following a request
//!
//! `POST /seminars/{seminar}/registrations` → `app.rs` → `registrations/routes` (wire types) →
//! `registrations/service.rs` (lock the channel, read, decide, write, record) → `registrations/rules.rs` (the
//! decision) → `registrations/store.rs` (SQL). The names of URL, folder, table, tag and test are the same.

pub mod app;
pub mod attendance;
pub mod auth;
pub mod base;
pub mod catalogue;
pub mod cli;
pub mod health;
pub mod imports;
pub mod journal;
pub mod openapi;
pub mod registrations;
pub mod reports;
#[rustfmt::skip]
pub mod schema;
pub mod seminars;
