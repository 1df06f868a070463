//! REST and GraphQL over the domain. Each feature is a folder with its handlers and its resolvers.

// An import is a deep nest of futures, and their layouts are computed in one go when optimising.
#![recursion_limit = "256"]

mod app;
mod caller;
mod codes;
mod docs;
mod graphql;
mod http;
mod openapi;
mod server;

// The features.
mod accounts;
mod connections;
mod drift;
mod hooks;
mod kpis;
mod people;
mod teams;
mod tickets;

#[cfg(test)]
mod testing;

use std::sync::LazyLock;

use actix_web::web::{self, Data, ServiceConfig};
use actix_web::{HttpRequest, HttpResponse};
use domain::kernel::Error;
use serde_json::Value;
use utoipa_actix_web::AppExt;

pub use app::{Api, Patience};
pub use graphql::Graph;
pub use http::{Allowances, Failure, Limits, LimitsError, Network, describe_metrics};
pub use server::serve;

use http::Addresses;

/// Everything on the public port.
pub fn routes(config: &mut ServiceConfig, api: &Api, graph: &Graph) {
    config
        .app_data(api.clone())
        .app_data(Data::new(graph.clone()))
        .app_data(web::PayloadConfig::new(http::BODY))
        .app_data(http::form_config())
        .service(
            web::resource("/graphql")
                .app_data(web::PayloadConfig::new(graphql::BODY))
                .route(web::post().to(graphql::post))
                .route(web::get().to(graphql::get))
                .default_service(web::to(nowhere)),
        )
        .configure(docs::routes)
        .configure(|config| {
            features(&mut utoipa_actix_web::service_config::ServiceConfig::new(config))
        })
        .default_service(web::to(nowhere));
}

fn features(config: &mut utoipa_actix_web::service_config::ServiceConfig) {
    accounts::issuer_routes(config);
    hooks::door_routes(config);
    config.service(
        utoipa_actix_web::scope("/v1")
            .configure(accounts::routes)
            .configure(people::routes)
            .configure(teams::routes)
            .configure(connections::routes)
            .configure(hooks::routes)
            .configure(tickets::routes)
            .configure(kpis::routes)
            .configure(drift::routes),
    );
}

async fn nowhere(request: HttpRequest) -> http::Result<HttpResponse> {
    let (method, path) = (request.method(), request.path());
    let Some(allow) = ADDRESSES.allow(path) else {
        return Err(Error::not_found("address", path).into());
    };
    let message = format!("`{path}` does not take {method}; it takes {allow}");
    Err(http::Failure::method_not_allowed(allow, message))
}

/// Every address with its methods, for who asks it by another.
static ADDRESSES: LazyLock<Addresses> = LazyLock::new(|| {
    let read: &[&str] = &["GET", "HEAD"];
    let pages = docs::ADDRESSES.iter().map(|page| (*page, read));
    let graphql: (&str, &[&str]) = ("/graphql", &["GET", "HEAD", "POST"]);
    Addresses::new(&document(), pages.chain([graphql]))
});

/// The OpenAPI document of everything under `/v1` and `/t`.
#[must_use]
pub fn document() -> Value {
    let (_, document) = actix_web::App::new()
        .into_utoipa_app()
        .openapi(openapi::frame())
        .configure(features)
        .split_for_parts();
    openapi::finish(&document)
}

/// The GraphQL schema in its own language.
#[must_use]
pub fn sdl() -> String {
    Graph::new(true).sdl()
}
