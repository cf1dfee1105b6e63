//! Decisions about roles, scopes, passwords, secrets, refresh tokens and who is counted.

pub mod forwarded;
pub mod scopes;
pub mod secrets;

use chrono::{DateTime, Duration, Utc};
use zxcvbn::{Score, zxcvbn};

use super::model::Role;

/// NIST SP 800-63B-4: 15 characters where the password is the only factor, and no rules about which.
pub const PASSWORD_MIN: usize = 15;
/// What has to remain of it without the names an attacker would try first.
const UNKNOWN_MIN: usize = 8;
/// In bytes: hashing takes time by length.
pub const PASSWORD_MAX: usize = 1024;
pub const ACCESS_TOKEN_LIFE: Duration = Duration::minutes(10);
pub const REFRESH_TOKEN_LIFE: Duration = Duration::days(14);

impl Role {
    /// Admin includes all; organiser includes front desk and reporter; the latter two only themselves.
    #[must_use]
    pub fn includes(self, needed: Self) -> bool {
        match self {
            Self::Admin => true,
            Self::Organiser => needed != Self::Admin,
            Self::FrontDesk | Self::Reporter => self == needed,
        }
    }
}

/// What is wrong with a new password, if anything. `known` are words an attacker would try first: the name and
/// the address, with its organisation in it.
#[must_use]
pub fn password_fault(password: &str, known: &[&str]) -> Option<String> {
    let length = password.chars().count();
    if length < PASSWORD_MIN {
        return Some(format!("must have at least {PASSWORD_MIN} characters, has {length}"));
    }
    if password.len() > PASSWORD_MAX {
        return Some(format!("must have at most {PASSWORD_MAX} bytes"));
    }
    let ours = [
        "einlass",
        "staedteregion",
        "städteregion",
        "aachen",
        "wirtschaftsförderung",
        "veranstaltung",
        "passwort",
    ];
    let inputs = known
        .iter()
        .flat_map(|word| word.split(['@', '.', ' ', '-']))
        .chain(ours)
        .collect::<Vec<_>>();
    let lower = password.to_lowercase();
    let without = inputs
        .iter()
        .filter(|word| word.len() > 2)
        .fold(lower, |rest, word| rest.replace(&word.to_lowercase(), ""));
    if without.chars().count() < UNKNOWN_MIN {
        return Some("is little more than names that belong to the account or to us".to_owned());
    }
    // 100 characters tell enough, and keep the estimate from taking long.
    let head = password.chars().take(100).collect::<String>();
    (zxcvbn(&head, &inputs).score() < Score::Three).then(|| {
        "is too easy to guess: avoid names, dates, rows of keys and repetitions; several unrelated words are good"
            .to_owned()
    })
}

/// What becomes of a refresh token that is presented.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Presented {
    /// Rotate it.
    Good,
    /// Used before: somebody else has a copy. The whole family ends.
    Replayed,
    /// Expired or revoked.
    Dead,
}

#[must_use]
pub fn judge(
    used_at: Option<DateTime<Utc>>,
    revoked_at: Option<DateTime<Utc>>,
    expires_at: DateTime<Utc>,
    now: DateTime<Utc>,
) -> Presented {
    match (used_at, revoked_at) {
        (Some(_), None) => Presented::Replayed,
        (_, Some(_)) => Presented::Dead,
        (None, None) if expires_at <= now => Presented::Dead,
        (None, None) => Presented::Good,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn roles_nest() {
        let included = |role: Role| Role::ALL.iter().filter(|needed| role.includes(**needed)).count();
        assert_eq!(
            [Role::Admin, Role::Organiser, Role::FrontDesk, Role::Reporter].map(included),
            [4, 3, 1, 1]
        );
        assert!(!Role::FrontDesk.includes(Role::Reporter) && !Role::Reporter.includes(Role::FrontDesk));
    }

    #[test]
    fn passwords() {
        let fault = |password: &str| password_fault(password, &["anna.schmidt@ihk.example", "Anna Schmidt"]);
        assert!(fault("kurz").is_some_and(|f| f.contains("has 4")));
        assert!(fault("aaaaaaaaaaaaaaaaaaaa").is_some());
        assert!(fault("passwortpasswort").is_some());
        assert!(fault("anna.schmidt2026").is_some());
        assert!(fault("StaedteRegionAachen").is_some());
        assert!(fault(&"x".repeat(2000)).is_some());
        assert_eq!(fault("Rhabarber nickt dem Omnibus zu"), None);
        assert_eq!(fault("ӝялтый дирижабль над рекой"), None);
    }

    #[test]
    fn a_refresh_token_is_good_once() {
        let now = DateTime::<Utc>::UNIX_EPOCH;
        let later = now + Duration::days(1);
        assert_eq!(judge(None, None, later, now), Presented::Good);
        assert_eq!(judge(Some(now), None, later, now), Presented::Replayed);
        assert_eq!(judge(None, None, now, now), Presented::Dead);
        assert_eq!(judge(None, Some(now), later, now), Presented::Dead);
        assert_eq!(judge(Some(now), Some(now), later, now), Presented::Dead);
    }
}
