//! Access tokens: what a helpdesk gives for credentials, and what every request shows until it expires.
//!
//! A refresh token works once with some vendors, so one at a time asks for the next access token, whoever reads: to ask is taken on for a
//! while, in a transaction before, and what comes of it is kept in a transaction of its own before anybody uses it. Whoever dies in between
//! holds up the others for that while, and what the vendor has given away meanwhile is lost to it; nothing else is.

use chrono::{DateTime, TimeDelta, Utc};
use sea_orm::Set;
use serde::Deserialize;
use serde_json::json;

use super::{is_read, require_system};
use crate::connections::commands::{open, seal};
use crate::connections::entity::connection::{ActiveModel, Column, Entity, Model};
use crate::connections::types::{ConnectionId, Credentials};
use crate::kernel::{OrInternal, Result, Scope, Secret};

/// So long one may take to ask. Nobody waits longer for an answer.
const ASKING: TimeDelta = TimeDelta::seconds(60);

/// What every request shows.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct AccessToken {
    /// Its text.
    pub token: Secret,
    /// When the next one is asked for, shortly before this one expires; `None` where that is not said.
    pub renew_at: Option<DateTime<Utc>>,
}

/// Who asks for the next access token.
#[derive(Debug)]
pub enum Renewal {
    /// Whoever is told this: with these credentials, and at once.
    Ours(Credentials),
    /// Somebody has, and this is what came of it.
    Done(AccessToken),
    /// Somebody does, or the connection is not read any more.
    Busy,
}

impl AccessToken {
    /// Whether it need not be renewed yet.
    #[must_use]
    pub fn is_fresh(&self, now: DateTime<Utc>) -> bool {
        self.renew_at.is_none_or(|at| now < at)
    }

    fn to_bytes(&self) -> Result<Vec<u8>> {
        let open = json!({ "token": self.token.expose(), "renew_at": self.renew_at });
        Ok(serde_json::to_vec(&open)?)
    }
}

/// Takes it on to ask for an access token, unless there is one other than `stale`.
///
/// # Errors
/// `operator_only`; `not_found`.
pub async fn begin_renewal(
    scope: &Scope,
    id: ConnectionId,
    stale: Option<&AccessToken>,
) -> Result<Renewal> {
    require_system(scope)?;
    let row = scope.lock::<Entity>(id).await?;
    if !is_read(&row) {
        return Ok(Renewal::Busy);
    }
    if let Some(token) = access_token(scope, &row)?
        && Some(&token) != stale
        && token.is_fresh(scope.now())
    {
        return Ok(Renewal::Done(token));
    }
    if row.renewing_until.is_some_and(|until| scope.now() < until) {
        return Ok(Renewal::Busy);
    }
    let asking =
        ActiveModel { renewing_until: Set(Some(scope.now() + ASKING)), ..Default::default() };
    scope.update::<Entity, _>(id, asking).await?;
    Ok(Renewal::Ours(open(scope, &row)?))
}

/// Keeps what came of it, and lets others ask. `used` are the credentials that were asked with: what was got with others than there are now is
/// worth nothing.
///
/// # Errors
/// `operator_only`; `not_found`.
pub async fn end_renewal(
    scope: &Scope,
    id: ConnectionId,
    used: &Credentials,
    got: Option<(&AccessToken, &Credentials)>,
) -> Result<()> {
    require_system(scope)?;
    let row = scope.lock::<Entity>(id).await?;
    if open(scope, &row)? != *used {
        return Ok(());
    }
    let mut kept = ActiveModel { renewing_until: Set(None), ..Default::default() };
    if let Some((token, credentials)) = got {
        let sealed =
            scope.seal::<Entity>(Column::SealedAccessToken, id.0, &token.to_bytes()?).await?;
        kept.sealed_access_token = Set(Some(sealed));
        if credentials != used {
            kept.sealed_credentials = Set(Some(seal(scope, id, credentials).await?));
        }
    }
    scope.update::<Entity, _>(id, kept).await?;
    Ok(())
}

/// The access token that there is.
fn access_token(scope: &Scope, row: &Model) -> Result<Option<AccessToken>> {
    let Some(sealed) = &row.sealed_access_token else { return Ok(None) };
    let bytes = scope.unseal::<Entity>(Column::SealedAccessToken, row.id.0, sealed)?;
    Ok(Some(serde_json::from_slice(&bytes).or_internal()?))
}
