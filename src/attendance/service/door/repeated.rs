//! A scan that was recorded before.

use chrono::SubsecRound;

use super::{Knock, Scan, Who};
use crate::attendance::model::{CheckIn, CheckInMethod};
use crate::attendance::rules::Opening;
use crate::base::problem::{Code, Problem, Result};
use crate::registrations::Guest;
use crate::seminars::Seminar;

/// It is answered with what was recorded, unless it says something else now.
///
/// A device that got no answer puts the scan into its queue, where it has to say a time: what it stamped is not what our
/// clock said, so times are compared only between two of the same kind. How the person was named may differ as well:
/// scanned online, then found in the list that was taken along.
pub fn repeated(
    earlier: &CheckIn,
    (seminar, openings): (&Seminar, &[Opening]),
    guest: Option<&Guest>,
    knock: &Knock,
    scan: &Scan,
) -> Result<()> {
    let same = earlier.seminar_id == seminar.id
        && earlier.registration_id == guest.map(|guest| guest.id)
        && same_walk_in(earlier, &scan.who)
        && earlier.direction == scan.direction
        && earlier.channel == scan.channel
        && stated(earlier.method) == scan.method
        && same_session(earlier, openings, knock, scan)
        && scan.persons.is_none_or(|persons| persons == earlier.persons)
        && (earlier.offline != knock.offline || scan.at.is_none_or(|at| at.trunc_subsecs(6) == earlier.at));
    if !same {
        return Err(Problem::new(Code::ScanIdReused).forcible(false).into());
    }
    if let Some(voided_at) = earlier.voided_at {
        let detail = format!("At {}.", voided_at.to_rfc3339());
        return Err(Problem::new(Code::CheckInVoided).detail(detail).forcible(false).into());
    }
    Ok(())
}

fn same_walk_in(earlier: &CheckIn, who: &Who) -> bool {
    match who {
        // Who it was may have been erased meanwhile; whoever sends it again is answered, and nobody is named again.
        Who::WalkIn(_) if earlier.family_name.is_none() => true,
        Who::WalkIn(name) => {
            earlier.family_name.as_deref() == Some(&name.family_name) && earlier.given_name == name.given_name
        }
        _ => true,
    }
}

/// What a scan says of its method; the others follow from how the person was named.
fn stated(method: CheckInMethod) -> Option<CheckInMethod> {
    matches!(method, CheckInMethod::Signature | CheckInMethod::Manual).then_some(method)
}

/// A queue may name a session that is no more: the time decided which one it was.
fn same_session(earlier: &CheckIn, openings: &[Opening], knock: &Knock, scan: &Scan) -> bool {
    let Some(named) = scan.session else {
        return true;
    };
    let gone = || openings.iter().all(|opening| opening.session != named);
    named == earlier.session_id || ((earlier.offline || knock.offline) && gone())
}
