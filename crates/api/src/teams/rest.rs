//! Handlers.

use actix_web::{HttpResponse, delete, get, patch, post};
use chrono::NaiveDate;
use domain::kernel::{Page, PageArgs, PersonId, TeamId};
use domain::teams::leads::{
    self, LeadOf, NewTeamLead, TeamLead, TeamLeadFilter, TeamLeadId, TeamLeadPatch,
};
use domain::teams::memberships::{
    self, Membership, MembershipFilter, MembershipId, MembershipPatch, NewMembership,
};
use domain::teams::{self, NewTeam, Team, TeamAction, TeamFilter, TeamPatch};
use serde::Deserialize;
use utoipa::IntoParams;
use utoipa_actix_web::service_config::ServiceConfig;

use crate::app::Api;
use crate::caller::Caller;
use crate::http::{Asked, Json, List, Path, Problems, Result, created};

pub(crate) fn routes(config: &mut ServiceConfig) {
    config
        .service(list)
        .service(create)
        .service(get)
        .service(update)
        .service(close)
        .service(reopen);
    config
        .service(list_memberships)
        .service(create_membership)
        .service(get_membership)
        .service(update_membership)
        .service(remove_membership);
    config
        .service(list_leads)
        .service(create_lead)
        .service(get_lead)
        .service(update_lead)
        .service(remove_lead)
        .service(lead_of);
}

/// List teams.
#[utoipa::path(tag = "teams", operation_id = "teams.list", params(TeamFilter, PageArgs), responses((status = OK, body = Page<Team>), Problems))]
#[get("/teams")]
async fn list(
    api: Api,
    caller: Caller,
    asked: Asked<TeamFilter, PageArgs>,
) -> Result<List<Page<Team>>> {
    Ok(List(api.read(&caller, async |scope| teams::list(scope, &asked.0, &asked.1).await).await?))
}

/// Make a team.
#[utoipa::path(tag = "teams", operation_id = "teams.create", responses((status = CREATED, body = Team), Problems))]
#[post("/teams")]
async fn create(api: Api, caller: Caller, new: Json<NewTeam>) -> Result<HttpResponse> {
    let team =
        api.write(&caller, async |scope| teams::create(scope, new.into_inner()).await).await?;
    Ok(created(format!("/v1/teams/{}", team.id), &team))
}

/// Get a team.
#[utoipa::path(tag = "teams", operation_id = "teams.get", params(("id" = TeamId, Path)), responses((status = OK, body = Team), Problems))]
#[get("/teams/{id}")]
async fn get(api: Api, caller: Caller, id: Path<TeamId>) -> Result<Json<Team>> {
    Ok(Json(api.read(&caller, async |scope| teams::get(scope, *id).await).await?))
}

/// Change a team's name, kind or place in the tree.
#[utoipa::path(tag = "teams", operation_id = "teams.update", params(("id" = TeamId, Path)), responses((status = OK, body = Team), Problems))]
#[patch("/teams/{id}")]
async fn update(
    api: Api,
    caller: Caller,
    id: Path<TeamId>,
    patch: Json<TeamPatch>,
) -> Result<Json<Team>> {
    Ok(Json(
        api.write(&caller, async |scope| teams::update(scope, *id, patch.into_inner()).await)
            .await?,
    ))
}

/// Close a team. Its history stays; it takes no members from then on.
#[utoipa::path(tag = "teams", operation_id = "teams.close", params(("id" = TeamId, Path)), responses((status = OK, body = Team), Problems))]
#[post("/teams/{id}/closure")]
async fn close(api: Api, caller: Caller, id: Path<TeamId>) -> Result<Json<Team>> {
    Ok(Json(
        api.write(&caller, async |scope| teams::act(scope, *id, TeamAction::Close).await).await?,
    ))
}

/// Reopen a closed team.
#[utoipa::path(tag = "teams", operation_id = "teams.reopen", params(("id" = TeamId, Path)), responses((status = OK, body = Team), Problems))]
#[delete("/teams/{id}/closure")]
async fn reopen(api: Api, caller: Caller, id: Path<TeamId>) -> Result<Json<Team>> {
    Ok(Json(
        api.write(&caller, async |scope| teams::act(scope, *id, TeamAction::Reopen).await).await?,
    ))
}

/// List memberships: who was where when.
#[utoipa::path(tag = "teams", operation_id = "memberships.list", params(MembershipFilter, PageArgs), responses((status = OK, body = Page<Membership>), Problems))]
#[get("/memberships")]
async fn list_memberships(
    api: Api,
    caller: Caller,
    asked: Asked<MembershipFilter, PageArgs>,
) -> Result<List<Page<Membership>>> {
    Ok(List(
        api.read(&caller, async |scope| memberships::list(scope, &asked.0, &asked.1).await).await?,
    ))
}

/// Put a person into a team. A primary membership ends the open primary one before it.
#[utoipa::path(tag = "teams", operation_id = "memberships.create", responses((status = CREATED, body = Membership), Problems))]
#[post("/memberships")]
async fn create_membership(
    api: Api,
    caller: Caller,
    new: Json<NewMembership>,
) -> Result<HttpResponse> {
    let membership = api
        .write(&caller, async |scope| memberships::create(scope, new.into_inner()).await)
        .await?;
    Ok(created(format!("/v1/memberships/{}", membership.id), &membership))
}

/// Get a membership.
#[utoipa::path(tag = "teams", operation_id = "memberships.get", params(("id" = MembershipId, Path)), responses((status = OK, body = Membership), Problems))]
#[get("/memberships/{id}")]
async fn get_membership(
    api: Api,
    caller: Caller,
    id: Path<MembershipId>,
) -> Result<Json<Membership>> {
    Ok(Json(api.read(&caller, async |scope| memberships::get(scope, *id).await).await?))
}

/// Change the days of a membership. Give `valid_to` to end it.
#[utoipa::path(tag = "teams", operation_id = "memberships.update", params(("id" = MembershipId, Path)), responses((status = OK, body = Membership), Problems))]
#[patch("/memberships/{id}")]
async fn update_membership(
    api: Api,
    caller: Caller,
    id: Path<MembershipId>,
    patch: Json<MembershipPatch>,
) -> Result<Json<Membership>> {
    Ok(Json(
        api.write(&caller, async |scope| memberships::update(scope, *id, patch.into_inner()).await)
            .await?,
    ))
}

/// Remove a membership that never was.
#[utoipa::path(tag = "teams", operation_id = "memberships.remove", params(("id" = MembershipId, Path)), responses((status = NO_CONTENT), Problems))]
#[delete("/memberships/{id}")]
async fn remove_membership(
    api: Api,
    caller: Caller,
    id: Path<MembershipId>,
) -> Result<HttpResponse> {
    api.write(&caller, async |scope| memberships::remove(scope, *id).await).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// List leads: who led what when.
#[utoipa::path(tag = "teams", operation_id = "team_leads.list", params(TeamLeadFilter, PageArgs), responses((status = OK, body = Page<TeamLead>), Problems))]
#[get("/team_leads")]
async fn list_leads(
    api: Api,
    caller: Caller,
    asked: Asked<TeamLeadFilter, PageArgs>,
) -> Result<List<Page<TeamLead>>> {
    Ok(List(api.read(&caller, async |scope| leads::list(scope, &asked.0, &asked.1).await).await?))
}

/// Name a team's lead. It ends the open one before it.
#[utoipa::path(tag = "teams", operation_id = "team_leads.create", responses((status = CREATED, body = TeamLead), Problems))]
#[post("/team_leads")]
async fn create_lead(api: Api, caller: Caller, new: Json<NewTeamLead>) -> Result<HttpResponse> {
    let lead =
        api.write(&caller, async |scope| leads::create(scope, new.into_inner()).await).await?;
    Ok(created(format!("/v1/team_leads/{}", lead.id), &lead))
}

/// Get a lead.
#[utoipa::path(tag = "teams", operation_id = "team_leads.get", params(("id" = TeamLeadId, Path)), responses((status = OK, body = TeamLead), Problems))]
#[get("/team_leads/{id}")]
async fn get_lead(api: Api, caller: Caller, id: Path<TeamLeadId>) -> Result<Json<TeamLead>> {
    Ok(Json(api.read(&caller, async |scope| leads::get(scope, *id).await).await?))
}

/// Change the days of a lead. Give `valid_to` to end it.
#[utoipa::path(tag = "teams", operation_id = "team_leads.update", params(("id" = TeamLeadId, Path)), responses((status = OK, body = TeamLead), Problems))]
#[patch("/team_leads/{id}")]
async fn update_lead(
    api: Api,
    caller: Caller,
    id: Path<TeamLeadId>,
    patch: Json<TeamLeadPatch>,
) -> Result<Json<TeamLead>> {
    Ok(Json(
        api.write(&caller, async |scope| leads::update(scope, *id, patch.into_inner()).await)
            .await?,
    ))
}

/// Remove a lead that never was.
#[utoipa::path(tag = "teams", operation_id = "team_leads.remove", params(("id" = TeamLeadId, Path)), responses((status = NO_CONTENT), Problems))]
#[delete("/team_leads/{id}")]
async fn remove_lead(api: Api, caller: Caller, id: Path<TeamLeadId>) -> Result<HttpResponse> {
    api.write(&caller, async |scope| leads::remove(scope, *id).await).await?;
    Ok(HttpResponse::NoContent().finish())
}

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct On {
    /// The day, in the tenant's zone.
    on: NaiveDate,
}

/// Who led this person on a day.
#[utoipa::path(tag = "teams", operation_id = "people.lead", params(("id" = PersonId, Path), On), responses((status = OK, body = LeadOf), Problems))]
#[get("/people/{id}/lead")]
async fn lead_of(
    api: Api,
    caller: Caller,
    id: Path<PersonId>,
    asked: Asked<On>,
) -> Result<Json<LeadOf>> {
    Ok(Json(api.read(&caller, async |scope| leads::lead_of(scope, *id, asked.0.on).await).await?))
}
