//! API clients: programs with a secret of their own and the scopes they were given, nothing else. `active → revoked`.

mod commands;
pub(super) mod entity;
mod queries;
mod states;
#[cfg(test)]
mod tests;
mod types;

pub use commands::{create, revoke, rotate_secret, update};
pub(super) use queries::{by_id, scopes_of};
pub use queries::{get, list};
pub use types::{
    ApiClient, ApiClientAction, ApiClientFilter, ApiClientPatch, ApiClientSecret, ApiClientState,
    NewApiClient,
};

pub use crate::kernel::ApiClientId;
