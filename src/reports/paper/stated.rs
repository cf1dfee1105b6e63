//! What sources say of the whole, in words.

use minijinja::Value;
use serde::Serialize;

use super::words::{date, escaped, in_quotes, in_words, listed};
use crate::attendance::{Count, Qualifier, Tally};
use crate::reports::model::{StatedBeside, StatedBySource, TotalOf};

#[derive(Serialize)]
pub struct StatedView {
    title: String,
    table: Value,
    unnamed: Option<UnnamedView>,
}

#[derive(Serialize)]
struct UnnamedView {
    /// „rund 16“
    not_held: String,
    counted: String,
    one: bool,
    /// „rund 14“
    unnamed: String,
}

pub fn stated(of: &StatedBySource) -> StatedView {
    let mut table = String::from(
        "| Angabe | im Wortlaut | Zahl der Quelle | hier gezählt | Vergleich |\n| :-- | :-- | --: | --: | :-- |\n",
    );
    for one in &of.totals {
        let words = one.stated_as.as_deref().map(in_quotes).unwrap_or_default();
        table.push_str(&format!(
            "| {} | {} | {} | {} | {} |\n",
            name(one),
            escaped(&words),
            number(one.value, one.qualifier),
            one.counted,
            escaped(&comparison(one))
        ));
    }
    StatedView {
        title: of.source.clone(),
        table: Value::from_safe_string(table),
        unnamed: of.unnamed.as_ref().map(|unnamed| UnnamedView {
            not_held: number(Some(unnamed.not_held), unnamed.qualifier),
            counted: in_words(usize::try_from(unnamed.counted).unwrap_or_default()),
            one: unnamed.counted < 2,
            unnamed: number(Some(unnamed.unnamed), unnamed.qualifier),
        }),
    }
}

fn name(one: &StatedBeside) -> String {
    match (one.figure, one.before) {
        (TotalOf::Offered, _) => "angeboten".to_owned(),
        (TotalOf::Held, None) => "durchgeführt".to_owned(),
        (TotalOf::Held, Some(day)) => format!("durchgeführt vor dem {}", date(day)),
        (TotalOf::NotHeld, _) => "abgesagt oder verschoben".to_owned(),
    }
}

fn number(value: Option<i64>, qualifier: Qualifier) -> String {
    match value {
        Some(_) => Count { value, qualifier }.in_german(),
        None => "keine".to_owned(),
    }
}

fn comparison(one: &StatedBeside) -> String {
    let Some(value) = one.value else {
        return "die Quelle nennt keine Zahl".to_owned();
    };
    let rules = one
        .agreeing_rules
        .iter()
        .map(|rule| in_quotes(rule))
        .collect::<Vec<_>>();
    if value == one.counted && one.qualifier == Qualifier::Exact {
        return "stimmt überein".to_owned();
    }
    let difference = Tally::exact((value - one.counted).abs()).in_german();
    // A count that keeps within a bound does not contradict it.
    match one.qualifier {
        Qualifier::AtLeast if one.counted >= value => return "stimmt damit überein".to_owned(),
        Qualifier::MoreThan if one.counted > value => return "stimmt damit überein".to_owned(),
        Qualifier::AtMost if one.counted <= value => return "stimmt damit überein".to_owned(),
        Qualifier::LessThan if one.counted < value => return "stimmt damit überein".to_owned(),
        _ => {}
    }
    let about = if one.qualifier == Qualifier::Exact { "" } else { "rund " };
    let told = match value.cmp(&one.counted) {
        std::cmp::Ordering::Greater => format!("{about}{difference} sind nicht einzeln erfasst"),
        std::cmp::Ordering::Less => format!("hier zählen {about}{difference} mehr"),
        std::cmp::Ordering::Equal => "stimmt ungefähr überein".to_owned(),
    };
    match rules.as_slice() {
        [] => told,
        [only] => format!("{told}; so viele zählt die Regel {only}"),
        several => format!("{told}; so viele zählen die Regeln {}", listed(several)),
    }
}
