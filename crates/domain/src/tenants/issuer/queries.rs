//! Reading keys, and what is published about them.

use chrono::{DateTime, Utc};
use sea_orm::{ColumnTrait, Condition, QueryFilter, QueryOrder};

use super::entity::{Column, Entity, Model};
use super::known::issuer;
use super::types::{Discovery, Jwk, Jwks, PublicUrls, SigningKey, SigningKeyState};
use super::verifies_for;
use crate::kernel::{App, Error, Permission, Result, Scope};

/// The tenant's keys, the oldest first.
///
/// # Errors
/// `forbidden` without `accounts.read`.
pub async fn keys(scope: &Scope) -> Result<Vec<SigningKey>> {
    scope.require(Permission::AccountsRead)?;
    let select = scope.find::<Entity>().order_by_asc(Column::Id);
    Ok(select.into_partial_model::<SigningKey>().all(scope.tx()).await?)
}

/// Opens every private key of the tenant, to see whether the master key is the one they were sealed with. Returns how many.
///
/// # Errors
/// `internal` when one cannot be opened.
pub async fn open_keys(scope: &Scope) -> Result<usize> {
    let mut opened = 0;
    for key in scope.find::<Entity>().all(scope.tx()).await? {
        if let Some(sealed) = &key.sealed_private_key {
            scope.unseal::<Entity>(Column::SealedPrivateKey, key.id.0, sealed)?;
            opened += 1;
        }
    }
    Ok(opened)
}

/// The keys that a valid token may be signed with at `now`.
pub(super) async fn published(scope: &Scope, now: DateTime<Utc>) -> Result<Vec<Model>> {
    let good = Condition::any()
        .add(Column::State.ne(SigningKeyState::Retired))
        .add(Column::StateSince.gt(now - verifies_for()));
    let select = scope.find::<Entity>().filter(good);
    Ok(select.order_by_asc(Column::Id).all(scope.tx()).await?)
}

/// The public keys of a tenant: `/t/{slug}/.well-known/jwks.json`. Everybody may ask.
///
/// # Errors
/// `not_found` when there is no such tenant.
pub async fn jwks(app: &App, slug: &str) -> Result<Jwks> {
    let issuer = issuer(app, slug).await?;
    let issuer = issuer.ok_or_else(|| Error::not_found("tenant", slug))?;
    let keys = issuer.published(app.clock().now());
    let keys = keys.map(|(kid, public)| Jwk {
        kty: "OKP",
        crv: "Ed25519",
        alg: "EdDSA",
        usage: "sig",
        kid,
        x: public.x().to_owned(),
    });
    Ok(Jwks { keys: keys.collect() })
}

/// The tenant as an issuer: `/t/{slug}/.well-known/openid-configuration`. Everybody may ask.
///
/// # Errors
/// `not_found` when there is no such tenant.
pub async fn discovery(app: &App, urls: &PublicUrls, slug: &str) -> Result<Discovery> {
    let issuer = issuer(app, slug).await?;
    let issuer = issuer.ok_or_else(|| Error::not_found("tenant", slug))?;
    let mut grants = vec!["client_credentials", "refresh_token"];
    if issuer.tenant.password_sign_in {
        grants.push("password");
    }
    let iss = urls.issuer(&issuer.tenant.slug);
    Ok(Discovery {
        jwks_uri: format!("{iss}/.well-known/jwks.json"),
        token_endpoint: format!("{iss}/oauth/token"),
        revocation_endpoint: format!("{iss}/oauth/revoke"),
        grant_types_supported: grants,
        token_endpoint_auth_methods_supported: vec!["client_secret_basic", "client_secret_post"],
        response_types_supported: Vec::new(),
        scopes_supported: Permission::ALL.iter().map(|it| it.word()).collect(),
        issuer: iss,
    })
}
