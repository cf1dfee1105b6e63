//! What is there: which paths, with which methods.

use std::cmp::Reverse;

use actix_web::HttpResponse;
use actix_web::dev::ResourceDef;
use actix_web::http::Method;
use utoipa::openapi::OpenApi;

use crate::base::problem::{Code, Problem, Result};
use crate::portal;

/// Which methods the documented paths have.
pub struct Routes(Vec<(ResourceDef, Vec<&'static str>)>);

impl Routes {
    pub fn of(document: &OpenApi) -> Self {
        let routes = document.paths.paths.iter().map(|(path, item)| {
            let methods = [
                ("GET", item.get.is_some()),
                ("POST", item.post.is_some()),
                ("PUT", item.put.is_some()),
                ("PATCH", item.patch.is_some()),
                ("DELETE", item.delete.is_some()),
            ];
            let mut allowed = methods
                .iter()
                .filter(|(_, there)| *there)
                .map(|(method, _)| *method)
                .collect::<Vec<_>>();
            if allowed.contains(&"GET") {
                allowed.push("HEAD");
            }
            (ResourceDef::new(path.as_str()), allowed)
        });
        // Beside the document, which describes neither itself nor the pages for people.
        let own =
            ["/openapi.json", "/docs", "/docs/{file:.*}"].map(|path| (ResourceDef::new(path), vec!["GET", "HEAD"]));
        let pages = portal::PATHS
            .iter()
            .map(|(path, methods)| (ResourceDef::new(*path), methods.to_vec()));
        Self(routes.chain(own).chain(pages).collect())
    }
}

/// No route has this path, or none this method of it.
pub async fn nothing_here() -> Result<HttpResponse> {
    Err(Code::NotFound.into())
}

impl Routes {
    /// 405 with Allow where the path is known and the method is not. actix itself answers 404, and asks a route with a parameter
    /// where the one without has another method: for PATCH, `template.csv` would be the id of an import.
    pub fn wrong_method(&self, method: &Method, path: &str) -> Option<Problem> {
        let there = self.0.iter().filter(|(resource, _)| resource.is_match(path));
        // `/seminars/{seminar}.ics` is meant, not `/seminars/{seminar}`; `check-ins/batch`, not `check-ins/{check_in}`.
        let (_, methods) = there.max_by_key(|(resource, _)| {
            let pattern = resource.pattern().unwrap_or_default();
            (Reverse(pattern.matches('{').count()), pattern.len())
        })?;
        if methods.contains(&method.as_str()) {
            return None;
        }
        let mut problem = Problem::new(Code::MethodNotAllowed);
        problem.allow = Some(methods.join(", "));
        Some(problem)
    }
}
