//! How long records of a purpose are kept where an organisation decides nothing else, and why.

use crate::privacy::model::Purpose;

/// Ten years: longer than any funder asks by itself. Whoever has to keep more sets a hold.
pub const MOST_DAYS: i32 = 3660;

/// A default period with what it stands on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Period {
    pub days: i32,
    /// What the period counts from.
    pub counted_from: &'static str,
    pub basis: &'static str,
    pub reason: &'static str,
}

const TASK: &str = "GDPR art. 6(1)(e) with section 3 DSG NRW";

/// The default period of a purpose.
#[must_use]
pub const fn period(purpose: Purpose) -> Period {
    match purpose {
        Purpose::Unconfirmed => Period {
            days: 2,
            counted_from: "the hour at which it expired",
            basis: TASK,
            reason: "Nobody showed that the address is theirs. Two days are enough to help who pressed the link too late.",
        },
        Purpose::NotAdmitted => Period {
            days: 30,
            counted_from: "the end of the event",
            basis: TASK,
            reason: "Whoever did not come in may ask why; a month after the event nobody does.",
        },
        Purpose::Participation => Period {
            days: 183,
            counted_from: "the end of the event",
            basis: TASK,
            reason: "Certificates are asked for and reports are corrected for half a year. Then the tick stays and the person goes.",
        },
        Purpose::SensitiveAnswers => Period {
            days: 7,
            counted_from: "the last day of the event",
            basis: "GDPR art. 9(2)(a)",
            reason: "Asked only so that somebody can take part; fixed.",
        },
        Purpose::UndecidedReports => Period {
            days: 14,
            counted_from: "the moment it was uploaded or taken back",
            basis: TASK,
            reason: "It does not count, so nobody needs who is in it; fixed.",
        },
        Purpose::Mails => Period {
            days: 90,
            counted_from: "the moment it was sent",
            basis: "GDPR art. 5(2) and 6(1)(e)",
            reason: "To show that somebody was told, as long as they may say that they were not.",
        },
        Purpose::Consents => Period {
            days: 1096,
            counted_from: "the moment it was given or taken back",
            basis: "GDPR art. 7(1) and 17(3)(e)",
            reason: "That somebody agreed has to be shown for three years, by the number of the registration and without a name.",
        },
    }
}

/// Whether the period is the same for everybody.
#[must_use]
pub const fn fixed(purpose: Purpose) -> bool {
    matches!(purpose, Purpose::SensitiveAnswers | Purpose::UndecidedReports)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_purpose_has_a_reason_and_a_bounded_period() {
        for purpose in Purpose::ALL {
            let period = period(*purpose);
            assert!((1..=MOST_DAYS).contains(&period.days), "{purpose}");
            assert!(period.reason.ends_with('.') && !period.basis.is_empty(), "{purpose}");
        }
    }

    #[test]
    fn what_a_data_protection_officer_reads_is_what_is_done() {
        let page = include_str!("../../../docs/privacy.md");
        for purpose in Purpose::ALL {
            let row = page.lines().find(|line| line.starts_with(&format!("| `{purpose}`")));
            let kept = row.and_then(|row| row.split(" | ").nth(1));
            let fixed = if fixed(*purpose) { ", fixed" } else { "" };
            assert_eq!(
                kept,
                Some(&*format!("{} days{fixed}", period(*purpose).days)),
                "{purpose}"
            );
        }
    }
}
