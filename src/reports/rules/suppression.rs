//! Which counts of people are published, and what a sum says of those that are not.
//!
//! Of a seminar to which three people came, those who were there know who the three are, and whoever knows two of them
//! learns of the third. So a count of 1 to 4 people is not published: neither that of a seminar nor that of a cell. Leaving
//! out the cell alone would be no help where the whole is published, for it is had by subtraction; therefore a suppressed
//! count goes into no sum at all. Every published sum is then the sum of numbers that are published one by one in the list
//! of seminars, and nothing can be had from the sums that the list does not say. What becomes of a suppressed count is the
//! same whichever it is, its qualifier included: the tests exchange one for another, and nothing that is published changes.
//!
//! Nobody is hidden by a zero, which is published. How many seminars there were says nothing about people and is always
//! published. Units never meet: three on site and 450 who watched are a suppressed count and a published one. What was not
//! counted stays unknown, and is told apart from what is not told.

use crate::attendance::{Qualifier, Tally};

/// The least number of people that is published.
pub const LEAST: i64 = 5;

/// A count of people on its way out of the house.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Published {
    /// Nobody said how many came.
    Unknown,
    /// It is known and not told.
    Suppressed,
    Told(Tally),
}

/// What is published of a count.
#[must_use]
pub fn publish(count: Option<Tally>) -> Published {
    match count {
        None => Published::Unknown,
        Some(tally) if (1..LEAST).contains(&tally.value) => Published::Suppressed,
        // „Höchstens 5“ says that there were no more than that, and may be fewer.
        Some(tally) if tally.qualifier == Qualifier::AtMost && tally.value == LEAST => Published::Suppressed,
        Some(tally) => Published::Told(tally),
    }
}

impl Published {
    #[must_use]
    pub fn told(self) -> Option<Tally> {
        match self {
            Self::Told(tally) => Some(tally),
            Self::Unknown | Self::Suppressed => None,
        }
    }
}

/// A sum of published counts, and how many are not in it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct PublishedSum {
    /// `None`: there is no published count to make it of.
    pub sum: Option<Tally>,
    pub counted: usize,
    pub suppressed: usize,
}

/// The sum of what is told. Where something is not, it is a lower bound, as sure as the house's rules of sums make it.
#[must_use]
pub fn published_sum(counts: impl IntoIterator<Item = Published>) -> PublishedSum {
    let (mut sum, mut counted, mut suppressed) = (None::<Tally>, 0, 0);
    for count in counts {
        match count {
            Published::Unknown => {}
            Published::Suppressed => suppressed += 1,
            Published::Told(tally) => {
                counted += 1;
                sum = Some(sum.map_or(tally, |sum| sum.plus(tally)));
            }
        }
    }
    // Of what is left out only this is said, that it is there: at least nobody more.
    let more = Tally {
        value: 0,
        qualifier: Qualifier::AtLeast,
        lower_bound: Some(0),
    };
    PublishedSum {
        sum: sum.map(|sum| if suppressed > 0 { sum.plus(more) } else { sum }),
        counted,
        suppressed,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn told(value: i64) -> Published {
        Published::Told(Tally::exact(value))
    }

    #[test]
    fn few_people_are_not_counted_in_public() {
        assert_eq!(publish(None), Published::Unknown);
        for few in 1..=4 {
            assert_eq!(publish(Some(Tally::exact(few))), Published::Suppressed, "{few}");
        }
        let at_most = |value| {
            publish(Some(Tally {
                qualifier: Qualifier::AtMost,
                ..Tally::exact(value)
            }))
        };
        assert_eq!(at_most(5), Published::Suppressed);
        assert!(matches!(at_most(6), Published::Told(_)));
        for value in [0, 5, 6, 450] {
            assert_eq!(publish(Some(Tally::exact(value))), told(value));
        }
    }

    #[test]
    fn a_sum_says_what_is_not_in_it() {
        let sum = |counts: &[Published]| {
            let PublishedSum {
                sum,
                counted,
                suppressed,
            } = published_sum(counts.iter().copied());
            (sum.map(|sum| (sum.value, sum.qualifier)), counted, suppressed)
        };
        let hidden = Published::Suppressed;
        assert_eq!(sum(&[]), (None, 0, 0));
        assert_eq!(sum(&[Published::Unknown]), (None, 0, 0));
        assert_eq!(
            sum(&[hidden, hidden]),
            (None, 0, 2),
            "not zero, and no lower bound either"
        );
        assert_eq!(sum(&[told(180), told(17)]), (Some((197, Qualifier::Exact)), 2, 0));
        assert_eq!(sum(&[told(180), hidden]), (Some((180, Qualifier::AtLeast)), 1, 1));
        assert_eq!(sum(&[told(0), hidden]), (Some((0, Qualifier::AtLeast)), 1, 1));
        let about = Published::Told(Tally {
            value: 35,
            qualifier: Qualifier::About,
            lower_bound: None,
        });
        assert_eq!(sum(&[about, hidden]), (Some((35, Qualifier::About)), 1, 1));
        let ceiling = Published::Told(Tally {
            value: 49,
            qualifier: Qualifier::AtMost,
            lower_bound: None,
        });
        assert_eq!(sum(&[ceiling]), (Some((49, Qualifier::AtMost)), 1, 0));
        assert_eq!(
            sum(&[ceiling, hidden]),
            (Some((49, Qualifier::About)), 1, 1),
            "no ceiling any more"
        );
    }

    proptest! {
        /// Whatever is taken from whatever: what is left is nobody, or five and more.
        #[test]
        fn no_part_of_a_sum_is_few(counts in prop::collection::vec(prop::option::of(0_i64..20), 0..12), mask: u16) {
            let published = counts.iter().map(|count| publish(count.map(Tally::exact))).collect::<Vec<_>>();
            let part = published.iter().enumerate().filter(|(n, _)| mask & (1 << n) != 0).map(|(_, count)| *count);
            let value = |sum: PublishedSum| sum.sum.map_or(0, |sum| sum.value);
            let (whole, part) = (value(published_sum(published.clone())), value(published_sum(part)));
            prop_assert!(!(1..LEAST).contains(&part), "{part}");
            prop_assert!(!(1..LEAST).contains(&(whole - part)), "{whole} - {part}");
        }
    }
}
