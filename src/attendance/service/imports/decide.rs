//! Somebody says who is who, that it counts, or that it does not: lock the import → read → decide → write → record.

use std::collections::HashMap;

use diesel::PgConnection;
use serde_json::json;

use super::together::together;
use super::{entry, flags};
use crate::attendance::model::{AttendanceImport, ImportId, ImportParticipant, MatchStatus, STAYED_AWAY};
use crate::attendance::reader::PresenceRule;
use crate::attendance::rules::{self, Step};
use crate::attendance::store;
use crate::auth::{AccountId, Reach};
use crate::base::ids::words;
use crate::base::problem::{Code, Error, FieldError, Problem, Result};
use crate::journal::{Act, record};
use crate::registrations::{self, Claimant, RegistrationId, State};
use crate::seminars::{self, Seminar, SeminarId};

words! {
    /// What a participant of a report is taken for.
    #[schema(as = TakenFor)]
    Taken {
        /// Somebody who registered.
        Registration = "registration",
        /// Somebody who came without.
        WalkIn = "walk_in",
        /// Nobody: a recorder, a bot, a test.
        Ignored = "ignored",
        Staff = "staff",
        Speaker = "speaker",
    }
}

/// Who one participant is.
#[derive(Clone, Copy, Debug)]
pub struct Decision {
    pub position: i32,
    pub taken: Taken,
    /// With `Taken::Registration`.
    pub registration: Option<RegistrationId>,
    /// The n-th of those who came along with it; `None`: as the name says.
    pub companion: Option<i32>,
}

/// Named in one refusal.
const MOST_NAMED: i64 = 100;

/// All decisions or none.
pub fn resolve_import(
    conn: &mut PgConnection,
    act: &Act,
    reach: &Reach,
    (seminar, id): (SeminarId, ImportId),
    check: impl Fn(i64) -> Result<()>,
    decisions: &[Decision],
) -> Result<AttendanceImport> {
    let (seminar, mut import) = locked(conn, reach, seminar, id, check, Step::Resolve)?;
    let of = (import.organisation_id, import.id);
    let claimants = claimants(conn, &seminar)?;
    let at = decisions.iter().map(|one| one.position).collect::<Vec<_>>();
    let mut found = store::participants_at(conn, of, &at)?
        .into_iter()
        .map(|one| (one.position, one))
        .collect::<HashMap<_, _>>();
    let mut errors = Vec::new();
    for (n, decision) in decisions.iter().enumerate() {
        let Some(participant) = found.get_mut(&decision.position) else {
            errors.push(fault(n, "position", "is no position of this import"));
            continue;
        };
        let claimant = decision.registration.and_then(|id| claimants.get(&id));
        if decision.taken == Taken::Registration && claimant.is_none() {
            errors.push(fault(n, "registration", "is no registration of this seminar"));
            continue;
        }
        participant.head = match (claimant, decision.companion) {
            (Some(claimant), Some(companion)) => {
                let along = claimant.companions.0.len();
                if !usize::try_from(companion).is_ok_and(|companion| (1..=along).contains(&companion)) {
                    let words = format!("is none of the {along} who came along with this registration");
                    errors.push(fault(n, "companion", &words));
                }
                companion
            }
            (Some(claimant), None) => rules::head(&super::names(participant)?, claimant),
            (None, _) => 0,
        };
        let state = claimant.map(|one| one.state);
        participant.match_status = status(decision.taken);
        participant.match_method = None;
        participant.registration_id = decision.registration;
        participant.decided_by = act.actor.account_id().map(AccountId);
        refresh(participant, state)?;
    }
    Error::unless_empty(errors)?;
    for participant in found.values() {
        store::save_participant(conn, participant)?;
    }
    unite(conn, &seminar, &import, &at)?;
    import.version += 1;
    store::save_import(conn, &import)?;
    let by = |taken| decisions.iter().filter(|one| one.taken == taken).count();
    let counts = Taken::ALL.iter().map(|taken| (taken.to_string(), json!(by(*taken))));
    let counts = counts.collect::<serde_json::Map<_, _>>();
    record(conn, act, entry(&import, "import.resolved", json!({"decided": counts})))?;
    Ok(import)
}

/// From now on it counts. Registrations are looked at again: one may have been cancelled since the preview.
pub fn confirm_import(
    conn: &mut PgConnection,
    act: &Act,
    reach: &Reach,
    (seminar, id): (SeminarId, ImportId),
    check: impl Fn(i64) -> Result<()>,
    accept_proposed: bool,
) -> Result<AttendanceImport> {
    let (seminar, mut import) = locked(conn, reach, seminar, id, check, Step::Confirm)?;
    let of = (import.organisation_id, import.id);
    let by = act.actor.account_id().map(AccountId);
    let accepted = if accept_proposed {
        store::accept_proposed(conn, of, by)?
    } else {
        0
    };
    let open = store::undecided(conn, of, MOST_NAMED)?;
    if !open.is_empty() {
        let place = |(position, status): &(i32, MatchStatus)| {
            FieldError::member(format!("/participants/{position}"), format!("is {status}"))
        };
        let errors = open.iter().map(place).collect::<Vec<_>>();
        let detail = "Decide who these participants are. The numbers are their positions.";
        return Err(Problem::new(Code::MatchesUnresolved)
            .detail(detail)
            .errors(errors)
            .into());
    }
    let claimants = claimants(conn, &seminar)?;
    for mut participant in store::matched_participants(conn, of)? {
        let before = participant.flags.clone();
        let claimant = participant.registration_id.and_then(|id| claimants.get(&id));
        let state = claimant.map(|one| one.state);
        refresh(&mut participant, state)?;
        if participant.flags != before {
            store::save_participant(conn, &participant)?;
        }
    }
    if accepted > 0 {
        unite(conn, &seminar, &import, &[])?;
    }
    if !seminars::attendance_rule(conn, (seminar.organisation_id, seminar.id))?.keep_times {
        store::drop_segments(conn, of)?;
    }
    import.state = rules::after(import.state, Step::Confirm).ok_or(Code::TransitionNotAllowed)?;
    import.confirmed_at = Some(act.now);
    import.confirmed_by = by;
    import.reverted_at = None;
    import.reverted_by = None;
    import.version += 1;
    store::save_import(conn, &import)?;
    record(
        conn,
        act,
        entry(&import, "import.confirmed", json!({"accepted_proposals": accepted})),
    )?;
    Ok(import)
}

/// It counts no more, and may be confirmed again.
pub fn revert_import(
    conn: &mut PgConnection,
    act: &Act,
    reach: &Reach,
    (seminar, id): (SeminarId, ImportId),
    check: impl Fn(i64) -> Result<()>,
) -> Result<AttendanceImport> {
    let (_, mut import) = locked(conn, reach, seminar, id, check, Step::Revert)?;
    import.state = rules::after(import.state, Step::Revert).ok_or(Code::TransitionNotAllowed)?;
    import.reverted_at = Some(act.now);
    import.reverted_by = act.actor.account_id().map(AccountId);
    import.version += 1;
    store::save_import(conn, &import)?;
    record(conn, act, entry(&import, "import.reverted", json!({})))?;
    Ok(import)
}

/// A wrong file goes with everybody in it, and may be sent again.
pub fn delete_import(
    conn: &mut PgConnection,
    act: &Act,
    reach: &Reach,
    (seminar, id): (SeminarId, ImportId),
    check: impl Fn(i64) -> Result<()>,
) -> Result<()> {
    let (_, import) = locked(conn, reach, seminar, id, check, Step::Delete)?;
    store::delete_import(conn, (import.organisation_id, import.id))?;
    record(conn, act, entry(&import, "import.deleted", json!({})))
}

/// The import, alone, as the caller has read it, in a state that allows the step.
fn locked(
    conn: &mut PgConnection,
    reach: &Reach,
    seminar: SeminarId,
    id: ImportId,
    check: impl Fn(i64) -> Result<()>,
    step: Step,
) -> Result<(Seminar, AttendanceImport)> {
    let seminar = seminars::reached(conn, reach, seminar)?;
    let import = store::lock_import(conn, &seminar, id)?.ok_or(Code::NotFound)?;
    check(import.version)?;
    if rules::after(import.state, step).is_none() {
        let detail = format!("The import is {}.", import.state);
        return Err(Problem::new(Code::TransitionNotAllowed).detail(detail).into());
    }
    Ok((seminar, import))
}

fn claimants(conn: &mut PgConnection, seminar: &Seminar) -> Result<HashMap<RegistrationId, Claimant>> {
    let claimants = registrations::claimants(conn, (seminar.organisation_id, seminar.id))?;
    Ok(claimants.into_iter().map(|one| (one.id, one)).collect())
}

const fn status(taken: Taken) -> MatchStatus {
    match taken {
        Taken::Registration => MatchStatus::Matched,
        Taken::WalkIn => MatchStatus::Unmatched,
        Taken::Ignored => MatchStatus::Ignored,
        Taken::Staff => MatchStatus::Staff,
        Taken::Speaker => MatchStatus::Speaker,
    }
}

fn fault(n: usize, member: &str, words: &str) -> FieldError {
    FieldError::member(format!("/participants/{n}/{member}"), words)
}

fn refresh(participant: &mut ImportParticipant, state: Option<State>) -> Result<()> {
    let before = flags(participant)?;
    let came = !before.iter().any(|flag| flag == STAYED_AWAY);
    participant.flags = json!(rules::refreshed(&before, state, came));
    Ok(())
}

/// Says of each row what the person comes to. Whoever was decided on may be alone again.
fn unite(conn: &mut PgConnection, seminar: &Seminar, import: &AttendanceImport, decided: &[i32]) -> Result<()> {
    let of = (seminar.organisation_id, seminar.id);
    let sessions = seminars::sessions(conn, of)?;
    let Some(session) = sessions.iter().find(|session| session.id == import.session_id) else {
        return Ok(());
    };
    let rule = PresenceRule::from(&seminars::attendance_rule(conn, of)?);
    let import = (import.organisation_id, import.id);
    let mut rows = store::matched_participants(conn, import)?;
    let known = rows.iter().map(|row| row.position).collect::<Vec<_>>();
    let others = decided.iter().copied().filter(|position| !known.contains(position));
    rows.extend(store::participants_at(conn, import, &others.collect::<Vec<_>>())?);
    let before = rows.clone();
    together(&mut rows, &rules::window(session), &rule)?;
    for (row, before) in rows.iter().zip(&before) {
        if row != before {
            store::save_participant(conn, row)?;
        }
    }
    Ok(())
}
