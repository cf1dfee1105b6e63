//! Which scope an API client needs for which operation.

use crate::auth::model::{Role, Scope};

/// By operationId. What does not stand here is not for machines: accounts, members, API clients and other decisions of
/// people. `docs/authorisation.md` repeats it, and a test holds the two together.
const SCOPES: &[(Scope, &[&str])] = &[
    (
        Scope::SeminarsRead,
        &[
            "list_seminars",
            "get_seminar",
            "get_external_seminar",
            "list_schedule_changes",
            "list_changes",
            "list_collections",
            "get_collection",
            "list_venues",
            "get_venue",
        ],
    ),
    (
        Scope::SeminarsWrite,
        &[
            "create_seminar",
            "change_seminar",
            "delete_seminar",
            "publish_seminar",
            "complete_seminar",
            "cancel_seminar",
            "postpone_seminar",
            "reschedule_seminar",
            "move_seminar_online",
            "move_seminar_onsite",
            "create_collection",
            "change_collection",
            "delete_collection",
            "create_venue",
            "change_venue",
            "delete_venue",
            "put_external_seminar",
            "put_external_seminars",
        ],
    ),
    (
        Scope::RegistrationsRead,
        &[
            "list_registrations",
            "export_registrations",
            "get_registration",
            "list_applications",
            "list_attendees",
            "list_shared_registrations",
        ],
    ),
    (
        Scope::RegistrationsWrite,
        &[
            "create_registration",
            "change_registration",
            "cancel_registration",
            "accept_registration",
            "reserve_registration",
            "reject_registration",
            "decide_applications",
        ],
    ),
    (
        Scope::AttendanceWrite,
        &[
            "create_check_in",
            "record_check_ins",
            "list_check_ins",
            "get_check_in",
            "void_check_in",
            "find_at_door",
            "get_check_in_count",
            "take_offline_list",
            "create_headcount",
            "delete_headcount",
            "create_attendance_import",
            "list_attendance_imports",
            "get_attendance_import",
            "list_import_participants",
            "resolve_attendance_import",
            "confirm_attendance_import",
            "revert_attendance_import",
            "delete_attendance_import",
        ],
    ),
    (
        Scope::ReportsRead,
        &[
            "get_activity_report",
            "get_statistic",
            "list_counting_rules",
            "get_counting_rule",
            "list_stated_totals",
            "get_stated_total",
            "list_report_snapshots",
            "get_report_snapshot",
            "compare_report_snapshots",
            "get_attendance",
            "list_headcounts",
            "get_headcount",
        ],
    ),
];

/// The scope that `operation` asks for.
#[must_use]
pub fn scope_of(operation: &str) -> Option<Scope> {
    let asks = SCOPES.iter().find(|(_, operations)| operations.contains(&operation));
    asks.map(|(scope, _)| *scope)
}

impl Scope {
    /// As what a machine with this scope acts in its organisation. The scope says which operations it reaches; the role,
    /// what it sees there: the programme without the addresses of those who run it.
    #[must_use]
    pub fn role(self) -> Role {
        match self {
            Self::SeminarsRead | Self::ReportsRead => Role::Reporter,
            Self::SeminarsWrite | Self::RegistrationsRead | Self::RegistrationsWrite | Self::AttendanceWrite => {
                Role::Organiser
            }
        }
    }
}

/// The scopes of a token: those asked for, if the client has all of them; all of its own if none is asked for (RFC 6749,
/// section 3.3). `Err` names the first that is not to be had.
pub fn granted(owned: &[Scope], asked: Option<&str>) -> Result<Vec<Scope>, String> {
    let Some(asked) = asked.filter(|asked| !asked.trim().is_empty()) else {
        return Ok(owned.to_vec());
    };
    let mut granted = Vec::new();
    for word in asked.split_whitespace() {
        let scope = word.parse::<Scope>().ok().filter(|scope| owned.contains(scope));
        let scope = scope.ok_or_else(|| word.chars().take(60).collect::<String>())?;
        if !granted.contains(&scope) {
            granted.push(scope);
        }
    }
    Ok(granted)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_operation_asks_for_two_scopes() {
        let all = SCOPES.iter().flat_map(|(_, operations)| operations.iter());
        let mut all = all.collect::<Vec<_>>();
        let count = all.len();
        all.sort();
        all.dedup();
        assert_eq!(all.len(), count);
    }

    #[test]
    fn a_token_has_what_is_asked_for_and_never_more_than_the_client() {
        let owned = [Scope::SeminarsRead, Scope::ReportsRead];
        assert_eq!(granted(&owned, None), Ok(owned.to_vec()));
        assert_eq!(granted(&owned, Some(" ")), Ok(owned.to_vec()));
        assert_eq!(
            granted(&owned, Some("reports:read reports:read")),
            Ok(vec![Scope::ReportsRead])
        );
        assert_eq!(
            granted(&owned, Some("reports:read seminars:write")),
            Err("seminars:write".to_owned())
        );
        assert_eq!(granted(&owned, Some("everything")), Err("everything".to_owned()));
    }
}
