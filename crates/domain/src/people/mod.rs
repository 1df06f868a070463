//! People: everybody who works in support, whether they sign in or are only known from a helpdesk.
//!
//! `invited → active ⇄ on_leave → offboarded`, and back to active on a rehire; whoever was erased (see `privacy`) is nobody any more. A person may be known to many sources by an
//! external identity each. Teams and leads are in `teams`.

mod commands;
pub(crate) mod entity;
pub mod identities;
mod queries;
mod states;
#[cfg(test)]
mod tests;
mod types;

pub(crate) use commands::empty;
pub use commands::{act, create, update};
pub(crate) use queries::{exists, hold};
pub use queries::{get, list};
pub use types::{
    NewPerson, Person, PersonAction, PersonFilter, PersonPatch, PersonSort, PersonState,
};

pub use crate::kernel::PersonId;
