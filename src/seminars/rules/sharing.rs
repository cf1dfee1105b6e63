//! With whom a seminar may share its registrations.

use crate::auth::OrganisationId;

/// More recipients than this nobody reads before registering.
pub const MOST_SHARINGS: usize = 10;

/// Why a seminar of `own` cannot be shared with `recipient` too; `None`: it can.
#[must_use]
pub fn sharing_fault(
    own: OrganisationId,
    recipient: OrganisationId,
    in_force: &[OrganisationId],
) -> Option<&'static str> {
    if recipient == own {
        return Some("is the seminar's own; it is shared with another");
    }
    if in_force.contains(&recipient) {
        return Some("has a sharing in force already; end that one first");
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn with_another_and_once() {
        let all = (0..=2)
            .map(|n| OrganisationId(uuid::Uuid::from_u128(n)))
            .collect::<Vec<_>>();
        let fault = |recipient: usize, in_force| sharing_fault(all[0], all[recipient], in_force);
        assert_eq!(fault(1, &[]), None);
        assert!(fault(0, &[]).is_some_and(|fault| fault.starts_with("is the seminar's own")));
        assert!(fault(1, &all[1..]).is_some_and(|fault| fault.starts_with("has a sharing in force")));
        assert_eq!(fault(1, &all[2..]), None);
    }
}
