//! The words that are understood, and what they mean.

use super::super::tally::{Qualifier, Unit};
use super::tokens::Token;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Meaning {
    /// Qualifies the number that follows: "über 130". After the number it would be another word: "30 über Zoom".
    Before(Qualifier),
    /// Qualifies the number it follows: "100 oder mehr".
    After(Qualifier),
    /// There is no number.
    Unknown,
    Unit(Unit),
}

/// Every word and word group that is understood, spelled as `fold` leaves it. The longest match wins.
pub(super) const VOCABULARY: [(Meaning, &str); 11] = [
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
pub(super) const FILLERS: &str = "insgesamt | gesamt | zusammen | mit | with | total";

/// The meaning of the words that `tokens` begin with, and how many they are.
pub(super) fn longest_match(tokens: &[Token]) -> Option<(Meaning, usize)> {
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
