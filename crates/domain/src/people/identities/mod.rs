//! Under which ids the sources know a person. One id of a source belongs to one person.

mod commands;
pub(crate) mod entity;
mod types;

pub use commands::{add, list, remove};
pub use types::{Identity, IdentityId, NewIdentity};
