//! Who led which team from which day to which: at most one at any instant.

mod commands;
pub(crate) mod entity;
mod queries;
mod types;

pub use commands::{create, remove, update};
pub use queries::{get, lead_of, list, of_each_team};
pub use types::{LeadOf, NewTeamLead, TeamLead, TeamLeadFilter, TeamLeadId, TeamLeadPatch};
