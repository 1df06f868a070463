//! Starting, continuing and ending sessions. Each locks the user's row first, so that a user's sessions change one after another.

use chrono::{DateTime, TimeDelta, Utc};
use sea_orm::{ColumnTrait, QueryFilter, Set};
use serde_json::json;

use super::entity::{ActiveModel, Column, Entity, Model, RefreshTokenState, SessionId};
use crate::accounts::secrets::{digest, random};
use crate::accounts::types::ShownOnce;
use crate::accounts::users::UserState;
use crate::accounts::users::entity::user;
use crate::kernel::{Event, OrInternal, Result, Scope, Secret, UserId};

/// How long a session lasts, however often it is continued.
const SESSION: TimeDelta = TimeDelta::days(30);
/// How soon the token that was replaced last may come back.
const REPEAT: TimeDelta = TimeDelta::seconds(10);

/// Starts a session of a user whose row is locked. Returns its first refresh token.
pub(in crate::accounts) async fn start(scope: &Scope, user: UserId) -> Result<ShownOnce> {
    let now = scope.now();
    scope
        .delete_many::<Entity>()
        .filter(Column::UserId.eq(user))
        .filter(Column::ExpiresAt.lte(now))
        .exec(scope.tx())
        .await?;
    let session: SessionId = scope.new_id();
    let token = add(scope, user, session, now + SESSION).await?;
    scope.record(Event::new("user.signed_in", user, json!({ "session": session })));
    Ok(token)
}

/// Replaces a refresh token. `None` when it is not good; then what was written must still be committed, because the session may have been ended.
pub(in crate::accounts) async fn refresh(
    scope: &Scope,
    token: &Secret,
) -> Result<Option<(UserId, ShownOnce)>> {
    let hash = digest(token.expose());
    let Some(found) = by_hash(scope, &hash).await? else {
        return Ok(None);
    };
    let user = scope.lock::<user::Entity>(found.user_id).await?;
    // Again, because the lock may have been waited for.
    let Some(row) = by_hash(scope, &hash).await? else {
        return Ok(None);
    };
    if user.state != UserState::Active || row.expires_at <= scope.now() {
        return Ok(None);
    }
    let successor = match row.state {
        RefreshTokenState::Live => Some(replace(scope, &row).await?),
        RefreshTokenState::Used => repeat(scope, &row).await?,
        RefreshTokenState::Revoked => None,
    };
    Ok(successor.map(|token| (user.id, token)))
}

/// Ends the session that a refresh token is of. A text that is no refresh token ends nothing.
pub(in crate::accounts) async fn end(scope: &Scope, token: &Secret) -> Result<()> {
    let Some(found) = by_hash(scope, &digest(token.expose())).await? else {
        return Ok(());
    };
    scope.lock::<user::Entity>(found.user_id).await?;
    revoke(scope, &found, "signed_out").await
}

/// Ends every session of a user whose row is locked.
pub(in crate::accounts) async fn revoke_all(scope: &Scope, user: UserId) -> Result<()> {
    let change = ActiveModel {
        state: Set(RefreshTokenState::Revoked),
        sealed_successor: Set(None),
        ..Default::default()
    };
    scope
        .update_many::<Entity>()
        .set(change)
        .filter(Column::UserId.eq(user))
        .exec(scope.tx())
        .await?;
    Ok(())
}

/// Removes every session of a user, those that are over among them.
pub(in crate::accounts) async fn forget(scope: &Scope, user: UserId) -> Result<()> {
    scope.delete_many::<Entity>().filter(Column::UserId.eq(user)).exec(scope.tx()).await?;
    Ok(())
}

async fn by_hash(scope: &Scope, hash: &[u8]) -> Result<Option<Model>> {
    let select = scope.find::<Entity>().filter(Column::Hash.eq(hash.to_vec()));
    Ok(select.one(scope.tx()).await?)
}

async fn replace(scope: &Scope, row: &Model) -> Result<ShownOnce> {
    // Whoever has this token has had the answer to the one before it.
    let forget = ActiveModel { sealed_successor: Set(None), ..Default::default() };
    scope
        .update_many::<Entity>()
        .set(forget)
        .filter(Column::Family.eq(row.family))
        .filter(Column::SealedSuccessor.is_not_null())
        .exec(scope.tx())
        .await?;
    let token = add(scope, row.user_id, row.family, row.expires_at).await?;
    let sealed = token.expose().as_bytes();
    let sealed = scope.seal::<Entity>(Column::SealedSuccessor, row.id.0, sealed).await?;
    let used = ActiveModel {
        state: Set(RefreshTokenState::Used),
        replaced_at: Set(Some(scope.now())),
        sealed_successor: Set(Some(sealed)),
        ..Default::default()
    };
    scope.update::<Entity, _>(row.id, used).await?;
    Ok(token)
}

async fn repeat(scope: &Scope, row: &Model) -> Result<Option<ShownOnce>> {
    let soon = row.replaced_at.is_some_and(|at| scope.now() <= at + REPEAT);
    if let (true, Some(sealed)) = (soon, &row.sealed_successor) {
        let token = scope.unseal::<Entity>(Column::SealedSuccessor, row.id.0, sealed)?;
        let token = String::from_utf8(token).or_internal()?;
        return Ok(Some(ShownOnce::new(token)));
    }
    revoke(scope, row, "refresh_token_reused").await?;
    Ok(None)
}

/// Ends the session that a token is of, if it has not ended yet.
async fn revoke(scope: &Scope, row: &Model, reason: &str) -> Result<()> {
    let change = ActiveModel {
        state: Set(RefreshTokenState::Revoked),
        sealed_successor: Set(None),
        ..Default::default()
    };
    let ended = scope
        .update_many::<Entity>()
        .set(change)
        .filter(Column::Family.eq(row.family))
        .filter(Column::State.ne(RefreshTokenState::Revoked))
        .exec(scope.tx())
        .await?;
    if ended.rows_affected > 0 {
        let payload = json!({ "session": row.family, "reason": reason });
        scope.record(Event::new("session.revoked", row.user_id, payload));
    }
    Ok(())
}

async fn add(
    scope: &Scope,
    user: UserId,
    session: SessionId,
    expires_at: DateTime<Utc>,
) -> Result<ShownOnce> {
    let token = random("rt_");
    let row = ActiveModel {
        id: Set(scope.new_id()),
        user_id: Set(user),
        family: Set(session),
        hash: Set(digest(token.expose())),
        state: Set(RefreshTokenState::Live),
        replaced_at: Set(None),
        sealed_successor: Set(None),
        expires_at: Set(expires_at),
        created_at: Set(scope.now()),
        ..Default::default()
    };
    scope.insert_unversioned(row).await?;
    Ok(token)
}
