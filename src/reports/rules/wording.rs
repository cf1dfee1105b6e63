//! A rule in words. Each term is told, also where it says what is usual: who reads the paper knows no terms.

use crate::reports::model::{CountedAs, CountingTerms, Postponements, SumRule, Whose};

/// What the terms count, in German sentences.
#[must_use]
pub fn german(terms: &CountingTerms) -> String {
    let mut sentences = vec![who_counts_german(terms)];
    match terms.whose {
        Whose::All => {}
        Whose::Organised => sentences.push(
            "Es zählen nur Veranstaltungen, bei denen die Organisation selbst die Federführung hat oder mitveranstaltet; ist niemand als federführend genannt und sie in keiner anderen Rolle, so hat sie die Federführung."
                .to_owned(),
        ),
        Whose::Lead => sentences.push(
            "Es zählen nur Veranstaltungen, bei denen die Organisation selbst die Federführung hat; ist niemand als federführend genannt und sie in keiner anderen Rolle, so hat sie die Federführung."
                .to_owned(),
        ),
    }
    let missing = CountedAs::ALL.iter().filter(|what| !terms.counts.contains(what));
    let missing = missing.map(|what| german_word(*what)).collect::<Vec<_>>();
    if !missing.is_empty() {
        sentences.push(format!("Was {} ist, zählt nicht.", listed(&missing, "oder")));
    }
    if let Some(day) = terms.onsite_only_before {
        sentences.push(format!(
            "Was am {} oder später nur vor Ort stattfand, zählt nicht als durchgeführt; ist die Form nicht bekannt, so zählt es.",
            day.format("%d.%m.%Y")
        ));
    }
    let offered = in_order(&terms.offered).map(german_word).collect::<Vec<_>>();
    sentences.push(format!(
        "Als angeboten zählt, was {} ist, jede Veranstaltung einmal.",
        listed(&offered, "oder")
    ));
    if terms.counts.contains(&CountedAs::Postponed) {
        sentences.push(match terms.postponed {
            Postponements::Moved => "Was verschoben wurde, zählt einmal als verschoben, wie oft auch immer, und daneben als das, was daraus wurde.".to_owned(),
            Postponements::NotMadeUp => "Als verschoben zählt nur, was im Zeitraum weder durchgeführt noch abgesagt wurde, und nur einmal, wie oft auch immer es verschoben wurde.".to_owned(),
        });
    }
    sentences.push(
        match terms.sums {
            SumRule::LowerBounds => {
                "In Summen geht jede Angabe so weit ein, wie sie sicher ist: „über 130“ als mindestens 131."
            }
            SumRule::StatedNumbers => "In Summen geht die genannte Zahl ein: „über 130“ als mindestens 130.",
            SumRule::ExactOnly => "In Summen gehen nur genaue Angaben ein; die anderen sind gesondert aufgeführt.",
        }
        .to_owned(),
    );
    sentences.push(
        "Teilnehmende und Zuschauende werden nie zusammengezählt, und was nicht bekannt ist, zählt nicht als null."
            .to_owned(),
    );
    sentences.join(" ")
}

fn who_counts_german(terms: &CountingTerms) -> String {
    let mut text = match (terms.internal, terms.undated) {
        (true, true) => "Gezählt wird jede Veranstaltung des Programms, auch interne Veranstaltungen und solche, deren Tag nicht bekannt ist",
        (true, false) => "Gezählt werden öffentliche und interne Veranstaltungen, deren Tag bekannt ist",
        (false, true) => "Gezählt werden nur öffentliche Veranstaltungen, auch solche, deren Tag nicht bekannt ist",
        (false, false) => "Gezählt werden nur öffentliche Veranstaltungen, deren Tag bekannt ist",
    }
    .to_owned();
    if !terms.own_chapters {
        text.push_str("; nicht mitgezählt sind Veranstaltungen aus Formaten und Projekten, über die ein eigenes Kapitel berichtet");
    }
    text + "."
}

/// What the terms count, in English sentences.
#[must_use]
pub fn english(terms: &CountingTerms) -> String {
    let mut sentences = vec![who_counts_english(terms)];
    match terms.whose {
        Whose::All => {}
        Whose::Organised => sentences.push(
            "Only seminars that the organisation itself leads or co-organises count; where nobody is named as leading and the organisation in no other role, it leads."
                .to_owned(),
        ),
        Whose::Lead => sentences.push(
            "Only seminars that the organisation itself leads count; where nobody is named as leading and the organisation in no other role, it leads."
                .to_owned(),
        ),
    }
    let missing = CountedAs::ALL.iter().filter(|what| !terms.counts.contains(what));
    let missing = missing.map(|what| what.as_str()).collect::<Vec<_>>();
    if !missing.is_empty() {
        sentences.push(format!("What is {} does not count.", listed(&missing, "or")));
    }
    if let Some(day) = terms.onsite_only_before {
        sentences.push(format!(
            "What took place on site only on {day} or later does not count as held; where the form is not known, it counts."
        ));
    }
    let offered = in_order(&terms.offered).map(CountedAs::as_str).collect::<Vec<_>>();
    sentences.push(format!(
        "What is {} counts as offered, each seminar once.",
        listed(&offered, "or")
    ));
    if terms.counts.contains(&CountedAs::Postponed) {
        sentences.push(match terms.postponed {
            Postponements::Moved => "What was moved counts once as postponed, however often, and beside it as what became of it.".to_owned(),
            Postponements::NotMadeUp => "Only what was neither held nor cancelled in the period counts as postponed, and once, however often it was moved.".to_owned(),
        });
    }
    sentences.push(
        match terms.sums {
            SumRule::LowerBounds => {
                "Each count goes into a sum as far as it is sure: „über 130“ (more than 130) as at least 131."
            }
            SumRule::StatedNumbers => {
                "The number that was stated goes into a sum: „über 130“ (more than 130) as at least 130."
            }
            SumRule::ExactOnly => "Only exact counts go into a sum; the others are listed apart.",
        }
        .to_owned(),
    );
    sentences
        .push("Participants and viewers are never added, and what is not known does not count as zero.".to_owned());
    sentences.join(" ")
}

fn who_counts_english(terms: &CountingTerms) -> String {
    let mut text = match (terms.internal, terms.undated) {
        (true, true) => "Every seminar of the programme counts, also internal ones and those whose day is not known",
        (true, false) => "Public and internal seminars whose day is known count",
        (false, true) => "Only public seminars count, also those whose day is not known",
        (false, false) => "Only public seminars whose day is known count",
    }
    .to_owned();
    if !terms.own_chapters {
        text.push_str(", without those of collections that are reported in a chapter of their own");
    }
    text + "."
}

/// In the order of the words, however the terms list them.
fn in_order(those: &[CountedAs]) -> impl Iterator<Item = CountedAs> {
    CountedAs::ALL.iter().copied().filter(|what| those.contains(what))
}

pub const fn german_word(what: CountedAs) -> &'static str {
    match what {
        CountedAs::Held => "durchgeführt",
        CountedAs::Cancelled => "abgesagt",
        CountedAs::Postponed => "verschoben",
        CountedAs::Planned => "geplant",
    }
}

/// a, b oder c
fn listed(words: &[&str], or: &str) -> String {
    match words {
        [] => String::new(),
        [one] => (*one).to_owned(),
        [first @ .., last] => format!("{} {or} {last}", first.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::reports::rules::samples::{any_terms, day};
    use proptest::prelude::*;

    #[test]
    fn the_words_of_a_rule() {
        let terms = CountingTerms {
            whose: Whose::Lead,
            counts: vec![CountedAs::Cancelled, CountedAs::Held],
            offered: vec![CountedAs::Cancelled, CountedAs::Held],
            internal: false,
            undated: false,
            own_chapters: false,
            onsite_only_before: Some(day("2020-03-16")),
            sums: SumRule::ExactOnly,
            ..CountingTerms::default()
        };
        assert_eq!(
            german(&terms),
            "Gezählt werden nur öffentliche Veranstaltungen, deren Tag bekannt ist; nicht mitgezählt sind Veranstaltungen aus \
             Formaten und Projekten, über die ein eigenes Kapitel berichtet. Es zählen nur Veranstaltungen, bei denen die \
             Organisation selbst die Federführung hat; ist niemand als federführend genannt und sie in keiner anderen Rolle, so \
             hat sie die Federführung. Was verschoben oder geplant ist, zählt nicht. Was am 16.03.2020 oder später nur vor Ort \
             stattfand, zählt nicht als durchgeführt; ist die Form nicht bekannt, so zählt es. Als angeboten zählt, was \
             durchgeführt oder abgesagt ist, jede Veranstaltung einmal. In Summen gehen nur genaue Angaben ein; die anderen \
             sind gesondert aufgeführt. Teilnehmende und Zuschauende werden nie zusammengezählt, und was nicht bekannt ist, \
             zählt nicht als null."
        );
        assert_eq!(
            english(&terms),
            "Only public seminars whose day is known count, without those of collections that are reported in a chapter of \
             their own. Only seminars that the organisation itself leads count; where nobody is named as leading and the \
             organisation in no other role, it leads. What is postponed or planned does not count. What took place on site \
             only on 2020-03-16 or later does not count as held; where the form is not known, it counts. What is held or \
             cancelled counts as offered, each seminar once. Only exact counts go into a sum; the others are listed apart. \
             Participants and viewers are never added, and what is not known does not count as zero."
        );
    }

    proptest! {
        /// Two rules that count differently read differently, in both languages.
        #[test]
        fn no_term_is_left_unsaid(one in any_terms(), other in any_terms()) {
            if one != other {
                prop_assert_ne!(german(&one), german(&other));
                prop_assert_ne!(english(&one), english(&other));
            }
        }
    }
}
