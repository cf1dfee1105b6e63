//! A text with headings, tables, notes and pictures, written once and printed in several forms.
//!
//! It is written as Markdown by a template that an office can change, read into this shape, and from here become HTML, a
//! Word document, or data for the printer (`templates/print/report.typ`): what one form says, all say. Beyond Markdown
//! (CommonMark with tables and footnotes) a text can say three things: `## Title {#id}` gives a heading a name,
//! `[1](anchor:v1)` gives a place in a line one, and `![](chart:months)` asks for a picture of that name. A link to `#id`
//! leads there. A rule (`***`) begins a new page. HTML in the text is text.

mod docx;
mod html;
mod read;

use serde::Serialize;

pub use docx::docx;
pub use html::html;
pub use read::read;

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Document {
    pub title: String,
    /// BCP 47.
    pub language: &'static str,
    pub blocks: Vec<Block>,
    /// Notes in the order in which they are called, a note for each call.
    pub notes: Vec<Vec<Inline>>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Block {
    Heading {
        level: u8,
        id: Option<String>,
        text: Vec<Inline>,
    },
    Paragraph {
        text: Vec<Inline>,
    },
    List {
        ordered: bool,
        items: Vec<Vec<Block>>,
    },
    Table {
        columns: Vec<Column>,
        head: Vec<Vec<Inline>>,
        rows: Vec<Vec<Vec<Inline>>>,
    },
    Picture {
        name: String,
    },
    NewPage,
}

/// How a column is set, and how long its longest cell is, in characters: by it printers share out the width.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Column {
    pub right: bool,
    pub longest: usize,
    /// The longest part that does not break.
    pub longest_word: usize,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Inline {
    Text {
        text: String,
    },
    Strong {
        text: Vec<Inline>,
    },
    Emphasis {
        text: Vec<Inline>,
    },
    /// To an address.
    Link {
        to: String,
        text: Vec<Inline>,
    },
    /// To a place in the document.
    Reference {
        to: String,
        text: Vec<Inline>,
    },
    /// A place in the document.
    Anchor {
        id: String,
        text: Vec<Inline>,
    },
    /// Calls the note of this number, from 1.
    Note {
        number: usize,
    },
    LineBreak,
}

/// A picture that a document asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Picture {
    pub name: String,
    pub caption: String,
    /// What is read aloud instead.
    pub alternative: String,
    pub svg: String,
}

/// The words alone.
#[must_use]
pub fn plain(text: &[Inline]) -> String {
    let mut words = String::new();
    for one in text {
        match one {
            Inline::Text { text } => words.push_str(text),
            Inline::Strong { text }
            | Inline::Emphasis { text }
            | Inline::Link { text, .. }
            | Inline::Reference { text, .. }
            | Inline::Anchor { text, .. } => words.push_str(&plain(text)),
            Inline::Note { .. } => {}
            Inline::LineBreak => words.push(' '),
        }
    }
    words
}

impl Document {
    /// How many cells its tables have, and paragraphs, items and notes there are beside them: what a printer's memory grows by. A
    /// cell full of links is as many as it has.
    #[must_use]
    pub fn length(&self) -> usize {
        length(&self.blocks).saturating_add(self.notes.len())
    }
}

fn length(blocks: &[Block]) -> usize {
    let of = |block: &Block| match block {
        Block::Table { columns, rows, .. } => {
            columns.len() + rows.iter().flatten().map(|cell| links(cell).max(1)).sum::<usize>()
        }
        Block::List { items, .. } => items.iter().map(|item| length(item)).sum(),
        _ => 1,
    };
    blocks.iter().map(of).sum()
}

fn links(cell: &[Inline]) -> usize {
    let leads = |one: &&Inline| matches!(one, Inline::Link { .. } | Inline::Reference { .. });
    cell.iter().filter(leads).count()
}

/// Text between tags or in quotes of XML and HTML, without characters that XML does not have.
#[must_use]
pub fn escaped(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            '\'' => safe.push_str("&#39;"),
            '\t' | '\n' | '\r' => safe.push(c),
            c if c.is_control() || matches!(c, '\u{FFFE}' | '\u{FFFF}') => {}
            c => safe.push(c),
        }
    }
    safe
}
