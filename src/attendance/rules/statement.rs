//! One statement: what it says, and whether it becomes the basis.

use super::super::model::NewHeadcount;
use super::super::phrase::{self, PhraseError, Stated};
use super::super::tally::{Count, MAX_VALUE, Qualifier, Unit};
use crate::base::problem::FieldError;
use crate::seminars::{Channel, Status};

/// A statement that makes sense.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Understood {
    pub count: Count,
    pub unit: Unit,
}

/// Nobody can have come to what was not announced.
#[must_use]
pub fn may_be_counted(status: Status) -> bool {
    status != Status::Draft
}

/// A livestream has viewers, the other channels participants; companies and questions may come from anywhere.
#[must_use]
pub fn fits(unit: Unit, channel: Channel) -> bool {
    match unit {
        Unit::Participants => channel != Channel::Livestream,
        Unit::Viewers => channel == Channel::Livestream,
        Unit::Companies | Unit::Questions => true,
    }
}

/// The first statement of its unit and channel that knows a number becomes the basis by itself. "Unknown" does
/// only if somebody says so: it would stand in the way of the first number.
#[must_use]
pub fn becomes_basis(asked: Option<bool>, count: Count, basis_exists: bool) -> bool {
    asked.unwrap_or(!basis_exists && count.value.is_some())
}

/// Reads words and members together. A member that is left out follows the words; one that is given must say the
/// same, if in other terms (`at_least` 131 is "über 130"). Words that are not understood are kept beside members.
pub fn understand(new: &NewHeadcount) -> Result<Understood, Vec<FieldError>> {
    let phrase = new.stated_as.as_ref().map(|words| phrase::parse(words.as_str()));
    let said = phrase.as_ref().and_then(|read| read.as_ref().ok()).copied();
    let count = count(new, phrase.as_ref());
    let said_unit = said.and_then(|said| said.unit);
    let unit = new.unit.or(said_unit).unwrap_or(Unit::Participants);

    let mut errors = match (&count, said) {
        (Err(fault), _) => vec![fault.clone()],
        (Ok(count), Some(said)) => contradictions(new, said, *count),
        (Ok(_), None) => Vec::new(),
    };
    if let Some(said) = said_unit.filter(|said| *said != unit) {
        let why = format!("contradicts `stated_as`, which says {said}");
        errors.push(FieldError::member("/unit", why));
    }
    if let Some(channel) = new.channel.filter(|channel| !fits(unit, *channel)) {
        let why = match unit {
            Unit::Participants => "has viewers, not participants: say `unit`: `viewers` or choose another channel",
            _ => "has participants; only a livestream has viewers",
        };
        errors.push(FieldError::member("/channel", format!("{channel} {why}")));
    }
    match count {
        Ok(count) if errors.is_empty() => Ok(Understood { count, unit }),
        _ => Err(errors),
    }
}

/// The number and how it is to be read, or what is in the way.
fn count(new: &NewHeadcount, phrase: Option<&Result<Stated, PhraseError>>) -> Result<Count, FieldError> {
    let said = phrase.and_then(|read| read.as_ref().ok());
    let qualifier = new.qualifier.or(said.map(|said| said.qualifier));
    let qualifier = qualifier.unwrap_or(Qualifier::Exact);
    let value = match qualifier {
        Qualifier::Unknown => new.value,
        _ => new.value.or(said.and_then(|said| said.value)),
    };
    let fault = match (value, phrase) {
        (Some(value), _) if !(0..=MAX_VALUE).contains(&value) => ("/value", "must be 0 to 10,000,000".to_owned()),
        (Some(0), _) if qualifier == Qualifier::LessThan => {
            ("/value", "must be more than 0: nothing is less than 0".to_owned())
        }
        (Some(_), _) if new.qualifier == Some(Qualifier::Unknown) => {
            let why = "must be left out: `qualifier` says that the number is unknown";
            ("/value", why.to_owned())
        }
        (None, Some(Err(why))) if qualifier != Qualifier::Unknown => {
            ("/stated_as", format!("{why}; or give `value` beside it"))
        }
        (None, None) if qualifier != Qualifier::Unknown => {
            let why = "is required, or the words alone in `stated_as`, or `qualifier`: `unknown`";
            ("/value", why.to_owned())
        }
        _ => return Ok(Count { value, qualifier }),
    };
    Err(FieldError::member(fault.0, fault.1))
}

/// The members that say something else than the words do.
fn contradictions(new: &NewHeadcount, said: Stated, count: Count) -> Vec<FieldError> {
    let same_in_other_terms = count.tally().is_some() && count.tally() == said.count().tally();
    if count == said.count() || same_in_other_terms {
        return Vec::new();
    }
    let number = said.value.map(|value| format!(" {value}")).unwrap_or_default();
    let why = format!("contradicts `stated_as`, which says {}{number}", said.qualifier);
    let value = new.value.is_some_and(|value| said.value != Some(value));
    let qualifier = new.qualifier.is_some_and(|qualifier| qualifier != said.qualifier);
    [("/value", value), ("/qualifier", qualifier)]
        .into_iter()
        .filter(|(_, contradicts)| *contradicts)
        .map(|(pointer, _)| FieldError::member(pointer, why.clone()))
        .collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::base::text::{FromText, Line};
    use Qualifier::{AtLeast, Exact, LessThan, MoreThan, Unknown};

    fn words(words: &str) -> NewHeadcount {
        NewHeadcount {
            stated_as: Line::from_text(words).ok(),
            ..NewHeadcount::default()
        }
    }

    fn given(value: Option<i64>, qualifier: Option<Qualifier>, unit: Option<Unit>, stated_as: &str) -> NewHeadcount {
        NewHeadcount {
            value,
            qualifier,
            unit,
            ..words(stated_as)
        }
    }

    fn at(channel: Channel, new: NewHeadcount) -> NewHeadcount {
        NewHeadcount {
            channel: Some(channel),
            ..new
        }
    }

    fn read(new: &NewHeadcount) -> Result<(Option<i64>, Qualifier, Unit), Vec<String>> {
        match understand(new) {
            Ok(Understood { count, unit }) => Ok((count.value, count.qualifier, unit)),
            Err(errors) => Err(errors.into_iter().filter_map(|error| error.pointer).collect()),
        }
    }

    fn refused(pointers: &[&str]) -> Result<(Option<i64>, Qualifier, Unit), Vec<String>> {
        Err(pointers.iter().map(|pointer| (*pointer).to_owned()).collect())
    }

    #[test]
    fn words_alone_are_enough() {
        assert_eq!(
            read(&words("über 130 Teilnehmende")),
            Ok((Some(130), MoreThan, Unit::Participants))
        );
        assert_eq!(
            read(&words("rund 35")),
            Ok((Some(35), Qualifier::About, Unit::Participants))
        );
        assert_eq!(read(&words("450 Zuschauende")), Ok((Some(450), Exact, Unit::Viewers)));
        assert_eq!(read(&words("unbekannt")), Ok((None, Unknown, Unit::Participants)));
        assert_eq!(read(&words("einige Leute")), refused(&["/stated_as"]));
    }

    #[test]
    fn members_alone_are_exact_participants_unless_they_say_otherwise() {
        assert_eq!(
            read(&given(Some(17), None, None, "")),
            Ok((Some(17), Exact, Unit::Participants))
        );
        assert_eq!(
            read(&given(None, Some(Unknown), Some(Unit::Viewers), "")),
            Ok((None, Unknown, Unit::Viewers))
        );
    }

    #[test]
    fn a_member_left_out_follows_the_words() {
        let new = given(Some(130), None, None, "über 130 Zuschauende");
        assert_eq!(read(&new), Ok((Some(130), MoreThan, Unit::Viewers)));
        let new = given(None, None, Some(Unit::Viewers), "rund 35");
        assert_eq!(read(&new), Ok((Some(35), Qualifier::About, Unit::Viewers)));
    }

    #[test]
    fn words_that_are_not_understood_are_kept_beside_members() {
        let new = given(Some(36), None, None, "jeweils 36 und 34 Teilnehmende");
        assert_eq!(read(&new), Ok((Some(36), Exact, Unit::Participants)));
        let new = given(None, Some(Unknown), None, "zahlreiche Gäste");
        assert_eq!(read(&new), Ok((None, Unknown, Unit::Participants)));
        // A qualifier alone states no number.
        let new = given(None, Some(Qualifier::About), None, "zahlreiche Gäste");
        assert_eq!(read(&new), refused(&["/stated_as"]));
    }

    #[test]
    fn contradictions_name_the_member() {
        let said = "über 130 Teilnehmende";
        assert_eq!(read(&given(Some(131), None, None, said)), refused(&["/value"]));
        assert_eq!(
            read(&given(Some(130), Some(Exact), None, said)),
            refused(&["/qualifier"])
        );
        assert_eq!(read(&given(None, Some(Unknown), None, said)), refused(&["/qualifier"]));
        assert_eq!(
            read(&given(Some(131), Some(Exact), Some(Unit::Viewers), said)),
            refused(&["/value", "/qualifier", "/unit"])
        );
        assert_eq!(read(&given(Some(5), None, None, "unbekannt")), refused(&["/value"]));
        assert_eq!(
            read(&given(None, Some(AtLeast), None, "unbekannt")),
            refused(&["/qualifier"])
        );
        // The same in other terms is no contradiction.
        assert_eq!(
            read(&given(Some(131), Some(AtLeast), None, said)),
            Ok((Some(131), AtLeast, Unit::Participants))
        );
    }

    #[test]
    fn a_value_is_where_and_only_where_one_is_known() {
        let members = |value, qualifier| read(&given(value, qualifier, None, ""));
        assert_eq!(members(None, None), refused(&["/value"]));
        assert_eq!(members(None, Some(MoreThan)), refused(&["/value"]));
        assert_eq!(members(Some(3), Some(Unknown)), refused(&["/value"]));
        assert_eq!(members(Some(-1), None), refused(&["/value"]));
        assert_eq!(members(Some(MAX_VALUE + 1), None), refused(&["/value"]));
        assert_eq!(members(Some(0), Some(LessThan)), refused(&["/value"]));
        assert_eq!(members(Some(0), None), Ok((Some(0), Exact, Unit::Participants)));
        assert_eq!(
            members(Some(MAX_VALUE), None),
            Ok((Some(MAX_VALUE), Exact, Unit::Participants))
        );
    }

    #[test]
    fn viewers_and_the_livestream_belong_together() {
        let count = |unit, channel| read(&at(channel, given(Some(1), None, unit, "")));
        assert_eq!(count(None, Channel::Livestream), refused(&["/channel"]));
        assert_eq!(count(Some(Unit::Viewers), Channel::Onsite), refused(&["/channel"]));
        assert_eq!(count(Some(Unit::Viewers), Channel::Online), refused(&["/channel"]));
        assert!(count(Some(Unit::Viewers), Channel::Livestream).is_ok());
        assert!(count(Some(Unit::Questions), Channel::Livestream).is_ok());
        assert!(count(None, Channel::Online).is_ok());
    }

    #[test]
    fn everything_wrong_is_named_at_once() {
        let new = at(
            Channel::Livestream,
            given(Some(-1), None, Some(Unit::Participants), "450 Zuschauende"),
        );
        assert_eq!(read(&new), refused(&["/value", "/unit", "/channel"]));
    }

    #[test]
    fn the_first_number_becomes_the_basis() {
        let (known, unknown) = (
            Count::new(5, Exact),
            Count {
                value: None,
                qualifier: Unknown,
            },
        );
        assert!(becomes_basis(None, known, false));
        assert!(!becomes_basis(None, known, true));
        assert!(!becomes_basis(None, unknown, false));
        assert!(becomes_basis(Some(true), known, true));
        assert!(becomes_basis(Some(true), unknown, false));
        assert!(!becomes_basis(Some(false), known, false));
    }

    #[test]
    fn drafts_are_not_counted() {
        let counted = Status::ALL.iter().filter(|status| may_be_counted(**status)).count();
        assert!(!may_be_counted(Status::Draft));
        assert_eq!(counted, Status::ALL.len() - 1);
    }

    proptest! {
        /// Whatever comes in, what is understood can be stored: the CHECKs of the table never speak.
        #[test]
        fn what_is_understood_can_be_stored(
            value in prop::option::of(-5_i64..=MAX_VALUE + 5),
            qualifier in prop::option::of(prop::sample::select(Qualifier::ALL)),
            unit in prop::option::of(prop::sample::select(Unit::ALL)),
            channel in prop::option::of(prop::sample::select(Channel::ALL)),
            stated_as in prop::sample::select(&["", "über 130", "rund 35 TN", "450 Zuschauende", "unbekannt", "viele"][..]),
        ) {
            let new = NewHeadcount { channel, ..given(value, qualifier, unit, stated_as) };
            match understand(&new) {
                Ok(Understood { count, unit }) => {
                    prop_assert_eq!(count.value.is_none(), count.qualifier == Unknown);
                    prop_assert!(count.value.is_none_or(|value| (0..=MAX_VALUE).contains(&value)));
                    prop_assert!(channel.is_none_or(|channel| fits(unit, channel)));
                }
                Err(errors) => prop_assert!(!errors.is_empty()),
            }
        }
    }
}
