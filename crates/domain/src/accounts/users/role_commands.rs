//! Granting and revoking roles.

use chrono::SubsecRound;
use sea_orm::Set;
use serde_json::json;

use super::commands::require_not_ended;
use super::entity::role_grant::{ActiveModel, Entity, Model};
use super::entity::user;
use super::queries::held;
use super::ranks::{require_another_owner, require_rank};
use super::types::{NewRoleGrant, RoleGrant, RoleGrantId};
use crate::accounts::types::Role;
use crate::kernel::check::Check;
use crate::kernel::{Error, Event, Permission, Result, Scope, UserId};

/// Gives a user a role for a time.
///
/// # Errors
/// `forbidden` without `accounts.admin`; `role_above_own`; `user_ended`; `role_granted_already` when the times overlap.
pub async fn grant_role(scope: &Scope, user: UserId, new: NewRoleGrant) -> Result<RoleGrant> {
    scope.require(Permission::AccountsAdmin)?;
    require_not_ended(scope, &scope.lock::<user::Entity>(user).await?)?;
    give(scope, user, new).await
}

/// The same for a user who is known to be there.
pub(super) async fn give(scope: &Scope, user: UserId, new: NewRoleGrant) -> Result<RoleGrant> {
    let now = scope.now();
    let NewRoleGrant { role, valid_from, valid_to } = new;
    Check::default().time("/valid_from", valid_from).time("/valid_to", valid_to).done()?;
    // Whole microseconds, as both databases keep them, so that what is compared is what is stored.
    let valid_from = valid_from.map_or(now, |from| from.trunc_subsecs(6));
    let valid_to = valid_to.map(|to| to.trunc_subsecs(6));
    require_rank(scope, role).await?;
    if valid_to.is_some_and(|to| to <= valid_from || to <= now) {
        let message = "must be later than `valid_from` and than now";
        return Err(Error::invalid("/valid_to", "out_of_order", message));
    }
    let overlaps = |grant: &Model| {
        grant.role == role
            && valid_to.is_none_or(|to| grant.valid_from < to)
            && grant.valid_to.is_none_or(|to| valid_from < to)
    };
    if held(scope, user).await?.iter().any(overlaps) {
        let message = "the user has this role already in that time";
        return Err(Error::conflict("role_granted_already", message));
    }
    let id = scope.new_id::<RoleGrantId>();
    let row = ActiveModel {
        id: Set(id),
        user_id: Set(user),
        role: Set(role),
        valid_from: Set(valid_from),
        valid_to: Set(valid_to),
        ..Default::default()
    };
    scope.insert(row).await?;
    let payload =
        json!({ "role": role, "valid_from": valid_from, "valid_to": valid_to, "grant": id });
    scope.record(Event::new("role.granted", user, payload));
    scope.one(id).await
}

/// Takes a role back, from now on. One that is over already stays as it was.
///
/// # Errors
/// `forbidden` without `accounts.admin`; `role_above_own`; `last_owner`; `not_found`.
pub async fn revoke_role(scope: &Scope, id: RoleGrantId) -> Result<RoleGrant> {
    scope.require(Permission::AccountsAdmin)?;
    let user = scope.get::<Entity>(id).await?.user_id;
    // A user's roles change one after another. The grant itself is not locked: owners' grants are, in order and all at once.
    scope.lock::<user::Entity>(user).await?;
    let before = scope.get::<Entity>(id).await?;
    scope.require_expected::<Entity>(&before)?;
    require_rank(scope, before.role).await?;
    let now = scope.now();
    if before.valid_to.is_some_and(|to| to <= now) {
        return scope.one(id).await;
    }
    if before.role == Role::Owner {
        require_another_owner(scope, user).await?;
    }
    // Of one that has not begun, this makes one that never will.
    let row = ActiveModel { valid_to: Set(Some(now)), ..Default::default() };
    scope.change(&before, row).await?;
    let payload = json!({ "role": before.role, "grant": id });
    scope.record(Event::new("role.revoked", user, payload));
    scope.one(id).await
}
