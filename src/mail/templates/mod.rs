//! What mails say: `templates/mail`, built in, each file replaceable by the operator's own.

use std::collections::BTreeMap;
use std::path::Path;

use minijinja::value::{Serde, Value};
use minijinja::{AutoEscape, Environment, Error as TemplateError, ErrorKind};
use serde::Serialize;

use self::files::BUILT_IN;
use super::html;
use super::links::Links;
use super::model::{Facts, Kind};
use super::rules::greeted;
use super::samples;
use crate::base::problem::Result;
use crate::base::templates::{self, fault};

mod files;

/// What a mail program shows of a subject, and more.
const SUBJECT: usize = 150;
const LAYOUT: &str = "layout.html";

/// A mail in words.
#[derive(Clone, Debug)]
pub struct Worded {
    pub english: bool,
    pub subject: String,
    pub text: String,
    pub html: String,
}

/// What a mail is worded from.
pub struct Told<'a> {
    pub kind: Kind,
    pub language: &'a str,
    pub name: &'a str,
    pub facts: &'a Facts,
    pub links: Option<&'a Links>,
    /// By which the recipient is let in.
    pub ticket_code: Option<&'a str>,
}

#[derive(Serialize)]
struct Context<'a> {
    language: &'a str,
    name: Option<&'a str>,
    links: Option<&'a Links>,
    ticket_code: Option<&'a str>,
    #[serde(flatten)]
    facts: &'a Facts,
}

pub struct Templates(Environment<'static>);

impl Templates {
    /// The built-in templates, with those of `folder` in their place. A fault in them is told with file and line,
    /// as is a file that replaces nothing.
    pub fn open(folder: Option<&Path>) -> Result<Self> {
        let mut environment = environment();
        templates::fill(&mut environment, BUILT_IN, folder, &["", "de", "en"])?;
        let templates = Self(environment);
        if folder.is_some() {
            templates.try_out().map_err(|error| fault(folder, &error))?;
        }
        Ok(templates)
    }

    /// Every mail once, so that a member that is not there is found at the start and not by a recipient.
    fn try_out(&self) -> std::result::Result<(), TemplateError> {
        for kind in Kind::ALL {
            for language in ["de", "en"] {
                for (facts, links) in samples::all() {
                    let told = Told {
                        kind: *kind,
                        language,
                        name: "Anna Müller",
                        facts: &facts,
                        links: Some(&links),
                        ticket_code: Some(samples::CODE),
                    };
                    self.render(&told)?;
                }
            }
        }
        Ok(())
    }

    pub fn word(&self, told: &Told<'_>) -> Result<Worded> {
        self.render(told).map_err(|error| fault(None, &error))
    }

    fn render(&self, told: &Told<'_>) -> std::result::Result<Worded, TemplateError> {
        let english = told.language == "en" || told.language.starts_with("en-");
        let language = if english { "en" } else { "de" };
        let context = Context {
            language,
            name: greeted(told.name),
            links: told.links,
            ticket_code: told.ticket_code,
            facts: told.facts,
        };
        let name = format!("{language}/{}.txt", told.kind);
        let whole = self.0.get_template(&name)?.render(Value::from(Serde(context)))?;
        let Some((first, body)) = whole.split_once('\n') else {
            return Err(no_subject(&name));
        };
        let subject = first.strip_prefix("Subject:").ok_or_else(|| no_subject(&name))?;
        let (subject, body) = (shortened(subject.trim()), tidied(body));
        let content = html::dressed(body.trim_end(), told.links);
        let page = BTreeMap::from([("language", language), ("subject", &subject), ("content", &content)]);
        Ok(Worded {
            english,
            text: html::plain(&body, told.links),
            html: self.0.get_template(LAYOUT)?.render(Value::from(Serde(&page)))?,
            subject,
        })
    }
}

fn environment() -> Environment<'static> {
    let mut environment = templates::environment();
    environment.set_auto_escape_callback(|name| {
        if name == LAYOUT {
            AutoEscape::Html
        } else {
            AutoEscape::None
        }
    });
    environment
}

fn no_subject(name: &str) -> TemplateError {
    TemplateError::new(
        ErrorKind::InvalidOperation,
        format!("{name}: the first line must begin with `Subject:`"),
    )
}

fn shortened(subject: &str) -> String {
    let subject = subject.replace(char::is_control, " ");
    if subject.chars().count() <= SUBJECT {
        return subject;
    }
    let begin = subject.chars().take(SUBJECT - 1).collect::<String>();
    format!("{}…", begin.trim_end())
}

/// No line ends in spaces, no two blank lines follow each other: templates may be generous with both.
fn tidied(text: &str) -> String {
    let mut tidied = String::with_capacity(text.len());
    for line in text.trim().lines().map(str::trim_end) {
        if !(line.is_empty() && tidied.ends_with("\n\n")) {
            tidied.push_str(line);
            tidied.push('\n');
        }
    }
    tidied
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told<'a>(kind: Kind, language: &'a str, name: &'a str, facts: &'a Facts, links: &'a Links) -> Told<'a> {
        Told {
            kind,
            language,
            name,
            facts,
            links: Some(links),
            ticket_code: Some(samples::CODE),
        }
    }

    #[test]
    fn every_mail_can_be_worded_in_every_shape() {
        let templates = Templates::open(None).unwrap();
        for kind in Kind::ALL {
            for language in ["de", "en"] {
                for (mut facts, links) in samples::all() {
                    facts.seminar.title = "Müller & \"Söhne\" <b>".to_owned();
                    if let Some(webhook) = &mut facts.webhook {
                        webhook.name = facts.seminar.title.clone();
                    }
                    let told = told(*kind, language, "Anna \"Änni\" O'Neil", &facts, &links);
                    let worded = templates.word(&told).unwrap();
                    let context = format!("{kind} {language}\n{}", worded.text);
                    assert!(worded.subject.contains("Müller & \"Söhne\" <b>"), "{context}");
                    assert!(worded.subject.chars().count() <= SUBJECT && !worded.subject.contains('\n'));
                    for trace in [
                        "{{",
                        "}}",
                        "{%",
                        "None",
                        "none",
                        "null",
                        "undefined",
                        "## ",
                        "\n\n\n",
                        " \n",
                    ] {
                        assert!(!worded.text.contains(trace), "{trace:?} in {context}");
                    }
                    assert!(worded.text.contains("Anna \"Änni\" O'Neil,\n\n"), "{context}");
                    let farewell = if language == "en" {
                        "\n\nKind regards\nStädte"
                    } else {
                        "\n\nFreundliche Grüße\nStädte"
                    };
                    assert!(worded.text.contains(farewell), "{context}");
                    assert!(
                        worded.html.contains("Müller &amp; &quot;Söhne&quot; &lt;b&gt;"),
                        "{}",
                        worded.html
                    );
                    assert!(
                        !worded.html.contains("<b>") && !worded.html.contains("&amp;amp;"),
                        "{}",
                        worded.html
                    );
                    assert!(
                        worded.html.contains(&format!("<html lang=\"{language}\">")),
                        "{}",
                        worded.html
                    );
                    assert_eq!(worded.html.matches("<h1 ").count(), 1);
                    assert_eq!(worded.html.matches("<p ").count(), worded.html.matches("</p>").count());
                    assert!(
                        !worded.html.contains("<img")
                            && !worded.html.contains("<link")
                            && !worded.html.contains("url(")
                    );
                }
            }
        }
    }

    #[test]
    fn the_confirmation_reads_as_it_should() {
        let templates = Templates::open(None).unwrap();
        let (facts, links) = (samples::facts("online", 1, true), samples::links(true));
        let worded = templates
            .word(&told(Kind::Confirmed, "de", "Anna Müller", &facts, &links))
            .unwrap();
        let begin = "Guten Tag Anna Müller,\n\nIhre Anmeldung zur Veranstaltung „Fördermittel & \"Zuschüsse\" <für> \
            Gründer_innen“ ist bestätigt: 2 Plätze sind für Sie reserviert. Wir freuen uns auf Sie.\n\nTermin\n\n\
            Donnerstag, 6. Mai 2027, 18:00 bis 20:00 Uhr\nWer fördert was?\nOnline (Zoom)\n\n";
        assert!(worded.text.starts_with(begin), "{}", worded.text);
        assert!(
            worded
                .text
                .contains("Zum Online-Raum:\nhttps://einlass.example/join/TOKEN\n"),
            "{}",
            worded.text
        );
        assert!(worded.text.contains("aktion=cancel\n"), "{}", worded.text);
    }

    #[test]
    fn with_whom_it_is_shared_is_said_where_it_is() {
        let templates = Templates::open(None).unwrap();
        let links = samples::links(false);
        let word = |kind, language, state: &str, full| {
            let mut facts = samples::facts("onsite", 1, full);
            if let Some(registration) = &mut facts.registration {
                registration.state = state.to_owned();
            }
            templates
                .word(&told(kind, language, "Anna", &facts, &links))
                .unwrap()
                .text
        };
        let confirmed = word(Kind::Confirmed, "de", "confirmed", true);
        let said = "\n\nWer Ihre Angaben außerdem erhält\n\nWie vor der Anmeldung angegeben, geben wir Namen, E-Mail-Adresse und \
            Firma oder Einrichtung weiter an:\n- IHK Aachen: Gemeinsame Durchführung\n- AGIT: Begrüßung der Gäste\n\n";
        assert!(confirmed.contains(said), "{confirmed}");
        let pending = word(Kind::ConfirmAddress, "en", "pending", true);
        let said = "\n\nAs said before you registered, after your confirmation we share your name,";
        assert!(pending.contains(said), "{pending}");
        for (kind, state) in [(Kind::Confirmed, "confirmed"), (Kind::ConfirmAddress, "pending")] {
            for (language, heading) in [("de", "außerdem erhält"), ("en", "else receives")] {
                assert!(word(kind, language, state, true).contains(heading));
                assert!(!word(kind, language, state, false).contains(heading));
            }
        }
    }

    #[test]
    fn what_does_not_take_place_is_not_announced() {
        let templates = Templates::open(None).unwrap();
        let (facts, links) = (samples::facts("onsite", 1, true), samples::links(false));
        let word = |kind, language| {
            templates
                .word(&told(kind, language, "Anna", &facts, &links))
                .unwrap()
                .text
        };
        let german = word(Kind::SeminarCancelled, "de");
        assert!(
            german.contains("\n\nEs entfällt\n\nDonnerstag") && !german.contains("\nTermin"),
            "{german}"
        );
        assert!(word(Kind::Cancelled, "en").contains("\n\nYou were registered for\n\nThursday"));
    }

    #[test]
    fn deadlines_are_told_in_the_time_of_the_office() {
        let templates = Templates::open(None).unwrap();
        let (facts, links) = (samples::facts("onsite", 1, true), samples::links(false));
        let word = |language| {
            templates
                .word(&told(Kind::ConfirmAddress, language, "Anna Müller", &facts, &links))
                .unwrap()
                .text
        };
        assert!(
            word("de-AT").contains("bis Samstag, 1. Mai 2027, 12:00 Uhr."),
            "{}",
            word("de")
        );
        assert!(
            word("en-GB").contains("until Saturday, 1 May 2027, 12:00."),
            "{}",
            word("en")
        );
        assert!(word("fr").starts_with("Guten Tag"));
    }

    #[test]
    fn a_title_without_end_is_shortened_in_the_subject() {
        let templates = Templates::open(None).unwrap();
        let (mut facts, links) = (samples::facts("onsite", 1, true), samples::links(false));
        facts.seminar.title = "ä".repeat(3000);
        let worded = templates
            .word(&told(Kind::Confirmed, "de", "Anna", &facts, &links))
            .unwrap();
        assert_eq!(worded.subject.chars().count(), SUBJECT);
        assert!(worded.subject.ends_with('…') && worded.text.contains(&"ä".repeat(3000)));
    }

    struct Folder(std::path::PathBuf);

    impl Folder {
        fn with(file: &str, text: &str) -> Self {
            let folder = std::env::temp_dir().join(format!("einlass-templates-{}", crate::base::ids::fresh()));
            let file = folder.join(file);
            std::fs::create_dir_all(file.parent().unwrap()).unwrap();
            std::fs::write(file, text).unwrap();
            Self(folder)
        }

        fn fault(&self) -> String {
            Templates::open(Some(&self.0)).err().unwrap().to_string()
        }
    }

    impl Drop for Folder {
        fn drop(&mut self) {
            drop(std::fs::remove_dir_all(&self.0));
        }
    }

    #[test]
    fn an_own_file_replaces_one_and_leaves_the_others() {
        let folder = Folder::with("de/_greeting.txt", "Moin {{ name }},\r\n");
        let templates = Templates::open(Some(&folder.0)).unwrap();
        let (facts, links) = (samples::facts("onsite", 1, true), samples::links(false));
        let word = |language| {
            templates
                .word(&told(Kind::Confirmed, language, "Anna", &facts, &links))
                .unwrap()
        };
        assert!(word("de").text.starts_with("Moin Anna,\n\nIhre"), "{}", word("de").text);
        assert!(word("en").text.starts_with("Dear Anna,\n\n"));
    }

    #[test]
    fn a_broken_file_is_told_with_its_place() {
        let told = Folder::with("de/confirmed.txt", "Subject: x\n\n{% if %}").fault();
        assert!(told.contains("de/confirmed.txt:3"), "{told}");
        let told = Folder::with("de/confirmed.txt", "Subject: x\n\nLieber {{ vorname }}").fault();
        assert!(told.contains("de/confirmed.txt:3"), "{told}");
        let told = Folder::with("en/confirmed.txt", "Betreff: x\n\nHello").fault();
        assert!(told.contains("en/confirmed.txt") && told.contains("Subject:"), "{told}");
        let told = Folder::with("de/confrimed.txt", "Subject: x\n\n").fault();
        assert!(told.contains("de/confrimed.txt replaces no template"), "{told}");
    }
}
