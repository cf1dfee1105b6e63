//! What a room offers, named once: to be served, and to be told in the OpenAPI document. Every worker of the server hears it; that
//! each of them would make the document anew, as `utoipa_actix_web`'s own collector does, was most of a start.

use actix_web::dev::HttpServiceFactory;
use actix_web::web::ServiceConfig;
use utoipa::openapi::{Components, OpenApi};
use utoipa_actix_web::OpenApiFactory;

pub struct Operations<'a>(Hearer<'a>);

enum Hearer<'a> {
    Server(&'a mut ServiceConfig),
    Document { of: &'a mut OpenApi, below: &'a str },
}

impl<'a> Operations<'a> {
    pub fn served(by: &'a mut ServiceConfig) -> Self {
        Self(Hearer::Server(by))
    }

    /// `below` is what stands before each path.
    pub fn told(of: &'a mut OpenApi, below: &'a str) -> Self {
        Self(Hearer::Document { of, below })
    }

    pub fn configure(&mut self, room: impl FnOnce(&mut Operations<'_>)) -> &mut Self {
        room(self);
        self
    }

    pub fn service(&mut self, operation: impl HttpServiceFactory + OpenApiFactory + 'static) -> &mut Self {
        match &mut self.0 {
            Hearer::Server(config) => {
                config.service(operation);
            }
            Hearer::Document { of, below } => {
                let mut paths = operation.paths();
                let told = std::mem::take(&mut paths.paths).into_iter();
                paths.paths = told.map(|(path, item)| (format!("{below}{path}"), item)).collect();
                of.paths.merge(paths);
                let mut schemas = Vec::new();
                operation.schemas(&mut schemas);
                of.components
                    .get_or_insert_with(Components::new)
                    .schemas
                    .extend(schemas);
            }
        }
        self
    }

    /// Beside what the document tells.
    pub fn untold(&mut self, add: impl FnOnce(&mut ServiceConfig)) -> &mut Self {
        if let Hearer::Server(config) = &mut self.0 {
            add(config);
        }
        self
    }
}
