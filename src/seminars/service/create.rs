//! A new seminar, and one that is written down after the fact.

use chrono::NaiveDate;
use diesel::PgConnection;
use serde_json::json;

use super::admission::admission_row;
use super::attendance_rule::rule_row;
use super::journal;
use super::parts::{
    NewSeminar, check_channels, checked_collections, new_seats, party_rows, ref_rows, refreshed, session_rows,
};
use super::plan::{record_change, schedule_of};
use crate::auth::Reach;
use crate::base::problem::Result;
use crate::base::text::{Language, Line, Paragraphs};
use crate::journal::Act;
use crate::seminars::model::{ChangeKind, ReasonCode, Seminar, SeminarId, Status};
use crate::seminars::store;

/// Writes a draft.
pub fn create(conn: &mut PgConnection, act: &Act, reach: &Reach, new: NewSeminar) -> Result<Seminar> {
    reach.check(new.organisation_id)?;
    let of = (new.organisation_id, SeminarId::fresh());
    let sessions = session_rows(conn, of, &new.sessions)?;
    let parties = party_rows(conn, of, &new.parties)?;
    let collections = checked_collections(conn, of, &new.collections)?;
    let external_refs = ref_rows(of, &new.external_refs)?;
    check_channels(&new.channels)?;
    let admission = admission_row(act, of, new.admission, &sessions)?;
    let rule = rule_row(of, new.attendance_rule, new.team, sessions.len())?;
    let seminar = Seminar {
        organisation_id: of.0,
        id: of.1,
        title: new.title.into_string(),
        kind: new.kind,
        language: Language::into_string(new.language),
        description: new.description.map(Paragraphs::into_string),
        audience: new.audience,
        status: Status::Draft,
        begins_at: act.now,
        within_from: new.within.map(|(from, _)| from),
        within_to: new.within.map(|(_, to)| to),
        waiting_list: new.waiting_list,
        waiting_list_limit: new.waiting_list_limit,
        registration_opens_at: new.registration_opens_at,
        registration_closes_at: new.registration_closes_at,
        published_on: None,
        calendar_sequence: 0,
        search_text: String::new(),
        source_quote: new.source_quote.map(Paragraphs::into_string),
        version: 1,
        created_at: act.now,
        updated_at: act.now,
        merged_into_organisation_id: None,
        merged_into: None,
    };
    store::insert(conn, &seminar)?;
    store::insert_admission(conn, &admission)?;
    store::insert_attendance_rule(conn, &rule)?;
    store::replace_sessions(conn, of, &sessions)?;
    store::replace_parties(conn, of, &parties)?;
    store::replace_collections(conn, of, &collections)?;
    store::replace_external_refs(conn, of, &external_refs)?;
    for channel in &new.channels {
        store::insert_seats(conn, &new_seats(of, channel))?;
    }
    let seminar = refreshed(conn, seminar)?;
    store::save(conn, &seminar)?;
    journal(conn, act, &seminar, "seminar.created", json!({"title": seminar.title}))?;
    Ok(seminar)
}

/// What became of a seminar that is written down after the fact.
#[derive(Clone, Debug)]
pub struct Outcome {
    pub status: Status,
    /// The day it was announced, or by which it is known to have been.
    pub published_on: NaiveDate,
    pub reason_code: ReasonCode,
    pub public_text: Option<Line<1000>>,
}

/// Takes a draft to the state it is known to have reached, without asking the rules of the day: the source need
/// not say when, or through which channel. A cancellation or postponement leaves its fact in the history.
pub fn settle(conn: &mut PgConnection, act: &Act, reach: &Reach, id: SeminarId, outcome: Outcome) -> Result<Seminar> {
    let mut seminar = store::lock(conn, reach, id)?;
    let kind = match outcome.status {
        Status::Cancelled => Some(ChangeKind::Cancelled),
        Status::Postponed => Some(ChangeKind::Postponed),
        _ => None,
    };
    seminar.status = outcome.status;
    seminar.published_on = Some(outcome.published_on);
    seminar.version += 1;
    seminar.updated_at = act.now;
    store::save(conn, &seminar)?;
    if let Some(kind) = kind {
        let schedule = schedule_of(conn, &seminar)?;
        record_change(
            conn,
            act,
            &seminar,
            kind,
            (outcome.reason_code, outcome.public_text),
            (schedule.clone(), schedule),
        )?;
    }
    journal(conn, act, &seminar, "seminar.settled", json!({}))?;
    Ok(seminar)
}
