//! Files that people send as text: from bytes to UTF-8, piece by piece, so that no second copy of a file need be made.
//! What is no text is named and never unpacked.

use std::io::{self, Read};

use encoding_rs::{CoderResult, Decoder, UTF_8, UTF_16BE, UTF_16LE, WINDOWS_1252};

use super::ids::words;

words! {
    /// How the bytes were text.
    Encoding {
        Utf8 = "utf-8",
        Utf8Bom = "utf-8-bom",
        Utf16LeBom = "utf-16-le-bom",
        Utf16Le = "utf-16-le",
        Utf16BeBom = "utf-16-be-bom",
        Utf16Be = "utf-16-be",
        Windows1252 = "windows-1252",
    }
}

/// Why bytes are not read at all.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NotText {
    Empty,
    /// Something else altogether: `xlsx/zip`, `pdf`, `gzip`, …
    Other(&'static str),
}

/// Stands after the last row. Where it does not come out as a row of its own, a quotation mark has swallowed it.
/// It cannot stand in a file: the decoder replaces the character.
pub const END_OF_FILE: &str = "\u{10FFFD}";
const RESERVED: char = '\u{10FFFD}';

const OUTPUT: usize = 8 * 1024;

/// How the bytes are text, and how many of them say so.
pub fn encoding(bytes: &[u8]) -> Result<(Encoding, usize), NotText> {
    if bytes.iter().all(u8::is_ascii_whitespace) {
        return Err(NotText::Empty);
    }
    if let Some(what) = other_than_text(bytes) {
        return Err(NotText::Other(what));
    }
    let marked = [
        (&b"\xEF\xBB\xBF"[..], Encoding::Utf8Bom),
        (b"\xFF\xFE", Encoding::Utf16LeBom),
        (b"\xFE\xFF", Encoding::Utf16BeBom),
    ];
    for (mark, encoding) in marked {
        if bytes.starts_with(mark) {
            return Ok((encoding, mark.len()));
        }
    }
    // Headings are ASCII in every language with a Latin script: every other byte of them is zero.
    let head = bytes.get(..4096).unwrap_or(bytes);
    let zeros = |odd: usize| head.iter().skip(odd).step_by(2).filter(|byte| **byte == 0).count();
    let (even, odd) = (zeros(0), zeros(1));
    let many = head.len() / 4;
    if odd > many && odd > even {
        return Ok((Encoding::Utf16Le, 0));
    }
    if even > many && even > odd {
        return Ok((Encoding::Utf16Be, 0));
    }
    Ok(match std::str::from_utf8(bytes) {
        Ok(_) => (Encoding::Utf8, 0),
        // Cut off inside a character.
        Err(error) if error.error_len().is_none() => (Encoding::Utf8, 0),
        Err(_) => (Encoding::Windows1252, 0),
    })
}

/// What people send instead of a CSV file.
fn other_than_text(bytes: &[u8]) -> Option<&'static str> {
    let starts: [(&[u8], &str); 11] = [
        (b"PK\x03\x04", "xlsx/zip"),
        (b"PK\x05\x06", "zip"),
        (b"\xD0\xCF\x11\xE0", "xls"),
        (b"%PDF", "pdf"),
        (b"\x1F\x8B", "gzip"),
        (b"\x28\xB5\x2F\xFD", "zstd"),
        (b"7z\xBC\xAF", "7z"),
        (b"\x89PNG", "png"),
        (b"\xFF\xD8\xFF", "jpeg"),
        (b"{\\rtf", "rtf"),
        (b"SQLite format 3", "sqlite"),
    ];
    if let Some((_, what)) = starts.iter().find(|(start, _)| bytes.starts_with(start)) {
        return Some(what);
    }
    let text = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes).trim_ascii_start();
    let begins = |word: &[u8]| {
        text.get(..word.len())
            .is_some_and(|head| head.eq_ignore_ascii_case(word))
    };
    if begins(b"<!doctype html") || begins(b"<html") {
        Some("html")
    } else if begins(b"<?xml") {
        Some("xml")
    } else if begins(b"{\"") || begins(b"[{") {
        Some("json")
    } else if begins(b"begin:vcalendar") {
        Some("ics")
    } else {
        None
    }
}

/// Decodes while it is read. Line ends become LF, so that lines can be counted.
pub struct Text<'a> {
    rest: &'a [u8],
    decoder: Decoder,
    ready: String,
    given: usize,
    after_cr: bool,
    ended: bool,
    /// The last character before the end of the file.
    last: Option<char>,
    bad: usize,
    total: usize,
}

impl<'a> Text<'a> {
    pub fn new(bytes: &'a [u8], encoding: Encoding, mark: usize) -> Self {
        let decoder = match encoding {
            Encoding::Utf8 | Encoding::Utf8Bom => UTF_8,
            Encoding::Utf16Le | Encoding::Utf16LeBom => UTF_16LE,
            Encoding::Utf16Be | Encoding::Utf16BeBom => UTF_16BE,
            Encoding::Windows1252 => WINDOWS_1252,
        };
        Self {
            rest: bytes.get(mark..).unwrap_or_default(),
            decoder: decoder.new_decoder_without_bom_handling(),
            ready: String::new(),
            given: 0,
            after_cr: false,
            ended: false,
            last: None,
            bad: 0,
            total: 0,
        }
    }

    /// Whether the last row is closed by a line end.
    pub fn ends_in_a_line_end(&self) -> bool {
        self.last == Some('\n')
    }

    pub fn ends_in_a_quote(&self) -> bool {
        self.last == Some('"')
    }

    /// Characters that could not be read.
    pub const fn bad(&self) -> usize {
        self.bad
    }

    /// More than one character in twenty is none.
    pub const fn is_garbage(&self) -> bool {
        self.bad.saturating_mul(20) > self.total
    }

    fn refill(&mut self) {
        let mut raw = String::with_capacity(OUTPUT);
        let (result, read, _) = self.decoder.decode_to_string(self.rest, &mut raw, true);
        self.rest = self.rest.get(read..).unwrap_or_default();
        self.ready.clear();
        self.given = 0;
        for c in raw.chars() {
            let after_cr = std::mem::replace(&mut self.after_cr, c == '\r');
            let c = match c {
                '\n' if after_cr => continue,
                '\r' => '\n',
                RESERVED => char::REPLACEMENT_CHARACTER,
                c => c,
            };
            self.total += 1;
            if c == char::REPLACEMENT_CHARACTER || (c.is_control() && c != '\n' && c != '\t') {
                self.bad += 1;
            }
            self.last = Some(c);
            self.ready.push(c);
        }
        if result == CoderResult::InputEmpty {
            self.ended = true;
            self.ready.push('\n');
            self.ready.push_str(END_OF_FILE);
            self.ready.push('\n');
        }
    }
}

impl Read for Text<'_> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        while self.given >= self.ready.len() {
            if self.ended {
                return Ok(0);
            }
            self.refill();
        }
        let ready = self.ready.as_bytes().get(self.given..).unwrap_or_default();
        let length = ready.len().min(out.len());
        if let (Some(to), Some(from)) = (out.get_mut(..length), ready.get(..length)) {
            to.copy_from_slice(from);
        }
        self.given += length;
        Ok(length)
    }
}

/// The beginning of a text, for whoever must look before it is read as rows.
pub fn head(bytes: &[u8], encoding: Encoding, mark: usize) -> String {
    let mut text = Text::new(bytes, encoding, mark);
    while text.ready.len() < OUTPUT / 2 && !text.ended {
        text.refill();
    }
    text.ready
}
