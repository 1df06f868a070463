//! Making and rotating keys.

use rand::Rng;
use sea_orm::Set;
use serde_json::json;

use super::entity::{ActiveModel, Column, Entity, Model};
use super::queries;
use super::signing::PrivateKey;
use super::states::Action;
use super::types::{SigningKey, SigningKeyId, SigningKeyState};
use crate::kernel::{Event, Permission, Result, Scope, dialect, states};

/// The first two keys of a new tenant: one that signs, and the one after it.
pub(crate) async fn create_keys(scope: &Scope) -> Result<()> {
    create(scope, SigningKeyState::Active).await?;
    create(scope, SigningKeyState::Next).await?;
    Ok(())
}

/// The next key begins to sign, the active one is retired, and a new next one is published.
/// Tokens of the retired key are good until they expire.
///
/// # Errors
/// `forbidden` without `accounts.admin`.
pub async fn rotate_keys(scope: &Scope) -> Result<Vec<SigningKey>> {
    scope.require(Permission::AccountsAdmin)?;
    lock(scope).await?;
    // A second statement, because the first may have waited for another rotation and does not see the key that one made.
    let (mut retired, mut activated) = (None, None);
    for key in scope.find::<Entity>().all(scope.tx()).await? {
        match key.state {
            SigningKeyState::Next => activated = Some(step(scope, &key, Action::Activate).await?),
            SigningKeyState::Active => retired = Some(step(scope, &key, Action::Retire).await?),
            SigningKeyState::Retired => {}
        }
    }
    let next = create(scope, SigningKeyState::Next).await?;
    scope.record(Event::new(
        "signing_keys.rotated",
        scope.tenant(),
        json!({ "retired": retired, "active": activated, "next": next }),
    ));
    queries::keys(scope).await
}

async fn lock(scope: &Scope) -> Result<()> {
    dialect::locked(scope.backend(), scope.find::<Entity>()).all(scope.tx()).await?;
    Ok(())
}

async fn step(scope: &Scope, key: &Model, action: Action) -> Result<SigningKeyId> {
    let state = states::next::<Entity>(scope, key.state, action)?;
    let now = scope.now();
    let mut row = ActiveModel { state: Set(state), state_since: Set(now), ..Default::default() };
    if state == SigningKeyState::Retired {
        row.sealed_private_key = Set(None);
    }
    scope.change(key, row).await?;
    Ok(key.id)
}

async fn create(scope: &Scope, state: SigningKeyState) -> Result<SigningKeyId> {
    let id: SigningKeyId = scope.new_id();
    let mut secret = [0; 32];
    rand::rng().fill_bytes(&mut secret);
    let public = PrivateKey::new(&secret).public()?.bytes()?;
    let sealed = scope.seal::<Entity>(Column::SealedPrivateKey, id.0, &secret).await?;
    let row = ActiveModel {
        id: Set(id),
        algorithm: Set("EdDSA".to_owned()),
        public_key: Set(public),
        sealed_private_key: Set(Some(sealed)),
        state: Set(state),
        state_since: Set(scope.now()),
        ..Default::default()
    };
    scope.insert(row).await?;
    Ok(id)
}
