//! What every feature stands on: the door to data, who asks, errors, ids, time, pages, states, the event log and the queue.
//!
//! It imports no feature. `dialect` is the one place where the two databases differ.

mod access;
mod app;
pub(crate) mod audit;
pub(crate) mod bulk;
pub(crate) mod catalogue;
pub(crate) mod check;
pub mod clock;
pub mod condition;
pub(crate) mod db;
pub(crate) mod dialect;
mod erase;
mod error;
mod events;
pub mod export;
pub mod file;
pub(crate) mod first_pages;
pub mod id;
pub mod jobs;
mod keys;
pub mod page;
pub mod patch;
mod permission;
pub(crate) mod recent;
mod reseal;
mod rows;
mod scope;
mod seal;
mod server;
pub(crate) mod sort;
pub(crate) mod span;
pub(crate) mod states;
mod system;
#[cfg(test)]
mod tests;
mod things;
mod trace;
mod walls;

pub use access::{Access, Actor, ApiClientId, Caller, PersonId, Reach, TeamId, TenantId, UserId};
pub use app::{App, LoadAccess, Wake};
pub use audit::{Audited, verify as verify_events};
pub use clock::{Clock, Ids};
pub use db::Database;
pub use error::{Error, ErrorKind, FieldError, OrInternal, Result};
pub use events::Event;
pub use keys::{MasterKeys, Reread, Resealed};
pub use page::{Finds, Identified, Page, PageArgs};
pub use permission::Permission;
pub(crate) use rows::{TenantOwned, Versioned};
pub use scope::Scope;
pub use seal::MasterKey;
pub use span::Span;
pub use system::SystemScope;
pub(crate) use things::Seen;
pub use trace::{NoTraceParent, TraceParent};
pub use walls::Walls;
