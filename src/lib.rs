//! # Einlass
//!
//! Event registration and attendance tracking for public business-development offices. This page is the map.
//!
//! ## Floors
//!
//! ```text
//! roof  main · cli (commands) · app (the route table) · openapi · health
//!  8    portal          the pages behind the links of the mails
//!  7    reports         the report as a paper, statistics, counting rules, sealed reports, open data
//!       partners        the change feed, webhooks, seminars under another system's ids,
//!                       and the same event announced twice: found, merged with both consents, undone
//!       imports         a programme from a file or a spreadsheet, the demo
//!       feeds           the public programme as calendars, linked data and news
//!       privacy         what is known of a person, erasure, retention, and erasure again after a restore
//!  6    attendance      the door, platform reports, who was there, headcounts, the reconciled picture, lists, certificates
//!  5    registrations   the desk, tickets, admission, waiting list, applications, changes of plan that tell everybody, deadlines
//!  4    seminars        seminar, sessions, channels with seats, admission and questions, parties, schedule changes
//!  3    catalogue       collections, venues, logos           audit     the journal as a log, sealed and verified
//!  2    auth            organisations, accounts, members, API clients, passwords, tokens, who is asking
//!  1    journal         one append-only record of every effect   mail      the outbox, its words, its delivery
//!  0    base            clock, config, db and the lines to it, group commit, private PostgreSQL, answers kept for a moment,
//!                       logs, metrics, rounds that go on beside the requests, drain, capability tokens, iCalendar, ids, pages,
//!                       QR, problems, etags, idempotency, templates, documents, dates, text
//!       schema          generated from the migrations
//! ```
//!
//! ## What always holds, and what holds it
//!
//! - A room imports from floors below only, and of another room only what its `mod.rs` shows, which the compiler holds. Its
//!   `store` may read the tables of rooms below, and writes its own alone. `tests/structure.rs`
//! - Each file kind knows what it may: `rules` no diesel, no actix, no clock; `service` the order lock → read → decide →
//!   write → record → tell; `routes` wire types and handlers; SQL only in `store` (and in `journal`, `base::db`,
//!   `base::schema_version` and `base::idempotency`, which are all SQL). `tests/structure.rs`
//! - The clock, the environment, the blocking pool and v4 ids are asked for in one place each. `clippy.toml`
//! - Never more seats taken than there are: every seat is given under the lock of its row in `channels`, by
//!   `registrations::rules::admit`, or offered to those waiting by `promote`; a CHECK stands behind them.
//!   `tests/api/rush.rs`, `tests/api/desk.rs`
//! - What may become of a registration stands in one table, `registrations::rules::transition`, which a test repeats cell
//!   by cell. What a deadline ends is ended by the step that comes too late, whether or not anybody has noticed before.
//! - Whether somebody was there is derived from scans, reports and join links each time it is asked, and stored nowhere:
//!   `attendance::rules::records`. A scan is one scan however often it is sent; queues of devices that were offline come to the
//!   same in any order. `tests/api/offline.rs`
//! - A platform's report is never believed silently: of those who registered only an address matches by itself, a namesake
//!   is asked for, and what cannot be read for sure is refused. What a row says stays beside what a person comes to, so that a
//!   wrong decision can be taken back. `src/attendance/reader/`, `tests/attendance/`, `tests/api/attendance_imports/`, `fuzz/`
//! - When a session is over is told in one place, `seminars::rules::session_end`; how times are united, cut and measured in one,
//!   `attendance::reader::intervals`.
//! - Whoever is concerned is told: the mail is a row in the transaction of what it tells. `tests/api/informed.rs`
//! - A link in a mail does nothing when it is opened. Its token is made when the mail is sent and stored nowhere; the
//!   online room stands behind it and in no mail. `tests/api/portal/`
//! - What is acknowledged is kept: one transaction per effect, Idempotency-Key inside it. `tests/kill.rs`
//! - A mail is delivered at least once, each time under one Message-ID. `tests/mail/`
//! - What happened is told to every webhook at least once, each time under one id, and of one seminar in order: what it has read
//!   and what it is to be sent are one transaction, and one worker at a time delivers to it. `tests/api/webhooks/`
//! - Nobody makes us connect to what only we can reach: every address is judged where it is looked up, by one rule.
//!   `partners::rules::webhooks::may_connect`, `src/partners/courier/`
//! - One presence a person and session, the earliest by the clock of the door, read from all check-ins and stored nowhere: in
//!   whatever order, how often and from how many devices queues arrive. `tests/api/offline.rs`
//! - What counts is data, a rule in versions that are never changed; a sealed report is printed from what was sealed and from
//!   nothing else. `reports::rules`, `tests/api/report_snapshots.rs`
//! - What a source says of a whole programme stands beside what is counted and changes no figure. `reports::rules::stated`
//! - A feed is the same whoever asks, and no form of it can tell a join link: what is read becomes a `feeds::model::Entry` first,
//!   which has no place for one. An event has one UID in feeds and mails, `base::ical::uid`. `tests/api/feeds/`, `checks/feeds/`
//! - All forms of a paper say the same: one text, written by templates, read as one document. `base::document`, `reports::paper`,
//!   `tests/api/report_forms.rs`
//! - A chart is drawn from a statistic and a statistic from a report (or from facts about registrations) and from nothing else;
//!   what is not known is no bar. `reports::rules::statistics`, `reports::charts`, `tests/api/statistics.rs`
//! - Of people fewer than five nothing is published, and nothing is had by subtraction: every public sum is made of published
//!   rows. `reports::rules::suppression`, `tests/api/open_data/`
//! - An event that several announced is shown and counted once. A merge is a fact beside the seminars and moves nothing, so that
//!   it is taken back without loss; one stands for many, and nothing for what stands for others. `partners::rules`,
//!   `seminars::together`, `reports::rules::events`, `tests/api/merge/`
//! - Of a programme from a spreadsheet nothing is guessed silently: what is not understood for sure is a doubt, and all rows or
//!   none are made. `src/imports/sheet/`, `tests/imports/`
//! - Nothing of a person is handed to another organisation unless the seminar says so, the person was told before registering,
//!   and the line of the log is in the transaction of the reading. Who ends it has waited for whoever is reading.
//!   `registrations::service::disclose`, `tests/api/sharings/`
//! - Numbers survive erasure: whoever is forgotten leaves every figure as it was, and no word anywhere; about each column that could
//!   hold one it is decided in one place. `privacy::CATALOGUE`, `attendance::forget_people`, `tests/api/privacy/`
//! - Everybody reaches what their role reaches and nothing else, and a machine what its scope reaches; what is foreign is answered
//!   like what is not there, byte by byte. `docs/authorisation.md`, `tests/api/authorisation/matrix.txt`
//! - Everything the document tells has an end, and the service holds it; no answer is undocumented, whatever is sent, and nobody
//!   writes what is not theirs. `tests/contract/limits.rs`, `tests/api/hostile/`, `tests/api/mass_assignment.rs`, `checks/contract`
//! - What people say of themselves, and what opens something, is in no log, no metric, no problem and no row about work to be done.
//!   `tests/personal_data.rs`, `tests/operation/watching.rs`
//! - What is sealed of the journal is not changed unnoticed: of each organisation one chain, sealed below the oldest running
//!   transaction, and verified entry by entry. `audit::rules`, `tests/api/audit_log/`
//! - After a restore no place of before is good: the feed has another identity, and what was restored lies before whatever is
//!   written. `partners::begin_anew`, `journal::set_back`, `tests/api/restored.rs`, `checks/restore/`
//! - The programme from memory is never older than what this instance acknowledged (unless a standby has to stand in for the
//!   database), and at most half a second older than what another wrote; what members see is never kept, and whoever says `no-cache` gets what was read after they asked. `base::memory`,
//!   `seminars::from_memory`, `tests/api/from_memory.rs`
//! - Who looks at one seminar while others do is read for with them, in a transaction that begins after they asked. `base::gather`,
//!   `tests/gather.rs`
//! - A database that is cut off, silent or slow is told to callers soon and mends by itself; who owes an answer is hung up on.
//!   `base::db::line`, `tests/faults/`, `checks/faults`
//! - Behind a pooler nothing is left on a connection, and nothing fails because of a standby, which is shown only while it is
//!   current or the database is away. `tests/pooled.rs`, `tests/replica/`, `checks/pgbouncer`, `checks/cluster`
//! - Whoever was sent here before it was known that we end is served; whoever waits is answered. `app::stop`, `tests/operation/`
//! - What would be a trap in production is refused at the start; the service's role changes no table and no entry of the journal.
//!   `base::config::production`, `base::db::TABLES`, `tests/production.rs`, `tests/roles.rs`
//! - Signing keys turn by name and clock, and nobody is logged out. `auth::ring`, `tests/api/keys.rs`
//! - Whoever is counted is the last address that no proxy of ours has. `auth::rules::forwarded`
//! - Who is slow on purpose does not stay: heads, bodies and readers have an end, and of an answer nothing is copied before it is
//!   on its way. `app::unread`, `base::body`, `checks/slow`
//! - What leaves as a table for people is not calculated, however it is parted. `base::csv`, `checks/exports`
//! - What it is built from is known: licences, advisories, sources. `checks/supply-chain`
//! - The change feed has no gap: entries are ordered by the writing transaction, and shown only below the oldest that is still
//!   running. What a change carries is read now, so whoever reads on arrives at what is. `partners::store::feed`,
//!   `tests/api/changes_followed.rs`
//! - Another system never overwrites what was decided here; who decided what follows from what it sent, what stood here after
//!   that, and what stands here now. `partners::rules::ownership`
//! - The OpenAPI document, the schema and the migrations agree with the code. `tests/contract.rs`, `tests/migrations.rs`; every
//!   answer that a test gets has its status and its code in the document, `tests/support/documented.rs`
//! - The document is fit for generated clients: every reference leads somewhere, every example fits its schema, files are bytes.
//!   `tests/contract/`, `checks/openapi-client`
//!
//! What is shown about security, by what, with which figure and which control: `docs/checks.md`.
//!
//! ## Following a request
//!
//! `POST /seminars/{seminar}/registrations` → `app.rs` → `registrations/routes/register.rs` (wire types) →
//! `registrations/service/register.rs` (the desk: what arrives while one batch commits is the next) →
//! `registrations/service/register/batch.rs` (lock the channels, read, decide each, write all) →
//! `registrations/rules/admit.rs` (the decision) → `registrations/store/bulk.rs` (SQL). The noun of a URL is mostly its tag, its
//! table and its test; a folder is a room of several nouns: `collections`, `venues` and `logos` are the catalogue,
//! `report-snapshots`, `counting-rules`, `stated-totals`, `statistics` and `open-data` are reports, `headcounts`, `check-ins`, `attendance-imports`, `attendees` and `certificates` are attendance, `organisations`, `members`,
//! `accounts`, `api-clients`, `me` and `oauth/token` are auth, `changes`, `webhooks`, `duplicates`, `merge` and `unmerge` are partners, and so is
//! `/organisations/{organisation}/seminars`, what other systems push (table `pushes`); `seminars.ics`, `.jsonld` and `.feed.json` are feeds, `programme-imports` are imports, `problems` is health; `tickets` are registrations, and so are `applications`, which wait for a
//! decision, `shared-registrations` and `disclosures`; `access-requests`, `erasures`, `retention` and `holds` are privacy, `audit-log` is audit
//! (table `journal_seals`); that something is shared, `sharings`, is the seminar's. PATCH, cancel, postpone,
//! reschedule and the moves of `/seminars/{seminar}` stand in `registrations`, because
//! they concern those who are registered.
//!
//! ## Where this differs from what was planned
//!
//! - Capability tokens are derived (HMAC of purpose, registration and address), not stored as hashes: a reminder can carry
//!   the same link as the first mail, the outbox holds no secret, and a new address ends the old links. The price is a key
//!   file that instances share, like the signing keys. The built-in pages have the token in the path, because a fragment
//!   needs JavaScript; a portal's own pages may have it in the fragment (`EINLASS_PORTAL_URL`).
//! - How a seminar takes registrations is a row of its own, `admissions`, and not a part of `seminars`; so is who counts as
//!   having been there, `attendance_rules`.
//! - `attendance_record` is no table. A ticket's code is derived like a link; only its hash is stored, and not before it is needed.
//! - Word files are written by ourselves (`base::document::docx`): `docx-rs` knows neither language nor title nor a repeated heading
//!   row. So are charts: `plotters` names no bar and has no text alternative.
//! - `print/` is a second crate: what sets a PDF takes minutes to build and knows nothing of the rest.

// What is asked for and not used is built by everybody for nothing. The tests' own are not looked at.
#![cfg_attr(not(test), warn(unused_crate_dependencies))]

/// Only here so that libpq is built with it, in the form that `Cargo.toml` says.
use pq_sys as _;

pub mod app;
pub mod attendance;
pub mod audit;
pub mod auth;
pub mod base;
pub mod catalogue;
pub mod cli;
pub mod feeds;
pub mod health;
pub mod imports;
pub mod journal;
pub mod mail;
pub mod openapi;
pub mod partners;
pub mod portal;
pub mod privacy;
pub mod registrations;
pub mod reports;
#[rustfmt::skip]
pub mod schema;
pub mod seminars;
