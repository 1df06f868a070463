//! Handlers.

use actix_web::{HttpResponse, delete, get, patch, post};
use domain::connections::ConnectionId;
use domain::hooks::{self, Hook, HookId, HookPatch, MadeHook, NewHook, NewVendorHook};
use utoipa_actix_web::service_config::ServiceConfig;

use crate::app::Api;
use crate::caller::Caller;
use crate::http::{Json, List, Path, Problems, Result, created};

pub(crate) fn routes(config: &mut ServiceConfig) {
    config
        .service(list)
        .service(create)
        .service(create_for)
        .service(get)
        .service(update)
        .service(remove);
}

/// List the hooks, the oldest first.
#[utoipa::path(tag = "hooks", operation_id = "hooks.list", responses((status = OK, body = Vec<Hook>), Problems))]
#[get("/hooks")]
async fn list(api: Api, caller: Caller) -> Result<List<Vec<Hook>>> {
    Ok(List(api.read(&caller, hooks::list).await?))
}

/// Make a hook for a connected helpdesk. A secret that is made here is in this answer and nowhere else.
#[utoipa::path(tag = "hooks", operation_id = "connections.create_hook", params(("id" = ConnectionId, Path)), responses((status = CREATED, body = MadeHook), Problems))]
#[post("/connections/{id}/hooks")]
async fn create_for(
    api: Api,
    caller: Caller,
    id: Path<ConnectionId>,
    new: Json<NewVendorHook>,
) -> Result<HttpResponse> {
    let made = api
        .write(&caller, async |scope| hooks::create_for(scope, *id, new.into_inner()).await)
        .await?;
    Ok(created(format!("/v1/hooks/{}", made.hook.id), &made))
}

/// Make a hook for a source of one's own. A secret that is made here is in this answer and nowhere else.
#[utoipa::path(tag = "hooks", operation_id = "hooks.create", responses((status = CREATED, body = MadeHook), Problems))]
#[post("/hooks")]
async fn create(api: Api, caller: Caller, new: Json<NewHook>) -> Result<HttpResponse> {
    let made =
        api.write(&caller, async |scope| hooks::create(scope, new.into_inner()).await).await?;
    Ok(created(format!("/v1/hooks/{}", made.hook.id), &made))
}

/// Get a hook.
#[utoipa::path(tag = "hooks", operation_id = "hooks.get", params(("id" = HookId, Path)), responses((status = OK, body = Hook), Problems))]
#[get("/hooks/{id}")]
async fn get(api: Api, caller: Caller, id: Path<HookId>) -> Result<Json<Hook>> {
    Ok(Json(api.read(&caller, async |scope| hooks::get(scope, *id).await).await?))
}

/// Change the secret of a hook. The old one is good for some seconds more.
#[utoipa::path(tag = "hooks", operation_id = "hooks.update", params(("id" = HookId, Path)), responses((status = OK, body = Hook), Problems))]
#[patch("/hooks/{id}")]
async fn update(
    api: Api,
    caller: Caller,
    id: Path<HookId>,
    patch: Json<HookPatch>,
) -> Result<Json<Hook>> {
    Ok(Json(
        api.write(&caller, async |scope| hooks::update(scope, *id, patch.into_inner()).await)
            .await?,
    ))
}

/// Remove a hook, with what it was told and nobody has worked off.
#[utoipa::path(tag = "hooks", operation_id = "hooks.delete", params(("id" = HookId, Path)), responses((status = NO_CONTENT), Problems))]
#[delete("/hooks/{id}")]
async fn remove(api: Api, caller: Caller, id: Path<HookId>) -> Result<HttpResponse> {
    api.write(&caller, async |scope| hooks::delete(scope, *id).await).await?;
    Ok(HttpResponse::NoContent().finish())
}
