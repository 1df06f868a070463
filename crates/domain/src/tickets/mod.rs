//! Tickets of helpdesks: what is known of each now, everything that happened to it, and where its history comes from.
//!
//! A ticket is known by its source (a *connection*) and the source's id. Its events are kept as the source states them; its row
//! (status, assignee, solved…) is derived from them, as are the facts of `kpis`. Deletions, merges and spam marks are events too,
//! so that they can be taken back. A *queue* is the helpdesk's group, and is linked to a team for a time.

mod commands;
mod derived;
mod entity;
mod follow;
mod histories;
mod history;
pub mod import;
mod queries;
mod sla_targets;
pub mod source;
#[cfg(test)]
mod tests;
mod types;

pub use commands::{check_mapping_name, delete_mapping, link_queue, put_mapping};
pub use derived::{Derived, State, creation, derive};
pub use follow::{Follow, TicketChange};
pub use histories::free_histories;
pub(crate) use histories::histories;
pub use history::{Effect, History, HistoryEvent};
pub use queries::{
    customers, events, events_of, get, has_queue, linked_queues, list, many, mapping, mappings,
    mappings_of, queue_links, queue_teams, queues, queues_of, ratings, ratings_of,
};
pub use sla_targets::{sla_targets, sla_targets_of};
pub use types::*;
