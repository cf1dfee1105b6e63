//! The same mail as HTML. There is one text; this only dresses it: paragraphs, headings, links and buttons.
//!
//! In the text, a line `## Termine` is a heading and `[Anmeldung bestätigen] https://…` a button, if the address is
//! one of the mail's own links. A name or a title that looks so stays what it is.

use super::links::Links;

/// The text as it is read without HTML.
#[must_use]
pub fn plain(text: &str, links: Option<&Links>) -> String {
    let lines = text.lines().map(|line| match (heading(line), button(line, links)) {
        (Some(heading), _) => heading.to_owned(),
        (_, Some((label, link))) => format!("{label}:\n{link}"),
        _ => line.to_owned(),
    });
    lines.collect::<Vec<_>>().join("\n") + "\n"
}

/// What stands in the body of the page.
#[must_use]
pub fn dressed(text: &str, links: Option<&Links>) -> String {
    let blocks = text.split("\n\n").map(|block| {
        if let Some(heading) = heading(block).filter(|heading| !heading.contains('\n')) {
            return format!("<h2 style=\"{H2}\">{}</h2>\n", escape(heading));
        }
        let lines = block.lines().map(|line| match button(line, links) {
            Some((label, link)) => format!("<a href=\"{}\" style=\"{BUTTON}\">{}</a>", escape(link), escape(label)),
            None => linked(line),
        });
        format!("<p style=\"{P}\">{}</p>\n", lines.collect::<Vec<_>>().join("<br>\n"))
    });
    blocks.collect()
}

const P: &str = "margin:0 0 16px";
const H2: &str = "margin:24px 0 8px;font-size:18px;line-height:1.3";
const BUTTON: &str = "display:inline-block;margin:4px 0;padding:12px 20px;background:#0b4f8a;color:#ffffff;\
    font-weight:bold;text-decoration:none;border-radius:4px";
const LINK: &str = "color:#0b4f8a";

fn heading(line: &str) -> Option<&str> {
    line.strip_prefix("## ")
}

fn button<'a>(line: &'a str, links: Option<&Links>) -> Option<(&'a str, &'a str)> {
    let (label, link) = line.strip_prefix('[')?.split_once("] ")?;
    links.filter(|links| links.has(link)).map(|_| (label, link))
}

/// The line, escaped, with its web addresses as links.
fn linked(line: &str) -> String {
    let mut html = String::new();
    let mut rest = line;
    while let Some(at) = [rest.find("https://"), rest.find("http://")]
        .into_iter()
        .flatten()
        .min()
    {
        let (before, from) = rest.split_at(at);
        html.push_str(&escape(before));
        let end = from
            .find(|c: char| c.is_whitespace() || "<>\"".contains(c))
            .unwrap_or(from.len());
        let (address, after) = from.split_at(end);
        // A full stop after an address ends the sentence.
        let whole = address.trim_end_matches(['.', ',', ';', ':', '!', '?', ')']);
        let tail = address.strip_prefix(whole).unwrap_or_default();
        let shown = escape(whole);
        html.push_str(&format!(
            "<a href=\"{shown}\" style=\"{LINK}\">{shown}</a>{}",
            escape(tail)
        ));
        rest = after;
    }
    html.push_str(&escape(rest));
    html
}

fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            c => escaped.push(c),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    fn links() -> Links {
        let page = || "https://einlass.example/registrations/t?a=1&b=2".to_owned();
        Links {
            confirm: page(),
            see: page(),
            change: page(),
            cancel: page(),
            accept_offer: page(),
            keep: page(),
            join: None,
        }
    }

    #[test]
    fn only_our_own_links_become_buttons() {
        let ours = "[Anmeldung bestätigen] https://einlass.example/registrations/t?a=1&b=2";
        let html = dressed(ours, Some(&links()));
        assert!(
            html.contains("href=\"https://einlass.example/registrations/t?a=1&amp;b=2\""),
            "{html}"
        );
        assert!(
            html.contains(BUTTON) && html.contains(">Anmeldung bestätigen</a>"),
            "{html}"
        );
        assert_eq!(
            plain(ours, Some(&links())),
            "Anmeldung bestätigen:\nhttps://einlass.example/registrations/t?a=1&b=2\n"
        );
        let foreign = "[Gewinn abholen] https://evil.example";
        assert!(!dressed(foreign, Some(&links())).contains(BUTTON));
        assert!(!dressed(foreign, None).contains(BUTTON));
    }

    #[test]
    fn text_is_escaped_and_addresses_are_linked() {
        let html = dressed(
            "## Termine\n\nMüller & \"Söhne\" <b>\nsiehe https://a.example/?x=1&y=2.",
            None,
        );
        assert!(html.contains(">Termine</h2>"), "{html}");
        assert!(html.contains("Müller &amp; &quot;Söhne&quot; &lt;b&gt;<br>"), "{html}");
        let link = ">https://a.example/?x=1&amp;y=2</a>.</p>";
        assert!(html.contains(link), "{html}");
        assert_eq!(html.matches("<p ").count(), 1);
    }
}
