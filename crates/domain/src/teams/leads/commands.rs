//! Naming and changing leads.

use chrono::NaiveDate;
use sea_orm::{ColumnTrait, QueryFilter, Set};

use super::entity::{ActiveModel, Column, Entity, Model};
use super::queries;
use super::types::{NewTeamLead, TeamLead, TeamLeadId, TeamLeadPatch};
use crate::kernel::patch::{nullable, required};
use crate::kernel::{Permission, Result, Scope, Span, TeamId};
use crate::teams::spans::{Stay, require_free};
use crate::{people, teams};

/// Names a team's lead. One without an end ends the open one before it on its own first day; one with an end must not overlap it.
///
/// # Errors
/// `lead_overlaps` when days are taken already; `invalid` for a person or team that is not there.
pub async fn create(scope: &Scope, new: NewTeamLead) -> Result<TeamLead> {
    scope.require(Permission::TeamsWrite)?;
    let NewTeamLead { team_id, person_id, valid_from, valid_to } = new;
    let span = Span::new(valid_from, valid_to)?;
    lock_team(scope, team_id).await?;
    people::hold(scope, "/person_id", person_id).await?;
    let mut taken = of_team(scope, team_id).await?;
    if let Some(row) = taken.iter_mut().find(|row| row.span().gives_way_to(span)) {
        end(scope, row, span.from).await?;
    }
    require_free(&taken, span)?;
    let id = scope.new_id::<TeamLeadId>();
    let row = ActiveModel {
        id: Set(id),
        team_id: Set(team_id),
        person_id: Set(person_id),
        valid_from: Set(span.from),
        valid_to: Set(span.to),
        ..Default::default()
    };
    scope.create("team_lead.created", id, row).await
}

/// Changes the days of a lead: to end it, give `valid_to`.
///
/// # Errors
/// `not_found`, `lead_overlaps`; `invalid` when it would end before it begins.
pub async fn update(scope: &Scope, id: TeamLeadId, patch: TeamLeadPatch) -> Result<TeamLead> {
    scope.require(Permission::TeamsWrite)?;
    lock_team(scope, queries::get(scope, id).await?.team_id).await?;
    let row = scope.lock_to_change::<Entity>(id).await?;
    let TeamLeadPatch { valid_from, valid_to } = patch;
    let span = row.span().patched(valid_from, &valid_to)?;
    let mut taken = of_team(scope, row.team_id).await?;
    taken.retain(|other| other.id != id);
    require_free(&taken, span)?;
    let change = ActiveModel {
        valid_from: required(valid_from),
        valid_to: nullable(valid_to),
        ..Default::default()
    };
    scope.amend("team_lead.updated", id, &row, change).await
}

/// Removes a lead that never was. To end one that was, give it a `valid_to`.
///
/// # Errors
/// `not_found`.
pub async fn remove(scope: &Scope, id: TeamLeadId) -> Result<()> {
    scope.require(Permission::TeamsWrite)?;
    scope.lock_to_change::<Entity>(id).await?;
    scope.remove::<TeamLead>("team_lead.removed", id).await
}

async fn lock_team(scope: &Scope, team: TeamId) -> Result<()> {
    scope.lock_named::<teams::entity::Entity>("/team_id", team).await.map(drop)
}

async fn of_team(scope: &Scope, team: TeamId) -> Result<Vec<Model>> {
    Ok(scope.find::<Entity>().filter(Column::TeamId.eq(team)).all(scope.tx()).await?)
}

/// Ends an open lead where the next one begins.
async fn end(scope: &Scope, row: &mut Model, on: NaiveDate) -> Result<()> {
    let change = ActiveModel { valid_to: Set(Some(on)), ..Default::default() };
    scope.amend::<TeamLead, _>("team_lead.updated", row.id, row, change).await?;
    row.valid_to = Some(on);
    Ok(())
}
