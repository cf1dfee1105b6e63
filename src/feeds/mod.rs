//! Feeds: the public programme for programs that ask again: calendars, search engines and portals, readers of news.
//!
//! One seminar, a collection or the programme is read once ([`service`]) as anybody may see it, whoever asks, and then
//! written as iCalendar (`calendar`), JSON-LD by schema.org (`linked_data`) or JSON Feed (`news`). What is read is turned
//! into an [`model::Entry`] first, which has no place for a join link or an address of a person; so none of the three can
//! tell one. What a seminar's history comes to is decided in `rules`.
//! Not here: the calendar objects in mails and their personal links (`mail`), which have the same UID as these.

mod addresses;
mod calendar;
mod linked_data;
mod model;
mod news;
mod routes;
mod rules;
#[cfg(test)]
mod samples;
mod service;
mod store;
mod words;

pub use routes::configure;
