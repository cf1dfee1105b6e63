//! Counts that say how sure they are, and sums that stay as sure as their parts.
//!
//! "über 130" is not 130. The product page ("Rules of sums") fixes what becomes of such statements when they are
//! added: exact stays exact; a floor (more than, at least) makes the sum a floor; one estimate makes it an estimate;
//! what is unknown is left out and listed by the caller, never counted as zero. Two rules the page leaves open follow
//! the same thought: a ceiling (less than, at most) beside exact counts makes the sum a ceiling, and a ceiling beside a
//! floor bounds nothing any more, so that sum is an estimate.
//!
//! Units never mix: a `Tally` carries no unit, the caller keeps one tally for each.

use serde::Serialize;
use utoipa::ToSchema;

use crate::base::ids::words;

/// The largest number a single statement may hold; more is a slip of the keyboard.
pub const MAX_VALUE: i64 = 10_000_000;

words! {
    /// How a stated number is to be read: `exact` (180), `about` (rund), `more_than` (über), `at_least` (mindestens),
    /// `less_than` (knapp), `at_most` (bis zu), `unknown` (no number stated).
    Qualifier {
        Exact = "exact",
        About = "about",
        MoreThan = "more_than",
        AtLeast = "at_least",
        LessThan = "less_than",
        AtMost = "at_most",
        Unknown = "unknown",
    }
}

words! {
    /// What was counted. Sums never mix units: 450 viewers are not 450 participants.
    Unit {
        Participants = "participants",
        Viewers = "viewers",
        Companies = "companies",
        Questions = "questions",
    }
}

/// One statement as made: the number is the stated one (130 in "über 130"), `None` where none was stated.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Count {
    pub value: Option<i64>,
    pub qualifier: Qualifier,
}

/// A reconciled number or a sum. Only `exact`, `about`, `at_least` and `at_most` occur here: "über 130" has become
/// at least 131.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, ToSchema)]
#[schema(example = json!({"value": 1080, "qualifier": "at_least", "lower_bound": 1080}))]
pub struct Tally {
    pub value: i64,
    pub qualifier: Qualifier,
    /// The floor, where the number is one (`at_least`); left out otherwise.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub lower_bound: Option<i64>,
}

/// The sum of the known counts; `None` when nothing is known, for nothing known is null and never zero.
/// A sum of one follows the same rule: "über 130" alone is at least 131.
pub fn sum(counts: impl IntoIterator<Item = Count>) -> Option<Tally> {
    counts.into_iter().filter_map(Count::tally).reduce(Tally::plus)
}

impl Count {
    pub fn new(value: i64, qualifier: Qualifier) -> Self {
        Self {
            value: Some(value),
            qualifier,
        }
    }

    /// What this one statement adds to a sum; `None` when it states no number.
    pub fn tally(self) -> Option<Tally> {
        let stated = self.value?;
        let (value, qualifier) = match self.qualifier {
            Qualifier::Exact | Qualifier::About | Qualifier::AtLeast | Qualifier::AtMost => (stated, self.qualifier),
            Qualifier::MoreThan => (stated.saturating_add(1), Qualifier::AtLeast),
            Qualifier::LessThan => (stated.saturating_sub(1).max(0), Qualifier::AtMost),
            Qualifier::Unknown => return None,
        };
        Some(Tally::of(value, qualifier))
    }

    /// As a council member reads it: "über 130", "rund 35", "unbekannt".
    pub fn in_german(self) -> String {
        self.value
            .map_or_else(|| UNKNOWN.to_owned(), |value| german(value, self.qualifier))
    }

    pub fn in_german_with(self, unit: Unit) -> String {
        match (self.value, self.qualifier) {
            (None, _) | (_, Qualifier::Unknown) => UNKNOWN.to_owned(),
            (Some(value), qualifier) => with_unit(value, qualifier, unit),
        }
    }
}

impl Tally {
    pub fn exact(value: i64) -> Self {
        Self::of(value, Qualifier::Exact)
    }

    /// Adds two partial sums. The order never matters, and sums of sums equal the sum of all counts.
    #[must_use]
    pub fn plus(self, other: Self) -> Self {
        Self::of(
            self.value.saturating_add(other.value),
            weaker(self.qualifier, other.qualifier),
        )
    }

    /// Without those who are in it twice. As sure as before.
    #[must_use]
    pub fn less(self, twice: i64) -> Self {
        Self::of(self.value.saturating_sub(twice).max(0), self.qualifier)
    }

    /// As a council member reads it: "mindestens 1.080".
    pub fn in_german(self) -> String {
        german(self.value, self.qualifier)
    }

    /// "mindestens 1.080 Teilnehmende"
    pub fn in_german_with(self, unit: Unit) -> String {
        with_unit(self.value, self.qualifier, unit)
    }

    fn of(value: i64, qualifier: Qualifier) -> Self {
        let lower_bound = (qualifier == Qualifier::AtLeast).then_some(value);
        Self {
            value,
            qualifier,
            lower_bound,
        }
    }
}

/// An exact number takes the other's doubt; a floor and a ceiling together bound nothing, nor does an estimate.
fn weaker(one: Qualifier, other: Qualifier) -> Qualifier {
    match (one, other) {
        (Qualifier::Exact, doubt) | (doubt, Qualifier::Exact) => doubt,
        (one, other) if one == other => one,
        _ => Qualifier::About,
    }
}

const UNKNOWN: &str = "unbekannt";

fn german(value: i64, qualifier: Qualifier) -> String {
    let word = match qualifier {
        Qualifier::Exact => return with_dots(value),
        Qualifier::About => "rund",
        Qualifier::MoreThan => "über",
        Qualifier::AtLeast => "mindestens",
        // "knapp" would claim more than was stated: that the number is close.
        Qualifier::LessThan => "weniger als",
        Qualifier::AtMost => "höchstens",
        Qualifier::Unknown => return UNKNOWN.to_owned(),
    };
    format!("{word} {}", with_dots(value))
}

fn with_unit(value: i64, qualifier: Qualifier, unit: Unit) -> String {
    format!("{} {}", german(value, qualifier), unit.german(value))
}

/// 1080 → "1.080"
fn with_dots(value: i64) -> String {
    let digits = value.unsigned_abs().to_string();
    let mut text = String::from(if value < 0 { "-" } else { "" });
    for (place, digit) in (1..=digits.len()).rev().zip(digits.chars()) {
        text.push(digit);
        if place > 1 && place % 3 == 1 {
            text.push('.');
        }
    }
    text
}

impl Unit {
    /// The German word in the nominative, singular for one.
    pub fn german(self, value: i64) -> &'static str {
        match (self, value) {
            (Self::Participants, 1) => "Teilnehmende_r",
            (Self::Participants, _) => "Teilnehmende",
            (Self::Viewers, 1) => "Zuschauende_r",
            (Self::Viewers, _) => "Zuschauende",
            (Self::Companies, _) => "Unternehmen",
            (Self::Questions, 1) => "Frage",
            (Self::Questions, _) => "Fragen",
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use proptest::prelude::*;
    use serde::Deserialize;
    use serde::de::{IntoDeserializer, value::Error, value::StrDeserializer};

    use super::{Qualifier::*, *};

    const NOTHING: Count = Count {
        value: None,
        qualifier: Unknown,
    };

    fn total(counts: &[(i64, Qualifier)]) -> Option<(i64, Qualifier, Option<i64>)> {
        let counts = counts.iter().map(|(value, qualifier)| Count::new(*value, *qualifier));
        sum(counts).map(|tally| (tally.value, tally.qualifier, tally.lower_bound))
    }

    #[test]
    fn every_rule_of_sums() {
        for (counts, expected) in [
            (&[(180, Exact), (17, Exact)][..], (197, Exact, None)),
            (
                &[(677, Exact), (130, MoreThan), (150, MoreThan), (120, MoreThan)],
                (1080, AtLeast, Some(1080)),
            ),
            (&[(130, MoreThan)], (131, AtLeast, Some(131))),
            (&[(10, AtLeast), (5, Exact)], (15, AtLeast, Some(15))),
            (&[(35, About)], (35, About, None)),
            (&[(35, About), (130, MoreThan), (5, Exact)], (171, About, None)),
            (&[(50, LessThan)], (49, AtMost, None)),
            (&[(0, LessThan)], (0, AtMost, None)),
            (&[(50, LessThan), (80, AtMost), (5, Exact)], (134, AtMost, None)),
            (&[(50, LessThan), (10, AtLeast)], (59, About, None)),
            (&[(0, Exact)], (0, Exact, None)),
            (&[(5, Exact), (7, Unknown)], (5, Exact, None)),
        ] {
            assert_eq!(total(counts), Some(expected), "{counts:?}");
        }
    }

    #[test]
    fn nothing_known_is_none() {
        assert_eq!(sum([]), None);
        assert_eq!(
            sum([
                NOTHING,
                Count::new(9, Unknown),
                Count {
                    value: None,
                    qualifier: Exact
                }
            ]),
            None
        );
    }

    #[test]
    fn german_words() {
        let said = |value, qualifier| Count::new(value, qualifier).in_german();
        assert_eq!(said(450, Exact), "450");
        assert_eq!(said(10_000_000, About), "rund 10.000.000");
        assert_eq!(said(130, MoreThan), "über 130");
        assert_eq!(said(50, LessThan), "weniger als 50");
        assert_eq!(said(100_000, AtMost), "höchstens 100.000");
        assert_eq!(NOTHING.in_german(), "unbekannt");
        assert_eq!(NOTHING.in_german_with(Unit::Viewers), "unbekannt");
        let floor = sum([Count::new(1080, AtLeast)]).unwrap();
        assert_eq!(
            floor.in_german_with(Unit::Participants),
            "mindestens 1.080 Teilnehmende"
        );
        assert_eq!(Tally::exact(1).in_german_with(Unit::Questions), "1 Frage");
    }

    #[test]
    fn names_are_the_wire_names() {
        for &qualifier in Qualifier::ALL {
            let wire: StrDeserializer<'_, Error> = qualifier.as_str().into_deserializer();
            assert_eq!(Qualifier::deserialize(wire), Ok(qualifier));
            assert_eq!(qualifier.as_str().parse(), Ok(qualifier));
        }
        for &unit in Unit::ALL {
            let wire: StrDeserializer<'_, Error> = unit.as_str().into_deserializer();
            assert_eq!(Unit::deserialize(wire), Ok(unit));
            assert_eq!(unit.as_str().parse(), Ok(unit));
        }
        let refused = "people".parse::<Unit>().unwrap_err();
        assert_eq!(
            refused,
            "`people` is not one of participants, viewers, companies, questions"
        );
    }

    fn any_count() -> impl Strategy<Value = Count> {
        (0..=MAX_VALUE, prop::sample::select(Qualifier::ALL)).prop_map(|(value, qualifier)| match qualifier {
            Unknown => NOTHING,
            known => Count::new(value, known),
        })
    }

    fn counts() -> impl Strategy<Value = Vec<Count>> {
        prop::collection::vec(any_count(), 0..12)
    }

    proptest! {
        #[test]
        fn order_never_matters(
            (counts, shuffled) in counts().prop_flat_map(|c| (Just(c.clone()), Just(c).prop_shuffle())),
        ) {
            prop_assert_eq!(sum(counts), sum(shuffled));
        }

        #[test]
        fn partial_sums_add_up(all in prop::collection::vec(counts(), 0..5)) {
            let parts = all.iter().filter_map(|part| sum(part.iter().copied())).reduce(Tally::plus);
            prop_assert_eq!(parts, sum(all.concat()));
        }

        #[test]
        fn unknown_changes_nothing(counts in counts(), times in 0_usize..4) {
            let known = counts.iter().copied().filter(|count| count.value.is_some());
            let with_unknown = counts.iter().copied().chain(std::iter::repeat_n(NOTHING, times));
            prop_assert_eq!(sum(with_unknown), sum(known));
        }

        /// The rule as the page words it, told apart from how `plus` goes about it.
        #[test]
        fn the_weakest_part_names_the_sum(counts in counts()) {
            let any = |these: &[Qualifier]| counts.iter().any(|count| these.contains(&count.qualifier));
            let (floor, ceiling) = (any(&[MoreThan, AtLeast]), any(&[LessThan, AtMost]));
            let expected = match (any(&[About]), floor, ceiling) {
                (true, ..) | (_, true, true) => Some(About),
                (_, true, _) => Some(AtLeast),
                (_, _, true) => Some(AtMost),
                _ => any(&[Exact]).then_some(Exact),
            };
            prop_assert_eq!(sum(counts).map(|tally| tally.qualifier), expected);
        }

        /// Whatever the true numbers behind the statements, a floor is never above and a ceiling never below their sum.
        #[test]
        fn bounds_hold(counts in counts(), slack in 0_i64..1000) {
            let truth: i64 = counts.iter().filter_map(|count| Some(match count.qualifier {
                MoreThan => count.value? + 1 + slack,
                AtLeast => count.value? + slack,
                LessThan => (count.value? - 1 - slack).max(0),
                AtMost => (count.value? - slack).max(0),
                _ => count.value?,
            })).sum();
            match sum(counts).map(|tally| (tally.qualifier, tally.value)) {
                Some((AtLeast, floor)) => prop_assert!(floor <= truth),
                Some((AtMost, ceiling)) => prop_assert!(truth <= ceiling),
                Some((Exact, value)) => prop_assert_eq!(value, truth),
                _ => {}
            }
        }
    }
}
