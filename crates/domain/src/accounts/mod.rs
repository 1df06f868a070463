//! Accounts: who may come in, how they show who they are, and what they may do.
//!
//! Users sign in and have roles ([`users`]); programs have a secret and scopes ([`clients`]). Both get short access tokens of their tenant's own issuer
//! from [`token`], and [`authenticate`] takes them back. Every scope asks again, every two seconds at most, whether its actor is still
//! welcome, so a token is worth nothing once its owner is not.

mod access;
pub mod clients;
mod me;
mod passwords;
mod roles;
mod secrets;
mod sessions;
mod sign_in;
#[cfg(any(test, feature = "testing"))]
pub mod testing;
#[cfg(test)]
mod tests;
mod tokens;
mod types;
pub mod users;

pub(crate) use access::load;
pub use me::me;
pub use passwords::{PasswordHash, hash_password};
pub(crate) use secrets::key as new_key;
pub use sign_in::{RevocationRequest, TokenAnswer, TokenRequest, revoke, token};
pub use tokens::authenticate;
pub use types::{Allowed, Me, ReachWord, Role, ShownOnce};
pub use users::create_owner;

pub use crate::kernel::Secret;
