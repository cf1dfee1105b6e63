//! When people registered, of many seminars: two queries, however many there are.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use diesel::prelude::*;
use uuid::Uuid;

use crate::auth::OrganisationId;
use crate::base::problem::Result;
use crate::registrations::State;
use crate::reports::model::Booked;
use crate::schema::{admissions, registrations, sessions};
use crate::seminars::{AdmissionKind, Confirmation, SeminarId, Session};

/// What of a registration says when it was made, and whether it ever counted.
#[derive(Queryable, Selectable)]
#[diesel(table_name = registrations, check_for_backend(diesel::pg::Pg))]
struct Row {
    seminar_id: SeminarId,
    state: State,
    waiting_ticket: Option<i64>,
    entered_by: Option<Uuid>,
    email_confirmed_at: Option<DateTime<Utc>>,
    created_at: DateTime<Utc>,
}

impl Row {
    /// It still waits for its address to be confirmed, or was let go of or given up before it was.
    fn was_never_confirmed(&self, kind: AdmissionKind, confirmation: Confirmation) -> bool {
        let asked = kind == AdmissionKind::FirstCome
            && confirmation == Confirmation::Email
            && self.entered_by.is_none()
            && self.waiting_ticket.is_none()
            && self.email_confirmed_at.is_none();
        match self.state {
            State::Pending => true,
            State::Expired | State::Cancelled => asked,
            State::Confirmed | State::Waitlisted | State::Offered | State::Applied | State::Rejected => false,
        }
    }
}

/// Every registration that was confirmed, or needed no confirmation, with its day as it is where the seminar is.
pub fn booked(
    conn: &mut PgConnection,
    organisations: &[OrganisationId],
    seminars: &[SeminarId],
) -> Result<Vec<Booked>> {
    let mut first = HashMap::<SeminarId, Session>::new();
    let rows = sessions::table
        .filter(sessions::organisation_id.eq_any(organisations))
        .filter(sessions::seminar_id.eq_any(seminars))
        .order((sessions::starts_on, sessions::starts_at, sessions::id))
        .select(Session::as_select())
        .load::<Session>(conn)?;
    for session in rows {
        first.entry(session.seminar_id).or_insert(session);
    }
    let same = admissions::organisation_id
        .eq(registrations::organisation_id)
        .and(admissions::seminar_id.eq(registrations::seminar_id));
    let rows = registrations::table
        .left_join(admissions::table.on(same))
        .filter(registrations::organisation_id.eq_any(organisations))
        .filter(registrations::seminar_id.eq_any(seminars))
        .order((registrations::seminar_id, registrations::id))
        .select((
            Row::as_select(),
            (admissions::admission, admissions::confirmation).nullable(),
        ))
        .load::<(Row, Option<(AdmissionKind, Confirmation)>)>(conn)?;
    let booked = rows.into_iter().filter_map(|(row, admission)| {
        let (kind, confirmation) = admission.unwrap_or_default();
        let session = first.get(&row.seminar_id);
        let zone = session.and_then(|session| session.time_zone.parse::<Tz>().ok());
        let there = row.created_at.with_timezone(&zone.unwrap_or(chrono_tz::Europe::Berlin));
        (!row.was_never_confirmed(kind, confirmation)).then(|| Booked {
            seminar: row.seminar_id,
            on: there.date_naive(),
            afterwards: session.is_some_and(|session| session.over_at() <= row.created_at),
        })
    });
    Ok(booked.collect())
}
