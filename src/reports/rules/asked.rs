//! The question, read: every mistake in it at once, each by the name of its parameter.

use std::fmt;
use std::str::FromStr;

use chrono::{Datelike, Months, NaiveDate};
use serde::Deserialize;
use utoipa::IntoParams;

use super::built_in::USUAL;
use crate::base::csv::Dialect;
use crate::base::problem::{Code, Error, FieldError, Result};
use crate::base::text::{FromText, Slug};
use crate::catalogue::CollectionId;
use crate::reports::model::{Forms, ReportFormat, Span};

const MAX_YEARS: u32 = 50;

/// The parameters as they came.
#[derive(Clone, Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct Asked {
    /// The first day of the period.
    #[param(required = true, value_type = String, format = Date, nullable = false, example = "2020-01-01")]
    pub from: Option<String>,
    /// Its last day, included; less than 50 years after `from`.
    #[param(required = true, value_type = String, format = Date, nullable = false, example = "2021-05-31")]
    pub to: Option<String>,
    /// Only the programme of this organisation, by slug or id. Without it: all whose reports the caller may see.
    #[param(max_length = 60, nullable = false, example = "staedteregion-aachen")]
    pub organisation: Option<String>,
    /// Only seminars of this collection.
    #[param(value_type = Option<CollectionId>, nullable = false)]
    pub collection: Option<String>,
    /// The counting rule by name, `all` by default; `name@2` is its second version, without one the newest counts.
    #[param(max_length = 80, nullable = false, example = "public@1")]
    pub rule: Option<String>,
    /// A day in the period: seminars held are also counted before it and from it on.
    #[param(value_type = Option<String>, format = Date, nullable = false, example = "2020-03-16")]
    pub split_on: Option<String>,
    /// Without it the header `Accept` decides, JSON first.
    #[param(value_type = Option<ReportFormat>, nullable = false, example = "json")]
    pub format: Option<String>,
    /// How the texts name people; `neutral` by default.
    #[param(value_type = Option<Forms>, nullable = false, example = "neutral")]
    pub forms: Option<String>,
    /// For whom CSV is written; `excel` by default.
    #[param(value_type = Option<Dialect>, nullable = false, example = "excel")]
    pub dialect: Option<String>,
}

/// A rule as it is asked for: by its name, in its newest version or in this one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RuleName {
    pub name: String,
    pub version: Option<i32>,
}

impl RuleName {
    #[must_use]
    pub fn usual() -> Self {
        Self {
            name: USUAL.to_owned(),
            version: None,
        }
    }
}

impl FromStr for RuleName {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let fault =
            || "must be the name of a counting rule, such as public, or name and version, such as public@1".to_owned();
        let (name, version) = match text.split_once('@') {
            Some((name, version)) => (name, Some(version)),
            None => (text, None),
        };
        let plain = |digits: &&str| !digits.starts_with(['0', '+']);
        let version = version.map(|digits| {
            Some(digits)
                .filter(plain)
                .and_then(|digits| digits.parse::<i32>().ok())
                .ok_or_else(fault)
        });
        Ok(Self {
            name: Slug::from_text(name).map_err(|_| fault())?.into_string(),
            version: version
                .transpose()?
                .map(|version| Some(version).filter(|version| *version > 0).ok_or_else(fault))
                .transpose()?,
        })
    }
}

impl fmt::Display for RuleName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.version {
            Some(version) => write!(f, "{}@{version}", self.name),
            None => f.write_str(&self.name),
        }
    }
}

/// A question that makes sense.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ActivityQuery {
    pub period: Span,
    pub split_on: Option<NaiveDate>,
    pub rule: RuleName,
    pub collection: Option<CollectionId>,
    pub format: Option<ReportFormat>,
    pub forms: Forms,
    pub dialect: Dialect,
}

impl Asked {
    pub fn query(&self) -> Result<ActivityQuery> {
        let mut errors = Vec::new();
        let from = required(&mut errors, "from", self.from.as_deref());
        let to = required(&mut errors, "to", self.to.as_deref());
        let split_on = read(&mut errors, "split_on", self.split_on.as_deref(), day);
        let rule = read(&mut errors, "rule", self.rule.as_deref(), str::parse);
        let collection = read(&mut errors, "collection", self.collection.as_deref(), |text| {
            text.parse::<CollectionId>().map_err(|_| "is not an id".to_owned())
        });
        let format = read(&mut errors, "format", self.format.as_deref(), str::parse);
        let forms = read(&mut errors, "forms", self.forms.as_deref(), str::parse);
        let dialect = read(&mut errors, "dialect", self.dialect.as_deref(), str::parse);
        let period = from.zip(to).map(|(from, to)| Span { from, to });
        if let Some(period) = period {
            errors.extend(span_faults(period, split_on));
        }
        match period {
            Some(period) if errors.is_empty() => Ok(ActivityQuery {
                period,
                split_on,
                rule: rule.unwrap_or_else(RuleName::usual),
                collection,
                format,
                forms: forms.unwrap_or_default(),
                dialect: dialect.unwrap_or_default(),
            }),
            _ => Err(Error::invalid(errors)),
        }
    }
}

impl ActivityQuery {
    /// As the command line asks.
    pub fn for_command(from: NaiveDate, to: NaiveDate, rule: &str, split_on: Option<NaiveDate>) -> Result<Self> {
        let asked = Asked {
            from: Some(from.to_string()),
            to: Some(to.to_string()),
            rule: Some(rule.to_owned()),
            split_on: split_on.map(|day| day.to_string()),
            ..Asked::default()
        };
        asked.query()
    }
}

/// The faults of a question that came in a body: the parameters are its members there.
#[must_use]
pub fn in_the_body(error: Error) -> Error {
    let problem = error.problem();
    if problem.code != Code::ValidationFailed {
        return error;
    }
    let errors = problem.errors.into_iter().map(|fault| match fault.parameter {
        Some(name) => FieldError::member(format!("/{name}"), fault.detail),
        None => fault,
    });
    Error::invalid(errors.collect())
}

fn span_faults(period: Span, split_on: Option<NaiveDate>) -> Vec<FieldError> {
    let mut faults = Vec::new();
    let end = period.from.checked_add_months(Months::new(12 * MAX_YEARS));
    if period.to < period.from {
        faults.push(FieldError::parameter("to", "must not be before `from`"));
    } else if end.is_none_or(|end| period.to >= end) {
        faults.push(FieldError::parameter(
            "to",
            format!("must be less than {MAX_YEARS} years after `from`"),
        ));
    }
    if split_on.is_some_and(|day| faults.is_empty() && !period.contains(day)) {
        faults.push(FieldError::parameter("split_on", "must lie in the period"));
    }
    faults
}

fn required(errors: &mut Vec<FieldError>, name: &str, given: Option<&str>) -> Option<NaiveDate> {
    if given.is_none() {
        errors.push(FieldError::parameter(name, "is required"));
    }
    read(errors, name, given, day)
}

fn read<T>(
    errors: &mut Vec<FieldError>,
    name: &str,
    given: Option<&str>,
    parse: impl Fn(&str) -> Result<T, String>,
) -> Option<T> {
    match parse(given?) {
        Ok(value) => Some(value),
        Err(fault) => {
            errors.push(FieldError::parameter(name, fault));
            None
        }
    }
}

/// `YYYY-MM-DD` and nothing else.
fn day(text: &str) -> Result<NaiveDate, String> {
    let shape = text.len() == 10 && text.bytes().all(|b| b.is_ascii_digit() || b == b'-');
    NaiveDate::parse_from_str(text, "%Y-%m-%d")
        .ok()
        .filter(|day| shape && day.year() > 0)
        .ok_or_else(|| "must be a calendar day such as 2020-01-31".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(from: &str, to: &str) -> Asked {
        Asked {
            from: Some(from.to_owned()),
            to: Some(to.to_owned()),
            ..Asked::default()
        }
    }

    fn faults(asked: &Asked) -> Vec<String> {
        let problem = asked.query().unwrap_err().problem();
        problem.errors.iter().map(|e| e.place().to_owned()).collect()
    }

    #[test]
    fn a_period_is_enough() {
        let query = asked("2020-01-01", "2020-01-01").query().unwrap();
        assert_eq!(
            (query.rule, query.split_on, query.format),
            (RuleName::usual(), None, None)
        );
    }

    #[test]
    fn every_mistake_is_named_at_once() {
        let asked = Asked {
            from: None,
            to: Some("31.05.2021".to_owned()),
            organisation: None,
            collection: Some("x".to_owned()),
            rule: Some("Everything!".to_owned()),
            split_on: Some("2021-02-30".to_owned()),
            format: Some("odt".to_owned()),
            forms: Some("binnen".to_owned()),
            dialect: Some("tsv".to_owned()),
        };
        assert_eq!(
            faults(&asked),
            [
                "from",
                "to",
                "split_on",
                "rule",
                "collection",
                "format",
                "forms",
                "dialect"
            ]
        );
        let problem = asked.query().unwrap_err().problem();
        assert_eq!(
            problem.errors[3].detail,
            "must be the name of a counting rule, such as public, or name and version, such as public@1"
        );
    }

    #[test]
    fn periods_have_an_order_and_an_end() {
        assert_eq!(faults(&asked("2021-01-02", "2021-01-01")), ["to"]);
        assert!(asked("1970-01-01", "2019-12-31").query().is_ok());
        assert_eq!(faults(&asked("1970-01-01", "2020-01-01")), ["to"]);
        assert_eq!(faults(&asked("9999-12-31", "9999-12-31x")), ["to"]);
        for odd in ["2020-1-1", "+2020-01-0", "0000-01-01", "20200101", "2020-01-01T", ""] {
            assert_eq!(faults(&asked(odd, "2021-01-01")), ["from"], "{odd}");
        }
    }

    #[test]
    fn the_split_lies_in_the_period() {
        let split = |day: &str| Asked {
            split_on: Some(day.to_owned()),
            ..asked("2020-01-01", "2020-12-31")
        };
        assert!(split("2020-01-01").query().is_ok());
        assert!(split("2020-12-31").query().is_ok());
        assert_eq!(faults(&split("2019-12-31")), ["split_on"]);
        assert_eq!(faults(&split("2021-01-01")), ["split_on"]);
    }

    #[test]
    fn a_rule_is_asked_for_by_name_and_version() {
        let read = |text: &str| text.parse::<RuleName>().map(|rule| (rule.name, rule.version));
        assert_eq!(read("public"), Ok(("public".to_owned(), None)));
        assert_eq!(
            read("vorlage-2021-0047@12"),
            Ok(("vorlage-2021-0047".to_owned(), Some(12)))
        );
        for odd in [
            "",
            "@1",
            "public@",
            "public@0",
            "public@01",
            "public@+1",
            "public@-1",
            "public@x",
            "public@1@2",
            "Public",
            "p",
        ] {
            assert!(read(odd).is_err(), "{odd}");
        }
        for text in ["public", "public@1"] {
            assert_eq!(text.parse::<RuleName>().unwrap().to_string(), text);
        }
    }

    #[test]
    fn the_faults_of_a_body_are_its_members() {
        let faults = in_the_body(asked("2021-01-02", "2021-01-01").query().unwrap_err())
            .problem()
            .errors;
        assert_eq!(faults.iter().map(FieldError::place).collect::<Vec<_>>(), ["/to"]);
    }
}
