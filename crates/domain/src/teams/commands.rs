//! Making and changing teams.

use sea_orm::{ColumnTrait, PaginatorTrait, QueryFilter, Set};

use super::entity::{ActiveModel, Column, Entity, Model};
use super::types::{NewTeam, Team, TeamAction, TeamPatch, TeamState};
use super::{memberships, queries};
use crate::kernel::check::Check;
use crate::kernel::patch::{nullable, required};
use crate::kernel::{Error, Permission, Result, Scope, TeamId, states};
use crate::tenants;

/// Makes a team.
///
/// # Errors
/// `team_name_taken`, `team_closed`; `invalid` for a parent that is not there or a name that is none.
pub async fn create(scope: &Scope, new: NewTeam) -> Result<Team> {
    scope.require(Permission::TeamsWrite)?;
    let NewTeam { name, parent_id, kind } = new;
    Check::default().text("/name", &name, 200).text_if("/kind", &kind, 64).done()?;
    if let Some(parent) = parent_id {
        open_team(scope, "/parent_id", parent).await?;
    }
    let id = scope.new_id::<TeamId>();
    let row = ActiveModel {
        id: Set(id),
        parent_id: Set(parent_id),
        name: Set(name.trim().to_owned()),
        kind: Set(kind),
        state: Set(TeamState::Active),
        state_since: Set(scope.now()),
        ..Default::default()
    };
    scope.create("team.created", id, row).await
}

/// Changes a team's fields, or hangs it below another.
///
/// # Errors
/// `not_found`, `team_name_taken`, `team_closed`; `invalid` per field, also for a parent below the team itself.
pub async fn update(scope: &Scope, id: TeamId, patch: TeamPatch) -> Result<Team> {
    scope.require(Permission::TeamsWrite)?;
    let TeamPatch { name, parent_id, kind } = patch;
    Check::default().text_if("/name", &name, 200).text_if("/kind", kind.value(), 64).done()?;
    if parent_id.value().is_some() {
        // Before any team, so that two moves in the tree wait here and not for each other's teams.
        tenants::hold(scope).await?;
    }
    let row = scope.lock_to_change::<Entity>(id).await?;
    if let Some(parent) = parent_id.value() {
        open_team(scope, "/parent_id", *parent).await?;
        if queries::below(scope, &[id]).await?.contains(parent) {
            return Err(Error::invalid(
                "/parent_id",
                "team_cycle",
                "is the team itself or one below it",
            ));
        }
    }
    let change = ActiveModel {
        parent_id: nullable(parent_id),
        name: required(name.map(|name| name.trim().to_owned())),
        kind: nullable(kind),
        ..Default::default()
    };
    scope.amend("team.updated", id, &row, change).await
}

/// Closes or reopens a team.
///
/// # Errors
/// `not_found`; `team_not_empty` while it has members today or later, or active teams below it; `team_closed` when the one above it is; a conflict with the legal actions.
pub async fn act(scope: &Scope, id: TeamId, action: TeamAction) -> Result<Team> {
    scope.require(Permission::TeamsWrite)?;
    tenants::hold(scope).await?;
    let row = scope.lock_to_change::<Entity>(id).await?;
    states::next::<Entity>(scope, row.state, action)?;
    match (action, row.parent_id) {
        (TeamAction::Close, _) => check_empty(scope, id).await?,
        (TeamAction::Reopen, Some(parent)) => open_team(scope, "/parent_id", parent).await?,
        (TeamAction::Reopen, None) => {}
    }
    scope.enter::<Entity>(&row, id, action).await?;
    queries::get(scope, id).await
}

/// Keeps the team that a field names open until this scope ends: one that takes members and teams below it.
pub(super) async fn open_team(scope: &Scope, pointer: &str, id: TeamId) -> Result<()> {
    require_open(&scope.lock_named::<Entity>(pointer, id).await?)
}

/// Refuses a closed team whose row is locked.
pub(super) fn require_open(team: &Model) -> Result<()> {
    if team.state == TeamState::Closed {
        let message =
            format!("the team `{}` is closed: it takes no members and no teams", team.name);
        return Err(Error::conflict("team_closed", message));
    }
    Ok(())
}

async fn check_empty(scope: &Scope, id: TeamId) -> Result<()> {
    let children = scope
        .find::<Entity>()
        .filter(Column::ParentId.eq(id))
        .filter(Column::State.eq(TeamState::Active));
    let today = tenants::today(scope).await?;
    if children.count(scope.tx()).await? > 0
        || memberships::has_members_from(scope, id, today).await?
    {
        let message =
            "this team has members today or later, or active teams below it: move them first";
        return Err(Error::conflict("team_not_empty", message));
    }
    Ok(())
}
