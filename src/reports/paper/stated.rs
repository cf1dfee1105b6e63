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
    /// „rund 16 Veranstaltungen“, with the verb before it
    not_held: String,
    counted: String,
    one: bool,
    /// „rund 14 weitere“
    unnamed: String,
    one_unnamed: bool,
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
            not_held: match (unnamed.not_held, unnamed.qualifier) {
                (1, Qualifier::Exact) => "wurde eine Veranstaltung".to_owned(),
                (value, qualifier) => format!("wurden {} Veranstaltungen", number(Some(value), qualifier)),
            },
            counted: in_words(usize::try_from(unnamed.counted).unwrap_or_default()),
            one: unnamed.counted < 2,
            unnamed: match (unnamed.unnamed, unnamed.qualifier) {
                (1, Qualifier::Exact) => "eine weitere".to_owned(),
                (value, qualifier) => format!("{} weitere", number(Some(value), qualifier)),
            },
            one_unnamed: (unnamed.unnamed, unnamed.qualifier) == (1, Qualifier::Exact),
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
        None => "nicht genannt".to_owned(),
    }
}

/// What is counted here, held against what the source says: whether it agrees, and by how much it does not. That a seminar
/// is not recorded is not said: a rule may leave it out.
fn comparison(one: &StatedBeside) -> String {
    let count = Count {
        value: one.value,
        qualifier: one.qualifier,
    };
    // „Über 30“ is at least 31 from here on, as in every sum.
    let Some(said) = count.tally() else {
        return "die Quelle nennt keine Zahl".to_owned();
    };
    let agrees = match said.qualifier {
        Qualifier::AtLeast => one.counted >= said.value,
        Qualifier::AtMost => one.counted <= said.value,
        _ => one.counted == said.value,
    };
    let bound = matches!(said.qualifier, Qualifier::AtLeast | Qualifier::AtMost);
    if agrees {
        return match said.qualifier {
            Qualifier::Exact => "stimmt überein",
            _ if bound => "stimmt damit überein",
            _ => "stimmt ungefähr überein",
        }
        .to_owned();
    }
    let sure = match said.qualifier {
        Qualifier::Exact => "",
        _ if bound => "mindestens ",
        _ => "rund ",
    };
    let side = if said.value > one.counted { "weniger" } else { "mehr" };
    let difference = said.value.saturating_sub(one.counted).saturating_abs();
    let told = format!("hier zählen {sure}{} {side}", Tally::exact(difference).in_german());
    let rules = one
        .agreeing_rules
        .iter()
        .map(|rule| in_quotes(rule))
        .collect::<Vec<_>>();
    let stated = Tally::exact(said.value).in_german();
    match rules.as_slice() {
        [] => told,
        [only] => format!("{told}; die {stated} der Quelle zählt die Regel {only}"),
        several => format!("{told}; die {stated} der Quelle zählen die Regeln {}", listed(several)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_agrees_with_a_bound_and_what_does_not() {
        use Qualifier::{About, AtLeast, AtMost, Exact, LessThan, MoreThan, Unknown};
        for (value, qualifier, counted, told) in [
            (Some(19), Exact, 19, "stimmt überein"),
            (Some(19), Exact, 23, "hier zählen 4 mehr"),
            (Some(23), Exact, 20, "hier zählen 3 weniger"),
            (Some(35), About, 25, "hier zählen rund 10 weniger"),
            (Some(35), About, 35, "stimmt ungefähr überein"),
            (Some(30), MoreThan, 31, "stimmt damit überein"),
            (Some(30), MoreThan, 30, "hier zählen mindestens 1 weniger"),
            (Some(30), AtLeast, 25, "hier zählen mindestens 5 weniger"),
            (Some(30), LessThan, 30, "hier zählen mindestens 1 mehr"),
            (Some(20), AtMost, 25, "hier zählen mindestens 5 mehr"),
            (Some(20), AtMost, 3, "stimmt damit überein"),
            (None, Unknown, 3, "die Quelle nennt keine Zahl"),
        ] {
            let one = StatedBeside {
                figure: TotalOf::Held,
                before: None,
                value,
                qualifier,
                stated_as: None,
                counted,
                agreeing_rules: Vec::new(),
            };
            assert_eq!(comparison(&one), told, "{value:?} {qualifier} {counted}");
        }
    }
}
