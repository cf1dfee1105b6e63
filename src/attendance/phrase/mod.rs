//! Reads the words an office uses for a headcount: "über 130 Teilnehmenden", "rund 35", "ca. 40 TN".
//!
//! The words are those of the council paper and the product page ("Headcount `qualifier`") and their near relatives.
//! Nothing is guessed: a word that is not in `VOCABULARY` is an error that names it, and so is every phrase that
//! states two numbers ("jeweils 36 und 34"), a range or a fraction. Case never matters, "ueber" is "über", and gender
//! forms are one word (Teilnehmer_innen, Teilnehmer*innen, Teilnehmer:innen, TeilnehmerInnen).

mod numbers;
mod tokens;
mod vocabulary;

use super::tally::{Count, Qualifier, Unit};
use tokens::{Token, tokens};
use vocabulary::{FILLERS, Meaning, longest_match};

/// What a phrase says. The caller keeps the phrase itself (`stated_as`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stated {
    /// `None` exactly when the qualifier is `Unknown`.
    pub value: Option<i64>,
    pub qualifier: Qualifier,
    /// `None` where the phrase names none: "rund 35".
    pub unit: Option<Unit>,
}

#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PhraseError {
    #[error("the phrase is empty")]
    Empty,
    #[error("the phrase states no number; write \"unbekannt\" if none is known")]
    NoNumber,
    #[error("the phrase states more than one number ({0}); state one headcount for each")]
    SeveralNumbers(String),
    #[error("the phrase states a range ({0} to {1}); state one number, such as \"mindestens {0}\" or \"bis zu {1}\"")]
    Range(i64, i64),
    #[error("{0:?} reads as a decimal number; people are counted whole (thousands are written 1080 or 1.080)")]
    Decimal(String),
    #[error("{0:?} is not a whole number as offices write it (1080 or 1.080)")]
    Malformed(String),
    #[error("the number is negative")]
    Negative,
    #[error("{0} is more than 10,000,000")]
    TooLarge(String),
    #[error("nothing is less than 0; a count can be 0 but not below")]
    LessThanZero,
    #[error("the phrase contradicts itself: it says both {0} and {1}")]
    SeveralQualifiers(Qualifier, Qualifier),
    #[error("the phrase gives a number and says that it is unknown")]
    UnknownNumber,
    #[error("the phrase names two units: {0} and {1}")]
    SeveralUnits(Unit, Unit),
    #[error("{0:?} is not understood here; write for example \"über 130 Teilnehmende\"")]
    UnknownWord(String),
}

/// Reads one headcount from the words of a source.
pub fn parse(stated: &str) -> Result<Stated, PhraseError> {
    let tokens = tokens(stated)?;
    if tokens.is_empty() {
        return Err(PhraseError::Empty);
    }
    refuse_other_than_one_count(&tokens)?;
    let mut reading = Reading::default();
    let mut rest = tokens.as_slice();
    while let Some((first, tail)) = rest.split_first() {
        rest = match first {
            Token::Number(number) => {
                reading.value = Some(*number);
                tail
            }
            Token::Word { key, .. } if FILLERS.split(" | ").any(|filler| filler == key) => tail,
            Token::Word { text, .. } => {
                let (meaning, length) = longest_match(rest)
                    .filter(|(meaning, _)| reading.fits(*meaning))
                    .ok_or_else(|| PhraseError::UnknownWord(text.clone()))?;
                reading.take(meaning)?;
                rest.get(length..).unwrap_or_default()
            }
        };
    }
    reading.finish()
}

impl Stated {
    pub fn count(self) -> Count {
        Count {
            value: self.value,
            qualifier: self.qualifier,
        }
    }
}

#[derive(Default)]
struct Reading {
    value: Option<i64>,
    qualifier: Option<Qualifier>,
    unit: Option<Unit>,
}

impl Reading {
    fn fits(&self, meaning: Meaning) -> bool {
        match meaning {
            Meaning::Before(_) => self.value.is_none(),
            Meaning::After(_) => self.value.is_some(),
            _ => true,
        }
    }

    fn take(&mut self, meaning: Meaning) -> Result<(), PhraseError> {
        match meaning {
            Meaning::Before(qualifier) | Meaning::After(qualifier) => self.qualify(qualifier),
            Meaning::Unknown => self.qualify(Qualifier::Unknown),
            Meaning::Unit(unit) => match self.unit.replace(unit) {
                Some(other) if other != unit => Err(PhraseError::SeveralUnits(other, unit)),
                _ => Ok(()),
            },
        }
    }

    fn qualify(&mut self, qualifier: Qualifier) -> Result<(), PhraseError> {
        match self.qualifier.replace(qualifier) {
            Some(other) if other != qualifier => Err(PhraseError::SeveralQualifiers(other, qualifier)),
            _ => Ok(()),
        }
    }

    fn finish(self) -> Result<Stated, PhraseError> {
        let Self { value, unit, .. } = self;
        let qualifier = self.qualifier.unwrap_or(Qualifier::Exact);
        match (qualifier, value) {
            (Qualifier::Unknown, Some(_)) => Err(PhraseError::UnknownNumber),
            (Qualifier::LessThan, Some(0)) => Err(PhraseError::LessThanZero),
            (Qualifier::Unknown, None) | (_, Some(_)) => Ok(Stated { value, qualifier, unit }),
            (_, None) => Err(PhraseError::NoNumber),
        }
    }
}

fn refuse_other_than_one_count(tokens: &[Token]) -> Result<(), PhraseError> {
    let mut words = tokens.split(|token| matches!(token, Token::Number(_)));
    let (before, between) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
    let numbers: Vec<i64> = tokens.iter().filter_map(Token::number).collect();
    let minus = before.last().is_some_and(|word| word.is("-") || word.is("minus"));
    match numbers.as_slice() {
        [] => Ok(()),
        _ if minus => Err(PhraseError::Negative),
        [_] => Ok(()),
        [low, high] if is_range(before, between) => Err(PhraseError::Range(*low, *high)),
        many => {
            let many: Vec<String> = many.iter().map(i64::to_string).collect();
            Err(PhraseError::SeveralNumbers(many.join(" and ")))
        }
    }
}

/// "30-40", "30 bis 40", "zwischen 30 und 40"
fn is_range(before: &[Token], between: &[Token]) -> bool {
    let last_is =
        |words: &[Token], these: &[&str]| words.last().is_some_and(|last| these.iter().any(|word| last.is(word)));
    last_is(before, &["zwischen", "between"]) || (between.len() == 1 && last_is(between, &["-", "bis", "to"]))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use proptest::prelude::*;

    use super::super::tally::MAX_VALUE;
    use super::vocabulary::VOCABULARY;
    use super::*;

    /// Phrase = unit (or -), qualifier, number.
    const UNDERSTOOD: &str = "
        über 130 Teilnehmenden = participants more_than 130
        über 150 Teilnehmer_innen = participants more_than 150
        mehr als 120 Teilnehmende = participants more_than 120
        180 Teilnehmenden = participants exact 180 | 450 Zuschauenden = viewers exact 450
        zehn Unternehmen = companies exact 10 | 95 Teilnehmende = participants exact 95
        rund 35 = - about 35 | ca. 40 TN = participants about 40 | ca.40 = - about 40
        circa 40TN = participants about 40 | etwa 30 = - about 30 | ungefähr dreißig = - about 30
        UM DIE 30 = - about 30 | ~30 = - about 30 | about 30 people = participants about 30
        >120 = - more_than 120 | gut 100 = - more_than 100 | knapp über 100 = - more_than 100
        more than 120 = - more_than 120 | over 130 = - more_than 130 | ueber 130 = - more_than 130
        ≥ 10 = - at_least 10 | >=10 = - at_least 10 | mindestens 10 = - at_least 10
        mind. 5 = - at_least 5 | 100 oder mehr Fragen = questions at_least 100
        at least 10 companies = companies at_least 10 | knapp 50 = - less_than 50
        fast 50 Firmen = companies less_than 50 | weniger als 20 = - less_than 20
        nearly 50 = - less_than 50 | bis zu 80 = - at_most 80 | bis 80 = - at_most 80
        höchstens 25 = - at_most 25 | maximal 25 = - at_most 25 | nicht mehr als 25 = - at_most 25
        max. 25 Personen = participants at_most 25 | up to 450 viewers = viewers at_most 450
        12 Teilnehmer*innen = participants exact 12 | 12 Teilnehmer:innen = participants exact 12
        12 TeilnehmerInnen = participants exact 12 | 12 Teilnehmer/-innen = participants exact 12
        12 Teilnehmer(innen) = participants exact 12 | 12 Besucher = participants exact 12
        Teilnehmende: 12 = participants exact 12 | mit insgesamt 30 Gästen = participants exact 30
        130 Teilnehmerinnen und Teilnehmer = participants exact 130 | null = - exact 0
        1.080 Teilnehmende = participants exact 1080 | „10.000.000“ = - exact 10000000
        ein Dutzend = - exact 12 | rund zwei Dutzend = - about 24 | eine Frage = questions exact 1
        mehr als ein Dutzend = - more_than 12 | unbekannt = - unknown | keine Angabe = - unknown
        nicht bekannt = - unknown | Teilnehmende: k. A. = participants unknown";

    /// Phrase = cause.
    const REFUSED: &str = r#"
        Teilnehmende = NoNumber | über = NoNumber | weniger als 0 = LessThanZero
        jeweils 36 und 34 Teilnehmenden = SeveralNumbers("36 and 34") | 1 280 = SeveralNumbers("1 and 280")
        10 Firmen mit 25 TN = SeveralNumbers("10 and 25") | 30, 40, 50 = SeveralNumbers("30 and 40 and 50")
        30/40 = SeveralNumbers("30 and 40") | 30-40 = Range(30, 40) | 30 – 40 TN = Range(30, 40)
        dreißig bis vierzig = Range(30, 40) | zwischen 30 und 40 = Range(30, 40)
        3,5 = Decimal("3,5") | 1,080 = Decimal("1,080") | ,5 TN = Decimal(",5 TN")
        30.5 = Malformed("30.5") | 1.08.000 = Malformed("1.08.000") | 14:30 = Malformed("14:30")
        2021.080 = Malformed("2021.080") | 0.500 = Malformed("0.500") | 1'080 = Malformed("1'080") | 1 080 = Malformed("080")
        -5 = Negative | −5 TN = Negative | minus fünf = Negative
        10.000.001 = TooLarge("10.000.001") | 99999999999999999999 = TooLarge("99999999999999999999")
        unbekannt 30 = UnknownNumber | rund über 30 = SeveralQualifiers(About, MoreThan)
        95 Teilnehmende Fragen = SeveralUnits(Participants, Questions)
        jeweils 36 = UnknownWord("jeweils") | einige Teilnehmende = UnknownWord("einige")
        30 über Zoom = UnknownWord("über") | 30 Anmeldungen = UnknownWord("Anmeldungen")
        unter den 30 TN = UnknownWord("den") | hundert-tausend = UnknownWord("hundert-tausend")
        hundertund = UnknownWord("hundertund") | knapp die Hälfte = UnknownWord("die")
        30? = UnknownWord("?") | 30+ = UnknownWord("+") | ½ = UnknownWord("½") | - = UnknownWord("-")
        Hunderte = UnknownWord("Hunderte") | dreiundzehn = UnknownWord("dreiundzehn")
        zehnundzwanzig = UnknownWord("zehnundzwanzig") | hundertnull = UnknownWord("hundertnull")"#;

    const NUMBER_WORDS: &str = "
        eins = 1 | zwölf = 12 | sechzehn = 16 | neunzig = 90 | fünfunddreißig = 35 | hundert = 100
        hundertzwanzig = 120 | zweihunderteinundzwanzig = 221 | hundertundfünf = 105
        Tausend = 1000 | eintausendachtzig = 1080 | hunderttausend = 100000";

    fn cases(table: &str) -> impl Iterator<Item = (&str, &str)> {
        let rows = table.lines().flat_map(|line| line.split(" | "));
        rows.filter_map(|row| row.trim().split_once(" = "))
    }

    fn said(stated: Stated) -> String {
        let unit = stated.unit.map_or("-", Unit::as_str);
        let number = stated.value.map(|value| format!(" {value}")).unwrap_or_default();
        format!("{unit} {}{number}", stated.qualifier)
    }

    #[test]
    fn phrases_an_office_writes() {
        for (phrase, expected) in cases(UNDERSTOOD) {
            assert_eq!(parse(phrase).map(said), Ok(expected.to_owned()), "{phrase}");
        }
    }

    #[test]
    fn every_refusal_has_its_cause() {
        for (phrase, expected) in cases(REFUSED) {
            assert_eq!(format!("{:?}", parse(phrase).unwrap_err()), expected, "{phrase}");
        }
        assert_eq!(parse(""), Err(PhraseError::Empty));
        assert_eq!(parse(" „\u{a0}“ "), Err(PhraseError::Empty));
        let several = PhraseError::SeveralNumbers("36 and 34".to_owned());
        assert_eq!(parse("36\u{a0}34"), Err(several));
    }

    #[test]
    fn number_words() {
        for (word, expected) in cases(NUMBER_WORDS) {
            assert_eq!(parse(word).map(said), Ok(format!("- exact {expected}")), "{word}");
        }
    }

    #[test]
    fn spellings_that_look_the_same() {
        for phrase in ["u\u{308}ber 1\u{a0}080", "über\u{a0}1\u{202f}080", "Über 1.080."] {
            assert_eq!(parse(phrase).map(said), Ok("- more_than 1080".to_owned()), "{phrase}");
        }
    }

    #[test]
    fn no_word_has_two_meanings() {
        let mut groups: Vec<&str> = VOCABULARY.iter().flat_map(|(_, groups)| groups.split(" | ")).collect();
        groups.extend(FILLERS.split(" | "));
        let all = groups.len();
        groups.sort_unstable();
        groups.dedup();
        assert_eq!(groups.len(), all);
        for group in groups {
            let keys: Vec<Token> = tokens(group).unwrap();
            assert!(
                group.split(' ').zip(&keys).all(|(word, token)| token.is(word)),
                "{group}"
            );
        }
    }

    proptest! {
        #[test]
        fn reads_back_what_a_count_says(
            value in prop_oneof![1_i64..=12, 1..=MAX_VALUE],
            qualifier in prop::sample::select(Qualifier::ALL),
            unit in prop::sample::select(Unit::ALL),
        ) {
            let value = (qualifier != Qualifier::Unknown).then_some(value);
            let count = Count { value, qualifier };
            let bare = Stated { value, qualifier, unit: None };
            prop_assert_eq!(parse(&count.in_german()), Ok(bare));
            prop_assert_eq!(parse(&count.in_german_with(unit)), Ok(Stated { unit: value.map(|_| unit), ..bare }));
        }

        #[test]
        fn any_text_is_answered(
            text in "\\PC{0,40}",
            words in "([0-9., \u{a0}-]{0,6}(über|bis|Dutzend|hundertund|½|TN)?){0,5}",
        ) {
            for stated in [parse(&text), parse(&words)].into_iter().flatten() {
                prop_assert_eq!(stated.value.is_none(), stated.qualifier == Qualifier::Unknown);
                prop_assert!(stated.value.is_none_or(|value| (0..=MAX_VALUE).contains(&value)));
            }
        }
    }
}
