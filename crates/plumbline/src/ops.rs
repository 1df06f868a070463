//! The operations port: whether the process lives, whether it can work, and its figures. Not for the public.

use std::net::{SocketAddr, TcpListener};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use actix_web::dev::Server;
use actix_web::http::header::CACHE_CONTROL;
use actix_web::web::{self, Data};
use actix_web::{App, HttpResponse, HttpServer};
use domain::kernel::{self, Caller, ErrorKind, TenantId};
use domain::tenants;
use serde::Serialize;
use workers::Bus;

use crate::output::{Failure, Result};
use crate::telemetry::Metrics;

/// What readiness is told from.
#[derive(Clone)]
pub(crate) struct Parts {
    pub(crate) app: kernel::App,
    pub(crate) bus: Bus,
    pub(crate) metrics: Metrics,
    /// Set when a stop begins, so that no new requests are sent here.
    pub(crate) stopping: Arc<AtomicBool>,
}

#[derive(Serialize)]
#[serde(rename_all = "snake_case")]
enum Status {
    /// Everything works.
    Ready,
    /// It works, with a part away that it can do without.
    Degraded,
    /// It cannot work.
    Unavailable,
    /// It is about to end.
    Stopping,
}

#[derive(Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
enum Part {
    Up,
    Down,
}

#[derive(Serialize)]
struct Readiness {
    status: Status,
    version: &'static str,
    database: Part,
    /// Not there where none is configured.
    #[serde(skip_serializing_if = "Option::is_none")]
    redis: Option<Part>,
}

pub(crate) fn serve(listener: TcpListener, parts: Parts) -> std::io::Result<Server> {
    let server = HttpServer::new(move || {
        App::new()
            .app_data(Data::new(parts.clone()))
            .route("/healthz", web::get().to(healthz))
            .route("/readyz", web::get().to(readyz))
            .route("/metrics", web::get().to(metrics))
    });
    Ok(server.workers(1).shutdown_timeout(1).disable_signals().listen(listener)?.run())
}

async fn healthz() -> HttpResponse {
    HttpResponse::Ok().json(serde_json::json!({ "status": "alive" }))
}

async fn readyz(parts: Data<Parts>) -> HttpResponse {
    let (database, redis) = tokio::join!(database(&parts.app), parts.bus.answers());
    let redis = redis.map(part);
    let status = if parts.stopping.load(Ordering::Relaxed) {
        Status::Stopping
    } else if database == Part::Down {
        Status::Unavailable
    } else if redis == Some(Part::Down) {
        Status::Degraded
    } else {
        Status::Ready
    };
    let mut answer = match status {
        Status::Ready | Status::Degraded => HttpResponse::Ok(),
        Status::Unavailable | Status::Stopping => HttpResponse::ServiceUnavailable(),
    };
    answer.insert_header((CACHE_CONTROL, "no-store")).json(Readiness {
        status,
        version: env!("CARGO_PKG_VERSION"),
        database,
        redis,
    })
}

async fn metrics(parts: Data<Parts>) -> HttpResponse {
    let text = parts.metrics.text(&parts.app, &parts.bus).await;
    HttpResponse::Ok().content_type("text/plain; version=0.0.4; charset=utf-8").body(text)
}

/// A database that knows for sure that there is no tenant without an id is there.
async fn database(app: &kernel::App) -> Part {
    let nobody = Caller::system(TenantId::NONE);
    let asked = app.read(&nobody, tenants::get).await;
    part(asked.map_or_else(|error| error.kind() == ErrorKind::NotFound, |_| true))
}

fn part(up: bool) -> Part {
    if up { Part::Up } else { Part::Down }
}

/// Takes a port.
pub(crate) fn bind(address: SocketAddr, option: &str) -> Result<TcpListener> {
    TcpListener::bind(address).map_err(|error| {
        Failure::new(
            "listen",
            format!("cannot listen on {address}: {error}; choose another address with {option}"),
        )
    })
}
