//! Text as it can be printed: composed, without signs that steer, and with a box for what no font has. A PDF/UA may not
//! hold a character without a shape, and one emoji in a name shall not be the reason why there is no list.

use serde_json::Value;
use typst::text::Font;
use unicode_normalization::UnicodeNormalization as _;
use unicode_normalization::char::is_combining_mark;

const BOX: char = '□';

/// The same with every text in it made legible.
pub fn value(value: &Value, fonts: &[Font]) -> Value {
    match value {
        Value::String(text) => Value::String(self::text(text, fonts)),
        Value::Array(items) => items.iter().map(|item| self::value(item, fonts)).collect(),
        Value::Object(members) => members
            .iter()
            .map(|(name, member)| (name.clone(), self::value(member, fonts)))
            .collect(),
        other => other.clone(),
    }
}

/// One text; also a whole SVG, whose marks of structure every font has.
pub fn text(text: &str, fonts: &[Font]) -> String {
    let characters = text.nfc().filter(|character| !steers(*character)).collect::<Vec<_>>();
    let mut legible = String::with_capacity(text.len());
    let mut rest = characters.as_slice();
    while let Some((first, behind)) = rest.split_first() {
        let marks = behind.iter().take_while(|mark| is_combining_mark(**mark)).count();
        let (marks, next) = behind.split_at(marks);
        rest = next;
        // A letter and its marks are taken from one font.
        let has = |font: &Font, character: &char| font.info().coverage.contains(u32::from(*character));
        if first.is_whitespace() {
            legible.push(*first);
        } else if fonts
            .iter()
            .any(|font| has(font, first) && marks.iter().all(|mark| has(font, mark)))
        {
            legible.push(*first);
            legible.extend(marks);
        } else if fonts.iter().any(|font| has(font, first)) {
            legible.push(*first);
        } else if !legible.ends_with(BOX) {
            legible.push(BOX);
        }
    }
    legible
}

/// Controls, and what turns the direction or the shape of what follows.
fn steers(character: char) -> bool {
    (character.is_control() && character != '\n' && character != '\t')
        || matches!(character,
            '\u{AD}' | '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2060}'..='\u{206F}'
            | '\u{FE00}'..='\u{FE0F}' | '\u{FEFF}' | '\u{FFF9}'..='\u{FFFB}' | '\u{1F3FB}'..='\u{1F3FF}'
            | '\u{E0000}'..='\u{E0FFF}')
}
