//! A connection is where tickets and people come from: a helpdesk, or the named source of an import.

mod entity;
mod queries;
mod types;

pub(crate) use queries::exists;
pub use queries::{list, named};
pub use types::{Connection, ConnectionId};
