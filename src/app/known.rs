//! What is there: which paths, with which methods.

use actix_web::dev::ResourceDef;
use actix_web::{HttpRequest, HttpResponse, web};
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

/// 405 with Allow where the path is known, 404 elsewhere. actix itself would answer 404 to a wrong method.
pub async fn nothing_here(request: HttpRequest, routes: web::Data<Routes>) -> Result<HttpResponse> {
    let there = routes
        .0
        .iter()
        .filter(|(resource, _)| resource.is_match(request.path()));
    // `/seminars/{seminar}.ics` is meant, not `/seminars/{seminar}`.
    let known = there.max_by_key(|(resource, _)| resource.pattern().map_or(0, str::len));
    Err(match known {
        Some((_, methods)) => {
            let mut problem = Problem::new(Code::MethodNotAllowed);
            problem.allow = Some(methods.join(", "));
            problem.into()
        }
        None => Code::NotFound.into(),
    })
}
