//! What a reader is served: the reference, every error and every metric explained. Plain pages without a script, so that they work
//! offline and under the strictest policy.

mod errors;
mod graphiql;
mod metrics;
mod page;
mod reference;
#[cfg(test)]
mod tests;

use std::sync::LazyLock;

use actix_web::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use actix_web::web::{self, Bytes, Path, ServiceConfig};
use actix_web::{HttpRequest, HttpResponse};
use domain::kernel::Error;

use crate::http::Result;

/// Every address here; they take GET alone.
pub(crate) const ADDRESSES: &[&str] = &[
    "/openapi.json",
    "/docs",
    "/docs/style.css",
    "/docs/errors",
    "/docs/errors/{code}",
    "/docs/metrics",
    "/graphiql",
    "/graphiql/{part}",
];

static OPENAPI: LazyLock<Bytes> = LazyLock::new(|| crate::document().to_string().into());
static REFERENCE: LazyLock<Bytes> = LazyLock::new(|| reference::html(&crate::document()).into());
static METRICS: LazyLock<Bytes> = LazyLock::new(|| metrics::html().into());
static ERRORS: LazyLock<Bytes> = LazyLock::new(|| errors::list().into());

pub(crate) fn routes(config: &mut ServiceConfig) {
    config
        .route("/openapi.json", web::get().to(openapi))
        .route("/docs", web::get().to(async || page::answer(REFERENCE.clone())))
        .route("/docs/style.css", web::get().to(style))
        .route("/docs/metrics", web::get().to(async || page::answer(METRICS.clone())))
        .route("/docs/errors", web::get().to(async || page::answer(ERRORS.clone())))
        .route("/docs/errors/{code}", web::get().to(error))
        .route("/graphiql", web::get().to(graphiql::page))
        .route("/graphiql/{part}", web::get().to(graphiql::part));
}

async fn openapi() -> HttpResponse {
    HttpResponse::Ok()
        .insert_header((CONTENT_TYPE, "application/json"))
        .insert_header((CACHE_CONTROL, "public, max-age=300"))
        .body(OPENAPI.clone())
}

async fn style() -> HttpResponse {
    HttpResponse::Ok()
        .insert_header((CONTENT_TYPE, "text/css; charset=utf-8"))
        .insert_header((CACHE_CONTROL, "public, max-age=300"))
        .body(include_str!("style.css"))
}

async fn error(request: HttpRequest, code: Path<String>) -> Result<HttpResponse> {
    match errors::html(&code) {
        Some(html) => Ok(page::answer(html.into())),
        None => Err(Error::not_found("page", request.path()).into()),
    }
}
