//! The question for a statistic: that for a report, and what is counted of it and how it is written.

use serde::Deserialize;
use utoipa::IntoParams;

use crate::base::csv::Dialect;
use crate::base::problem::{Error, FieldError, Result};
use crate::catalogue::CollectionId;
use crate::reports::model::{Measure, StatisticFormat, StatisticName};
use crate::reports::rules::{ActivityQuery, Asked};

/// The parameters as they came.
#[derive(Clone, Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct StatisticAsked {
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
    /// A day in the period, as in the report. It changes no value.
    #[param(value_type = Option<String>, format = Date, nullable = false, example = "2020-03-16")]
    pub split_on: Option<String>,
    /// What is counted, `seminars` by default. `lead-times` and `no-shows` say it themselves; `cancellations` are of seminars.
    #[param(value_type = Option<Measure>, nullable = false, example = "participants")]
    pub measure: Option<String>,
    /// Without it the header `Accept` decides between `json`, `svg` and `csv`, JSON first.
    #[param(value_type = Option<StatisticFormat>, nullable = false, example = "svg")]
    pub format: Option<String>,
    /// Of CSV: for whom it is written, `excel` by default.
    #[param(value_type = Option<Dialect>, nullable = false)]
    pub dialect: Option<String>,
}

/// A question that makes sense.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StatisticQuery {
    pub activity: ActivityQuery,
    pub measure: Measure,
    /// `None`: the caller accepts one or another.
    pub format: Option<StatisticFormat>,
    pub dialect: Option<Dialect>,
}

impl StatisticAsked {
    /// Every mistake at once, each by the name of its parameter.
    pub fn query(&self, name: StatisticName) -> Result<StatisticQuery> {
        let mut errors = Vec::new();
        let measure = read(&mut errors, "measure", self.measure.as_deref());
        let format = read(&mut errors, "format", self.format.as_deref());
        let dialect = read(&mut errors, "dialect", self.dialect.as_deref());
        if let Some(measure) = measure.filter(|measure| !name.measures().contains(measure)) {
            errors.push(FieldError::parameter("measure", misplaced(name, measure)));
        }
        let asked = Asked {
            from: self.from.clone(),
            to: self.to.clone(),
            organisation: self.organisation.clone(),
            collection: self.collection.clone(),
            rule: self.rule.clone(),
            split_on: self.split_on.clone(),
            ..Asked::default()
        };
        let activity = match asked.query() {
            Ok(activity) => Some(activity),
            Err(error) => {
                errors.extend(error.problem().errors);
                None
            }
        };
        match activity {
            Some(activity) if errors.is_empty() => Ok(StatisticQuery {
                activity,
                measure: measure.unwrap_or_default(),
                format,
                dialect,
            }),
            _ => Err(Error::invalid(errors)),
        }
    }
}

impl StatisticQuery {
    /// Refuses a dialect where no CSV is written: whoever asked for it meant something else.
    pub fn dialect(&self, format: StatisticFormat) -> Result<Dialect> {
        match self.dialect {
            Some(_) if format != StatisticFormat::Csv => {
                let fault = format!("says nothing as {format}");
                Err(Error::invalid(vec![FieldError::parameter("dialect", fault)]))
            }
            dialect => Ok(dialect.unwrap_or_default()),
        }
    }
}

fn misplaced(name: StatisticName, measure: Measure) -> String {
    match name.measures() {
        [] => format!("says nothing of {name}, which have one of their own"),
        those => {
            let those = those.iter().map(|one| one.as_str()).collect::<Vec<_>>();
            format!("{measure} cannot be counted of {name}, only {}", those.join(", "))
        }
    }
}

fn read<T: std::str::FromStr<Err = String>>(
    errors: &mut Vec<FieldError>,
    name: &str,
    given: Option<&str>,
) -> Option<T> {
    match given?.parse() {
        Ok(value) => Some(value),
        Err(fault) => {
            errors.push(FieldError::parameter(name, fault));
            None
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(measure: Option<&str>) -> StatisticAsked {
        StatisticAsked {
            from: Some("2020-01-01".to_owned()),
            to: Some("2020-12-31".to_owned()),
            measure: measure.map(str::to_owned),
            ..StatisticAsked::default()
        }
    }

    fn faults(result: Result<StatisticQuery>) -> Vec<(String, String)> {
        let errors = result.unwrap_err().problem().errors;
        errors
            .into_iter()
            .map(|one| (one.place().to_owned(), one.detail))
            .collect()
    }

    #[test]
    fn seminars_are_counted_where_nothing_else_is_asked_for() {
        for name in StatisticName::ALL {
            let query = asked(None).query(*name).unwrap();
            assert_eq!((query.measure, query.format), (Measure::Seminars, None));
        }
    }

    #[test]
    fn what_cannot_be_counted_is_refused_by_name() {
        for name in StatisticName::ALL {
            for measure in Measure::ALL {
                let result = asked(Some(measure.as_str())).query(*name);
                if name.measures().contains(measure) {
                    assert_eq!(result.unwrap().measure, *measure);
                } else {
                    let faults = faults(result);
                    assert_eq!(faults.len(), 1);
                    assert_eq!(faults[0].0, "measure");
                    assert!(faults[0].1.contains(name.as_str()), "{faults:?}");
                }
            }
        }
    }

    #[test]
    fn every_mistake_is_named_at_once() {
        let asked = StatisticAsked {
            from: None,
            rule: Some("Everything!".to_owned()),
            format: Some("png".to_owned()),
            dialect: Some("tsv".to_owned()),
            ..asked(Some("people"))
        };
        let places = faults(asked.query(StatisticName::Months));
        let places = places.iter().map(|(place, _)| place.as_str()).collect::<Vec<_>>();
        assert_eq!(places, ["measure", "format", "dialect", "from", "rule"]);
    }

    #[test]
    fn a_dialect_is_one_of_csv() {
        let query = StatisticAsked {
            dialect: Some("rfc4180".to_owned()),
            ..asked(None)
        };
        let query = query.query(StatisticName::Months).unwrap();
        assert_eq!(query.dialect(StatisticFormat::Csv).unwrap(), Dialect::Rfc4180);
        let fault = query.dialect(StatisticFormat::Svg).unwrap_err().problem().errors;
        assert_eq!(fault[0].place(), "dialect");
    }
}
