//! The feeds, a file for each form.

mod answer;
mod calendars;
mod linked_data;
mod news;
mod query;

use std::time::Duration;

use crate::base::off_thread::Turns;
use crate::base::operations::Operations;

/// Feeds made at once, and how long one waits for one's turn: each may be the programme of years, and anybody may ask.
static FEEDS: Turns = Turns::new(2, Duration::from_secs(10));

/// Before `seminars`, whose `/seminars/{seminar}` would take these paths for the id of a seminar.
pub fn configure(operations: &mut Operations<'_>) {
    operations
        .service(calendars::get_programme_calendar)
        .service(calendars::get_collection_calendar)
        .service(calendars::get_seminar_calendar)
        .service(linked_data::get_programme_linked_data)
        .service(news::get_programme_feed)
        .untold(linked_data::negotiated);
}
