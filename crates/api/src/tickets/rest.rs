//! Handlers.

use actix_web::{HttpResponse, delete, get, post, put};
use domain::kernel::{Page, PageArgs};
use domain::tickets::{
    self, ImportMapping, NewQueueTeam, Queue, QueueId, QueueTeam, Rating, SlaTarget, Ticket,
    TicketEvent, TicketFilter, TicketId,
};
use utoipa_actix_web::service_config::ServiceConfig;

use super::import::import;
use crate::app::Api;
use crate::caller::Caller;
use crate::http::{Asked, Json, List, Path, Problems, Result, Text};

pub(crate) fn routes(config: &mut ServiceConfig) {
    config
        .service(list)
        .service(list_mappings)
        .service(get_mapping)
        .service(put_mapping)
        .service(delete_mapping)
        .service(import);
    config
        .service(get)
        .service(events)
        .service(ratings)
        .service(sla_targets)
        .service(queues)
        .service(queue_teams)
        .service(link_queue);
}

/// List tickets.
#[utoipa::path(tag = "tickets", operation_id = "tickets.list", params(TicketFilter, PageArgs), responses((status = OK, body = Page<Ticket>), Problems))]
#[get("/tickets")]
async fn list(
    api: Api,
    caller: Caller,
    asked: Asked<TicketFilter, PageArgs>,
) -> Result<List<Page<Ticket>>> {
    Ok(List(api.read(&caller, async |scope| tickets::list(scope, &asked.0, &asked.1).await).await?))
}

/// Get a ticket.
#[utoipa::path(tag = "tickets", operation_id = "tickets.get", params(("id" = TicketId, Path)), responses((status = OK, body = Ticket), Problems))]
#[get("/tickets/{id}")]
async fn get(api: Api, caller: Caller, id: Path<TicketId>) -> Result<Json<Ticket>> {
    Ok(Json(api.read(&caller, async |scope| tickets::get(scope, *id).await).await?))
}

/// List what happened to a ticket, in order.
#[utoipa::path(tag = "tickets", operation_id = "tickets.events", params(("id" = TicketId, Path)), responses((status = OK, body = Vec<TicketEvent>), Problems))]
#[get("/tickets/{id}/events")]
async fn events(api: Api, caller: Caller, id: Path<TicketId>) -> Result<List<Vec<TicketEvent>>> {
    Ok(List(api.read(&caller, async |scope| tickets::events(scope, *id).await).await?))
}

/// List what the customer of a ticket thought of the answers, in order.
#[utoipa::path(tag = "tickets", operation_id = "tickets.ratings", params(("id" = TicketId, Path)), responses((status = OK, body = Vec<Rating>), Problems))]
#[get("/tickets/{id}/ratings")]
async fn ratings(api: Api, caller: Caller, id: Path<TicketId>) -> Result<List<Vec<Rating>>> {
    Ok(List(api.read(&caller, async |scope| tickets::ratings(scope, *id).await).await?))
}

/// List what the helpdesk promised of a ticket (SLA), and whether it was kept.
#[utoipa::path(tag = "tickets", operation_id = "tickets.sla_targets", params(("id" = TicketId, Path)), responses((status = OK, body = Vec<SlaTarget>), Problems))]
#[get("/tickets/{id}/sla_targets")]
async fn sla_targets(api: Api, caller: Caller, id: Path<TicketId>) -> Result<List<Vec<SlaTarget>>> {
    Ok(List(api.read(&caller, async |scope| tickets::sla_targets(scope, *id).await).await?))
}

/// List the queues: the helpdesk's groups.
#[utoipa::path(tag = "tickets", operation_id = "queues.list", responses((status = OK, body = Vec<Queue>), Problems))]
#[get("/queues")]
async fn queues(api: Api, caller: Caller) -> Result<List<Vec<Queue>>> {
    Ok(List(api.read(&caller, tickets::queues).await?))
}

/// List which teams queues are and were linked to.
#[utoipa::path(tag = "tickets", operation_id = "queues.teams", responses((status = OK, body = Vec<QueueTeam>), Problems))]
#[get("/queue_teams")]
async fn queue_teams(api: Api, caller: Caller) -> Result<List<Vec<QueueTeam>>> {
    Ok(List(api.read(&caller, tickets::linked_queues).await?))
}

/// Link a queue to a team from a day on, or to none. Tickets without an agent count for the team of their queue.
///
/// The answer is every link of the queue.
#[utoipa::path(tag = "tickets", operation_id = "queues.link", params(("id" = QueueId, Path)), responses((status = OK, body = Vec<QueueTeam>), Problems))]
#[post("/queues/{id}/teams")]
async fn link_queue(
    api: Api,
    caller: Caller,
    id: Path<QueueId>,
    new: Json<NewQueueTeam>,
) -> Result<Json<Vec<QueueTeam>>> {
    Ok(Json(
        api.write(&caller, async |scope| tickets::link_queue(scope, *id, new.into_inner()).await)
            .await?,
    ))
}

/// List the stored mappings.
#[utoipa::path(tag = "tickets", operation_id = "mappings.list", responses((status = OK, body = Vec<ImportMapping>), Problems))]
#[get("/import_mappings")]
async fn list_mappings(api: Api, caller: Caller) -> Result<List<Vec<ImportMapping>>> {
    Ok(List(api.read(&caller, tickets::mappings).await?))
}

/// Get a stored mapping.
#[utoipa::path(tag = "tickets", operation_id = "mappings.get", params(("name" = String, Path, description = "The name of the mapping.")), responses((status = OK, body = ImportMapping), Problems))]
#[get("/import_mappings/{name}")]
async fn get_mapping(api: Api, caller: Caller, name: Path<String>) -> Result<Json<ImportMapping>> {
    Ok(Json(api.read(&caller, async |scope| tickets::mapping(scope, &name).await).await?))
}

/// Store a mapping under a name: the body is its TOML, as the guide to imports describes it.
#[utoipa::path(tag = "tickets", operation_id = "mappings.put", params(("name" = String, Path, description = "The name of the mapping.")), request_body(content = String, content_type = "application/toml"), responses((status = OK, body = ImportMapping), Problems))]
#[put("/import_mappings/{name}")]
async fn put_mapping(
    api: Api,
    caller: Caller,
    name: Path<String>,
    text: Text,
) -> Result<Json<ImportMapping>> {
    Ok(Json(
        api.write(&caller, async |scope| tickets::put_mapping(scope, &name, &text.0).await).await?,
    ))
}

/// Delete a stored mapping.
#[utoipa::path(tag = "tickets", operation_id = "mappings.delete", params(("name" = String, Path, description = "The name of the mapping.")), responses((status = NO_CONTENT), Problems))]
#[delete("/import_mappings/{name}")]
async fn delete_mapping(api: Api, caller: Caller, name: Path<String>) -> Result<HttpResponse> {
    api.write(&caller, async |scope| tickets::delete_mapping(scope, &name).await).await?;
    Ok(HttpResponse::NoContent().finish())
}
