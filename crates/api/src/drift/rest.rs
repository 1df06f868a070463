//! Handlers.

use actix_web::get;
use domain::connections::ConnectionId;
use domain::drift::{self, ConnectionDrift, DriftQuery, TicketMetric};
use domain::tickets::TicketId;
use utoipa_actix_web::service_config::ServiceConfig;

use crate::app::Api;
use crate::caller::Caller;
use crate::http::{Asked, Json, List, Path, Problems, Result};

pub(crate) fn routes(config: &mut ServiceConfig) {
    config.service(connection).service(metrics);
}

/// Say how far a helpdesk's own figures are from ours, and why.
#[utoipa::path(tag = "connections", operation_id = "connections.drift", params(("id" = ConnectionId, Path), DriftQuery), responses((status = OK, body = ConnectionDrift), Problems))]
#[get("/connections/{id}/drift")]
async fn connection(
    api: Api,
    caller: Caller,
    id: Path<ConnectionId>,
    asked: Asked<DriftQuery>,
) -> Result<Json<ConnectionDrift>> {
    let drift = async |scope: &_| drift::of_connection(scope, *id, &asked.0).await;
    Ok(Json(api.read(&caller, drift).await?))
}

/// List the figures of a ticket that its helpdesk calculates, too: ours, and the helpdesk's own beside them.
#[utoipa::path(tag = "tickets", operation_id = "tickets.metrics", params(("id" = TicketId, Path)), responses((status = OK, body = Vec<TicketMetric>), Problems))]
#[get("/tickets/{id}/metrics")]
async fn metrics(api: Api, caller: Caller, id: Path<TicketId>) -> Result<List<Vec<TicketMetric>>> {
    Ok(List(api.read(&caller, async |scope| drift::metrics(scope, *id).await).await?))
}
