//! What an entry of the journal is to somebody who reads the change feed.

use serde_json::Value;

use crate::partners::model::{ChangeType, Gone, Happening, Reader, Standing, Told, TombstoneReason};
use crate::seminars::{Audience, Status};

/// How long changes are kept to be read: whoever was away longer begins anew.
pub const KEPT_DAYS: i64 = 180;

/// Members that only members of the organisation see.
const INTERNAL: &[&str] = &["attendance_rule", "minimum"];

/// What `happening` is to `reader`, if anything. `now` is how the seminar stands at the moment of reading, `None` if it
/// is gone or the happening is about none. What is told is always read now, never as it was: so nothing is told that is
/// no longer public, and whoever reads on arrives at what is.
#[must_use]
pub fn told(happening: &Happening, now: Option<&Standing>, reader: &Reader) -> Option<Told> {
    let kind = happening.action.parse::<ChangeType>().ok()?;
    let changed = changed_fields(kind, &happening.data);
    let tell = |gone: Option<Gone>| {
        Some(Told {
            kind,
            changed_fields: changed.clone(),
            gone,
        })
    };
    if !kind.of_seminar() {
        return tell(None);
    }
    let own = happening.of.is_some_and(|of| reader.member_of.contains(&of));
    if own {
        return match (kind, now) {
            (ChangeType::SeminarDeleted, _) => tell(Some(gone(TombstoneReason::Deleted))),
            // Its tombstone comes later.
            (_, None) => None,
            (_, Some(_)) => tell(None),
        };
    }
    // What happened to a draft, and what only members see, is nobody else's.
    let was_draft = happening.data.get("status").and_then(Value::as_str) == Some(Status::Draft.as_str());
    let internal = !changed.is_empty() && changed.iter().all(|field| INTERNAL.contains(&field.as_str()));
    if was_draft || internal {
        return None;
    }
    let now = now?;
    match (now.status, now.audience, now.merged_into) {
        (Status::Draft, _, _) => None,
        // It was public until this change, or never; into what it was merged is nobody's then either.
        (_, Audience::Internal, _) if changed.iter().any(|field| field == "audience") => {
            tell(Some(gone(TombstoneReason::Withdrawn)))
        }
        (_, Audience::Internal, _) => None,
        (_, Audience::Public, None) => tell(None),
        (_, Audience::Public, into) if kind == ChangeType::SeminarMerged => tell(Some(Gone {
            reason: TombstoneReason::Merged,
            merged_into: into,
        })),
        (_, Audience::Public, Some(_)) => None,
    }
}

fn gone(reason: TombstoneReason) -> Gone {
    Gone {
        reason,
        merged_into: None,
    }
}

/// What the journal says was changed; where it says nothing, what a change of this kind is about.
fn changed_fields(kind: ChangeType, data: &Value) -> Vec<String> {
    if let Some(fields) = data.get("changed_fields").and_then(Value::as_array) {
        return fields.iter().filter_map(Value::as_str).map(str::to_owned).collect();
    }
    let fields: &[&str] = match kind {
        ChangeType::SeminarPublished => &["status", "published_on"],
        ChangeType::SeminarHeld | ChangeType::SeminarCancelled | ChangeType::SeminarPostponed => &["status"],
        ChangeType::SeminarRescheduled => &["status", "within", "sessions"],
        ChangeType::SeminarMovedOnline | ChangeType::SeminarMovedOnsite => &["attendance_mode", "channels", "sessions"],
        ChangeType::SeminarMerged | ChangeType::SeminarUnmerged => &["merged_into", "parties"],
        _ => &[],
    };
    fields.iter().map(|field| (*field).to_owned()).collect()
}
