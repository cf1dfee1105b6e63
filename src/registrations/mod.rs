//! Registrations: one person's claim on one seminar through one channel, and the waiting list behind it.
//!
//! [`rules::admit`] is the one place that decides who gets a seat, and [`rules::promote`] who of those waiting is
//! offered a freed one. Every seat is given under the lock of its row in `channels`, and the CHECK
//! `channels_never_overbooked` stands behind the rules. Whoever asks for a seat comes to the [`Desk`], which decides
//! many requests at once; what deadlines bring is [`keep_time`]'s. What a registration may become stands in one table,
//! `rules::transition`.
//!
//! Changes of a seminar that concern those who are registered have their operations here: PATCH, cancel, postpone,
//! reschedule, move-online, move-onsite. Not here: the words of the mails (`mail`), the pages behind their links
//! (`portal`), whether the person came (`attendance`).

mod model;
mod routes;
mod rules;
mod service;
mod store;
mod ticket;
mod timekeeper;

pub use model::{Companion, Companions, Consent, Guest, PersonalData, Registration, RegistrationId, State};
pub use routes::{Holder, Who, configure};
pub use service::{
    Action, By, Desk, EARLY, Forgotten, RegistrationChange, Room, Round, Shared, Standing, accept_offer, cancel,
    cancel_seminar, change, change_seminar, confirm, facts, forget, give_up, holders, issue, joined, keep, keep_time,
    postpone_seminar, reschedule_seminar, room, standing, ticket, withdraw_consent,
};
pub use store::{
    Claim, Claimant, KnownAddress, all_guests, among, claimants, claims, claims_of, delete_consents, find, guests,
    guests_called, joined_sessions, known_addresses, overdue_since, people_by_state, ticket_hashes, under_address,
};
pub use ticket::{TicketFormat, Workshop};
pub use timekeeper::start_timekeeper;
