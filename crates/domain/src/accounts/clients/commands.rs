//! Making, changing and revoking API clients.

use sea_orm::Set;
use serde_json::json;

use super::entity::{ActiveModel, Entity, Model};
use super::queries::{scopes_of, seen};
use super::types::{
    ApiClient, ApiClientAction, ApiClientPatch, ApiClientSecret, ApiClientState, NewApiClient,
};
use crate::accounts::secrets::{digest, random};
use crate::kernel::check::Check;
use crate::kernel::patch::required;
use crate::kernel::{
    ApiClientId, Error, Event, FieldError, Permission, Reach, Result, Scope, states,
};

const SECRET: &str = "cs_";

/// Makes an API client and shows its secret, once.
///
/// # Errors
/// `forbidden` without `accounts.admin`; `scope_above_own`; `invalid` for a name or a scope that is none; `client_name_taken`.
pub async fn create(scope: &Scope, new: NewApiClient) -> Result<ApiClientSecret> {
    scope.require(Permission::AccountsAdmin)?;
    let NewApiClient { name, scopes } = new;
    let (name, scopes) = (plain_name(&name)?, plain_scopes(&scopes)?);
    require_scopes(scope, &scopes)?;
    let id = scope.new_id::<ApiClientId>();
    let client_secret = random(SECRET);
    let row = ActiveModel {
        id: Set(id),
        name: Set(name),
        secret_hash: Set(digest(client_secret.expose())),
        scopes: Set(scopes),
        state: Set(ApiClientState::Active),
        state_since: Set(scope.now()),
        ..Default::default()
    };
    scope.insert(row).await?;
    let client = one(scope, id).await?;
    scope.record(Event::created("client.created", id, &client));
    Ok(ApiClientSecret { client, client_secret })
}

/// Changes what is given. A scope that is taken away is gone from the client's tokens within seconds.
///
/// # Errors
/// `forbidden` without `accounts.admin`; `scope_above_own`; `client_revoked`; `client_name_taken`.
pub async fn update(scope: &Scope, id: ApiClientId, patch: ApiClientPatch) -> Result<ApiClient> {
    scope.require(Permission::AccountsAdmin)?;
    let before = scope.lock_to_change::<Entity>(id).await?;
    require_scopes(scope, &before.scopes)?;
    if before.state == ApiClientState::Revoked {
        let message = "this API client has been revoked";
        return Err(Error::conflict("client_revoked", message).allowing(Vec::new()));
    }
    let ApiClientPatch { name, scopes } = patch;
    let name = name.map(|name| plain_name(&name)).transpose()?;
    let scopes = scopes.map(|scopes| plain_scopes(&scopes)).transpose()?;
    if let Some(scopes) = &scopes {
        require_scopes(scope, scopes)?;
    }
    let change =
        ActiveModel { name: required(name), scopes: required(scopes), ..Default::default() };
    scope.change(&before, change).await?;
    let client = one(scope, id).await?;
    scope.record(Event::updated("client.updated", id, &seen(scope, before), &client));
    Ok(client)
}

/// Gives a client a new secret, shown once. The old one ends at once.
///
/// # Errors
/// `forbidden` without `accounts.admin`; `scope_above_own`; `client_revoked`.
pub async fn rotate_secret(scope: &Scope, id: ApiClientId) -> Result<ApiClientSecret> {
    let before = step(scope, id, ApiClientAction::RotateSecret).await?;
    let client_secret = random(SECRET);
    let secret_hash = Set(digest(client_secret.expose()));
    scope.change(&before, ActiveModel { secret_hash, ..Default::default() }).await?;
    scope.record(Event::new("client.secret_rotated", id, json!({})));
    Ok(ApiClientSecret { client: one(scope, id).await?, client_secret })
}

/// Shuts a client out for good, its tokens within seconds.
///
/// # Errors
/// `forbidden` without `accounts.admin`; `scope_above_own`; `client_revoked`.
pub async fn revoke(scope: &Scope, id: ApiClientId) -> Result<ApiClient> {
    let before = step(scope, id, ApiClientAction::Revoke).await?;
    scope.enter::<Entity>(&before, id, ApiClientAction::Revoke).await?;
    one(scope, id).await
}

async fn step(scope: &Scope, id: ApiClientId, action: ApiClientAction) -> Result<Model> {
    scope.require(Permission::AccountsAdmin)?;
    let before = scope.lock_to_change::<Entity>(id).await?;
    states::next::<Entity>(scope, before.state, action)?;
    require_scopes(scope, &before.scopes)?;
    Ok(before)
}

async fn one(scope: &Scope, id: ApiClientId) -> Result<ApiClient> {
    Ok(seen(scope, scope.get::<Entity>(id).await?))
}

/// Refuses scopes that the caller does not have: whoever knows a client's secret may do what it may.
fn require_scopes(scope: &Scope, scopes: &str) -> Result<()> {
    if scopes_of(scopes).all(|permission| scope.reach(permission) == Some(Reach::Tenant)) {
        return Ok(());
    }
    Err(Error::refused("scope_above_own", "this is about a scope that the caller does not have"))
}

fn plain_name(name: &str) -> Result<String> {
    Check::default().text("/name", name, 200).done()?;
    Ok(name.trim().to_owned())
}

/// Each scope once, in the order of the documentation.
fn plain_scopes(words: &[String]) -> Result<String> {
    let unknown =
        words.iter().enumerate().filter(|(_, word)| Permission::from_word(word).is_none());
    let unknown: Vec<_> = unknown
        .map(|(place, _)| FieldError {
            pointer: format!("/scopes/{place}"),
            code: "unknown_scope",
            message: "must be a permission like `tickets.read`".to_owned(),
        })
        .collect();
    if !unknown.is_empty() {
        return Err(Error::invalid_fields(unknown));
    }
    let scopes = Permission::ALL.iter().map(|permission| permission.word());
    let scopes: Vec<_> = scopes.filter(|scope| words.iter().any(|word| word == scope)).collect();
    if scopes.is_empty() {
        let message = "must name one scope or more";
        return Err(Error::invalid("/scopes", "length", message));
    }
    Ok(scopes.join(" "))
}
