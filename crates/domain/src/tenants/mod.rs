//! A tenant is one company: a wall around its data, an issuer of its own tokens, and the zone and week its days are counted in.

mod commands;
mod entity;
mod issuer;
mod queries;
mod states;
#[cfg(test)]
mod tests;
mod types;

pub(crate) use commands::{begin_to_erase, is_slug};
pub use commands::{create, resume, suspend, update};
#[cfg(any(test, feature = "testing"))]
pub(crate) use issuer::PrivateKey;
pub use issuer::{
    Discovery, Jwk, Jwks, LEEWAY, PublicUrls, SigningKey, SigningKeyId, SigningKeyState,
    TOKEN_LIFETIME, discovery, jwks, keys, open_keys, rotate_keys,
};
pub(crate) use issuer::{Issuer, PublicKey, issuer, issuer_with_key, known_key};
pub(crate) use queries::hold;
pub use queries::{by_slug, get, list, today};
pub use types::{NewTenant, Tenant, TenantPatch, TenantState, WeekStart};

pub use crate::kernel::TenantId;
