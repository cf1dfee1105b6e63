//! Reads the words an office uses for a headcount: "über 130 Teilnehmenden", "rund 35", "ca. 40 TN".
//!
//! The words are those of the council paper and the product page ("Headcount `qualifier`") and their near relatives.
//! Nothing is guessed: a word that is not in `VOCABULARY` is an error that names it, and so is every phrase that
//! states two numbers ("jeweils 36 und 34"), a range or a fraction. Case never matters, "ueber" is "über", and gender
//! forms are one word (Teilnehmer_innen, Teilnehmer*innen, Teilnehmer:innen, TeilnehmerInnen).

use std::ops::Range;

use super::tally::{Count, MAX_VALUE, Qualifier, Unit};

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

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Meaning {
    /// Qualifies the number that follows: "über 130". After the number it would be another word: "30 über Zoom".
    Before(Qualifier),
    /// Qualifies the number it follows: "100 oder mehr".
    After(Qualifier),
    /// There is no number.
    Unknown,
    Unit(Unit),
}

/// Every word and word group that is understood, spelled as `fold` leaves it. The longest match wins.
const VOCABULARY: [(Meaning, &str); 11] = [
    (
        Meaning::Before(Qualifier::About),
        "rund | ca | circa | zirka | etwa | in etwa | ungefaehr | um die | schaetzungsweise | geschaetzt | ~ | ≈ \
         | about | around | approx | approximately | roughly",
    ),
    (
        Meaning::Before(Qualifier::MoreThan),
        "ueber | mehr als | gut | knapp ueber | etwas ueber | weit ueber | deutlich ueber | etwas mehr als \
         | deutlich mehr als | > | more than | over",
    ),
    (
        Meaning::Before(Qualifier::AtLeast),
        "mindestens | mind | wenigstens | nicht weniger als | >= | ≥ | at least | no less than | no fewer than",
    ),
    (
        Meaning::After(Qualifier::AtLeast),
        "und mehr | oder mehr | and more | or more",
    ),
    (
        Meaning::Before(Qualifier::LessThan),
        "knapp | fast | beinahe | nahezu | weniger als | unter | knapp unter | etwas unter | etwas weniger als \
         | deutlich weniger als | < | less than | fewer than | under | nearly | almost",
    ),
    (
        Meaning::Before(Qualifier::AtMost),
        "bis | bis zu | hoechstens | maximal | max | nicht mehr als | <= | ≤ | up to | at most | no more than",
    ),
    (
        Meaning::Unknown,
        "unbekannt | nicht bekannt | keine angabe | keine angaben | k a | nicht erfasst | nicht gezaehlt \
         | unknown | not known",
    ),
    (
        Meaning::Unit(Unit::Participants),
        "teilnehmende | teilnehmenden | teilnehmender | teilnehmer | teilnehmern | teilnehmerin | teilnehmerinnen \
         | teilnehmerinnen und teilnehmer | teilnehmerinnen und teilnehmern | teilnehmer und teilnehmerinnen | tn \
         | person | personen | anwesende | anwesenden | besuchende | besuchenden | besucher | besuchern \
         | besucherinnen | besucherinnen und besucher | besucherinnen und besuchern | gast | gaeste | gaesten \
         | participant | participants | attendee | attendees | people | visitors | guests",
    ),
    (
        Meaning::Unit(Unit::Viewers),
        "zuschauende | zuschauenden | zuschauender | zuschauer | zuschauern | zuschauerin | zuschauerinnen \
         | zuschauerinnen und zuschauer | zuschauerinnen und zuschauern | viewer | viewers",
    ),
    (
        Meaning::Unit(Unit::Companies),
        "unternehmen | firma | firmen | betrieb | betriebe | betrieben | company | companies",
    ),
    (Meaning::Unit(Unit::Questions), "frage | fragen | question | questions"),
];

/// Words that say nothing about the number. Articles are not among them: "unter den 30" is not "unter 30".
const FILLERS: &str = "insgesamt | gesamt | zusammen | mit | with | total";

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

/// The meaning of the words that `tokens` begin with, and how many they are.
fn longest_match(tokens: &[Token]) -> Option<(Meaning, usize)> {
    let length_if_said = |group: &str| {
        let mut ahead = tokens.iter();
        let said = group
            .split(' ')
            .all(|word| ahead.next().is_some_and(|token| token.is(word)));
        said.then(|| group.split(' ').count())
    };
    let longest = |groups: &str| groups.split(" | ").filter_map(length_if_said).max();
    VOCABULARY
        .iter()
        .filter_map(|(meaning, groups)| Some((*meaning, longest(groups)?)))
        .max_by_key(|(_, length)| *length)
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

#[derive(Clone, Debug, PartialEq, Eq)]
enum Token {
    Number(i64),
    /// `text` as written, for messages; `key` as the vocabulary spells it.
    Word {
        text: String,
        key: String,
    },
}

impl Token {
    fn is(&self, word: &str) -> bool {
        matches!(self, Self::Word { key, .. } if key == word)
    }

    fn number(&self) -> Option<i64> {
        match self {
            Self::Number(number) => Some(*number),
            Self::Word { .. } => None,
        }
    }
}

fn tokens(stated: &str) -> Result<Vec<Token>, PhraseError> {
    let mut tokens = Vec::new();
    let mut rest = stated;
    let mut before = ' ';
    while let Some(first) = rest.chars().next() {
        let after = rest.get(first.len_utf8()..).unwrap_or_default();
        let length = match first {
            '0'..='9' => number_length(rest),
            // "ca.40" is a short form, ".5" is a fraction.
            '.' | ',' if starts_with_digit(after) && !before.is_alphabetic() => {
                return Err(PhraseError::Decimal(rest.chars().take(8).collect()));
            }
            _ if is_silent(first) => first.len_utf8(),
            _ if first.is_alphabetic() => word_length(rest),
            _ => first.len_utf8() + after.find(parts_signs).unwrap_or(after.len()),
        };
        let (text, remaining) = rest.split_at(length);
        if !is_silent(first) {
            push(&mut tokens, text)?;
        }
        before = text.chars().last().unwrap_or(' ');
        rest = remaining;
    }
    Ok(tokens)
}

fn push(tokens: &mut Vec<Token>, text: &str) -> Result<(), PhraseError> {
    if starts_with_digit(text) {
        tokens.push(Token::Number(written_number(text)?));
        return Ok(());
    }
    let key = fold(text);
    let dozens = match tokens.last() {
        Some(Token::Number(number)) if key == "dutzend" => Some(*number),
        _ => None,
    };
    if let Some(dozens) = dozens {
        tokens.pop();
        tokens.push(Token::Number(within_limit(dozens.checked_mul(12), text)?));
    } else if let Some(number) = number_word(&key).filter(|_| !text.contains(is_gender_mark)) {
        // Without its hyphen "hundert-tausend", a range, would be one number.
        tokens.push(Token::Number(number));
    } else {
        tokens.push(Token::Word {
            text: text.to_owned(),
            key,
        });
    }
    Ok(())
}

fn starts_with_digit(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_digit())
}

/// Quotes, brackets and the punctuation that closes a phrase.
fn is_silent(c: char) -> bool {
    c.is_whitespace() || "„“”\"‚‘’'«»‹›()[].,;:!".contains(c)
}

fn parts_signs(c: char) -> bool {
    c.is_alphanumeric() || is_silent(c)
}

/// Spaces that keep the groups of one number together; an ordinary space parts two numbers.
fn is_group_space(c: char) -> bool {
    matches!(c, '\u{a0}' | '\u{202f}' | '\u{2007}' | '\u{2009}')
}

/// Digits and what joins them, so that "3,5" and "14:30" are refused whole and not read by halves.
fn number_length(text: &str) -> usize {
    let goes_on = |(at, c): (usize, char)| {
        let after = text.get(at + c.len_utf8()..).unwrap_or_default();
        let digits_after = || after.chars().take(4).take_while(char::is_ascii_digit).count();
        c.is_ascii_digit() || (".,:'’".contains(c) && digits_after() > 0) || (is_group_space(c) && digits_after() == 3)
    };
    text.char_indices()
        .find(|place| !goes_on(*place))
        .map_or(text.len(), |(at, _)| at)
}

/// A word with the marks of gender forms inside it: Teilnehmer_innen, Teilnehmer(innen), Teilnehmer/-innen.
fn word_length(text: &str) -> usize {
    let goes_on = |(at, c): (usize, char)| {
        let after = text.get(at..).unwrap_or_default().trim_start_matches(is_gender_mark);
        c.is_alphabetic() || c == '\u{308}' || (is_gender_mark(c) && after.starts_with(char::is_alphabetic))
    };
    text.char_indices()
        .find(|place| !goes_on(*place))
        .map_or(text.len(), |(at, _)| at)
}

fn is_gender_mark(c: char) -> bool {
    "_*:·/-()\u{ad}".contains(c)
}

/// Small letters, umlauts as two letters (composed or not), every dash a hyphen, gender marks dropped.
fn fold(text: &str) -> String {
    let is_word = text.starts_with(char::is_alphabetic);
    let mut key = String::with_capacity(text.len() + 4);
    for c in text.chars().flat_map(char::to_lowercase) {
        match c {
            'ä' => key.push_str("ae"),
            'ö' => key.push_str("oe"),
            'ü' => key.push_str("ue"),
            'ß' => key.push_str("ss"),
            '\u{308}' => key.push('e'),
            '-' | '‐' | '‑' | '–' | '—' | '−' if !is_word => key.push('-'),
            c if is_word && is_gender_mark(c) => {}
            c => key.push(c),
        }
    }
    key
}

/// "1080", or German thousands: "1.080", "1 080" with a space that does not break.
fn written_number(text: &str) -> Result<i64, PhraseError> {
    let mut groups = text.split(|c| c == '.' || is_group_space(c));
    let first = groups.next().unwrap_or_default();
    let following: Vec<&str> = groups.collect();
    let all_digits = |group: &str| group.chars().all(|c| c.is_ascii_digit());
    let in_thousands = following.is_empty() || (first.len() <= 3 && following.iter().all(|group| group.len() == 3));
    let leading_zero = first.starts_with('0') && text != "0";
    let joined = [first, &following.concat()].concat();
    if text.contains(',') && all_digits(&joined.replace(',', "")) {
        return Err(PhraseError::Decimal(text.to_owned()));
    }
    if !all_digits(&joined) || !in_thousands || leading_zero {
        return Err(PhraseError::Malformed(text.to_owned()));
    }
    within_limit(joined.parse().ok(), text)
}

fn within_limit(number: Option<i64>, text: &str) -> Result<i64, PhraseError> {
    number
        .filter(|number| *number <= MAX_VALUE)
        .ok_or_else(|| PhraseError::TooLarge(text.to_owned()))
}

/// Each word stands at the place of its value.
const SMALL_NUMBERS: &str = "null ein zwei drei vier fuenf sechs sieben acht neun zehn elf zwoelf dreizehn vierzehn \
                             fuenfzehn sechzehn siebzehn achtzehn neunzehn";
const TENS: &str = "null zehn zwanzig dreissig vierzig fuenfzig sechzig siebzig achtzig neunzig";

/// A German number word up to 999.999: "zehn", "fünfunddreißig", "hundertzwanzig", "ein", "Dutzend".
fn number_word(key: &str) -> Option<i64> {
    match key {
        "null" => Some(0),
        "eine" | "einem" | "einen" | "einer" => Some(1),
        "dutzend" => Some(12),
        _ => below_million(key),
    }
}

fn below_million(key: &str) -> Option<i64> {
    compound(key, "tausend", 1000, below_thousand)
}

fn below_thousand(key: &str) -> Option<i64> {
    compound(key, "hundert", 100, below_hundred)
}

/// "zweihundertfünf": how many, the word for a power of ten, and what is left, read by `smaller`.
fn compound(key: &str, power: &str, worth: i64, smaller: fn(&str) -> Option<i64>) -> Option<i64> {
    let Some((times, left)) = key.split_once(power) else {
        return smaller(key);
    };
    let times = if times.is_empty() { 1 } else { smaller(times)? };
    let left = match left {
        "" => 0,
        _ => smaller(left.strip_prefix("und").unwrap_or(left))?,
    };
    Some(times * worth + left)
}

fn below_hundred(key: &str) -> Option<i64> {
    match key.split_once("und") {
        Some((ones, tens)) => Some(place(SMALL_NUMBERS, 1..10, ones)? + 10 * place(TENS, 2..10, tens)?),
        None if key == "eins" => Some(1),
        None => place(SMALL_NUMBERS, 1..20, key).or_else(|| Some(10 * place(TENS, 2..10, key)?)),
    }
}

/// The place of `word` among `words`, if it is one of `places`.
fn place(words: &str, places: Range<i64>, word: &str) -> Option<i64> {
    (0..)
        .zip(words.split(' '))
        .find(|(at, one)| *one == word && places.contains(at))
        .map(|(at, _)| at)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use proptest::prelude::*;

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
            qualifier in prop::sample::select(&Qualifier::ALL[..]),
            unit in prop::sample::select(&Unit::ALL[..]),
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
