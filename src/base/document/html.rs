//! A document as one HTML page that needs nothing else.

use super::{Block, Document, Inline, Picture, escaped};

/// The page. `style` is a style sheet of ours.
#[must_use]
pub fn html(document: &Document, pictures: &[Picture], style: &str) -> String {
    let mut page = format!(
        "<!doctype html>\n<html lang=\"{}\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<title>{}</title>\n\
         <style>{style}</style>\n</head>\n<body>\n<main>\n",
        document.language,
        escaped(&document.title)
    );
    let mut writer = Writer {
        page: &mut page,
        pictures,
        tables: 0,
    };
    writer.blocks(&document.blocks);
    if !document.notes.is_empty() {
        writer.notes(&document.notes);
    }
    page.push_str("</main>\n</body>\n</html>\n");
    page
}

struct Writer<'a> {
    page: &'a mut String,
    pictures: &'a [Picture],
    tables: usize,
}

impl Writer<'_> {
    fn blocks(&mut self, blocks: &[Block]) {
        for block in blocks {
            self.block(block);
        }
    }

    fn block(&mut self, block: &Block) {
        match block {
            Block::Heading { level, id, text } => {
                let id = id
                    .as_ref()
                    .map(|id| format!(" id=\"{}\"", escaped(id)))
                    .unwrap_or_default();
                self.page.push_str(&format!("<h{level}{id}>"));
                self.inlines(text);
                self.page.push_str(&format!("</h{level}>\n"));
            }
            Block::Paragraph { text } => {
                self.page.push_str("<p>");
                self.inlines(text);
                self.page.push_str("</p>\n");
            }
            Block::List { ordered, items } => {
                let tag = if *ordered { "ol" } else { "ul" };
                self.page.push_str(&format!("<{tag}>\n"));
                for item in items {
                    self.page.push_str("<li>");
                    match item.as_slice() {
                        [Block::Paragraph { text }] => self.inlines(text),
                        several => self.blocks(several),
                    }
                    self.page.push_str("</li>\n");
                }
                self.page.push_str(&format!("</{tag}>\n"));
            }
            Block::Table { columns, head, rows } => {
                self.tables += 1;
                // A wide table is scrolled by itself, also with the keyboard.
                self.page.push_str(&format!(
                    "<div class=\"wide\" role=\"region\" aria-label=\"Tabelle {}\" tabindex=\"0\"><table>\n<thead><tr>",
                    self.tables
                ));
                let class = |at: usize| match columns.get(at) {
                    Some(column) if column.right => " class=\"number\"",
                    _ => "",
                };
                for (at, cell) in head.iter().enumerate() {
                    self.page.push_str(&format!("<th scope=\"col\"{}>", class(at)));
                    self.inlines(cell);
                    self.page.push_str("</th>");
                }
                self.page.push_str("</tr></thead>\n<tbody>\n");
                for row in rows {
                    self.page.push_str("<tr>");
                    for (at, cell) in row.iter().enumerate() {
                        self.page.push_str(&format!("<td{}>", class(at)));
                        self.inlines(cell);
                        self.page.push_str("</td>");
                    }
                    self.page.push_str("</tr>\n");
                }
                self.page.push_str("</tbody></table></div>\n");
            }
            Block::Picture { name } => {
                if let Some(picture) = self.pictures.iter().find(|picture| picture.name == *name) {
                    self.page.push_str(&format!(
                        "<figure>{}<figcaption>{}</figcaption></figure>\n",
                        picture.svg,
                        escaped(&picture.alternative)
                    ));
                }
            }
            Block::NewPage => self.page.push_str("<hr>\n"),
        }
    }

    fn inlines(&mut self, text: &[Inline]) {
        for one in text {
            match one {
                Inline::Text { text } => self.page.push_str(&escaped(text)),
                Inline::Strong { text } => self.within("<strong>", text, "</strong>"),
                Inline::Emphasis { text } => self.within("<em>", text, "</em>"),
                Inline::Link { to, text } => {
                    self.within(&format!("<a href=\"{}\">", escaped(to)), text, "</a>");
                }
                Inline::Reference { to, text } => {
                    self.within(&format!("<a href=\"#{}\">", escaped(to)), text, "</a>");
                }
                Inline::Anchor { id, text } => {
                    self.within(&format!("<span id=\"{}\">", escaped(id)), text, "</span>");
                }
                Inline::Note { number } => self.page.push_str(&format!(
                    "<sup><a id=\"call-{number}\" href=\"#note-{number}\" aria-label=\"Anmerkung {number}\">{number}</a></sup>"
                )),
                Inline::LineBreak => self.page.push_str("<br>"),
            }
        }
    }

    fn within(&mut self, open: &str, text: &[Inline], close: &str) {
        self.page.push_str(open);
        self.inlines(text);
        self.page.push_str(close);
    }

    fn notes(&mut self, notes: &[Vec<Inline>]) {
        self.page
            .push_str("<section class=\"notes\">\n<h2>Anmerkungen</h2>\n<ol>\n");
        for (number, note) in (1..).zip(notes) {
            self.page.push_str(&format!("<li id=\"note-{number}\">"));
            self.inlines(note);
            self.page.push_str(&format!(
                " <a href=\"#call-{number}\" aria-label=\"Zurück zum Text\">↩</a></li>\n"
            ));
        }
        self.page.push_str("</ol>\n</section>\n");
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::document::read;

    #[test]
    fn the_page_says_language_and_title_and_nothing_acts() {
        let document = read("# A & B\n\n\\<script\\>x\\</script\\> [l](https://e.org/?a=1&b=\"2\")\n");
        let page = html(&document, &[], "p{}");
        assert!(page.contains("<html lang=\"de\">") && page.contains("<title>A &amp; B</title>"));
        assert!(!page.contains("<script"), "{page}");
        assert!(page.contains("&lt;script&gt;"), "{page}");
        assert!(!page.contains("b=\"2"), "{page}");
    }

    #[test]
    fn tables_notes_and_pictures() {
        let document = read(
            "# T\n\n| a | b |\n| :-- | --: |\n| [1](anchor:v1) | 131[^1] |\n\n![](chart:m)\n\n![](chart:unknown)\n\n[^1]: über 130\n",
        );
        let picture = Picture {
            name: "m".to_owned(),
            caption: "M".to_owned(),
            alternative: "zwei & drei".to_owned(),
            svg: "<svg></svg>".to_owned(),
        };
        let page = html(&document, &[picture], "");
        for part in [
            "<th scope=\"col\" class=\"number\">b</th>",
            "<td><span id=\"v1\">1</span></td>",
            "href=\"#note-1\"",
            "<li id=\"note-1\">über 130 <a href=\"#call-1\"",
            "<figure><svg></svg><figcaption>zwei &amp; drei</figcaption></figure>",
        ] {
            assert!(page.contains(part), "{part}\n{page}");
        }
        assert_eq!(page.matches("<figure>").count(), 1);
    }
}
