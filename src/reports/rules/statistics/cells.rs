//! Values that know what they rest on, and how several become one.

use std::collections::BTreeSet;

use crate::attendance::{Qualifier, Tally};
use crate::reports::model::{Figure, StatisticCell, Sum};
use crate::seminars::SeminarId;

impl StatisticCell {
    /// Nothing that could be known.
    #[must_use]
    pub fn nothing() -> Self {
        Self {
            value: None,
            qualifier: Qualifier::Unknown,
            lower_bound: None,
            numerator: None,
            denominator: None,
            seminars: Vec::new(),
            unknown: Vec::new(),
        }
    }

    /// Counted one by one, so zero is zero.
    #[must_use]
    pub fn counted(figure: &Figure) -> Self {
        Self::exact(figure.count, figure.seminars.clone())
    }

    #[must_use]
    pub fn exact(count: usize, seminars: Vec<SeminarId>) -> Self {
        let count = i64::try_from(count).unwrap_or(i64::MAX);
        Self {
            seminars,
            ..Self::of(Tally::exact(count))
        }
    }

    /// A sum over seminars held; `unknown` are those that are not in it. Where none was held, nobody came.
    #[must_use]
    pub fn summed(sum: Option<&Sum>, held: &[SeminarId], unknown: Vec<SeminarId>) -> Self {
        let known = match sum {
            Some(sum) => Self {
                seminars: sum.seminars.clone(),
                ..Self::of(sum.tally())
            },
            None if held.is_empty() => Self::of(Tally::exact(0)),
            None => Self::nothing(),
        };
        Self { unknown, ..known }
    }

    /// How many of how many, in percent to a tenth; of nobody there is no rate.
    #[must_use]
    pub fn rate(numerator: i64, denominator: i64, seminars: Vec<SeminarId>, unknown: Vec<SeminarId>) -> Self {
        let known = denominator > 0;
        #[allow(clippy::cast_precision_loss)]
        let percent = || (numerator as f64 * 1000.0 / denominator as f64).round() / 10.0;
        Self {
            value: known.then(percent),
            qualifier: if known { Qualifier::Exact } else { Qualifier::Unknown },
            numerator: Some(numerator),
            denominator: Some(denominator),
            seminars,
            unknown,
            ..Self::nothing()
        }
    }

    fn of(tally: Tally) -> Self {
        #[allow(clippy::cast_precision_loss)]
        let value = tally.value as f64;
        Self {
            value: Some(value),
            qualifier: tally.qualifier,
            lower_bound: tally.lower_bound,
            ..Self::nothing()
        }
    }

    /// The value as a count with its doubt; `None`: there is none.
    #[must_use]
    pub fn tally(&self) -> Option<Tally> {
        #[allow(clippy::cast_possible_truncation)]
        self.value.map(|value| Tally {
            value: value as i64,
            qualifier: self.qualifier,
            lower_bound: self.lower_bound,
        })
    }

    /// Whether something belongs here of which nothing at all is known.
    #[must_use]
    pub fn is_unknown(&self) -> bool {
        self.value.is_none() && !self.unknown.is_empty()
    }

    /// Both as one. What rests on no seminar gives way to what does, so that nothing beside unknown stays unknown.
    #[must_use]
    pub fn plus(self, other: Self) -> Self {
        let unknown = united(&self.unknown, &other.unknown);
        let seminars = united(&self.seminars, &other.seminars);
        if let (Some(one), Some(two)) = (
            self.numerator.zip(self.denominator),
            other.numerator.zip(other.denominator),
        ) {
            return Self::rate(one.0 + two.0, one.1 + two.1, seminars, unknown);
        }
        let known = match (self.seminars.is_empty(), other.seminars.is_empty()) {
            (true, false) => other,
            (false, true) => self,
            _ => match self.tally().zip(other.tally()) {
                Some((one, two)) => Self::of(one.plus(two)),
                None => Self::nothing(),
            },
        };
        Self {
            seminars,
            unknown,
            ..known
        }
    }
}

/// Each once, in the order in which they come.
fn united(some: &[SeminarId], others: &[SeminarId]) -> Vec<SeminarId> {
    let mut seen = BTreeSet::new();
    some.iter()
        .chain(others)
        .copied()
        .filter(|id| seen.insert(*id))
        .collect()
}
