//! The public port.

use std::net::TcpListener;

use actix_web::dev::Server;
use actix_web::middleware::{Compress, Condition, from_fn};
use actix_web::{App, HttpServer};

use crate::app::Api;
use crate::{Graph, http, routes};

/// How long a stop waits for requests under way, in seconds.
const DRAIN: u64 = 25;

/// Serves REST and GraphQL until the server is stopped; requests under way are finished.
///
/// # Errors
/// Those of the listener.
pub fn serve(listener: TcpListener, api: Api, threads: usize) -> std::io::Result<Server> {
    let graph = Graph::new(api.has_introspection());
    let patience = api.patience();
    let server = HttpServer::new(move || {
        let (api, graph) = (api.clone(), graph.clone());
        App::new()
            .wrap(from_fn(http::once))
            .wrap(Compress::default())
            .wrap(from_fn(http::trace))
            .wrap(from_fn(http::head))
            .wrap(from_fn(http::pace))
            // Outermost: a refusal is to be read by the page that asked, too.
            .wrap(Condition::new(!api.origins().is_empty(), http::cors(api.origins())))
            .configure(move |config| routes(config, &api, &graph))
    });
    let server = server
        .workers(threads)
        .client_request_timeout(patience.head)
        .shutdown_timeout(DRAIN)
        .disable_signals();
    Ok(server.listen(listener)?.run())
}
