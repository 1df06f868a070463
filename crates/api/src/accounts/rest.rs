//! Handlers.

use actix_web::{HttpResponse, delete, get, patch, post, put};
use domain::accounts::Secret;
use domain::accounts::clients::{
    self, ApiClient, ApiClientFilter, ApiClientPatch, ApiClientSecret, NewApiClient,
};
use domain::accounts::users::{
    self, NewRoleGrant, NewUser, RoleGrant, RoleGrantId, User, UserFilter, UserPatch,
};
use domain::accounts::{self, Me};
use domain::kernel::{ApiClientId, Page, PageArgs, UserId};
use domain::tenants::{self, Tenant, TenantPatch};
use serde::Deserialize;
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;

use crate::app::Api;
use crate::caller::Caller;
use crate::http::{Asked, Json, List, Path, Problems, Result, created};

pub(crate) fn routes(config: &mut ServiceConfig) {
    config.service(me).service(tenant).service(update_tenant);
    config
        .service(list_users)
        .service(create_user)
        .service(get_user)
        .service(update_user)
        .service(set_password);
    config.service(suspend_user).service(reactivate_user).service(end_user);
    config.service(roles_of).service(grant_role).service(get_role).service(revoke_role);
    config
        .service(list_clients)
        .service(create_client)
        .service(get_client)
        .service(update_client)
        .service(rotate_secret)
        .service(revoke_client);
}

/// Say who asks, and what they may do.
#[utoipa::path(tag = "accounts", operation_id = "me.get", responses((status = OK, body = Me), Problems))]
#[get("/me")]
async fn me(api: Api, caller: Caller) -> Result<Json<Me>> {
    Ok(Json(api.read(&caller, accounts::me).await?))
}

/// Get the tenant of the token.
#[utoipa::path(tag = "accounts", operation_id = "tenant.get", responses((status = OK, body = Tenant), Problems))]
#[get("/tenant")]
async fn tenant(api: Api, caller: Caller) -> Result<Json<Tenant>> {
    Ok(Json(api.read(&caller, tenants::get).await?))
}

/// Change the name, zone, week or way of signing in of the token's tenant.
#[utoipa::path(tag = "accounts", operation_id = "tenant.update", responses((status = OK, body = Tenant), Problems))]
#[patch("/tenant")]
async fn update_tenant(api: Api, caller: Caller, patch: Json<TenantPatch>) -> Result<Json<Tenant>> {
    let patch = patch.into_inner();
    Ok(Json(api.write(&caller, async |scope| tenants::update(scope, patch).await).await?))
}

/// List users.
#[utoipa::path(tag = "accounts", operation_id = "users.list", params(UserFilter, PageArgs), responses((status = OK, body = Page<User>), Problems))]
#[get("/users")]
async fn list_users(
    api: Api,
    caller: Caller,
    asked: Asked<UserFilter, PageArgs>,
) -> Result<List<Page<User>>> {
    Ok(List(api.read(&caller, async |scope| users::list(scope, &asked.0, &asked.1).await).await?))
}

/// Make a user. Without a role they may do nothing yet.
#[utoipa::path(tag = "accounts", operation_id = "users.create", responses((status = CREATED, body = User), Problems))]
#[post("/users")]
async fn create_user(api: Api, caller: Caller, new: Json<NewUser>) -> Result<HttpResponse> {
    let user = users::create(&api, &caller, new.into_inner()).await?;
    Ok(created(format!("/v1/users/{}", user.id), &user))
}

/// Get a user.
#[utoipa::path(tag = "accounts", operation_id = "users.get", params(("id" = UserId, Path)), responses((status = OK, body = User), Problems))]
#[get("/users/{id}")]
async fn get_user(api: Api, caller: Caller, id: Path<UserId>) -> Result<Json<User>> {
    Ok(Json(api.read(&caller, async |scope| users::get(scope, *id).await).await?))
}

/// Change a user's e-mail or person.
#[utoipa::path(tag = "accounts", operation_id = "users.update", params(("id" = UserId, Path)), responses((status = OK, body = User), Problems))]
#[patch("/users/{id}")]
async fn update_user(
    api: Api,
    caller: Caller,
    id: Path<UserId>,
    patch: Json<UserPatch>,
) -> Result<Json<User>> {
    Ok(Json(
        api.write(&caller, async |scope| users::update(scope, *id, patch.into_inner()).await)
            .await?,
    ))
}

/// A password to set.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewPassword {
    /// 12 characters or more.
    password: Secret,
}

/// Give a user a new password. Their sessions end.
#[utoipa::path(tag = "accounts", operation_id = "users.set_password", params(("id" = UserId, Path)), responses((status = OK, body = User), Problems))]
#[put("/users/{id}/password")]
async fn set_password(
    api: Api,
    caller: Caller,
    id: Path<UserId>,
    new: Json<NewPassword>,
) -> Result<Json<User>> {
    Ok(Json(users::set_password(&api, &caller, *id, &new.0.password).await?))
}

/// Suspend a user: their sessions end, and they cannot sign in for now.
#[utoipa::path(tag = "accounts", operation_id = "users.suspend", params(("id" = UserId, Path)), responses((status = OK, body = User), Problems))]
#[post("/users/{id}/suspension")]
async fn suspend_user(api: Api, caller: Caller, id: Path<UserId>) -> Result<Json<User>> {
    Ok(Json(api.write(&caller, async |scope| users::suspend(scope, *id).await).await?))
}

/// Let a suspended user in again.
#[utoipa::path(tag = "accounts", operation_id = "users.reactivate", params(("id" = UserId, Path)), responses((status = OK, body = User), Problems))]
#[delete("/users/{id}/suspension")]
async fn reactivate_user(api: Api, caller: Caller, id: Path<UserId>) -> Result<Json<User>> {
    Ok(Json(api.write(&caller, async |scope| users::reactivate(scope, *id).await).await?))
}

/// End a user's access for good.
#[utoipa::path(tag = "accounts", operation_id = "users.end", params(("id" = UserId, Path)), responses((status = OK, body = User), Problems))]
#[post("/users/{id}/ending")]
async fn end_user(api: Api, caller: Caller, id: Path<UserId>) -> Result<Json<User>> {
    Ok(Json(api.write(&caller, async |scope| users::end(scope, *id).await).await?))
}

/// List a user's roles, also those of the past.
#[utoipa::path(tag = "accounts", operation_id = "users.roles", params(("id" = UserId, Path)), responses((status = OK, body = Vec<RoleGrant>), Problems))]
#[get("/users/{id}/roles")]
async fn roles_of(api: Api, caller: Caller, id: Path<UserId>) -> Result<List<Vec<RoleGrant>>> {
    Ok(List(api.read(&caller, async |scope| users::roles(scope, *id).await).await?))
}

/// Grant a role to a user.
#[utoipa::path(tag = "accounts", operation_id = "users.grant_role", params(("id" = UserId, Path)), responses((status = CREATED, body = RoleGrant), Problems))]
#[post("/users/{id}/roles")]
async fn grant_role(
    api: Api,
    caller: Caller,
    id: Path<UserId>,
    new: Json<NewRoleGrant>,
) -> Result<HttpResponse> {
    let grant = api
        .write(&caller, async |scope| users::grant_role(scope, *id, new.into_inner()).await)
        .await?;
    Ok(created(format!("/v1/role_grants/{}", grant.id), &grant))
}

/// Get a role grant.
#[utoipa::path(tag = "accounts", operation_id = "users.get_role", params(("id" = RoleGrantId, Path)), responses((status = OK, body = RoleGrant), Problems))]
#[get("/role_grants/{id}")]
async fn get_role(api: Api, caller: Caller, id: Path<RoleGrantId>) -> Result<Json<RoleGrant>> {
    Ok(Json(api.read(&caller, async |scope| users::role_grant(scope, *id).await).await?))
}

/// End a role grant now.
#[utoipa::path(tag = "accounts", operation_id = "users.revoke_role", params(("id" = RoleGrantId, Path)), responses((status = OK, body = RoleGrant), Problems))]
#[delete("/role_grants/{id}")]
async fn revoke_role(api: Api, caller: Caller, id: Path<RoleGrantId>) -> Result<Json<RoleGrant>> {
    Ok(Json(api.write(&caller, async |scope| users::revoke_role(scope, *id).await).await?))
}

/// List API clients.
#[utoipa::path(tag = "accounts", operation_id = "api_clients.list", params(ApiClientFilter, PageArgs), responses((status = OK, body = Page<ApiClient>), Problems))]
#[get("/api_clients")]
async fn list_clients(
    api: Api,
    caller: Caller,
    asked: Asked<ApiClientFilter, PageArgs>,
) -> Result<List<Page<ApiClient>>> {
    Ok(List(api.read(&caller, async |scope| clients::list(scope, &asked.0, &asked.1).await).await?))
}

/// Make an API client. Its secret is in this answer and nowhere else.
#[utoipa::path(tag = "accounts", operation_id = "api_clients.create", responses((status = CREATED, body = ApiClientSecret), Problems))]
#[post("/api_clients")]
async fn create_client(api: Api, caller: Caller, new: Json<NewApiClient>) -> Result<HttpResponse> {
    let client =
        api.write(&caller, async |scope| clients::create(scope, new.into_inner()).await).await?;
    Ok(created(format!("/v1/api_clients/{}", client.client.id), &client))
}

/// Get an API client.
#[utoipa::path(tag = "accounts", operation_id = "api_clients.get", params(("id" = ApiClientId, Path)), responses((status = OK, body = ApiClient), Problems))]
#[get("/api_clients/{id}")]
async fn get_client(api: Api, caller: Caller, id: Path<ApiClientId>) -> Result<Json<ApiClient>> {
    Ok(Json(api.read(&caller, async |scope| clients::get(scope, *id).await).await?))
}

/// Change an API client's name or scopes.
#[utoipa::path(tag = "accounts", operation_id = "api_clients.update", params(("id" = ApiClientId, Path)), responses((status = OK, body = ApiClient), Problems))]
#[patch("/api_clients/{id}")]
async fn update_client(
    api: Api,
    caller: Caller,
    id: Path<ApiClientId>,
    patch: Json<ApiClientPatch>,
) -> Result<Json<ApiClient>> {
    Ok(Json(
        api.write(&caller, async |scope| clients::update(scope, *id, patch.into_inner()).await)
            .await?,
    ))
}

/// Give an API client a new secret; the old one ends at once.
///
/// The new secret is shown in this answer and never again.
#[utoipa::path(tag = "accounts", operation_id = "api_clients.rotate_secret", params(("id" = ApiClientId, Path)), responses((status = OK, body = ApiClientSecret), Problems))]
#[post("/api_clients/{id}/secret")]
async fn rotate_secret(
    api: Api,
    caller: Caller,
    id: Path<ApiClientId>,
) -> Result<Json<ApiClientSecret>> {
    Ok(Json(api.write(&caller, async |scope| clients::rotate_secret(scope, *id).await).await?))
}

/// Revoke an API client for good.
#[utoipa::path(tag = "accounts", operation_id = "api_clients.revoke", params(("id" = ApiClientId, Path)), responses((status = OK, body = ApiClient), Problems))]
#[post("/api_clients/{id}/revocation")]
async fn revoke_client(api: Api, caller: Caller, id: Path<ApiClientId>) -> Result<Json<ApiClient>> {
    Ok(Json(api.write(&caller, async |scope| clients::revoke(scope, *id).await).await?))
}
