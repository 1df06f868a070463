//! Nobody gives, takes over or takes away more than they hold; and the last owner stays.

use sea_orm::{ColumnTrait, Condition, ConnectionTrait, QueryFilter, Statement};

use super::entity::role_grant;
use crate::accounts::types::Role;
use crate::kernel::dialect::for_update;
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

/// The grants of a user that are not over.
pub(super) async fn held(scope: &Scope, user: UserId) -> Result<Vec<role_grant::Model>> {
    let select = scope.find::<role_grant::Entity>();
    let select = select.filter(role_grant::Column::UserId.eq(user));
    let select = select.filter(not_over(scope));
    Ok(select.all(scope.tx()).await?)
}

fn not_over(scope: &Scope) -> Condition {
    Condition::any()
        .add(role_grant::Column::ValidTo.is_null())
        .add(role_grant::Column::ValidTo.gt(scope.now()))
}

async fn is_owner(scope: &Scope) -> Result<bool> {
    let user = match scope.actor() {
        Actor::System => return Ok(true),
        Actor::Client(_) => return Ok(false),
        Actor::User(user) => user,
    };
    let now = scope.now();
    let grants = held(scope, user).await?;
    Ok(grants
        .iter()
        .any(|grant| grant.role == Role::Owner && grant.valid_from <= now))
}

/// Refuses when nobody but `leaving` would own the tenant for good. Called before the change.
pub(super) async fn require_another_owner(scope: &Scope, leaving: UserId) -> Result<()> {
    // Two owners who remove each other meet at this lock; each counts after it.
    let lock = for_update(scope.backend());
    let sql = format!(
        "SELECT id FROM role_grants WHERE tenant_id = $1 AND role = 'owner' ORDER BY id{lock}"
    );
    let lock = vec![scope.tenant().0.into()];
    let lock = Statement::from_sql_and_values(scope.backend(), sql, lock);
    scope.tx().query_all_raw(lock).await?;
    let sql = "SELECT 1 AS one FROM role_grants g \
        JOIN users u ON u.tenant_id = g.tenant_id AND u.id = g.user_id AND u.state = 'active' \
        WHERE g.tenant_id = $1 AND g.role = 'owner' AND g.valid_from <= $2 AND g.valid_to IS NULL AND g.user_id <> $3 LIMIT 1";
    let values = vec![
        scope.tenant().0.into(),
        scope.now().into(),
        leaving.0.into(),
    ];
    let others = Statement::from_sql_and_values(scope.backend(), sql, values);
    match scope.tx().query_one_raw(others).await? {
        Some(_) => Ok(()),
        None => Err(Error::conflict(
            "last_owner",
            "this is the tenant's last owner; make somebody else an owner first",
        )),
    }
}
