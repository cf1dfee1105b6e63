//! The picture in one paragraph: what it shows, the highest value, the whole, and what is not known.

use super::lettering::{clean, cut};
use super::picture::drawn;
use super::values::in_words;
use crate::reports::model::{Statistic, StatisticCell, StatisticName, StatisticSeries};
use crate::reports::paper::words::{date, listed, number};

/// So many categories with the highest value are named.
const NAMED: usize = 2;
/// Of a name, in letters about twice as many.
const NAME: f64 = 45.0;

/// What is seen in the picture, for those who do not see it. German.
#[must_use]
pub fn alternative(statistic: &Statistic) -> String {
    of_drawn(&drawn(statistic))
}

/// The same of what is drawn already.
pub fn of_drawn(statistic: &Statistic) -> String {
    let mut sentences = vec![format!(
        "Diagramm: {}, {} bis {}, Zählregel {}.",
        statistic.title,
        date(statistic.period.from),
        date(statistic.period.to),
        statistic.rule
    )];
    let told = statistic
        .series
        .iter()
        .filter_map(|series| in_a_sentence(statistic, series));
    let told = told.collect::<Vec<_>>();
    if told.is_empty() {
        sentences.push("Es gibt keinen Wert über null.".to_owned());
    }
    sentences.extend(told);
    sentences.extend(unknown(statistic));
    clean(&sentences.join(" "))
}

/// "Durchgeführt: am meisten im April 2021 (4 Veranstaltungen), insgesamt 23 Veranstaltungen."
fn in_a_sentence(statistic: &Statistic, series: &StatisticSeries) -> Option<String> {
    let cells = || statistic.categories.iter().zip(&series.values);
    let highest = cells().filter_map(|(_, cell)| cell.value).fold(0.0, f64::max);
    if highest <= 0.0 {
        return None;
    }
    let those = cells().filter(|(_, cell)| cell.value == Some(highest));
    let those = those.collect::<Vec<_>>();
    let (_, first) = those.first()?;
    let names = those.iter().map(|(category, _)| cut(&category.label, NAME, 1.0));
    let names = names.collect::<Vec<_>>();
    let names = match names.len() {
        0..=NAMED => format!(" – {}", listed(&names)),
        n => format!(" bei {}", some(n, statistic)),
    };
    let whole = series.values.iter().cloned().reduce(StatisticCell::plus);
    let whole = whole.filter(|_| statistic.adds_up && series.values.len() > 1);
    let whole = whole.map(|whole| format!("; insgesamt {}", in_words(&whole, statistic.unit)));
    let each = if those.len() > 1 { "je " } else { "" };
    Some(format!(
        "{}: höchster Wert {each}{}{names}{}.",
        capital(&series.label),
        in_words(first, statistic.unit),
        whole.unwrap_or_default()
    ))
}

fn unknown(statistic: &Statistic) -> Vec<String> {
    let cells = || statistic.series.iter().flat_map(|series| &series.values);
    let blank = cells().filter(|cell| cell.is_unknown()).count();
    let partly = cells().filter(|cell| cell.value.is_some() && !cell.unknown.is_empty());
    let partly = partly.count();
    let mut sentences = Vec::new();
    if blank > 0 {
        sentences.push(format!("Bei {} ist nichts bekannt.", some(blank, statistic)));
    }
    if partly > 0 {
        sentences.push(format!("Bei {} fehlen einzelne Angaben.", some(partly, statistic)));
    }
    if !statistic.adds_up && !statistic.categories.is_empty() {
        sentences.push("Die Werte überschneiden sich und haben keine Summe.".to_owned());
    }
    sentences
}

/// So many categories, in the dative.
fn some(count: usize, statistic: &Statistic) -> String {
    let (one, several) = match statistic.name {
        StatisticName::Months | StatisticName::NoShows => ("einem Zeitraum", "Zeiträumen"),
        StatisticName::Weekdays => ("einem Wochentag", "Wochentagen"),
        StatisticName::Partners => ("einer Organisation", "Organisationen"),
        StatisticName::Cancellations => ("einem Grund", "Gründen"),
        StatisticName::Channels | StatisticName::Modes | StatisticName::Collections | StatisticName::LeadTimes => {
            ("einer Kategorie", "Kategorien")
        }
    };
    match count {
        1 => one.to_owned(),
        n => format!("{} {several}", number(n)),
    }
}

fn capital(word: &str) -> String {
    let mut letters = word.chars();
    let first = letters.next().map(|first| first.to_uppercase().collect::<String>());
    first.unwrap_or_default() + letters.as_str()
}
