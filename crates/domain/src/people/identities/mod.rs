//! Under which ids the sources know a person. One id of a source belongs to one person.

mod commands;
pub(crate) mod entity;
mod introduce;
mod types;

pub use commands::{add, list, remove};
pub use introduce::introduce;
pub use types::{Identity, IdentityId, Introduced, NewIdentity, Newcomer};
