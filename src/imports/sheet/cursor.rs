//! Walks through a cell, piece by piece, and can step back.

/// What is left of a text.
#[derive(Clone, Copy, Debug)]
pub struct Cursor<'a>(pub &'a str);

impl<'a> Cursor<'a> {
    pub fn skip_spaces(&mut self) {
        self.0 = self.0.trim_start();
    }

    pub fn is_at_end(&self) -> bool {
        self.0.trim().is_empty()
    }

    /// Takes `text` if it stands here.
    pub fn eat(&mut self, text: &str) -> bool {
        match self.0.strip_prefix(text) {
            Some(rest) => {
                self.0 = rest;
                true
            }
            None => false,
        }
    }

    /// A whole number of at most four digits, and how many it has.
    pub fn number(&mut self) -> Option<(u32, usize)> {
        let end = self.0.find(|c: char| !c.is_ascii_digit()).unwrap_or(self.0.len());
        let (digits, rest) = self.0.split_at(end);
        let number = digits.parse().ok().filter(|_| end <= 4)?;
        self.0 = rest;
        Some((number, end))
    }

    /// The letters that stand here.
    pub fn word(&mut self) -> Option<&'a str> {
        let end = self.0.find(|c: char| !c.is_alphabetic()).unwrap_or(self.0.len());
        let (word, rest) = self.0.split_at(end);
        if word.is_empty() {
            return None;
        }
        self.0 = rest;
        Some(word)
    }

    /// Does `work`, or stays where it is.
    pub fn attempt<T>(&mut self, work: impl FnOnce(&mut Self) -> Option<T>) -> Option<T> {
        let before = *self;
        let done = work(self);
        if done.is_none() {
            *self = before;
        }
        done
    }
}
