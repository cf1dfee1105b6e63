//! What stands in `w:body`, block by block.

use super::super::{Block, Column, Inline, Picture, escaped};

/// The two before are the lines that part notes from the text.
pub const FIRST_NOTE: usize = 2;
/// The one before is the list with dots.
pub const FIRST_NUMBERED: usize = 2;

/// The width between the margins of an A4 page, in twentieths of a point.
const WIDTH: usize = 9638;

pub struct Body<'a> {
    pub xml: String,
    /// Addresses that are linked to, by number.
    pub links: Vec<String>,
    /// How many numbered lists there are.
    pub numberings: usize,
    pictures: &'a [Picture],
    places: usize,
    /// The next paragraph begins a page.
    new_page: bool,
}

impl<'a> Body<'a> {
    pub const fn new(pictures: &'a [Picture]) -> Self {
        Self {
            xml: String::new(),
            links: Vec::new(),
            numberings: 0,
            pictures,
            places: 0,
            new_page: false,
        }
    }

    pub fn blocks(&mut self, blocks: &[Block]) {
        for block in blocks {
            self.block(block);
        }
    }

    fn block(&mut self, block: &Block) {
        match block {
            Block::Heading { level, id, text } => {
                let inner = runs(text, self);
                let inner = match id {
                    Some(id) => self.place(id, &inner),
                    None => inner,
                };
                self.paragraph(&format!("Heading{level}"), "", &inner);
            }
            Block::Paragraph { text } => {
                let inner = runs(text, self);
                self.paragraph("BodyText", "", &inner);
            }
            Block::List { ordered, items } => {
                let number = if *ordered {
                    self.numberings += 1;
                    FIRST_NUMBERED + self.numberings - 1
                } else {
                    FIRST_NUMBERED - 1
                };
                let marked = format!("<w:numPr><w:ilvl w:val=\"0\"/><w:numId w:val=\"{number}\"/></w:numPr>");
                for block in items.iter().flatten() {
                    match block {
                        Block::Paragraph { text } => {
                            let inner = runs(text, self);
                            self.paragraph("ListParagraph", &marked, &inner);
                        }
                        other => self.block(other),
                    }
                }
            }
            Block::Table { columns, head, rows } => self.table(columns, head, rows),
            // A chart in words: what it shows stands in its alternative, and its numbers in the tables.
            Block::Picture { name } => {
                if let Some(picture) = self.pictures.iter().find(|picture| picture.name == *name) {
                    self.paragraph("Caption", "", &run(&picture.caption, ""));
                    self.paragraph("BodyText", "", &run(&picture.alternative, ""));
                }
            }
            Block::NewPage => self.new_page = true,
        }
    }

    fn paragraph(&mut self, style: &str, more: &str, inner: &str) {
        let page = if std::mem::take(&mut self.new_page) {
            "<w:pageBreakBefore/>"
        } else {
            ""
        };
        self.xml.push_str(&format!(
            "<w:p><w:pPr><w:pStyle w:val=\"{style}\"/>{page}{more}</w:pPr>{inner}</w:p>"
        ));
    }

    fn table(&mut self, columns: &[Column], head: &[Vec<Inline>], rows: &[Vec<Vec<Inline>>]) {
        let widths = widths(columns);
        let grid = widths.iter().map(|width| format!("<w:gridCol w:w=\"{width}\"/>"));
        self.xml.push_str(&format!(
            "<w:tbl><w:tblPr><w:tblStyle w:val=\"ReportTable\"/><w:tblW w:w=\"5000\" w:type=\"pct\"/><w:tblLayout w:type=\"fixed\"/>\
             <w:tblLook w:val=\"0020\" w:firstRow=\"1\" w:lastRow=\"0\" w:firstColumn=\"0\" w:lastColumn=\"0\" w:noHBand=\"0\" w:noVBand=\"1\"/>\
             </w:tblPr><w:tblGrid>{}</w:tblGrid>",
            grid.collect::<String>()
        ));
        self.row(columns, &widths, head, "<w:cantSplit/><w:tblHeader/>");
        for row in rows {
            self.row(columns, &widths, row, "<w:cantSplit/>");
        }
        self.xml.push_str("</w:tbl>");
        // Two tables without anything between them would be one.
        self.xml
            .push_str("<w:p><w:pPr><w:pStyle w:val=\"AfterTable\"/></w:pPr></w:p>");
    }

    fn row(&mut self, columns: &[Column], widths: &[usize], cells: &[Vec<Inline>], properties: &str) {
        self.xml.push_str(&format!("<w:tr><w:trPr>{properties}</w:trPr>"));
        for ((column, width), cell) in columns.iter().zip(widths).zip(cells) {
            let side = if column.right { "<w:jc w:val=\"right\"/>" } else { "" };
            let inner = runs(cell, self);
            self.xml.push_str(&format!(
                "<w:tc><w:tcPr><w:tcW w:w=\"{width}\" w:type=\"dxa\"/></w:tcPr>\
                 <w:p><w:pPr><w:pStyle w:val=\"TableText\"/>{side}</w:pPr>{inner}</w:p></w:tc>"
            ));
        }
        self.xml.push_str("</w:tr>");
    }

    /// Gives what stands in it a name to be linked to.
    fn place(&mut self, id: &str, inner: &str) -> String {
        let number = self.places;
        self.places += 1;
        format!(
            "<w:bookmarkStart w:id=\"{number}\" w:name=\"{}\"/>{inner}<w:bookmarkEnd w:id=\"{number}\"/>",
            bookmark(id)
        )
    }
}

/// A letter of a table and the room beside a cell's text, in twentieths of a point.
const LETTER: usize = 108;
const MARGIN: usize = 180;

/// Each column the width of its longest word, for Word breaks no words; what is left goes to those with more to say.
fn widths(columns: &[Column]) -> Vec<usize> {
    let least = columns
        .iter()
        .map(|column| column.longest_word.clamp(7, 22) * LETTER + MARGIN)
        .collect::<Vec<_>>();
    let more = columns
        .iter()
        .map(|column| column.longest.min(60).saturating_sub(column.longest_word))
        .collect::<Vec<_>>();
    let (all, wanted) = (least.iter().sum::<usize>().max(1), more.iter().sum::<usize>().max(1));
    if all > WIDTH {
        return least.iter().map(|one| WIDTH * one / all).collect();
    }
    let left = WIDTH - all;
    let shared = least.iter().zip(&more).map(|(one, more)| one + left * more / wanted);
    shared.collect()
}

/// A name as Word allows it: letters, digits and `_`, at most 40.
fn bookmark(id: &str) -> String {
    id.chars()
        .map(|c| if c.is_ascii_alphanumeric() { c } else { '_' })
        .take(40)
        .collect()
}

/// Words as runs.
pub fn runs(text: &[Inline], body: &mut Body<'_>) -> String {
    styled(text, body, "")
}

fn styled(text: &[Inline], body: &mut Body<'_>, style: &str) -> String {
    let mut xml = String::new();
    for one in text {
        match one {
            Inline::Text { text } => xml.push_str(&run(text, style)),
            Inline::Strong { text } => xml.push_str(&styled(text, body, &format!("{style}<w:b/>"))),
            Inline::Emphasis { text } => xml.push_str(&styled(text, body, &format!("{style}<w:i/>"))),
            Inline::Link { to, text } => {
                let inner = styled(text, body, &linked(style));
                let number = body.links.iter().position(|link| link == to).unwrap_or_else(|| {
                    body.links.push(to.clone());
                    body.links.len() - 1
                });
                xml.push_str(&format!(
                    "<w:hyperlink r:id=\"link{number}\" w:history=\"1\">{inner}</w:hyperlink>"
                ));
            }
            Inline::Reference { to, text } => {
                let inner = styled(text, body, &linked(style));
                xml.push_str(&format!(
                    "<w:hyperlink w:anchor=\"{}\" w:history=\"1\">{inner}</w:hyperlink>",
                    bookmark(to)
                ));
            }
            Inline::Anchor { id, text } => {
                let inner = styled(text, body, style);
                xml.push_str(&body.place(id, &inner));
            }
            Inline::Note { number } => xml.push_str(&format!(
                "<w:r><w:rPr><w:rStyle w:val=\"FootnoteReference\"/></w:rPr><w:footnoteReference w:id=\"{}\"/></w:r>",
                number + FIRST_NOTE - 1
            )),
            Inline::LineBreak => xml.push_str("<w:r><w:br/></w:r>"),
        }
    }
    xml
}

/// The order of the members is that of the schema: the style first.
fn linked(style: &str) -> String {
    format!("<w:rStyle w:val=\"Hyperlink\"/>{style}")
}

fn run(text: &str, style: &str) -> String {
    let properties = if style.is_empty() {
        String::new()
    } else {
        format!("<w:rPr>{style}</w:rPr>")
    };
    format!(
        "<w:r>{properties}<w:t xml:space=\"preserve\">{}</w:t></w:r>",
        escaped(text)
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_word_is_wider_than_its_column_and_no_table_than_the_page() {
        let column = |longest, longest_word| Column {
            right: false,
            longest,
            longest_word,
        };
        let shared = widths(&[column(3, 3), column(12, 12), column(80, 20)]);
        assert!(shared.iter().sum::<usize>() <= WIDTH, "{shared:?}");
        assert!(shared.get(1).is_some_and(|width| *width >= 12 * LETTER), "{shared:?}");
        assert!(shared.get(2) > shared.get(1), "{shared:?}");
        let crowded = widths(&[column(90, 30); 8]);
        assert!(crowded.iter().sum::<usize>() <= WIDTH, "{crowded:?}");
    }
}
