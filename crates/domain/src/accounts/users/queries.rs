//! Reading users and their roles.

use sea_orm::{ColumnTrait, Condition, ConnectionTrait, QueryFilter, QueryOrder, Select};

use super::entity::{role_grant, user};
use super::types::{RoleGrant, RoleGrantId, User, UserFilter};
use crate::kernel::check::normalise_email;
use crate::kernel::{Actor, Finds, Page, PageArgs, Permission, Result, Scope, Seen, UserId};
use crate::kernel::{dialect, page, states};

/// One user. Everybody may see themselves.
///
/// # Errors
/// `forbidden` without `accounts.read`; `not_found`.
pub async fn get(scope: &Scope, id: UserId) -> Result<User> {
    if scope.actor() != Actor::User(id) {
        scope.require(Permission::AccountsRead)?;
    }
    scope.one(id).await
}

impl Finds for UserId {
    type Thing = User;

    /// Those of these users who are there, in no order. Everybody may see themselves.
    ///
    /// # Errors
    /// `forbidden` without `accounts.read`.
    async fn many(scope: &Scope, ids: &[Self]) -> Result<Vec<User>> {
        if !ids.iter().all(|id| scope.actor() == Actor::User(*id)) {
            scope.require(Permission::AccountsRead)?;
        }
        scope.many(ids).await
    }
}

/// Users in the order they were made.
///
/// # Errors
/// `forbidden` without `accounts.read`; those of a page.
pub async fn list(scope: &Scope, filter: &UserFilter, args: &PageArgs) -> Result<Page<User>> {
    scope.require(Permission::AccountsRead)?;
    page::load(scope, filter, args, matching(filter)).await
}

impl Seen for User {
    type Entity = user::Entity;

    /// Everybody; without `accounts.read` oneself.
    fn visible(scope: &Scope) -> Result<Select<user::Entity>> {
        let select = scope.find::<user::Entity>();
        match (scope.require(Permission::AccountsRead), scope.actor()) {
            (Ok(()), _) => Ok(select),
            (Err(_), Actor::User(own)) => Ok(select.filter(user::Column::Id.eq(own))),
            (Err(refused), Actor::Client(_) | Actor::System) => Err(refused),
        }
    }

    fn for_caller(self, scope: &Scope) -> Self {
        let allowed_actions = states::allowed_actions::<user::Entity>(scope, self.state);
        Self { allowed_actions, ..self }
    }
}

fn matching(filter: &UserFilter) -> Condition {
    let UserFilter { state, email, person_id } = filter;
    let email = email.as_deref().map(normalise_email);
    Condition::all()
        .add_option(state.map(|state| user::Column::State.eq(state)))
        .add_option(email.map(|email| user::Column::Email.eq(email)))
        .add_option(person_id.map(|id| user::Column::PersonId.eq(id)))
}

/// The roles of some users, those that are over and those to come among them; the oldest first. Everybody may see their own.
///
/// # Errors
/// `forbidden` without `accounts.read`.
pub async fn roles_of(scope: &Scope, users: &[UserId]) -> Result<Vec<RoleGrant>> {
    if !users.iter().all(|user| scope.actor() == Actor::User(*user)) {
        scope.require(Permission::AccountsRead)?;
    }
    let users = users.iter().map(|user| user.0);
    let of = dialect::any(scope.backend(), role_grant::Column::UserId, users);
    let select = scope.find::<role_grant::Entity>().filter(of);
    let select = select.order_by_asc(role_grant::Column::Id);
    let grants = select.into_partial_model::<RoleGrant>();
    Ok(grants.all(scope.tx()).await?)
}

/// The roles of one user, as in [`roles_of`].
///
/// # Errors
/// `forbidden` without `accounts.read`; `not_found`.
pub async fn roles(scope: &Scope, user: UserId) -> Result<Vec<RoleGrant>> {
    get(scope, user).await?;
    roles_of(scope, &[user]).await
}

/// One role grant. Everybody may see their own.
///
/// # Errors
/// `not_found`; without `accounts.read` also where it is somebody else's.
pub async fn role_grant(scope: &Scope, id: RoleGrantId) -> Result<RoleGrant> {
    scope.one(id).await
}

/// Those of these role grants that are there, in no order; without `accounts.read` only the caller's own.
///
/// # Errors
/// `forbidden` for an API client without `accounts.read`.
pub async fn role_grants(scope: &Scope, ids: &[RoleGrantId]) -> Result<Vec<RoleGrant>> {
    scope.many(ids).await
}

impl Seen for RoleGrant {
    type Entity = role_grant::Entity;

    /// Everybody's; without `accounts.read` one's own.
    fn visible(scope: &Scope) -> Result<Select<role_grant::Entity>> {
        let select = scope.find::<role_grant::Entity>();
        match (scope.reach_of(Permission::AccountsRead), scope.actor()) {
            (Ok(_), _) => Ok(select),
            (Err(_), Actor::User(own)) => Ok(select.filter(role_grant::Column::UserId.eq(own))),
            (Err(refused), Actor::Client(_) | Actor::System) => Err(refused),
        }
    }
}

impl Finds for RoleGrantId {
    type Thing = RoleGrant;

    async fn many(scope: &Scope, ids: &[Self]) -> Result<Vec<RoleGrant>> {
        role_grants(scope, ids).await
    }
}

/// The row of an e-mail in lower case.
pub(in crate::accounts) async fn by_email(
    scope: &Scope,
    email: &str,
) -> Result<Option<user::Model>> {
    let select = scope.find::<user::Entity>();
    let select = select.filter(user::Column::Email.eq(email));
    Ok(select.one(scope.tx()).await?)
}

/// The grants of a user that are not over.
pub(super) async fn held(scope: &Scope, user: UserId) -> Result<Vec<role_grant::Model>> {
    let not_over = Condition::any()
        .add(role_grant::Column::ValidTo.is_null())
        .add(role_grant::Column::ValidTo.gt(scope.now()));
    let select = scope.find::<role_grant::Entity>();
    let select = select.filter(role_grant::Column::UserId.eq(user));
    Ok(select.filter(not_over).all(scope.tx()).await?)
}

/// Keeps ownership as it is until this scope ends.
pub(super) async fn lock_owners(scope: &Scope) -> Result<()> {
    let lock = dialect::for_update(scope.backend());
    let sql = format!(
        "SELECT id FROM role_grants WHERE tenant_id = $1 AND role = 'owner' ORDER BY id{lock}"
    );
    scope.tx().query_all_raw(scope.sql(&sql, [])).await?;
    Ok(())
}

/// Whether somebody else owns the tenant for good.
pub(super) async fn has_owner_besides(scope: &Scope, leaving: UserId) -> Result<bool> {
    let sql = "SELECT 1 AS one FROM role_grants g \
        JOIN users u ON u.tenant_id = g.tenant_id AND u.id = g.user_id AND u.state = 'active' \
        WHERE g.tenant_id = $1 AND g.role = 'owner' AND g.valid_from <= $2 AND g.valid_to IS NULL AND g.user_id <> $3 LIMIT 1";
    let values = [scope.now().into(), leaving.0.into()];
    let found = scope.tx().query_one_raw(scope.sql(sql, values)).await?;
    Ok(found.is_some())
}
