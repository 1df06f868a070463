//! Handlers.

use actix_web::{HttpResponse, delete, get, patch, post};
use domain::kernel::{Page, PageArgs, PersonId};
use domain::people::identities::{self, Identity, IdentityId, NewIdentity};
use domain::people::{self, NewPerson, Person, PersonAction, PersonFilter, PersonPatch};
use utoipa_actix_web::service_config::ServiceConfig;

use crate::app::Api;
use crate::caller::Caller;
use crate::http::{Asked, Json, List, Path, Problems, Result, created};

pub(crate) fn routes(config: &mut ServiceConfig) {
    config.service(list).service(create).service(get).service(update);
    config
        .service(activate)
        .service(start_leave)
        .service(end_leave)
        .service(offboard)
        .service(rehire);
    config
        .service(list_identities)
        .service(add_identity)
        .service(get_identity)
        .service(remove_identity);
}

/// List people.
#[utoipa::path(tag = "people", operation_id = "people.list", params(PersonFilter, PageArgs), responses((status = OK, body = Page<Person>), Problems))]
#[get("/people")]
async fn list(
    api: Api,
    caller: Caller,
    asked: Asked<PersonFilter, PageArgs>,
) -> Result<List<Page<Person>>> {
    Ok(List(api.read(&caller, async |scope| people::list(scope, &asked.0, &asked.1).await).await?))
}

/// Make a person.
#[utoipa::path(tag = "people", operation_id = "people.create", responses((status = CREATED, body = Person), Problems))]
#[post("/people")]
async fn create(api: Api, caller: Caller, new: Json<NewPerson>) -> Result<HttpResponse> {
    let person =
        api.write(&caller, async |scope| people::create(scope, new.into_inner()).await).await?;
    Ok(created(format!("/v1/people/{}", person.id), &person))
}

/// Get a person.
#[utoipa::path(tag = "people", operation_id = "people.get", params(("id" = PersonId, Path)), responses((status = OK, body = Person), Problems))]
#[get("/people/{id}")]
async fn get(api: Api, caller: Caller, id: Path<PersonId>) -> Result<Json<Person>> {
    Ok(Json(api.read(&caller, async |scope| people::get(scope, *id).await).await?))
}

/// Change a person's fields.
#[utoipa::path(tag = "people", operation_id = "people.update", params(("id" = PersonId, Path)), responses((status = OK, body = Person), Problems))]
#[patch("/people/{id}")]
async fn update(
    api: Api,
    caller: Caller,
    id: Path<PersonId>,
    patch: Json<PersonPatch>,
) -> Result<Json<Person>> {
    Ok(Json(
        api.write(&caller, async |scope| people::update(scope, *id, patch.into_inner()).await)
            .await?,
    ))
}

/// Activate an invited person: the first day has come.
#[utoipa::path(tag = "people", operation_id = "people.activate", params(("id" = PersonId, Path)), responses((status = OK, body = Person), Problems))]
#[post("/people/{id}/activation")]
async fn activate(api: Api, caller: Caller, id: Path<PersonId>) -> Result<Json<Person>> {
    act(&api, &caller, *id, PersonAction::Activate).await
}

/// Start a leave.
#[utoipa::path(tag = "people", operation_id = "people.start_leave", params(("id" = PersonId, Path)), responses((status = OK, body = Person), Problems))]
#[post("/people/{id}/leave")]
async fn start_leave(api: Api, caller: Caller, id: Path<PersonId>) -> Result<Json<Person>> {
    act(&api, &caller, *id, PersonAction::StartLeave).await
}

/// End a leave.
#[utoipa::path(tag = "people", operation_id = "people.end_leave", params(("id" = PersonId, Path)), responses((status = OK, body = Person), Problems))]
#[delete("/people/{id}/leave")]
async fn end_leave(api: Api, caller: Caller, id: Path<PersonId>) -> Result<Json<Person>> {
    act(&api, &caller, *id, PersonAction::EndLeave).await
}

/// Offboard a person.
#[utoipa::path(tag = "people", operation_id = "people.offboard", params(("id" = PersonId, Path)), responses((status = OK, body = Person), Problems))]
#[post("/people/{id}/offboarding")]
async fn offboard(api: Api, caller: Caller, id: Path<PersonId>) -> Result<Json<Person>> {
    act(&api, &caller, *id, PersonAction::Offboard).await
}

/// Rehire a person who had left.
#[utoipa::path(tag = "people", operation_id = "people.rehire", params(("id" = PersonId, Path)), responses((status = OK, body = Person), Problems))]
#[delete("/people/{id}/offboarding")]
async fn rehire(api: Api, caller: Caller, id: Path<PersonId>) -> Result<Json<Person>> {
    act(&api, &caller, *id, PersonAction::Rehire).await
}

async fn act(
    api: &Api,
    caller: &Caller,
    id: PersonId,
    action: PersonAction,
) -> Result<Json<Person>> {
    Ok(Json(api.write(caller, async |scope| people::act(scope, id, action).await).await?))
}

/// List the ids under which sources know a person.
#[utoipa::path(tag = "people", operation_id = "identities.list", params(("id" = PersonId, Path), PageArgs), responses((status = OK, body = Page<Identity>), Problems))]
#[get("/people/{id}/identities")]
async fn list_identities(
    api: Api,
    caller: Caller,
    id: Path<PersonId>,
    asked: Asked<PageArgs>,
) -> Result<List<Page<Identity>>> {
    Ok(List(api.read(&caller, async |scope| identities::list(scope, *id, &asked.0).await).await?))
}

/// Tell under which id a source knows a person.
#[utoipa::path(tag = "people", operation_id = "identities.add", params(("id" = PersonId, Path)), responses((status = CREATED, body = Identity), Problems))]
#[post("/people/{id}/identities")]
async fn add_identity(
    api: Api,
    caller: Caller,
    id: Path<PersonId>,
    new: Json<NewIdentity>,
) -> Result<HttpResponse> {
    let identity = api
        .write(&caller, async |scope| identities::add(scope, *id, new.into_inner()).await)
        .await?;
    Ok(created(format!("/v1/identities/{}", identity.id), &identity))
}

/// Get an external identity.
#[utoipa::path(tag = "people", operation_id = "identities.get", params(("id" = IdentityId, Path)), responses((status = OK, body = Identity), Problems))]
#[get("/identities/{id}")]
async fn get_identity(api: Api, caller: Caller, id: Path<IdentityId>) -> Result<Json<Identity>> {
    Ok(Json(api.read(&caller, async |scope| identities::get(scope, *id).await).await?))
}

/// Take an external identity from its person.
#[utoipa::path(tag = "people", operation_id = "identities.remove", params(("id" = IdentityId, Path)), responses((status = NO_CONTENT), Problems))]
#[delete("/identities/{id}")]
async fn remove_identity(api: Api, caller: Caller, id: Path<IdentityId>) -> Result<HttpResponse> {
    api.write(&caller, async |scope| identities::remove(scope, *id).await).await?;
    Ok(HttpResponse::NoContent().finish())
}
