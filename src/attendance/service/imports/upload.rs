//! A file becomes a preview: nothing of it counts yet.

use std::collections::HashMap;

use diesel::PgConnection;
use serde_json::{Value, json};

use super::entry;
pub use super::read::How;
use super::read::read;
use super::together::{together, whole};
use crate::attendance::model::{AttendanceImport, ImportId, ImportParticipant, ImportState, STAYED_AWAY};
use crate::attendance::reader::{Match, Presence, PresenceRule, Report, Seen, Warning, match_people, presence};
use crate::attendance::{rules, store};
use crate::auth::{AccountId, OrganisationId, Reach};
use crate::base::digest::sha256;
use crate::base::problem::{Code, Error, Problem, Result};
use crate::journal::{Act, record};
use crate::registrations::{self, Claimant, RegistrationId};
use crate::seminars::{self, Channel, PartyRole, Seminar, SeminarId};

/// A file as it was sent.
#[derive(Clone, Debug)]
pub struct NewImport {
    pub bytes: Vec<u8>,
    pub sha256: [u8; 32],
    pub file_name: Option<String>,
    pub channel: Channel,
    pub how: How,
}

impl NewImport {
    pub fn new(bytes: Vec<u8>, file_name: Option<String>, channel: Channel, how: How) -> Self {
        Self {
            sha256: sha256(&bytes),
            bytes,
            file_name,
            channel,
            how,
        }
    }

    /// Tells two uploads apart for the Idempotency-Key.
    pub fn digest(&self) -> [u8; 32] {
        let how = format!("{:?}{:?}{}", self.how, self.file_name, self.channel);
        sha256(&[&self.sha256, how.as_bytes()].concat())
    }

    /// What makes another import of the same file. Of the session the file may say itself which it is.
    fn read_as(&self) -> [u8; 32] {
        let How {
            format,
            session: _,
            time_zone,
            column_map,
            date_order,
            german: _,
        } = &self.how;
        let how = format!("{format:?}{time_zone:?}{column_map:?}{date_order:?}{}", self.channel);
        sha256(how.as_bytes())
    }
}

/// What is read of it, before anything is written.
#[derive(Debug)]
pub struct Draft {
    import: AttendanceImport,
    participants: Vec<ImportParticipant>,
    /// The file was sent before and is to be read otherwise.
    anew: bool,
}

/// Whether a file is new.
#[derive(Debug)]
pub enum Known {
    Before(Box<AttendanceImport>),
    New(Box<Draft>),
}

/// Reads and matches; writes nothing.
pub fn preview(
    conn: &mut PgConnection,
    act: &Act,
    reach: &Reach,
    seminar: SeminarId,
    new: &NewImport,
) -> Result<Known> {
    let seminar = seminars::reached(conn, reach, seminar)?;
    if !rules::may_be_counted(seminar.status) {
        let draft = "The seminar is a draft. Publish it first.";
        return Err(Problem::new(Code::NotReady).detail(draft).into());
    }
    let before = store::import_of_file(conn, &seminar, new.how.session, &new.sha256)?;
    if let Some(before) = &before {
        if before.read_as.as_deref().is_none_or(|read_as| read_as == new.read_as()) {
            return Ok(Known::Before(Box::new(before.clone())));
        }
        may_be_read_anew(before)?;
    }
    let of = (seminar.organisation_id, seminar.id);
    let sessions = seminars::sessions(conn, of)?;
    let rule = seminars::attendance_rule(conn, of)?;
    let claimants = registrations::claimants(conn, of)?;
    let registered = rules::registered(&claimants);
    let team = team(conn, seminar.clone(), &rule)?;
    let (mut report, session) = read(&new.bytes, &new.how, &sessions)?;
    let (window, presence_rule) = (rules::window(&session), PresenceRule::from(&rule));
    let matches = match_people(&report.people, &registered, &team);
    let people = std::mem::take(&mut report.people);
    // Left to itself the file may be of another session now.
    let before = before.filter(|before| before.session_id == session.id);
    let import = AttendanceImport {
        organisation_id: seminar.organisation_id,
        id: before.as_ref().map_or_else(ImportId::fresh, |before| before.id),
        seminar_id: seminar.id,
        session_id: session.id,
        channel: new.channel,
        state: ImportState::Previewed,
        format: report.format.to_string(),
        encoding: report.encoding.to_string(),
        delimiter: delimiter(report.delimiter),
        date_order: report.date_order.map(|order| order.to_string()),
        precision: report.precision.to_string(),
        time_zone: new
            .how
            .time_zone
            .map_or(session.time_zone.clone(), |zone| zone.name().to_owned()),
        sha256: new.sha256.to_vec(),
        file_name: new.file_name.clone(),
        row_count: i32::try_from(report.rows).map_err(Error::internal)?,
        ignored: ignored(&report)?,
        warnings: warnings(&report.warnings)?,
        covers_from: report.covers.map(|(from, _)| from),
        covers_to: report.covers.map(|(_, to)| to),
        uploaded_by: act.actor.account_id().map(AccountId),
        uploaded_at: act.now,
        confirmed_by: None,
        confirmed_at: None,
        reverted_by: None,
        reverted_at: None,
        version: before.as_ref().map_or(1, |before| before.version + 1),
        read_as: Some(new.read_as().to_vec()),
    };
    let claimants = claimants.iter().map(|one| (one.id, one)).collect::<HashMap<_, _>>();
    let mut participants = Vec::with_capacity(people.len());
    for ((position, seen), found) in (0..).zip(people).zip(matches) {
        let there = presence(&seen, &window, &presence_rule);
        participants.push(participant(
            (import.organisation_id, import.id),
            position,
            seen,
            found,
            there,
            &claimants,
        )?);
    }
    together(&mut participants, &window, &presence_rule)?;
    Ok(Known::New(Box::new(Draft {
        import,
        participants,
        anew: before.is_some(),
    })))
}

/// What counts stays as it was read.
fn may_be_read_anew(before: &AttendanceImport) -> Result<()> {
    if before.state == ImportState::Confirmed {
        let detail = "This file counts already and was read otherwise (channel, time zone, format, columns or dates). Revert the import first.";
        return Err(Problem::new(Code::TransitionNotAllowed).detail(detail).into());
    }
    Ok(())
}

/// Writes it, once: where the same file came a moment earlier, it is that import (`false`).
pub fn upload(
    conn: &mut PgConnection,
    act: &Act,
    seminar: &Seminar,
    draft: &Draft,
) -> Result<(AttendanceImport, bool)> {
    let Draft {
        import,
        participants,
        anew,
    } = draft;
    if *anew {
        let before = store::lock_import(conn, seminar, import.id)?;
        // Somebody decided on it or deleted it in between: whoever sends the file again sees what is there now.
        let before = before.filter(|before| before.version + 1 == import.version);
        let before = before.ok_or(Code::PreconditionFailed)?;
        may_be_read_anew(&before)?;
        store::replace_import(conn, import, participants)?;
        record(
            conn,
            act,
            entry(import, "import.read_anew", sizes(import, participants)),
        )?;
        return Ok((import.clone(), false));
    }
    if !store::insert_import(conn, import, participants)? {
        let before = store::import_of_file(conn, seminar, Some(import.session_id), &import.sha256)?;
        return before
            .map(|before| (before, false))
            .ok_or_else(|| Error::internal("an import that was there is gone"));
    }
    record(conn, act, entry(import, "import.uploaded", sizes(import, participants)))?;
    Ok((import.clone(), true))
}

fn sizes(import: &AttendanceImport, participants: &[ImportParticipant]) -> Value {
    json!({"format": import.format, "channel": import.channel, "rows": import.row_count, "participants": participants.len()})
}

fn team(
    conn: &mut PgConnection,
    seminar: Seminar,
    rule: &seminars::AttendanceRule,
) -> Result<Vec<crate::attendance::reader::TeamMember>> {
    let whole = seminars::whole(conn, seminar)?;
    let speakers = whole
        .parties
        .iter()
        .filter(|(party, _)| party.role == PartyRole::Speaker);
    let names = speakers.filter_map(|(party, _)| party.name.as_deref());
    Ok(rules::team(&rule.team.0, names))
}

fn participant(
    (organisation_id, import_id): (OrganisationId, ImportId),
    position: i32,
    seen: Seen,
    found: Match,
    there: Presence,
    claimants: &HashMap<RegistrationId, &Claimant>,
) -> Result<ImportParticipant> {
    let mut flags = found.flags.iter().map(ToString::to_string).collect::<Vec<_>>();
    if seen.said_attended == Some(false) {
        flags.push(STAYED_AWAY.to_owned());
    }
    let match_method = found.method.map(|method| method.to_string());
    let (match_status, registration_id, candidates) = rules::settled(found);
    let claimant = registration_id.and_then(|id| claimants.get(&id));
    let head = claimant.map_or(0, |claimant| rules::head(&seen.display_names, claimant));
    let segments = (!seen.segments.is_empty()).then_some(&seen.segments);
    Ok(ImportParticipant {
        organisation_id,
        import_id,
        position,
        segments: segments
            .map(serde_json::to_value)
            .transpose()
            .map_err(Error::internal)?,
        person_key: without_nul(seen.key),
        display_names: json!(seen.display_names.into_iter().map(without_nul).collect::<Vec<_>>()),
        email_key: seen.email.clone(),
        email: seen.email,
        role: seen.role.to_string(),
        match_status,
        match_method,
        registration_id,
        candidates: json!(candidates),
        flags: json!(flags),
        decided_by: None,
        reported_seconds: seen.reported_seconds.map(whole),
        present_seconds: there.present_seconds.map(whole),
        in_session_seconds: there.in_session_seconds.map(whole),
        attended: there.attended,
        precision: seen.precision.to_string(),
        head,
        person_present_seconds: None,
        person_in_session_seconds: None,
        person_attended: false,
    })
}

/// PostgreSQL keeps every character but this one.
fn without_nul(text: String) -> String {
    if text.contains('\0') {
        text.replace('\0', "\u{fffd}")
    } else {
        text
    }
}

fn delimiter(found: char) -> String {
    match found {
        '\t' => "tab".to_owned(),
        other => other.to_string(),
    }
}

fn ignored(report: &Report) -> Result<Value> {
    serde_json::to_value(&report.ignored).map_err(Error::internal)
}

/// In both languages: whoever looks at the preview need not be who uploaded it.
fn warnings(found: &[Warning]) -> Result<Value> {
    let one = |warning: &Warning| {
        let mut value = serde_json::to_value(warning).map_err(Error::internal)?;
        if let Some(members) = value.as_object_mut() {
            members.insert("de".to_owned(), warning.detail(true).into());
            members.insert("en".to_owned(), warning.detail(false).into());
        }
        Ok(value)
    };
    Ok(Value::Array(found.iter().map(one).collect::<Result<_>>()?))
}
