//! Editing a seminar, and throwing a draft away.

use chrono::{DateTime, NaiveDate, Utc};
use diesel::PgConnection;
use serde_json::json;

use super::admission::{AdmissionChange, change_admission};
use super::attendance_rule::{AttendanceRuleChange, change_rule};
use super::changed::changed_members;
use super::merge::{lock_shown_in, shown_otherwise};
use super::parts::{
    NewChannel, NewExternalRef, NewParty, NewSession, check_channels, checked_collections, new_seats, party_rows,
    ref_rows, refreshed_whole, session_rows,
};
use super::plan::{record_change, schedule_of};
use super::{journal, refused};
use crate::auth::Reach;
use crate::base::problem::{Code, Error, FieldError, Problem, Result};
use crate::base::text::{Language, Line, Paragraphs};
use crate::catalogue::CollectionId;
use crate::journal::Act;
use crate::seminars::model::{
    Audience, ChangeKind, Channel, Kind, ReasonCode, Seats, Seminar, SeminarId, Session, Status,
};
use crate::seminars::rules::Refusal;
use crate::seminars::store;

/// What is to be changed; `None` stays as it is.
#[derive(Clone, Debug, Default)]
pub struct SeminarChange {
    pub title: Option<Line<300>>,
    pub kind: Option<Kind>,
    pub language: Option<Language>,
    pub description: Option<Option<Paragraphs<20_000>>>,
    pub audience: Option<Audience>,
    pub within: Option<Option<(NaiveDate, NaiveDate)>>,
    pub sessions: Option<Vec<NewSession>>,
    pub channels: Option<Vec<NewChannel>>,
    pub parties: Option<Vec<NewParty>>,
    pub collections: Option<Vec<CollectionId>>,
    pub external_refs: Option<Vec<NewExternalRef>>,
    pub waiting_list: Option<bool>,
    pub waiting_list_limit: Option<Option<i32>>,
    pub registration_opens_at: Option<Option<DateTime<Utc>>>,
    pub registration_closes_at: Option<Option<DateTime<Utc>>>,
    pub admission: AdmissionChange,
    pub attendance_rule: AttendanceRuleChange,
    /// Lower a capacity below the seats taken; nobody loses one.
    pub force: bool,
}

/// Changes a seminar. The times of a published one are not edited but rescheduled, so that the history knows.
pub fn change(
    conn: &mut PgConnection,
    act: &Act,
    reach: &Reach,
    id: SeminarId,
    check: impl FnOnce(i64) -> Result<()>,
    change: SeminarChange,
) -> Result<Seminar> {
    let shown_in = if change.parties.is_some() || change.audience.is_some() {
        lock_shown_in(conn, id)?
    } else {
        None
    };
    let mut seminar = store::lock(conn, reach, id)?;
    check(seminar.version)?;
    if seminar.status == Status::Cancelled {
        return Err(refused(&Refusal::Cancelled));
    }
    let of = (seminar.organisation_id, seminar.id);
    let hides = change.audience == Some(Audience::Internal) && seminar.audience == Audience::Public;
    if hides && store::stands_for_others(conn, seminar.id)? {
        let detail =
            "It stands for other announcements of the same event, which would be shown nowhere; unmerge them first.";
        return Err(Problem::new(Code::InUse).detail(detail).into());
    }
    let before = store::whole(conn, seminar.clone())?;
    apply_own(&mut seminar, &change);
    window(&seminar)?;
    seminar.version += 1;
    seminar.updated_at = act.now;
    if let Some(within) = change.within {
        if seminar.status != Status::Draft && within != seminar.within_from.zip(seminar.within_to) {
            return Err(times_are_rescheduled("/within"));
        }
        let sessions = change
            .sessions
            .as_ref()
            .map_or_else(|| Ok(store::sessions(conn, of)?.len()), |new| Ok::<_, Error>(new.len()))?;
        if within.is_some() && sessions > 0 {
            return Err(Error::member("/within", "stands only where there are no sessions"));
        }
        seminar.within_from = within.map(|(from, _)| from);
        seminar.within_to = within.map(|(_, to)| to);
    }
    if let Some(sessions) = &change.sessions {
        replace_sessions(conn, act, &mut seminar, sessions)?;
    }
    change_admission(conn, act, &seminar, &change.admission, change.sessions.is_some())?;
    change_rule(conn, &seminar, &change.attendance_rule, change.sessions.is_some())?;
    if let Some(parties) = &change.parties {
        let rows = party_rows(conn, of, parties)?;
        store::replace_parties(conn, of, &rows)?;
    }
    if let Some(collections) = &change.collections {
        let ids = checked_collections(conn, of, collections)?;
        store::replace_collections(conn, of, &ids)?;
    }
    if let Some(refs) = &change.external_refs {
        store::replace_external_refs(conn, of, &ref_rows(of, refs)?)?;
    }
    if let Some(channels) = &change.channels {
        check_channels(channels)?;
        replace_channels(conn, of, channels, change.force)?;
    }
    let after = refreshed_whole(conn, seminar)?;
    store::save(conn, &after.seminar)?;
    let changed = changed_members(&before, &after);
    let facts = json!({"title": after.seminar.title, "changed_fields": changed});
    journal(conn, act, &after.seminar, "seminar.changed", facts)?;
    if let Some(other) = shown_in
        && ["parties", "audience"].iter().any(|member| changed.contains(member))
    {
        shown_otherwise(conn, act, other)?;
    }
    Ok(after.seminar)
}

/// What stands in the seminar's own row.
fn apply_own(seminar: &mut Seminar, change: &SeminarChange) {
    fn set<T: Clone>(to: &mut T, from: Option<&T>) {
        if let Some(value) = from {
            to.clone_from(value);
        }
    }
    set(
        &mut seminar.title,
        change.title.as_ref().map(|title| title.as_str().to_owned()).as_ref(),
    );
    set(&mut seminar.kind, change.kind.as_ref());
    set(
        &mut seminar.language,
        change
            .language
            .as_ref()
            .map(|language| language.as_str().to_owned())
            .as_ref(),
    );
    let description = change.description.clone().map(|text| text.map(Paragraphs::into_string));
    set(&mut seminar.description, description.as_ref());
    set(&mut seminar.audience, change.audience.as_ref());
    set(&mut seminar.waiting_list, change.waiting_list.as_ref());
    set(&mut seminar.waiting_list_limit, change.waiting_list_limit.as_ref());
    set(
        &mut seminar.registration_opens_at,
        change.registration_opens_at.as_ref(),
    );
    set(
        &mut seminar.registration_closes_at,
        change.registration_closes_at.as_ref(),
    );
}

/// Checked on the whole: a PATCH may name one end of the window only.
fn window(seminar: &Seminar) -> Result<()> {
    match (seminar.registration_opens_at, seminar.registration_closes_at) {
        (Some(opens), Some(closes)) if closes <= opens => Error::unless_empty(vec![FieldError::member(
            "/registration_closes_at",
            "must be after `registration_opens_at`",
        )]),
        _ => Ok(()),
    }
}

fn times_are_rescheduled(pointer: &str) -> Error {
    let place = FieldError::member(
        pointer,
        "the times of a published seminar are changed with `/reschedule`",
    );
    Problem::new(Code::TransitionNotAllowed).errors(vec![place]).into()
}

fn replace_sessions(conn: &mut PgConnection, act: &Act, seminar: &mut Seminar, new: &[NewSession]) -> Result<()> {
    let of = (seminar.organisation_id, seminar.id);
    let old = store::sessions(conn, of)?;
    let before = schedule_of(conn, seminar)?;
    let mut rows = session_rows(conn, of, new)?;
    rows.sort_by_key(|session| session.starts_at);
    if seminar.status != Status::Draft {
        let times = |sessions: &[Session]| {
            sessions
                .iter()
                .map(|s| (s.starts_at, s.ends_at, s.date_precision))
                .collect::<Vec<_>>()
        };
        if times(&old) != times(&rows) {
            return Err(times_are_rescheduled("/sessions"));
        }
    }
    // A session that goes on at its time stays the same session, each only once.
    let mut left = old.clone();
    for row in &mut rows {
        let same = |session: &Session| session.starts_at == row.starts_at && session.title == row.title;
        let there = |session: &Session| same(session) && session.venue_id == row.venue_id;
        if let Some(at) = left.iter().position(there).or_else(|| left.iter().position(same)) {
            row.id = left.swap_remove(at).id;
        }
    }
    let venues = |sessions: &[Session]| sessions.iter().map(|session| session.venue_id).collect::<Vec<_>>();
    let moved = seminar.status != Status::Draft && venues(&old) != venues(&rows);
    store::replace_sessions(conn, of, &rows)?;
    if moved {
        seminar.calendar_sequence += 1;
        let after = schedule_of(conn, seminar)?;
        record_change(
            conn,
            act,
            seminar,
            ChangeKind::VenueChanged,
            (ReasonCode::Unknown, None),
            (before, after),
        )?;
    }
    Ok(())
}

fn replace_channels(conn: &mut PgConnection, of: super::parts::Of, new: &[NewChannel], force: bool) -> Result<()> {
    let old = store::seats(conn, of)?;
    for seats in old
        .iter()
        .filter(|seats| seats.offered && !new.iter().any(|channel| channel.channel == seats.channel))
    {
        if seats.taken > 0 || seats.waiting > 0 {
            let detail = format!(
                "{} have a seat {}, {} wait for one.",
                seats.taken, seats.channel, seats.waiting
            );
            return Err(Problem::new(Code::ChannelInUse).detail(detail).into());
        }
        // The row stays for the registrations it may have had.
        let withdrawn = Seats {
            offered: false,
            ..seats.clone()
        };
        store::save_seats(conn, &withdrawn)?;
    }
    for (n, channel) in new.iter().enumerate() {
        match old.iter().find(|seats| seats.channel == channel.channel) {
            None => store::insert_seats(conn, &new_seats(of, channel))?,
            Some(seats) => store::save_seats(
                conn,
                &resized(seats, channel.capacity, force, &format!("/channels/{n}/capacity"))?,
            )?,
        }
    }
    Ok(())
}

/// The row with another capacity. Below the seats taken only by force; then the row remembers by how many.
pub(super) fn resized(seats: &Seats, capacity: Option<i32>, force: bool, pointer: &str) -> Result<Seats> {
    let over = Seats {
        capacity,
        ..seats.clone()
    }
    .too_many();
    let lowered = capacity.is_some_and(|new| seats.capacity.is_none_or(|old| new < old));
    if over > 0 && lowered && !force {
        let place = FieldError::member(pointer, format!("{} seats are taken", seats.taken));
        let detail = format!(
            "{} seats are taken; `force: true` lowers the capacity and nobody loses one.",
            seats.taken
        );
        return Err(Problem::new(Code::CapacityBelowTaken)
            .detail(detail)
            .errors(vec![place])
            .into());
    }
    Ok(Seats {
        capacity,
        overbooked: over,
        offered: true,
        ..seats.clone()
    })
}

/// Drafts only: what was announced is cancelled, not deleted.
pub fn delete(
    conn: &mut PgConnection,
    act: &Act,
    reach: &Reach,
    id: SeminarId,
    check: impl FnOnce(i64) -> Result<()>,
) -> Result<()> {
    let seminar = store::lock(conn, reach, id)?;
    check(seminar.version)?;
    if seminar.status != Status::Draft {
        let detail = format!("A seminar that is {} is cancelled, not deleted.", seminar.status);
        return Err(Problem::new(Code::TransitionNotAllowed).detail(detail).into());
    }
    journal(conn, act, &seminar, "seminar.deleted", json!({"title": seminar.title}))?;
    store::delete(conn, (seminar.organisation_id, seminar.id))
}

/// The channels a seminar is offered through.
pub(super) fn offered(seats: &[Seats]) -> Vec<Channel> {
    seats
        .iter()
        .filter(|seats| seats.offered)
        .map(|seats| seats.channel)
        .collect()
}
