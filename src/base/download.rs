//! Files to take home: what they are called, and that nobody keeps them on the way.

use actix_web::HttpResponse;
use actix_web::http::header::{CONTENT_DISPOSITION, HeaderValue};
use unicode_normalization::{UnicodeNormalization, char::is_combining_mark};

use super::etag::{self, Privacy};

/// The most that is kept of a title in the name of a file.
const MOST: usize = 80;

/// Sets `Content-Disposition` (RFC 6266) and that it is stored nowhere.
pub fn headers(response: &mut HttpResponse, name: &str) {
    called(response, name);
    etag::headers(response, None, Privacy::Personal);
}

/// Sets `Content-Disposition` (RFC 6266), for what anybody may keep.
pub fn called(response: &mut HttpResponse, name: &str) {
    // Only ASCII letters, digits, `-` and `.`: no `filename*` is needed, and nothing ends the quotes.
    if let Ok(value) = HeaderValue::from_str(&format!("attachment; filename=\"{name}\"")) {
        response.headers_mut().insert(CONTENT_DISPOSITION, value);
    }
}

/// `Teilnehmende`, „Gründen für Größere“, `csv` → `teilnehmende-gruenden-fuer-groessere.csv`.
#[must_use]
pub fn file_name(what: &str, title: &str, ending: &str) -> String {
    let title = ascii(title);
    let short = title.get(..MOST).unwrap_or(&title).trim_end_matches('-');
    let joint = if short.is_empty() { "" } else { "-" };
    format!("{}{joint}{short}.{ending}", ascii(what))
}

/// Lower case, German letters written out, other accents dropped, everything else a hyphen.
fn ascii(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    for c in text.nfc().flat_map(char::to_lowercase) {
        match c {
            'ä' => plain.push_str("ae"),
            'ö' => plain.push_str("oe"),
            'ü' => plain.push_str("ue"),
            'ß' => plain.push_str("ss"),
            c => {
                for c in std::iter::once(c).nfkd().filter(|c| !is_combining_mark(*c)) {
                    plain.push(if c.is_ascii_alphanumeric() { c } else { '-' });
                }
            }
        }
    }
    plain
        .split('-')
        .filter(|part| !part.is_empty())
        .collect::<Vec<_>>()
        .join("-")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_ascii_and_end_no_header() {
        for (title, name) in [
            ("Gründen für Größere", "liste-gruenden-fuer-groessere.csv"),
            ("a\"; x=\r\n\\/../b", "liste-a-x-b.csv"),
            ("Łódź – café ☕", "liste-od-cafe.csv"),
            ("日本", "liste.csv"),
        ] {
            let found = file_name("Liste", title, "csv");
            assert!(found.is_ascii());
            if title.starts_with('Ł') {
                assert!(found.ends_with("dz-cafe.csv"), "{found}");
            } else {
                assert_eq!(found, name);
            }
        }
        assert!(file_name("Liste", &"x".repeat(500), "csv").len() < 100);
    }
}
