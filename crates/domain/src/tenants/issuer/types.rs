//! What crosses the boundary.

use async_graphql::{Enum, SimpleObject};
use chrono::{DateTime, TimeDelta, Utc};
use sea_orm::{DeriveActiveEnum, DerivePartialModel, EnumIter};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::TOKEN_LIFETIME;

crate::id!(SigningKeyId, "key", "A signing key's id: the `kid` of its tokens.");

/// Where a signing key is in its life.
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    Serialize,
    Deserialize,
    ToSchema,
    Enum,
    EnumIter,
    DeriveActiveEnum,
)]
#[serde(rename_all = "snake_case")]
#[sea_orm(rs_type = "String", db_type = "Text", rename_all = "snake_case")]
pub enum SigningKeyState {
    /// Published, so that it is known when it begins to sign.
    Next,
    /// It signs.
    Active,
    /// It signs no more; what it signed is good until it expires.
    Retired,
}

/// A key that a tenant signs its tokens with.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema, SimpleObject, DerivePartialModel)]
#[sea_orm(entity = "super::entity::Entity")]
pub struct SigningKey {
    /// The key: `kid` in tokens.
    pub id: SigningKeyId,
    /// Where it is in its life.
    pub state: SigningKeyState,
    /// Since when.
    pub state_since: DateTime<Utc>,
    /// When it was made.
    pub created_at: DateTime<Utc>,
}

/// A public key as RFC 8037 writes it.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct Jwk {
    /// The kind: always `OKP`.
    pub kty: &'static str,
    /// The curve: always `Ed25519`.
    pub crv: &'static str,
    /// The algorithm: always `EdDSA`.
    pub alg: &'static str,
    /// The use: always `sig`.
    #[serde(rename = "use")]
    pub usage: &'static str,
    /// Its id.
    pub kid: SigningKeyId,
    /// The public key in base64url.
    pub x: String,
}

/// Every key that a valid token of the tenant may be signed with (RFC 7517).
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct Jwks {
    /// The keys.
    pub keys: Vec<Jwk>,
}

/// What a client needs to know of the tenant as an issuer (RFC 8414).
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct Discovery {
    /// `iss` of its tokens.
    pub issuer: String,
    /// Where its keys are.
    pub jwks_uri: String,
    /// Where tokens come from.
    pub token_endpoint: String,
    /// Where sessions are ended.
    pub revocation_endpoint: String,
    /// What the token endpoint takes.
    pub grant_types_supported: Vec<&'static str>,
    /// How a client shows who it is there.
    pub token_endpoint_auth_methods_supported: Vec<&'static str>,
    /// Empty: nobody is sent to a page to sign in.
    pub response_types_supported: Vec<&'static str>,
    /// The scopes an API client may have.
    pub scopes_supported: Vec<&'static str>,
}

/// Where the world reaches us: configuration, never a request's `Host`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PublicUrls {
    current: String,
    previous: Vec<String>,
    tokens_for: TimeDelta,
}

impl PublicUrls {
    /// The address in force, and those whose tokens are still accepted.
    #[must_use]
    pub fn new(current: &str, previous: &[String]) -> Self {
        let plain = |url: &str| url.trim_end_matches('/').to_owned();
        let previous = previous.iter().map(|url| plain(url)).collect();
        Self { current: plain(current), previous, tokens_for: TOKEN_LIFETIME }
    }

    /// With access tokens that live longer than is safe: for a demo.
    #[must_use]
    pub fn with_tokens_for(self, lifetime: TimeDelta) -> Self {
        Self { tokens_for: lifetime, ..self }
    }

    /// How long an access token lives.
    #[must_use]
    pub fn token_lifetime(&self) -> TimeDelta {
        self.tokens_for
    }

    /// The address in force, without a slash at its end.
    #[must_use]
    pub fn current(&self) -> &str {
        &self.current
    }

    /// A tenant's `iss`.
    #[must_use]
    pub fn issuer(&self, slug: &str) -> String {
        format!("{}/t/{slug}", self.current)
    }

    /// The address and the slug that an `iss` is made of, if the address is one of ours.
    pub(crate) fn locate<'a>(&'a self, iss: &'a str) -> Option<(&'a str, &'a str)> {
        let ours = std::iter::once(&self.current).chain(&self.previous);
        ours.filter_map(|url| {
            let slug = iss.strip_prefix(url.as_str())?.strip_prefix("/t/")?;
            Some((url.as_str(), slug))
        })
        .find(|(_, slug)| crate::tenants::is_slug(slug))
    }
}
