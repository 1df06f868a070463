//! Teams are a tree. Who was in which, and who led it, is kept by the day, in the tenant's zone.
//!
//! A team is `active ⇄ closed`. A person has at most one primary membership at any instant, and a team at most one lead;
//! a new one ends the open one before it. A team's number is made of its primary members of the time.

mod commands;
pub(crate) mod entity;
pub mod leads;
pub mod memberships;
mod queries;
mod spans;
mod states;
#[cfg(test)]
mod tests;
mod types;

pub use commands::{act, create, update};
use commands::{open_team, require_open};
pub(crate) use queries::exists;
pub use queries::{below, below_each, get, list};
pub use types::{NewTeam, Team, TeamAction, TeamFilter, TeamPatch, TeamSort, TeamState};

pub use crate::kernel::TeamId;
