//! Making and changing memberships.

use chrono::NaiveDate;
use sea_orm::{ColumnTrait, QueryFilter, Set};
use serde_json::json;

use super::entity::{ActiveModel, Column, Entity, Model};
use super::queries;
use super::types::{Membership, MembershipId, MembershipPatch, NewMembership};
use crate::kernel::patch::{MaybeUndefined, nullable, required};
use crate::kernel::{Error, Event, Permission, PersonId, Result, Scope, Span, TeamId};
use crate::{people, teams};

/// Puts a person into a team. A primary membership ends the open primary one before it on its own first day: a move.
///
/// # Errors
/// `membership_overlaps` when days are taken already; `team_closed`; `invalid` for a person or team that is not there.
pub async fn create(scope: &Scope, new: NewMembership) -> Result<Membership> {
    scope.require(Permission::PeopleWrite)?;
    let span = Span::new(new.valid_from, new.valid_to)?;
    // The team before the person, as everywhere. The lock on the person keeps two moves of one person from missing each other.
    teams::open_team(scope, "/team_id", new.team_id).await?;
    people::hold(scope, "/person_id", new.person_id).await?;
    if new.is_primary {
        end_open_primary(scope, new.person_id, new.valid_from).await?;
    }
    check_overlap(scope, new.person_id, new.team_id, new.is_primary, span, None).await?;
    let (id, now) = (scope.new_id::<MembershipId>(), scope.now());
    let row = ActiveModel {
        id: Set(id),
        person_id: Set(new.person_id),
        team_id: Set(new.team_id),
        is_primary: Set(new.is_primary),
        valid_from: Set(span.from),
        valid_to: Set(span.to),
        created_at: Set(now),
        updated_at: Set(now),
        version: Set(1),
        ..Default::default()
    };
    scope.insert::<Entity, _>(row).await?;
    let membership = queries::get(scope, id).await?;
    scope.record(Event::new("membership.created", id, json!({ "after": membership })));
    Ok(membership)
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
    let row = scope.lock::<Entity>(id).await?;
    let to = match patch.valid_to {
        MaybeUndefined::Undefined => row.valid_to,
        MaybeUndefined::Null => None,
        MaybeUndefined::Value(to) => Some(to),
    };
    let span = Span::new(patch.valid_from.unwrap_or(row.valid_from), to)?;
    if !row.span().covers(span) {
        teams::require_open(&team)?;
    }
    check_overlap(scope, person, row.team_id, row.is_primary, span, Some(id)).await?;
    let before = queries::get(scope, id).await?;
    let change = ActiveModel {
        valid_from: required(patch.valid_from),
        valid_to: nullable(patch.valid_to),
        updated_at: Set(scope.now()),
        version: Set(row.version + 1),
        ..Default::default()
    };
    scope.update::<Entity, _>(id, change).await?;
    let after = queries::get(scope, id).await?;
    scope.record(Event::new("membership.updated", id, json!({ "before": before, "after": after })));
    Ok(after)
}

/// Removes a membership that never was. To end one that was, give it a `valid_to`.
///
/// # Errors
/// `not_found`.
pub async fn remove(scope: &Scope, id: MembershipId) -> Result<()> {
    scope.require(Permission::PeopleWrite)?;
    let before = queries::get(scope, id).await?;
    scope.delete_many::<Entity>().filter(Column::Id.eq(id)).exec(scope.tx()).await?;
    scope.record(Event::new("membership.removed", id, json!({ "before": before })));
    Ok(())
}

async fn end_open_primary(scope: &Scope, person: PersonId, on: NaiveDate) -> Result<()> {
    let open = scope
        .find::<Entity>()
        .filter(Column::PersonId.eq(person))
        .filter(Column::IsPrimary.eq(true));
    let open = open.filter(Column::ValidTo.is_null()).filter(Column::ValidFrom.lt(on));
    let Some(row) = open.one(scope.tx()).await? else {
        return Ok(());
    };
    let change = ActiveModel {
        valid_to: Set(Some(on)),
        updated_at: Set(scope.now()),
        version: Set(row.version + 1),
        ..Default::default()
    };
    scope.update::<Entity, _>(row.id, change).await?;
    scope.record(Event::new(
        "membership.updated",
        row.id,
        json!({ "before": { "valid_to": null }, "after": { "valid_to": on } }),
    ));
    Ok(())
}

/// No day twice: not in the same team, and not primary anywhere.
async fn check_overlap(
    scope: &Scope,
    person: PersonId,
    team: TeamId,
    primary: bool,
    span: Span,
    except: Option<MembershipId>,
) -> Result<()> {
    let rows: Vec<Model> =
        scope.find::<Entity>().filter(Column::PersonId.eq(person)).all(scope.tx()).await?;
    let clash = rows.into_iter().find(|row| {
        Some(row.id) != except
            && (row.team_id == team || (primary && row.is_primary))
            && row.span().overlaps(span)
    });
    match clash {
        None => Ok(()),
        Some(row) => {
            let until = row
                .valid_to
                .map_or_else(|| "without an end".to_owned(), |to| format!("until {to}"));
            let message = format!(
                "the membership `{}` holds from {} {until}; end it first",
                row.id, row.valid_from
            );
            Err(Error::conflict("membership_overlaps", message))
        }
    }
}
