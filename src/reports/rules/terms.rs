//! What is wrong with the terms of a rule, and with the reference to a paper, by member.

use std::collections::BTreeSet;

use chrono::Datelike;

use crate::base::problem::FieldError;
use crate::reports::model::{CountedAs, CountingTerms, Deliberation, Postponements};

/// Everything that keeps the terms from being a rule. `base` is where they stand in the body.
#[must_use]
pub fn terms_faults(terms: &CountingTerms, base: &str) -> Vec<FieldError> {
    let mut faults = Vec::new();
    let mut demand = |holds: bool, member: &str, detail: &str| {
        if !holds {
            faults.push(FieldError::member(format!("{base}/{member}"), detail));
        }
    };
    let once = |those: &[CountedAs]| those.iter().collect::<BTreeSet<_>>().len() == those.len();
    for (member, those) in [("counts", &terms.counts), ("offered", &terms.offered)] {
        demand(!those.is_empty(), member, "must name at least one");
        demand(once(those), member, "must name each only once");
    }
    let offered = terms.offered.iter().all(|what| terms.counts.contains(what));
    demand(offered, "offered", "must name only what is in `counts`");
    let postponed = terms.postponed == Postponements::Moved || terms.counts.contains(&CountedAs::Postponed);
    demand(
        postponed,
        "postponed",
        "says nothing where `counts` does not name `postponed`",
    );
    let year = terms
        .onsite_only_before
        .is_none_or(|day| (1900..=2999).contains(&day.year()));
    demand(year, "onsite_only_before", "must be a day of the years 1900 to 2999");
    faults
}

/// What is sealed is one text, held in memory several times over while it is made and each time it is opened.
const MOST_SEALED: usize = 20_000;

/// A report of this many seminars cannot be sealed.
#[must_use]
pub fn length_faults(seminars: usize) -> Vec<FieldError> {
    if seminars > MOST_SEALED {
        let detail = format!(
            "makes the period too long to be sealed: it holds {seminars} seminars, a sealed report at most {MOST_SEALED}"
        );
        vec![FieldError::member("/to", detail)]
    } else {
        Vec::new()
    }
}

/// A reference that refers to nothing is a slip.
#[must_use]
pub fn deliberation_faults(deliberation: &Deliberation) -> Vec<FieldError> {
    if *deliberation == Deliberation::default() {
        vec![FieldError::member(
            "/deliberation",
            "must name a paper, a meeting or an agenda item",
        )]
    } else {
        Vec::new()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::reports::rules::samples::day;

    fn places(terms: &CountingTerms) -> Vec<String> {
        terms_faults(terms, "/terms")
            .iter()
            .map(|fault| fault.place().to_owned())
            .collect()
    }

    #[test]
    fn every_fault_is_named_by_its_member() {
        use CountedAs::{Held, Planned};
        let terms = |counts: &[CountedAs], offered: &[CountedAs]| CountingTerms {
            counts: counts.to_vec(),
            offered: offered.to_vec(),
            ..CountingTerms::default()
        };
        assert_eq!(places(&CountingTerms::default()), [""; 0]);
        assert_eq!(places(&terms(&[Held], &[Held])), [""; 0]);
        assert_eq!(places(&terms(&[], &[])), ["/terms/counts", "/terms/offered"]);
        assert_eq!(places(&terms(&[Held, Held], &[Held])), ["/terms/counts"]);
        assert_eq!(places(&terms(&[Held], &[Held, Held])), ["/terms/offered"]);
        assert_eq!(places(&terms(&[Held], &[Planned])), ["/terms/offered"]);
        let silent = CountingTerms {
            postponed: Postponements::NotMadeUp,
            ..terms(&[Held], &[Held])
        };
        assert_eq!(places(&silent), ["/terms/postponed"]);
        let ancient = CountingTerms {
            onsite_only_before: Some(day("0019-03-16")),
            ..CountingTerms::default()
        };
        assert_eq!(places(&ancient), ["/terms/onsite_only_before"]);
    }

    #[test]
    fn what_is_sealed_has_a_bound() {
        assert_eq!(length_faults(MOST_SEALED), []);
        assert_eq!(length_faults(MOST_SEALED + 1).len(), 1);
    }

    #[test]
    fn a_reference_refers_to_something() {
        assert_eq!(deliberation_faults(&Deliberation::default()).len(), 1);
        let paper = Deliberation {
            paper_reference: Some("2021/0047".parse().unwrap()),
            ..Deliberation::default()
        };
        assert_eq!(deliberation_faults(&paper), []);
    }
}
