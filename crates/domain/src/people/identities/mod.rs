//! Under which ids the sources know a person. One id of a source belongs to one person.

mod commands;
pub(crate) mod entity;
mod erased;
mod introduce;
mod queries;
mod types;

pub use commands::{add, remove};
pub(in crate::people) use erased::forget;
pub(crate) use erased::forget_email;
pub use introduce::introduce;
pub use queries::{get, known, list, of_each_person};
pub use types::{Identity, IdentityId, Introduced, NewIdentity, Newcomer};
