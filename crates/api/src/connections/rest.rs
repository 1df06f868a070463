//! Handlers.

use actix_web::{HttpResponse, delete, get, patch, post};
use domain::connections::{
    self, Connection, ConnectionFilter, ConnectionHealth, ConnectionId, ConnectionPatch,
    Descriptor, NewConnection, NewResync, SyncRun, SyncRunFilter, SyncRunId, SyncStream,
};
use domain::kernel::{Page, PageArgs};
use utoipa_actix_web::service_config::ServiceConfig;

use crate::app::Api;
use crate::caller::Caller;
use crate::http::{Asked, Json, List, Path, Problems, Result, created};

pub(crate) fn routes(config: &mut ServiceConfig) {
    config.service(vendors).service(list).service(create).service(get).service(update);
    config.service(check).service(pause).service(resume).service(resync).service(revoke);
    config.service(health).service(streams).service(list_runs).service(get_run);
}

/// List the helpdesks that can be connected to, with what each needs.
#[utoipa::path(tag = "connections", operation_id = "vendors.list", responses((status = OK, body = Vec<Descriptor>), Problems))]
#[get("/vendors")]
async fn vendors(api: Api, caller: Caller) -> Result<List<Vec<Descriptor>>> {
    Ok(List(api.read(&caller, async |scope| connections::vendors(scope)).await?))
}

/// List the sources of tickets: connections to helpdesks, and the sources of imports.
#[utoipa::path(tag = "connections", operation_id = "connections.list", params(ConnectionFilter, PageArgs), responses((status = OK, body = Page<Connection>), Problems))]
#[get("/connections")]
async fn list(
    api: Api,
    caller: Caller,
    asked: Asked<ConnectionFilter, PageArgs>,
) -> Result<List<Page<Connection>>> {
    Ok(List(
        api.read(&caller, async |scope| connections::list(scope, &asked.0, &asked.1).await).await?,
    ))
}

/// Connect a helpdesk. Its credentials are tried next, and then everything is read.
#[utoipa::path(tag = "connections", operation_id = "connections.create", responses((status = CREATED, body = Connection), Problems))]
#[post("/connections")]
async fn create(api: Api, caller: Caller, new: Json<NewConnection>) -> Result<HttpResponse> {
    let connection = api
        .write(&caller, async |scope| connections::create(scope, new.into_inner()).await)
        .await?;
    Ok(created(format!("/v1/connections/{}", connection.id), &connection))
}

/// Get a connection.
#[utoipa::path(tag = "connections", operation_id = "connections.get", params(("id" = ConnectionId, Path)), responses((status = OK, body = Connection), Problems))]
#[get("/connections/{id}")]
async fn get(api: Api, caller: Caller, id: Path<ConnectionId>) -> Result<Json<Connection>> {
    Ok(Json(api.read(&caller, async |scope| connections::get(scope, *id).await).await?))
}

/// Change a connection's name, address, credentials or cadence. New credentials are tried before anything more is read.
#[utoipa::path(tag = "connections", operation_id = "connections.update", params(("id" = ConnectionId, Path)), responses((status = OK, body = Connection), Problems))]
#[patch("/connections/{id}")]
async fn update(
    api: Api,
    caller: Caller,
    id: Path<ConnectionId>,
    patch: Json<ConnectionPatch>,
) -> Result<Json<Connection>> {
    Ok(Json(
        api.write(&caller, async |scope| connections::update(scope, *id, patch.into_inner()).await)
            .await?,
    ))
}

/// Try a connection's credentials. One that was in error is read from again where they are good.
#[utoipa::path(tag = "connections", operation_id = "connections.check", params(("id" = ConnectionId, Path)), responses((status = OK, body = Connection), Problems))]
#[post("/connections/{id}/check")]
async fn check(api: Api, caller: Caller, id: Path<ConnectionId>) -> Result<Json<Connection>> {
    Ok(Json(api.write(&caller, async |scope| connections::check(scope, *id).await).await?))
}

/// Stop reading a connection for now.
#[utoipa::path(tag = "connections", operation_id = "connections.pause", params(("id" = ConnectionId, Path)), responses((status = OK, body = Connection), Problems))]
#[post("/connections/{id}/pause")]
async fn pause(api: Api, caller: Caller, id: Path<ConnectionId>) -> Result<Json<Connection>> {
    Ok(Json(api.write(&caller, async |scope| connections::pause(scope, *id).await).await?))
}

/// Go on reading a paused connection where it stopped.
#[utoipa::path(tag = "connections", operation_id = "connections.resume", params(("id" = ConnectionId, Path)), responses((status = OK, body = Connection), Problems))]
#[delete("/connections/{id}/pause")]
async fn resume(api: Api, caller: Caller, id: Path<ConnectionId>) -> Result<Json<Connection>> {
    Ok(Json(api.write(&caller, async |scope| connections::resume(scope, *id).await).await?))
}

/// Read everything from a time on once more. What is here already is changed where the helpdesk has it otherwise, and never doubled.
#[utoipa::path(tag = "connections", operation_id = "connections.resync", params(("id" = ConnectionId, Path)), responses((status = OK, body = Connection), Problems))]
#[post("/connections/{id}/resync")]
async fn resync(
    api: Api,
    caller: Caller,
    id: Path<ConnectionId>,
    new: Json<NewResync>,
) -> Result<Json<Connection>> {
    Ok(Json(
        api.write(&caller, async |scope| connections::resync(scope, *id, new.into_inner()).await)
            .await?,
    ))
}

/// End a connection for good and erase its credentials. Its tickets stay.
#[utoipa::path(tag = "connections", operation_id = "connections.revoke", params(("id" = ConnectionId, Path)), responses((status = OK, body = Connection), Problems))]
#[post("/connections/{id}/revocation")]
async fn revoke(api: Api, caller: Caller, id: Path<ConnectionId>) -> Result<Json<Connection>> {
    Ok(Json(api.write(&caller, async |scope| connections::revoke(scope, *id).await).await?))
}

/// Say how a connection does: how far behind it is, and what stopped it last.
#[utoipa::path(tag = "connections", operation_id = "connections.health", params(("id" = ConnectionId, Path)), responses((status = OK, body = ConnectionHealth), Problems))]
#[get("/connections/{id}/health")]
async fn health(
    api: Api,
    caller: Caller,
    id: Path<ConnectionId>,
) -> Result<Json<ConnectionHealth>> {
    Ok(Json(api.read(&caller, async |scope| connections::health(scope, *id).await).await?))
}

/// List what a connection reads, and how far each has been read.
#[utoipa::path(tag = "connections", operation_id = "connections.streams", params(("id" = ConnectionId, Path)), responses((status = OK, body = Vec<SyncStream>), Problems))]
#[get("/connections/{id}/streams")]
async fn streams(
    api: Api,
    caller: Caller,
    id: Path<ConnectionId>,
) -> Result<List<Vec<SyncStream>>> {
    Ok(List(api.read(&caller, async |scope| connections::streams(scope, *id).await).await?))
}

/// List the times that connections were read: those of one with `connection_id`.
#[utoipa::path(tag = "connections", operation_id = "sync_runs.list", params(SyncRunFilter, PageArgs), responses((status = OK, body = Page<SyncRun>), Problems))]
#[get("/sync_runs")]
async fn list_runs(
    api: Api,
    caller: Caller,
    asked: Asked<SyncRunFilter, PageArgs>,
) -> Result<List<Page<SyncRun>>> {
    Ok(List(
        api.read(&caller, async |scope| connections::runs(scope, &asked.0, &asked.1).await).await?,
    ))
}

/// Get a time that a connection was read.
#[utoipa::path(tag = "connections", operation_id = "sync_runs.get", params(("id" = SyncRunId, Path)), responses((status = OK, body = SyncRun), Problems))]
#[get("/sync_runs/{id}")]
async fn get_run(api: Api, caller: Caller, id: Path<SyncRunId>) -> Result<Json<SyncRun>> {
    Ok(Json(api.read(&caller, async |scope| connections::run(scope, *id).await).await?))
}
