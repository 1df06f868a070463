//! Tickets.

mod history;
mod types;

pub use history::{Effect, History, HistoryEvent};
pub use types::*;
