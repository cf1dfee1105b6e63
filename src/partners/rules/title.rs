//! How alike two titles are, however they are spelled and in whichever order they say it.

use std::collections::BTreeSet;

use crate::base::text::fold;

/// From here on, in per cent, two titles say the same.
pub const SIMILAR: u8 = 60;

/// Words that say what sort of offer it is, or nothing: „Online-Seminar: …“.
const EMPTY: &[&str] = &[
    "am",
    "an",
    "and",
    "auf",
    "bei",
    "das",
    "dem",
    "den",
    "der",
    "des",
    "die",
    "digital",
    "digitale",
    "digitaler",
    "digitales",
    "ein",
    "eine",
    "einem",
    "einen",
    "einer",
    "eines",
    "for",
    "fur",
    "hybrid",
    "im",
    "in",
    "informationsveranstaltung",
    "infoveranstaltung",
    "kostenfrei",
    "kostenfreies",
    "kostenlos",
    "kostenloses",
    "live",
    "mit",
    "of",
    "online",
    "seminar",
    "the",
    "to",
    "und",
    "veranstaltung",
    "virtuell",
    "virtuelle",
    "virtuelles",
    "vom",
    "von",
    "vortrag",
    "webinar",
    "workshop",
    "zu",
    "zum",
    "zur",
];
const ROMAN: &[&str] = &["i", "ii", "iii", "iv", "v", "vi", "vii", "viii", "ix", "x"];
/// Two words as alike as this, in per mille, may be two forms of one.
const SAME_WORD: usize = 600;
/// A title that stands whole in the other, which goes on („Gründerfoyer – Finanzierung“), is worth this.
const WHOLE_IN_OTHER: usize = 850;
/// Shorter than this, a title stands in too many others.
const TELLING: usize = 8;

/// In per cent; the same whichever is named first.
#[must_use]
pub fn similarity(one: &str, other: &str) -> u8 {
    let (one, other) = (Title::of(one), Title::of(other));
    if one.is_of_another_part_than(&other) {
        return 0;
    }
    let either_way = one.held_against(&other).zip(other.held_against(&one));
    let words = either_way.map_or(0, |(there, back)| {
        (there.found + back.found) / (there.length + back.length).max(1)
    });
    let whole = [(&one, &other), (&other, &one)].map(|(part, all)| part.stands_in(all));
    // „Fördermittel-Sprechtag“ and „Fördermittelsprechtag“.
    let letters = alike(&grams(&one.joined(), 3), &grams(&other.joined(), 3));
    let best = whole.into_iter().chain([words, letters]).max().unwrap_or_default();
    u8::try_from(best.min(1000) / 10).unwrap_or_default()
}

struct Title {
    words: Vec<Vec<char>>,
    /// „Teil 2“, „2021“, „III“.
    numbers: BTreeSet<String>,
}

/// How much of one title was found in another: letters, each worth a thousand, and how many there are.
struct Held {
    found: usize,
    length: usize,
}

impl Title {
    fn of(text: &str) -> Self {
        let folded = fold(text);
        let is_number = |word: &&str| word.bytes().all(|b| b.is_ascii_digit()) || ROMAN.contains(word);
        let all = folded.split_whitespace().collect::<Vec<_>>();
        let telling = all
            .iter()
            .copied()
            .filter(|word| !EMPTY.contains(word) && !is_number(word));
        let mut words = telling.collect::<Vec<_>>();
        if words.is_empty() {
            words.clone_from(&all);
        }
        Self {
            words: words.into_iter().map(|word| word.chars().collect()).collect(),
            numbers: all.into_iter().filter(is_number).map(str::to_owned).collect(),
        }
    }

    /// „Modul 1“ is not „Modul 2“; „Europawoche“ may be „Europawoche 2021“.
    fn is_of_another_part_than(&self, other: &Self) -> bool {
        !self.numbers.is_subset(&other.numbers) && !other.numbers.is_subset(&self.numbers)
    }

    fn length(&self) -> usize {
        self.words.iter().map(Vec::len).sum()
    }

    fn joined(&self) -> Vec<char> {
        self.words.concat()
    }

    fn held_against(&self, other: &Self) -> Option<Held> {
        let best = |word: &Vec<char>| other.words.iter().map(|known| same_word(word, known)).max();
        let found = self.words.iter().map(|word| Some(word.len() * best(word)?));
        Some(Held {
            found: found.sum::<Option<usize>>()?,
            length: self.length(),
        })
    }

    /// What it is worth that this one is the shorter and stands in the other.
    fn stands_in(&self, other: &Self) -> usize {
        let length = self.length();
        if length > other.length() || length < TELLING {
            return 0;
        }
        let held = self.held_against(other);
        held.map_or(0, |held| held.found / held.length.max(1) * WHOLE_IN_OTHER / 1000)
    }
}

/// In per mille: 1000 for the same word, less for another form of it, 0 for another word.
fn same_word(one: &[char], other: &[char]) -> usize {
    if one == other {
        return 1000;
    }
    let alike = alike(&grams(one, 2), &grams(other, 2));
    if alike < SAME_WORD { 0 } else { alike }
}

/// Every run of so many letters, sorted; of less than one run the whole.
fn grams(text: &[char], letters: usize) -> Vec<&[char]> {
    let mut all = text.windows(letters).collect::<Vec<_>>();
    if all.is_empty() {
        all.push(text);
    }
    all.sort_unstable();
    all
}

/// How much two sorted lists have in common, in per mille.
fn alike(one: &[&[char]], other: &[&[char]]) -> usize {
    let (mut left, mut right, mut common) = (one.iter().peekable(), other.iter().peekable(), 0);
    while let (Some(a), Some(b)) = (left.peek(), right.peek()) {
        match a.cmp(b) {
            std::cmp::Ordering::Less => drop(left.next()),
            std::cmp::Ordering::Greater => drop(right.next()),
            std::cmp::Ordering::Equal => {
                common += 1;
                left.next();
                right.next();
            }
        }
    }
    2000 * common / (one.len() + other.len()).max(1)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn titles_that_say_the_same() {
        for (one, other) in [
            ("Fördermöglichkeiten für KMU", "Foerdermoeglichkeiten für KMU"),
            ("Online-Seminar: KI im Mittelstand", "KI im Mittelstand"),
            ("KI im Mittelstand: Wo anfangen?", "Wo anfangen? KI im Mittelstand"),
            ("Gründerinnentag", "Gründer_innentag"),
            ("Fördermittel-Sprechtag", "Fördermittelsprechtag"),
            (
                "Fachkräfte aus dem Ausland gewinnen",
                "Webinar „Fachkräfte aus dem Ausland“",
            ),
            ("Gründerfoyer", "Gründerfoyer – Finanzierung für Start-ups"),
            (
                "Europawoche: Handel mit Belgien",
                "Europawoche 2027: Der Handel mit Belgien",
            ),
            ("Teil 2: Onboarding", "Onboarding (2)"),
        ] {
            let found = similarity(one, other);
            assert!(found >= SIMILAR, "{one} / {other}: {found}");
        }
        assert_eq!(similarity("Onboarding", "ONBOARDING!"), 100);
    }

    #[test]
    fn titles_that_do_not() {
        for (one, other) in [
            ("AC² - Zwischenprämierung", "AC² - Workshop Finanzplanung"),
            ("Onboarding Teil 1", "Onboarding Teil 2"),
            ("Modul II: Recht", "Modul III: Recht"),
            ("Online-Seminar: Steuern", "Online-Seminar: Marketing"),
            ("Cyber security", "AC² - Zwischenprämierung"),
            ("KI", "KI und Recht im Mittelstand heute"),
            ("Bau- und Architektenrecht", "Arbeitsrecht für die Gastronomie"),
            ("Seminar", "Workshop"),
            ("", "Onboarding"),
        ] {
            let found = similarity(one, other);
            assert!(found < SIMILAR, "{one} / {other}: {found}");
        }
    }

    proptest! {
        #[test]
        fn it_does_not_matter_which_is_named_first(one in "[a-zäöüß0-9 :_-]{0,40}", other in "[a-zäöüß0-9 :_-]{0,40}") {
            prop_assert_eq!(similarity(&one, &other), similarity(&other, &one));
        }

        #[test]
        fn every_title_is_like_itself(title in "[a-zäöüß0-9 :_-]{0,40}") {
            prop_assert_eq!(similarity(&title, &title), 100);
        }
    }
}
