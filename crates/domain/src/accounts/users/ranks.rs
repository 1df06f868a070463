//! Nobody gives, takes over or takes away more than they hold; and the last owner stays.

use super::queries::{self, held};
use crate::accounts::types::Role;
use crate::kernel::{Actor, Error, Result, Scope, UserId};

/// Refuses a role that may do more than the caller may. Ownership is given and taken by owners.
pub(super) async fn require_rank(scope: &Scope, role: Role) -> Result<()> {
    let mut permissions = role.permissions().into_iter();
    let covered = permissions.all(|(permission, reach)| scope.reach(permission) >= Some(reach));
    if covered && (role != Role::Owner || is_owner(scope).await?) {
        return Ok(());
    }
    Err(Error::refused(
        "role_above_own",
        "this is about a role that may do more than the caller may",
    ))
}

/// Refuses when a user has, or will have, a role that may do more than the caller may.
pub(super) async fn require_rank_over(scope: &Scope, user: UserId) -> Result<()> {
    let mut roles = Vec::new();
    for grant in held(scope, user).await? {
        if !roles.contains(&grant.role) {
            roles.push(grant.role);
        }
    }
    for role in roles {
        require_rank(scope, role).await?;
    }
    Ok(())
}

async fn is_owner(scope: &Scope) -> Result<bool> {
    let user = match scope.actor() {
        Actor::System => return Ok(true),
        Actor::Client(_) => return Ok(false),
        Actor::User(user) => user,
    };
    let now = scope.now();
    let grants = held(scope, user).await?;
    Ok(grants.iter().any(|grant| grant.role == Role::Owner && grant.valid_from <= now))
}

/// Refuses when nobody but `leaving` would own the tenant for good. Called before the change.
pub(super) async fn require_another_owner(scope: &Scope, leaving: UserId) -> Result<()> {
    // Two owners who remove each other meet at this lock; each looks after it.
    queries::lock_owners(scope).await?;
    if queries::has_owner_besides(scope, leaving).await? {
        return Ok(());
    }
    let message = "this is the tenant's last owner; make somebody else an owner first";
    Err(Error::conflict("last_owner", message))
}
