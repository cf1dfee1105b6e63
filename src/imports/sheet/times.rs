//! Times of day as offices write them: „18-20 Uhr“, „18.30 bis 20 Uhr“, „ab 18 Uhr“, „ganztägig“.

use chrono::NaiveTime;

use super::cursor::Cursor;
use super::doubts::{Doubt, DoubtCode};
use super::model::Field;

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Said {
    pub starts: Option<NaiveTime>,
    pub ends: Option<NaiveTime>,
    pub doubts: Vec<Doubt>,
}

/// Reads the cell.
#[must_use]
pub fn read(text: &str, field: Field) -> Said {
    let doubt = |code| Doubt::new(code, field, text);
    let refused = |doubt: Doubt| Said {
        doubts: vec![doubt],
        ..Said::default()
    };
    let lower = text.replace(['–', '—', '−', '‐'], "-").to_lowercase();
    let lower = lower.trim();
    if lower.contains("##") {
        return refused(doubt(DoubtCode::HashMarks));
    }
    if super::dates::is_formula(lower) {
        return refused(doubt(DoubtCode::Formula));
    }
    if let Some(rest) = lower.strip_suffix('?') {
        let said = read(rest, field);
        return refused(doubt(DoubtCode::Uncertain).choices(said.canonical()));
    }
    match lower {
        "ganztägig" | "ganztags" | "ganzer tag" | "den ganzen tag" => return refused(doubt(DoubtCode::WholeDay)),
        "vormittags" | "vormittag" | "nachmittags" | "nachmittag" | "abends" | "abend" | "morgens" | "mittags"
        | "früh" => {
            return refused(doubt(DoubtCode::VagueTime).choices(["ganztägig"]));
        }
        _ => {}
    }
    let vague = ["ca. ", "ca ", "gegen ", "circa ", "etwa "];
    if let Some(rest) = vague.iter().find_map(|word| lower.strip_prefix(word)) {
        let said = read(rest, field);
        return refused(doubt(DoubtCode::VagueTime).choices(said.canonical()));
    }
    let Some((starts, ends)) = span(&mut Cursor(lower)) else {
        return refused(doubt(DoubtCode::TimeNotUnderstood));
    };
    if ends.is_some_and(|ends| ends <= starts) {
        return refused(doubt(DoubtCode::EndBeforeStart).choices([starts.format("%H:%M")]));
    }
    Said {
        starts: Some(starts),
        ends,
        doubts: Vec::new(),
    }
}

impl Said {
    /// As it can be `set`.
    #[must_use]
    pub fn canonical(&self) -> Option<String> {
        let starts = self.starts?.format("%H:%M").to_string();
        Some(
            self.ends
                .map_or(starts.clone(), |ends| format!("{starts}-{}", ends.format("%H:%M"))),
        )
    }
}

fn span(cursor: &mut Cursor<'_>) -> Option<(NaiveTime, Option<NaiveTime>)> {
    for word in ["von ", "ab ", "um ", "beginn ", "jeweils "] {
        if cursor.eat(word) {
            break;
        }
    }
    let starts = time(cursor)?;
    clock(cursor);
    let ends = if cursor.eat("-") || cursor.eat("bis") {
        cursor.skip_spaces();
        let ends = time(cursor)?;
        clock(cursor);
        Some(ends)
    } else {
        None
    };
    cursor.is_at_end().then_some((starts, ends))
}

fn time(cursor: &mut Cursor<'_>) -> Option<NaiveTime> {
    let (hour, _) = cursor.number().filter(|(_, digits)| *digits <= 2)?;
    let minute = cursor.attempt(|cursor| {
        let parted = cursor.eat(":") || cursor.eat(".");
        parted
            .then(|| cursor.number())
            .flatten()
            .filter(|(_, digits)| *digits == 2)
            .map(|(minute, _)| minute)
    });
    // Seconds that a spreadsheet adds.
    cursor.eat(":00");
    NaiveTime::from_hms_opt(hour, minute.unwrap_or_default(), 0)
}

/// Eats „Uhr“ and the space around it.
fn clock(cursor: &mut Cursor<'_>) {
    cursor.skip_spaces();
    let _ = cursor.eat("uhr") || cursor.eat("h");
    cursor.skip_spaces();
}
