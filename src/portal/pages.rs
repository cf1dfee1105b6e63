//! The pages as they leave: templates of `templates/portal`, filled, with the headers that keep them to themselves.

use std::path::Path;

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use minijinja::value::{Kwargs, Serde, Value};
use minijinja::{AutoEscape, Environment, Error as TemplateError, State};
use serde::Serialize;

use super::words::Words;
use crate::base::config::Config;
use crate::base::digest::sha256;
use crate::base::problem::{Code, Problem, Result};
use crate::base::templates::{self, english, fault, unusable};

const STYLE: &str = include_str!("../../templates/portal/style.css");

macro_rules! built_in {
    ($($name:literal),+ $(,)?) => {
        &[$(($name, include_str!(concat!("../../templates/portal/", $name)))),+]
    };
}

const BUILT_IN: &[(&str, &str)] = built_in![
    "_field.html",
    "_notice.html",
    "_seminar.html",
    "cancel.html",
    "change.html",
    "error.html",
    "join.html",
    "layout.html",
    "registration.html",
];

/// Where a form of the page may lead.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Leads {
    Nowhere,
    /// To the service itself.
    Home,
    /// To the online room. Chromium holds `form-action` against every redirect that follows a form as well, the room's
    /// own redirects among them (a meeting service sends people on to another host): with `'self'` the button would do
    /// nothing. The page shows nothing that others wrote as HTML, so its only form is ours.
    Away,
}

pub struct Pages {
    environment: Environment<'static>,
    pub words: Words,
    style: String,
    /// The hash of the style sheet, which is part of the page: so that nothing has to be fetched, and nothing else runs.
    style_hash: String,
    /// The path that the service is reached by, as the reader's browser sees it.
    base: String,
}

#[derive(Serialize)]
struct WithStyle<'a, C> {
    css: &'a str,
    #[serde(flatten)]
    content: C,
}

impl Pages {
    /// Reads the templates, the words and the style sheet, the operator's (`portal/` in the folder) before ours.
    pub fn open(config: &Config) -> Result<Self> {
        let folder = config.templates_dir.as_deref().map(|folder| folder.join("portal"));
        Self::with(folder.as_deref(), base(&config.public_url))
    }

    fn with(folder: Option<&Path>, base: &str) -> Result<Self> {
        let words = Words::open(folder)?;
        let mut environment = templates::environment();
        environment.set_auto_escape_callback(|_| AutoEscape::Html);
        let said = words.clone();
        environment.add_function("t", move |state: &State<'_, '_>, word: &str, places: Kwargs| {
            let names = places.args().collect::<Vec<_>>();
            let places = names
                .into_iter()
                .map(|name| Ok((name, places.get::<Value>(name)?.to_string())));
            let places = places.collect::<std::result::Result<Vec<_>, TemplateError>>()?;
            said.find(english(state), word, &places)
                .ok_or_else(|| unusable(format!("there is no word `{word}`")))
        });
        templates::fill(&mut environment, BUILT_IN, folder, &[""])?;
        let own = match folder {
            Some(folder) => templates::read(folder, &[""], &["css"])?.remove("style.css"),
            None => None,
        };
        let style = own.unwrap_or_else(|| STYLE.to_owned());
        Ok(Self {
            style_hash: STANDARD.encode(sha256(style.as_bytes())),
            environment,
            words,
            style,
            base: base.to_owned(),
        })
    }

    /// A path of ours as the reader's browser has to ask for it.
    #[must_use]
    pub fn path(&self, path: &str) -> String {
        format!("{}{path}", self.base)
    }

    pub fn answer(
        &self,
        status: StatusCode,
        name: &str,
        content: impl Serialize,
        leads: Leads,
    ) -> Result<HttpResponse> {
        let html = self.render(name, content).map_err(|error| fault(None, &error))?;
        let form_action = match leads {
            Leads::Nowhere => "'none'",
            Leads::Home => "'self'",
            Leads::Away => "'self' https: http:",
        };
        let policy = format!(
            "default-src 'none'; style-src 'sha256-{}'; form-action {form_action}; frame-ancestors 'none'; base-uri 'none'",
            self.style_hash
        );
        Ok(HttpResponse::build(status)
            .content_type("text/html; charset=utf-8")
            .insert_header(("Content-Security-Policy", policy))
            .insert_header(("X-Robots-Tag", "noindex"))
            .body(html))
    }

    fn render(&self, name: &str, content: impl Serialize) -> std::result::Result<String, TemplateError> {
        let css = &self.style;
        self.environment
            .get_template(name)?
            .render(Value::from(Serde(WithStyle { css, content })))
    }

    /// What went wrong, for a person. One page for every link that is not valid, whatever the reason.
    pub fn error(&self, problem: &Problem, request_id: &str, english: bool) -> Result<HttpResponse> {
        #[derive(Serialize)]
        struct Content<'a> {
            language: &'static str,
            other: Option<()>,
            heading: String,
            text: String,
            request_id: Option<&'a str>,
        }
        let missing = problem.code == Code::NotFound;
        let ours = matches!(problem.code, Code::Internal | Code::Unavailable);
        let content = Content {
            language: if english { "en" } else { "de" },
            other: None,
            heading: if missing {
                self.words.say(english, "missing_heading", &[])
            } else {
                problem.code.title(!english).to_owned()
            },
            text: self
                .words
                .say(english, if missing { "missing_text" } else { "fault_text" }, &[]),
            request_id: ours.then_some(request_id),
        };
        self.answer(problem.status(), "error.html", content, Leads::Nowhere)
    }
}

/// The path of the public address, without the slash at its end.
fn base(public_url: &str) -> &str {
    let after_scheme = public_url.find("://").map_or(0, |at| at + 3);
    let rest = public_url.get(after_scheme..).unwrap_or_default();
    rest.find('/')
        .and_then(|at| rest.get(at..))
        .unwrap_or_default()
        .trim_end_matches('/')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_path_of_the_public_address_stands_before_ours() {
        for (address, path) in [
            ("https://einlass.example", ""),
            ("https://einlass.example/", ""),
            ("https://example.org/einlass/", "/einlass"),
            ("http://127.0.0.1:8080/a/b", "/a/b"),
        ] {
            assert_eq!(base(address), path, "{address}");
        }
    }
}
