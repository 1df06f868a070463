//! Making and changing memberships.

use chrono::NaiveDate;
use sea_orm::{ColumnTrait, QueryFilter, Set};

use super::entity::{ActiveModel, Column, Entity, Model};
use super::queries;
use super::types::{Membership, MembershipId, MembershipPatch, NewMembership};
use crate::kernel::patch::{nullable, required};
use crate::kernel::{Permission, PersonId, Result, Scope, Span, TeamId};
use crate::teams::spans::{Stay, require_free};
use crate::{people, teams};

/// Puts a person into a team. A primary membership without an end ends the open primary one before it on its own first day: a move.
/// One with an end leaves the one before it as it is, and so must not overlap it.
///
/// # Errors
/// `membership_overlaps` when days are taken already; `team_closed`; `invalid` for a person or team that is not there.
pub async fn create(scope: &Scope, new: NewMembership) -> Result<Membership> {
    scope.require(Permission::PeopleWrite)?;
    let NewMembership { person_id, team_id, is_primary, valid_from, valid_to } = new;
    let span = Span::new(valid_from, valid_to)?;
    // The team before the person, as everywhere. The lock on the person keeps two moves of one person from missing each other.
    teams::open_team(scope, "/team_id", team_id).await?;
    people::hold(scope, "/person_id", person_id).await?;
    let mut taken = taken(scope, person_id, team_id, is_primary).await?;
    let gives_way =
        |row: &&mut Model| is_primary && row.is_primary && row.span().gives_way_to(span);
    if let Some(row) = taken.iter_mut().find(gives_way) {
        end(scope, row, span.from).await?;
    }
    require_free(&taken, span)?;
    let id = scope.new_id::<MembershipId>();
    let row = ActiveModel {
        id: Set(id),
        person_id: Set(person_id),
        team_id: Set(team_id),
        is_primary: Set(is_primary),
        valid_from: Set(span.from),
        valid_to: Set(span.to),
        ..Default::default()
    };
    scope.create("membership.created", id, row).await
}

/// Changes the days of a membership: to end it, give `valid_to`.
///
/// # Errors
/// `not_found`, `membership_overlaps`; `team_closed` when it would last longer in a closed team; `invalid` when it would end before it begins.
pub async fn update(scope: &Scope, id: MembershipId, patch: MembershipPatch) -> Result<Membership> {
    scope.require(Permission::PeopleWrite)?;
    let Membership { person_id: person, team_id, .. } = queries::get(scope, id).await?;
    let team = scope.lock::<teams::entity::Entity>(team_id).await?;
    people::hold(scope, "/person_id", person).await?;
    let row = scope.lock_to_change::<Entity>(id).await?;
    let MembershipPatch { valid_from, valid_to } = patch;
    let span = row.span().patched(valid_from, &valid_to)?;
    if !row.span().covers(span) {
        teams::require_open(&team)?;
    }
    let mut taken = taken(scope, person, row.team_id, row.is_primary).await?;
    taken.retain(|other| other.id != id);
    require_free(&taken, span)?;
    let change = ActiveModel {
        valid_from: required(valid_from),
        valid_to: nullable(valid_to),
        ..Default::default()
    };
    scope.amend("membership.updated", id, &row, change).await
}

/// Removes a membership that never was. To end one that was, give it a `valid_to`.
///
/// # Errors
/// `not_found`.
pub async fn remove(scope: &Scope, id: MembershipId) -> Result<()> {
    scope.require(Permission::PeopleWrite)?;
    scope.lock_to_change::<Entity>(id).await?;
    scope.remove::<Membership>("membership.removed", id).await
}

/// The days that a membership may not share: those in the same team, and of primary ones every primary one's.
async fn taken(
    scope: &Scope,
    person: PersonId,
    team: TeamId,
    is_primary: bool,
) -> Result<Vec<Model>> {
    let mine = scope.find::<Entity>().filter(Column::PersonId.eq(person));
    let mut rows = mine.all(scope.tx()).await?;
    rows.retain(|row| row.team_id == team || (is_primary && row.is_primary));
    Ok(rows)
}

/// Ends an open membership where the next one begins.
async fn end(scope: &Scope, row: &mut Model, on: NaiveDate) -> Result<()> {
    let change = ActiveModel { valid_to: Set(Some(on)), ..Default::default() };
    scope.amend::<Membership, _>("membership.updated", row.id, row, change).await?;
    row.valid_to = Some(on);
    Ok(())
}
