//! Handlers.

use actix_web::{HttpResponse, delete, get, patch, post};
use domain::kernel::{Page, PageArgs, PersonId};
use domain::people::identities::{self, Identity, IdentityId, NewIdentity};
use domain::people::{self, NewPerson, Person, PersonAction, PersonFilter, PersonPatch};
use utoipa_actix_web::service_config::ServiceConfig;

use crate::app::Api;
use crate::caller::Caller;
use crate::http::{Asked, Json, Path, Problems, Result, created};

pub(crate) fn routes(config: &mut ServiceConfig) {
    config.service(list).service(create).service(get).service(update);
    config
        .service(activate)
        .service(start_leave)
        .service(end_leave)
        .service(offboard)
        .service(rehire);
    config.service(list_identities).service(add_identity).service(remove_identity);
}

/// List people.
#[utoipa::path(tag = "people", operation_id = "people.list", params(PersonFilter, PageArgs), responses((status = OK, body = Page<Person>), Problems))]
#[get("/people")]
async fn list(
    api: Api,
    caller: Caller,
    asked: Asked<PersonFilter, PageArgs>,
) -> Result<Json<Page<Person>>> {
    Ok(Json(api.read(&caller, async |scope| people::list(scope, &asked.0, &asked.1).await).await?))
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
#[utoipa::path(tag = "people", operation_id = "people.get", responses((status = OK, body = Person), Problems))]
#[get("/people/{id}")]
async fn get(api: Api, caller: Caller, id: Path<PersonId>) -> Result<Json<Person>> {
    Ok(Json(api.read(&caller, async |scope| people::get(scope, *id).await).await?))
}

/// Change a person's fields.
#[utoipa::path(tag = "people", operation_id = "people.update", responses((status = OK, body = Person), Problems))]
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
#[utoipa::path(tag = "people", operation_id = "people.activate", responses((status = OK, body = Person), Problems))]
#[post("/people/{id}/activation")]
async fn activate(api: Api, caller: Caller, id: Path<PersonId>) -> Result<Json<Person>> {
    act(&api, &caller, *id, PersonAction::Activate).await
}

/// Start a leave.
#[utoipa::path(tag = "people", operation_id = "people.start_leave", responses((status = OK, body = Person), Problems))]
#[post("/people/{id}/leave")]
async fn start_leave(api: Api, caller: Caller, id: Path<PersonId>) -> Result<Json<Person>> {
    act(&api, &caller, *id, PersonAction::StartLeave).await
}

/// End a leave.
#[utoipa::path(tag = "people", operation_id = "people.end_leave", responses((status = OK, body = Person), Problems))]
#[delete("/people/{id}/leave")]
async fn end_leave(api: Api, caller: Caller, id: Path<PersonId>) -> Result<Json<Person>> {
    act(&api, &caller, *id, PersonAction::EndLeave).await
}

/// Offboard a person.
#[utoipa::path(tag = "people", operation_id = "people.offboard", responses((status = OK, body = Person), Problems))]
#[post("/people/{id}/offboarding")]
async fn offboard(api: Api, caller: Caller, id: Path<PersonId>) -> Result<Json<Person>> {
    act(&api, &caller, *id, PersonAction::Offboard).await
}

/// Rehire a person who had left.
#[utoipa::path(tag = "people", operation_id = "people.rehire", responses((status = OK, body = Person), Problems))]
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
#[utoipa::path(tag = "people", operation_id = "identities.list", params(PageArgs), responses((status = OK, body = Page<Identity>), Problems))]
#[get("/people/{id}/identities")]
async fn list_identities(
    api: Api,
    caller: Caller,
    id: Path<PersonId>,
    asked: Asked<PageArgs>,
) -> Result<Json<Page<Identity>>> {
    Ok(Json(api.read(&caller, async |scope| identities::list(scope, *id, &asked.0).await).await?))
}

/// Tell under which id a source knows a person.
#[utoipa::path(tag = "people", operation_id = "identities.add", responses((status = CREATED, body = Identity), Problems))]
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
    Ok(created(format!("/v1/people/{}/identities", identity.person_id), &identity))
}

/// Take an external identity from its person.
#[utoipa::path(tag = "people", operation_id = "identities.remove", responses((status = NO_CONTENT), Problems))]
#[delete("/identities/{id}")]
async fn remove_identity(api: Api, caller: Caller, id: Path<IdentityId>) -> Result<HttpResponse> {
    api.write(&caller, async |scope| identities::remove(scope, *id).await).await?;
    Ok(HttpResponse::NoContent().finish())
}
