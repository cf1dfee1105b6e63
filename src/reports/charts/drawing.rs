//! SVG, element by element. Every text that goes in is escaped here and nowhere else.

use std::fmt::Write as _;

use super::lettering::escaped;

/// Letters that both a browser and the printer have; the printer has the first.
pub const FONTS: &str = "'Libertinus Serif', Arial, sans-serif";
pub const INK: &str = "#1A1A1A";
/// Of what is said beside: seven to one on white.
pub const SOFT: &str = "#555555";
pub const GRID: &str = "#D0D0D0";

/// The elements drawn so far.
#[derive(Default)]
pub struct Drawing {
    body: String,
}

/// How a text is set.
#[derive(Clone, Copy)]
pub struct Type {
    pub size: f64,
    pub colour: &'static str,
    pub bold: bool,
    pub anchor: Anchor,
    /// Turned so that it is read from below.
    pub upright: bool,
    /// With an edge of white, where lines run behind it.
    pub haloed: bool,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Anchor {
    Start,
    Middle,
    End,
}

impl Type {
    pub const fn of(size: f64) -> Self {
        Self {
            size,
            colour: INK,
            bold: false,
            anchor: Anchor::Start,
            upright: false,
            haloed: false,
        }
    }

    pub const fn soft(self) -> Self {
        Self { colour: SOFT, ..self }
    }

    pub const fn bold(self) -> Self {
        Self { bold: true, ..self }
    }

    pub const fn upright(self) -> Self {
        Self { upright: true, ..self }
    }

    pub const fn haloed(self) -> Self {
        Self { haloed: true, ..self }
    }

    pub const fn at(self, anchor: Anchor) -> Self {
        Self { anchor, ..self }
    }
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Area {
    pub x: f64,
    pub y: f64,
    pub width: f64,
    pub height: f64,
}

impl Drawing {
    pub fn text(&mut self, x: f64, y: f64, text: &str, how: Type) {
        let anchor = match how.anchor {
            Anchor::Start => "",
            Anchor::Middle => " text-anchor=\"middle\"",
            Anchor::End => " text-anchor=\"end\"",
        };
        let bold = if how.bold { " font-weight=\"bold\"" } else { "" };
        let halo = if how.haloed {
            " stroke=\"#FFFFFF\" stroke-width=\"3\" stroke-linejoin=\"round\" paint-order=\"stroke\""
        } else {
            ""
        };
        let turned = if how.upright {
            format!(" transform=\"rotate(-90 {} {})\"", number(x), number(y))
        } else {
            String::new()
        };
        let (x, y, size) = (number(x), number(y), number(how.size));
        self.put(format_args!(
            "<text x=\"{x}\" y=\"{y}\" font-size=\"{size}\" fill=\"{}\"{anchor}{bold}{halo}{turned}>{}</text>\n",
            how.colour,
            escaped(text)
        ));
    }

    /// `paint`: attributes of our own, never of data.
    pub fn rect(&mut self, area: Area, paint: &str) {
        let Area { x, y, width, height } = area;
        let (x, y, width, height) = (number(x), number(y), number(width), number(height));
        self.put(format_args!(
            "<rect x=\"{x}\" y=\"{y}\" width=\"{width}\" height=\"{height}\" {paint}/>\n"
        ));
    }

    pub fn line(&mut self, from: (f64, f64), to: (f64, f64), colour: &str) {
        let (x1, y1, x2, y2) = (number(from.0), number(from.1), number(to.0), number(to.1));
        self.put(format_args!(
            "<line x1=\"{x1}\" y1=\"{y1}\" x2=\"{x2}\" y2=\"{y2}\" stroke=\"{colour}\" stroke-width=\"1\"/>\n"
        ));
    }

    /// What is drawn inside has this name, which a pointer shows.
    pub fn named(&mut self, name: &str, draw: impl FnOnce(&mut Self)) {
        self.put(format_args!("<g><title>{}</title>\n", escaped(name)));
        draw(self);
        self.body.push_str("</g>\n");
    }

    /// A clear area that leads somewhere. Not reached by the keyboard: to those who use one a picture is one thing, and the
    /// table beside it has the same links.
    pub fn leading(&mut self, to: &str, name: &str, area: Area) {
        self.put(format_args!(
            "<a href=\"{}\" tabindex=\"-1\" aria-hidden=\"true\"><title>{}</title>\n",
            escaped(to),
            escaped(name)
        ));
        self.rect(area, "fill=\"none\" pointer-events=\"all\"");
        self.body.push_str("</a>\n");
    }

    pub fn body(self) -> String {
        self.body
    }

    fn put(&mut self, element: std::fmt::Arguments<'_>) {
        // Writing to a string does not fail.
        let _ = self.body.write_fmt(element);
    }
}

/// To a tenth, without a zero behind the point.
pub fn number(value: f64) -> String {
    let text = format!("{:.1}", value + 0.0);
    text.strip_suffix(".0").unwrap_or(&text).to_owned()
}
