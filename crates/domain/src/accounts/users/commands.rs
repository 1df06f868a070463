//! Making, changing and ending users.

use sea_orm::{ColumnTrait, QueryFilter, QueryOrder, Set};
use serde_json::json;

use super::entity::user::{ActiveModel, Column, Entity, Model};
use super::queries;
use super::ranks::{require_another_owner, require_rank_over};
use super::role_commands::give;
use super::types::{NewRoleGrant, NewUser, User, UserAction, UserPatch, UserState};
use crate::accounts::passwords::{PasswordHash, hash_password};
use crate::accounts::sessions;
use crate::accounts::types::Role;
use crate::kernel::check::{Check, normalise_email};
use crate::kernel::patch::{nullable, required};
use crate::kernel::{
    App, Caller, Error, Event, Permission, PersonId, Result, Scope, Secret, UserId, states,
};
use crate::people;

/// Makes a user without any role. Takes the application, because the password is hashed before a transaction is open.
///
/// # Errors
/// `forbidden` without `accounts.admin`; `invalid` for an e-mail or a password that is none; `user_email_taken`.
pub async fn create(app: &App, caller: &Caller, new: NewUser) -> Result<User> {
    app.read(caller, async |scope| scope.require(Permission::AccountsAdmin)).await?;
    let NewUser { email, person_id, password } = new;
    let email = plain_email(&email)?;
    let password = match &password {
        Some(password) => Some(hash_password(password).await?),
        None => None,
    };
    app.write(caller, async |scope| insert(scope, email, person_id, password).await).await
}

/// Makes a user who owns the tenant: the first one, in the transaction that makes the tenant.
///
/// # Errors
/// Those of [`create`]; `role_above_own` to everybody but an owner and the operator.
pub async fn create_owner(scope: &Scope, email: &str, password: PasswordHash) -> Result<User> {
    let user = insert(scope, plain_email(email)?, None, Some(password)).await?;
    let grant = NewRoleGrant { role: Role::Owner, valid_from: None, valid_to: None };
    give(scope, user.id, grant).await?;
    Ok(user)
}

async fn insert(
    scope: &Scope,
    email: String,
    person_id: Option<PersonId>,
    password: Option<PasswordHash>,
) -> Result<User> {
    scope.require(Permission::AccountsAdmin)?;
    if let Some(person) = person_id {
        people::exists(scope, "/person_id", person).await?;
    }
    let id = scope.new_id::<UserId>();
    let row = ActiveModel {
        id: Set(id),
        email: Set(email),
        person_id: Set(person_id),
        password_hash: Set(password),
        state: Set(UserState::Active),
        state_since: Set(scope.now()),
        ..Default::default()
    };
    scope.create("user.created", id, row).await
}

/// Changes what is given. A new e-mail is what they sign in with from then on.
///
/// # Errors
/// `forbidden` without `accounts.admin`; `role_above_own`; `user_ended`; `user_email_taken`.
pub async fn update(scope: &Scope, id: UserId, patch: UserPatch) -> Result<User> {
    let row = changeable(scope, id).await?;
    let UserPatch { email, person_id } = patch;
    let email = email.map(|email| plain_email(&email)).transpose()?;
    if let Some(person) = person_id.value() {
        people::exists(scope, "/person_id", *person).await?;
    }
    let change = ActiveModel {
        email: required(email),
        person_id: nullable(person_id),
        ..Default::default()
    };
    scope.amend("user.updated", id, &row, change).await
}

/// Signs a user out and keeps them out until they are reactivated.
///
/// # Errors
/// `forbidden` without `accounts.admin`; `role_above_own`; `last_owner`; a conflict unless they are active.
pub async fn suspend(scope: &Scope, id: UserId) -> Result<User> {
    step(scope, id, UserAction::Suspend).await
}

/// Lets a suspended user in again.
///
/// # Errors
/// `forbidden` without `accounts.admin`; `role_above_own`; a conflict unless they are suspended.
pub async fn reactivate(scope: &Scope, id: UserId) -> Result<User> {
    step(scope, id, UserAction::Reactivate).await
}

/// Signs a user out for good.
///
/// # Errors
/// `forbidden` without `accounts.admin`; `role_above_own`; `last_owner`; `user_ended`.
pub async fn end(scope: &Scope, id: UserId) -> Result<User> {
    step(scope, id, UserAction::End).await
}

async fn step(scope: &Scope, id: UserId, action: UserAction) -> Result<User> {
    scope.require(Permission::AccountsAdmin)?;
    let before = scope.lock_to_change::<Entity>(id).await?;
    let state = states::next::<Entity>(scope, before.state, action)?;
    require_rank_over(scope, id).await?;
    if state != UserState::Active {
        if queries::held(scope, id).await?.iter().any(|it| it.role == Role::Owner) {
            require_another_owner(scope, id).await?;
        }
        sessions::revoke_all(scope, id).await?;
    }
    scope.enter::<Entity>(&before, id, action).await?;
    scope.one(id).await
}

/// Ends the users of a person and empties them of everything that names the person. Returns their ids; those that were emptied before are
/// among them.
///
/// # Errors
/// `forbidden` without `accounts.admin`; `role_above_own`; `last_owner`.
pub(crate) async fn empty_of_person(scope: &Scope, person: PersonId) -> Result<Vec<UserId>> {
    scope.require(Permission::AccountsAdmin)?;
    let select = scope.find::<Entity>().filter(Column::PersonId.eq(person));
    let users = select.order_by_asc(Column::Id).all(scope.tx()).await?;
    for user in &users {
        if user.state != UserState::Ended {
            step(scope, user.id, UserAction::End).await?;
        }
        sessions::forget(scope, user.id).await?;
        let email = format!("{}@erased.invalid", user.id);
        if user.email == email {
            continue;
        }
        people::identities::forget_email(scope, person, &user.email).await?;
        let row = scope.lock::<Entity>(user.id).await?;
        let nobody =
            ActiveModel { email: Set(email), password_hash: Set(None), ..Default::default() };
        scope.change(&row, nobody).await?;
    }
    Ok(users.into_iter().map(|user| user.id).collect())
}

/// Gives a user a new password and ends all their sessions.
///
/// # Errors
/// `forbidden` without `accounts.admin`; `role_above_own`; `user_ended`; `invalid` for a password that is too short or too long.
pub async fn set_password(
    app: &App,
    caller: &Caller,
    id: UserId,
    password: &Secret,
) -> Result<User> {
    app.read(caller, async |scope| scope.require(Permission::AccountsAdmin)).await?;
    let hash = hash_password(password).await?;
    app.write(caller, async |scope| {
        let before = changeable(scope, id).await?;
        let password_hash = Set(Some(hash));
        scope.change(&before, ActiveModel { password_hash, ..Default::default() }).await?;
        sessions::revoke_all(scope, id).await?;
        scope.record(Event::new("user.password_set", id, json!({})));
        scope.one(id).await
    })
    .await
}

/// A user that the caller may change, locked.
async fn changeable(scope: &Scope, id: UserId) -> Result<Model> {
    scope.require(Permission::AccountsAdmin)?;
    let user = scope.lock_to_change::<Entity>(id).await?;
    require_not_ended(scope, &user)?;
    require_rank_over(scope, id).await?;
    Ok(user)
}

/// Refuses a user who has been ended.
pub(super) fn require_not_ended(scope: &Scope, user: &Model) -> Result<()> {
    if user.state != UserState::Ended {
        return Ok(());
    }
    let legal = states::allowed_actions::<Entity>(scope, user.state);
    let legal = legal.into_iter().map(<Entity as states::Machine>::word);
    Err(Error::conflict("user_ended", "this user has been ended").allowing(legal.collect()))
}

/// As it is kept, if it is one.
fn plain_email(text: &str) -> Result<String> {
    Check::default().email("/email", text).done()?;
    Ok(normalise_email(text))
}
