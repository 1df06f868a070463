//! Who was in which team from which day to which. At most one membership of a person is primary at any instant.

mod commands;
pub(crate) mod entity;
mod queries;
mod types;

pub use commands::{create, remove, update};
pub(super) use queries::has_members_from;
pub use queries::{get, list, of_each_team, of_people, team_of};
pub use types::{Membership, MembershipFilter, MembershipId, MembershipPatch, NewMembership};
