//! Changing what tickets are read by: links of queues to teams, and mappings of imports.

use sea_orm::{ColumnTrait, ExprTrait, QueryFilter, Set};
use serde_json::json;

use super::entity::{mapping, queue, queue_team};
use super::import::Mapping;
use super::queries;
use super::types::{ImportMapping, MappingId, NewQueueTeam, QueueId, QueueTeam, QueueTeamId};
use crate::kernel::check::Check;
use crate::kernel::{Error, Event, Permission, Result, Scope};
use crate::teams;

/// Links a queue to a team from a day on, or to none. What was linked from that day on is replaced; what was before stays.
///
/// # Errors
/// `forbidden` without `tickets.write`; `not_found` for the queue; `dangling_reference` for the team.
pub async fn link_queue(scope: &Scope, id: QueueId, new: NewQueueTeam) -> Result<Vec<QueueTeam>> {
    use queue_team::Column;
    scope.require(Permission::TicketsWrite)?;
    let NewQueueTeam { team_id, valid_from } = new;
    Check::default().day("/valid_from", valid_from).done()?;
    scope.lock::<queue::Entity>(id).await?;
    let mine = Column::QueueId.eq(id);
    let later = scope
        .delete_many::<queue_team::Entity>()
        .filter(mine.clone())
        .filter(Column::ValidFrom.gte(valid_from));
    later.exec(scope.tx()).await?;
    let running = scope.find::<queue_team::Entity>().filter(mine);
    let running = running.filter(Column::ValidTo.is_null().or(Column::ValidTo.gt(valid_from)));
    for row in running.all(scope.tx()).await? {
        let end = queue_team::ActiveModel { valid_to: Set(Some(valid_from)), ..Default::default() };
        scope.change(&row, end).await?;
    }
    if let Some(team_id) = team_id {
        teams::exists(scope, "/team_id", team_id).await?;
        let row = queue_team::ActiveModel {
            id: Set(scope.new_id::<QueueTeamId>()),
            queue_id: Set(id),
            team_id: Set(team_id),
            valid_from: Set(valid_from),
            valid_to: Set(None),
            ..Default::default()
        };
        scope.insert(row).await?;
    }
    scope.record(Event::new(
        "queue.linked",
        id,
        json!({ "team_id": team_id, "valid_from": valid_from }),
    ));
    let links = queries::queue_teams(scope).await?;
    Ok(links.into_iter().filter(|link| link.queue_id == id).collect())
}

/// Stores a mapping under a name, replacing the one that has it.
///
/// # Errors
/// `forbidden` without `tickets.write`; `invalid` for a name or a mapping that is none, with line and key.
pub async fn put_mapping(scope: &Scope, name: &str, text: &str) -> Result<ImportMapping> {
    scope.require(Permission::TicketsWrite)?;
    check_mapping_name(name)?;
    Mapping::parse(text).map_err(|error| Error::invalid("/text", "mapping", error.to_string()))?;
    let before = find_mapping(scope, name).await?;
    let id = before.as_ref().map_or_else(|| scope.new_id::<MappingId>(), |row| row.id);
    let mut row = mapping::ActiveModel { text: Set(text.to_owned()), ..Default::default() };
    if let Some(before) = before {
        scope.require_expected::<mapping::Entity>(&before)?;
        scope.change(&before, row).await?;
    } else {
        row.id = Set(id);
        row.name = Set(name.to_owned());
        scope.insert(row).await?;
    }
    scope.record(Event::new("import_mapping.stored", id, json!({ "name": name, "text": text })));
    queries::mapping(scope, name).await
}

/// Forgets a mapping.
///
/// # Errors
/// `forbidden` without `tickets.write`; `not_found`.
pub async fn delete_mapping(scope: &Scope, name: &str) -> Result<()> {
    scope.require(Permission::TicketsWrite)?;
    let row = find_mapping(scope, name).await?.ok_or_else(|| Error::not_found("mapping", name))?;
    scope.delete::<mapping::Entity>(row.id).await?;
    scope.record(Event::new(
        "import_mapping.deleted",
        row.id,
        json!({ "name": name, "text": row.text }),
    ));
    Ok(())
}

async fn find_mapping(scope: &Scope, name: &str) -> Result<Option<mapping::Model>> {
    Ok(scope
        .find::<mapping::Entity>()
        .filter(mapping::Column::Name.eq(name))
        .one(scope.tx())
        .await?)
}

/// Refuses what cannot be the name of a mapping.
///
/// # Errors
/// `invalid`, for `/name`.
pub fn check_mapping_name(name: &str) -> Result<()> {
    let legal = |letter: char| letter.is_ascii_alphanumeric() || matches!(letter, '-' | '_' | '.');
    if (1..=64).contains(&name.len()) && name.chars().all(legal) {
        return Ok(());
    }
    Err(Error::invalid(
        "/name",
        "not_a_name",
        "must be 1 to 64 letters, digits, dots, hyphens and underscores, like `helpdesk`",
    ))
}
