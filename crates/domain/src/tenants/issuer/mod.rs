//! The tenant as an issuer of tokens: its signing keys, what it publishes about them, and how a token's words are signed and looked up.
//!
//! `next —activate→ active —retire→ retired`. A key is published before it signs, so that nobody meets a signature by a key he has not seen,
//! and stays published for as long as a token signed by it can live.

mod commands;
mod entity;
mod known;
mod queries;
mod signing;
mod states;
#[cfg(test)]
mod tests;
mod types;

use chrono::TimeDelta;

use crate::kernel::recent::BELIEVED;
pub(super) use commands::create_keys;
pub use commands::rotate_keys;
pub(crate) use known::{Issuer, issuer, issuer_with_key, known_key};
pub use queries::{discovery, jwks, keys, open_keys};
#[cfg(any(test, feature = "testing"))]
pub(crate) use signing::PrivateKey;
pub(crate) use signing::PublicKey;
pub use types::{Discovery, Jwk, Jwks, PublicUrls, SigningKey, SigningKeyId, SigningKeyState};

/// How long an access token lives.
pub const TOKEN_LIFETIME: TimeDelta = TimeDelta::minutes(10);
/// How far two clocks may differ.
pub const LEEWAY: TimeDelta = TimeDelta::seconds(30);

/// How long a retired key still verifies: a token may have been signed by it for as long as it was believed to be active.
fn verifies_for() -> TimeDelta {
    TOKEN_LIFETIME + LEEWAY + BELIEVED
}
