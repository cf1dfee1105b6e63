//! Markdown becomes a document.

#[cfg(test)]
mod tests;

use std::collections::{HashMap, HashSet};
use std::iter::Peekable;

use pulldown_cmark::{Alignment, CowStr, Event, HeadingLevel, Options, Parser, Tag};

use super::{Block, Column, Document, Inline, plain};

const ANCHOR: &str = "anchor:";
const CHART: &str = "chart:";

/// Reads a German text. Its first heading is its title.
#[must_use]
pub fn read(markdown: &str) -> Document {
    let options = Options::ENABLE_TABLES | Options::ENABLE_FOOTNOTES | Options::ENABLE_HEADING_ATTRIBUTES;
    let mut reader = Reader {
        events: Parser::new_ext(markdown, options).peekable(),
        calls: Vec::new(),
        notes: HashMap::new(),
    };
    let mut blocks = reader.blocks();
    let Reader { calls, notes, .. } = reader;
    let mut places = HashSet::new();
    tidy(&mut blocks, &mut places, &mut 0);
    alike(&mut blocks);
    let mut notes = calls
        .iter()
        .map(|label| notes.get(label).cloned().unwrap_or_default())
        .collect::<Vec<_>>();
    each_text(&mut blocks, &mut |text| keep_leading(text, &places));
    notes.iter_mut().for_each(|note| keep_leading(note, &places));
    let title = blocks.iter().find_map(|block| match block {
        Block::Heading { text, .. } => Some(plain(text)),
        _ => None,
    });
    Document {
        title: title.unwrap_or_default(),
        language: "de",
        blocks,
        notes,
    }
}

/// No heading is more than one step deeper than the one before, which a tagged PDF asks for, and each place has its name for
/// itself.
fn tidy(blocks: &mut [Block], places: &mut HashSet<String>, depth: &mut u8) {
    for block in blocks.iter_mut() {
        if let Block::Heading { level, id, .. } = block {
            *level = (*level).min(*depth + 1);
            *depth = *level;
            if id.as_ref().is_some_and(|id| !places.insert(id.clone())) {
                *id = None;
            }
        }
    }
    each_text(blocks, &mut |text| name_once(text, places));
}

/// Tables with the same head are set in the same columns.
fn alike(blocks: &mut [Block]) {
    let name = |head: &[Vec<Inline>]| head.iter().map(|cell| plain(cell)).collect::<Vec<_>>();
    let mut widest = HashMap::<Vec<String>, Vec<Column>>::new();
    for block in blocks.iter() {
        let Block::Table { columns, head, .. } = block else {
            continue;
        };
        let known = widest.entry(name(head)).or_insert_with(|| columns.clone());
        for (known, one) in known.iter_mut().zip(columns) {
            known.longest = known.longest.max(one.longest);
            known.longest_word = known.longest_word.max(one.longest_word);
        }
    }
    for block in blocks {
        let Block::Table { columns, head, .. } = block else {
            continue;
        };
        if let Some(widest) = widest.get(&name(head)) {
            columns.clone_from(widest);
        }
    }
}

/// Every piece of text there is.
fn each_text(blocks: &mut [Block], work: &mut impl FnMut(&mut Vec<Inline>)) {
    for block in blocks {
        match block {
            Block::Heading { text, .. } | Block::Paragraph { text } => work(text),
            Block::List { items, .. } => {
                for item in items {
                    each_text(item, work);
                }
            }
            Block::Table { head, rows, .. } => head.iter_mut().chain(rows.iter_mut().flatten()).for_each(&mut *work),
            Block::Picture { .. } | Block::NewPage => {}
        }
    }
}

fn name_once(text: &mut Vec<Inline>, places: &mut HashSet<String>) {
    replace(text, &mut |one| match one {
        Inline::Anchor { id, text } if !places.insert(id.clone()) => Err(text),
        other => Ok(other),
    });
}

/// What leads nowhere is no link.
fn keep_leading(text: &mut Vec<Inline>, places: &HashSet<String>) {
    replace(text, &mut |one| match one {
        Inline::Reference { to, text } if !places.contains(&to) => Err(text),
        other => Ok(other),
    });
}

/// Puts in place of each part what `work` makes of it: itself, or what stood in it.
fn replace(text: &mut Vec<Inline>, work: &mut impl FnMut(Inline) -> Result<Inline, Vec<Inline>>) {
    for one in std::mem::take(text) {
        match work(one) {
            Ok(mut kept) => {
                if let Inline::Strong { text } | Inline::Emphasis { text } | Inline::Link { text, .. } = &mut kept {
                    replace(text, work);
                }
                text.push(kept);
            }
            Err(inner) => text.extend(inner),
        }
    }
}

struct Reader<'a> {
    events: Peekable<Parser<'a>>,
    /// The labels of the notes, as they are called.
    calls: Vec<CowStr<'a>>,
    notes: HashMap<CowStr<'a>, Vec<Inline>>,
}

impl<'a> Reader<'a> {
    /// Blocks up to the end of what holds them.
    fn blocks(&mut self) -> Vec<Block> {
        let mut blocks = Vec::new();
        while let Some(event) = self.events.next() {
            match event {
                Event::End(_) => break,
                Event::Rule => blocks.push(Block::NewPage),
                Event::Start(tag) if is_block(&tag) => self.block(tag, &mut blocks),
                // The words of a list whose items stand close together.
                first => {
                    let mut text = Vec::new();
                    self.inline(first, &mut text);
                    while self.events.peek().is_some_and(is_inline) {
                        if let Some(next) = self.events.next() {
                            self.inline(next, &mut text);
                        }
                    }
                    blocks.push(Block::Paragraph { text });
                }
            }
        }
        blocks
    }

    fn block(&mut self, tag: Tag<'a>, blocks: &mut Vec<Block>) {
        match tag {
            Tag::Paragraph => {
                if let Some(Event::Start(Tag::Image { dest_url, .. })) = self.events.peek()
                    && let Some(name) = dest_url.strip_prefix(CHART)
                {
                    blocks.push(Block::Picture { name: name.to_owned() });
                    self.inlines();
                    return;
                }
                let text = self.inlines();
                if !text.is_empty() {
                    blocks.push(Block::Paragraph { text });
                }
            }
            Tag::Heading { level, id, .. } => blocks.push(Block::Heading {
                level: depth(level),
                id: id.map(|id| id.to_string()),
                text: self.inlines(),
            }),
            Tag::List(first) => {
                let mut items = Vec::new();
                while let Some(Event::Start(_)) = self.events.next() {
                    items.push(self.blocks());
                }
                blocks.push(Block::List {
                    ordered: first.is_some(),
                    items,
                });
            }
            Tag::Table(alignments) => blocks.push(self.table(&alignments)),
            Tag::FootnoteDefinition(label) => {
                let mut note = Vec::new();
                for block in self.blocks() {
                    if let Block::Paragraph { text } = block {
                        if !note.is_empty() {
                            note.push(Inline::LineBreak);
                        }
                        note.extend(text);
                    }
                }
                self.notes.insert(label, note);
            }
            // A quotation or a block of HTML or code: what stands in it stands in it as text.
            _ => blocks.extend(self.blocks()),
        }
    }

    fn table(&mut self, alignments: &[Alignment]) -> Block {
        let mut head = Vec::new();
        let mut rows = Vec::new();
        while let Some(Event::Start(part)) = self.events.next() {
            let mut cells = Vec::new();
            while let Some(Event::Start(_)) = self.events.next() {
                cells.push(self.inlines());
            }
            if matches!(part, Tag::TableHead) {
                head = cells;
            } else {
                rows.push(cells);
            }
        }
        let measured = alignments.iter().enumerate().map(|(at, alignment)| {
            let cells = std::iter::once(&head).chain(&rows).filter_map(|row| row.get(at));
            let words = cells.map(|cell| plain(cell)).collect::<Vec<_>>();
            let length = |text: &str| text.chars().count();
            let parts = words.iter().flat_map(|text| text.split(['-', ' ', '–']));
            Column {
                right: *alignment == Alignment::Right,
                longest: words.iter().map(|text| length(text)).max().unwrap_or(0),
                longest_word: parts.map(length).max().unwrap_or(0),
            }
        });
        let columns = measured.collect();
        Block::Table { columns, head, rows }
    }

    /// Words up to the end of what holds them.
    fn inlines(&mut self) -> Vec<Inline> {
        let mut text = Vec::new();
        while let Some(event) = self.events.next() {
            if matches!(event, Event::End(_)) {
                break;
            }
            self.inline(event, &mut text);
        }
        text
    }

    fn inline(&mut self, event: Event<'a>, to: &mut Vec<Inline>) {
        match event {
            Event::Text(text)
            | Event::Code(text)
            | Event::Html(text)
            | Event::InlineHtml(text)
            | Event::InlineMath(text)
            | Event::DisplayMath(text) => said(&text, to),
            Event::SoftBreak => said(" ", to),
            Event::HardBreak => to.push(Inline::LineBreak),
            Event::FootnoteReference(label) => {
                self.calls.push(label);
                to.push(Inline::Note {
                    number: self.calls.len(),
                });
            }
            Event::Start(Tag::Strong) => {
                let text = self.inlines();
                to.push(Inline::Strong { text });
            }
            Event::Start(Tag::Emphasis) => {
                let text = self.inlines();
                to.push(Inline::Emphasis { text });
            }
            Event::Start(Tag::Link { dest_url, .. }) => {
                let text = self.inlines();
                to.extend(leading(&dest_url, text));
            }
            Event::Start(_) => {
                let inner = self.inlines();
                to.extend(inner);
            }
            Event::End(_) | Event::Rule | Event::TaskListMarker(_) => {}
        }
    }
}

/// Pieces of one text are one text.
fn said(text: &str, to: &mut Vec<Inline>) {
    if let Some(Inline::Text { text: before }) = to.last_mut() {
        before.push_str(text);
    } else {
        to.push(Inline::Text { text: text.to_owned() });
    }
}

/// Where a link leads. What is neither a place here nor an address of the web or of mail is no link.
fn leading(to: &str, text: Vec<Inline>) -> Vec<Inline> {
    let lower = to.to_ascii_lowercase();
    if let Some(id) = to.strip_prefix(ANCHOR) {
        vec![Inline::Anchor {
            id: id.to_owned(),
            text,
        }]
    } else if let Some(id) = to.strip_prefix('#') {
        vec![Inline::Reference {
            to: id.to_owned(),
            text,
        }]
    } else if ["https://", "http://", "mailto:"]
        .iter()
        .any(|scheme| lower.starts_with(scheme))
    {
        vec![Inline::Link {
            to: to.to_owned(),
            text,
        }]
    } else {
        text
    }
}

const fn is_block(tag: &Tag<'_>) -> bool {
    !matches!(
        tag,
        Tag::Emphasis
            | Tag::Strong
            | Tag::Strikethrough
            | Tag::Superscript
            | Tag::Subscript
            | Tag::Link { .. }
            | Tag::Image { .. }
    )
}

fn is_inline(event: &Event<'_>) -> bool {
    match event {
        Event::Start(tag) => !is_block(tag),
        Event::End(_) | Event::Rule => false,
        _ => true,
    }
}

const fn depth(level: HeadingLevel) -> u8 {
    match level {
        HeadingLevel::H1 => 1,
        HeadingLevel::H2 => 2,
        HeadingLevel::H3 => 3,
        HeadingLevel::H4 => 4,
        HeadingLevel::H5 => 5,
        HeadingLevel::H6 => 6,
    }
}
