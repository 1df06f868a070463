//! The public port.

use std::any::Any;
use std::net::{Shutdown, TcpListener};

use actix_web::dev::{Extensions, Server};
use actix_web::middleware::{Compress, Condition, from_fn};
use actix_web::rt::net::TcpStream;
use actix_web::{App, HttpServer};
use socket2::SockRef;

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
    let door = api.clone();
    let server = HttpServer::new(move || {
        let (api, graph) = (api.clone(), graph.clone());
        App::new()
            .wrap(from_fn(http::once))
            .wrap(Compress::default())
            .wrap(from_fn(http::bounds))
            .wrap(from_fn(http::trace))
            .wrap(from_fn(http::head))
            .wrap(from_fn(http::pace))
            // Outermost: a refusal is to be read by the page that asked, too.
            .wrap(Condition::new(!api.origins().is_empty(), http::cors(api.origins())))
            .configure(move |config| routes(config, &api, &graph))
    });
    let server = server
        .on_connect(move |socket, connection| admit(&door, socket, connection))
        .workers(threads)
        .client_request_timeout(patience.head)
        .shutdown_timeout(DRAIN)
        .disable_signals();
    Ok(server.listen(listener)?.run())
}

/// Counts a connection for as long as it is open, and hangs up on an address that has too many. A proxy that is trusted is the others' way in.
fn admit(api: &Api, socket: &dyn Any, connection: &mut Extensions) {
    let Some(stream) = socket.downcast_ref::<TcpStream>() else { return };
    // Whoever has gone already has no address any more, and nothing to count.
    let Ok(peer) = stream.peer_addr() else { return };
    if api.proxies().trusts(peer.ip()) {
        return;
    }
    match api.limits().connection(peer.ip()) {
        Some(open) => {
            connection.insert(open);
        }
        None => {
            SockRef::from(stream).shutdown(Shutdown::Both).ok();
        }
    }
}
