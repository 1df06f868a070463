//! Tickets.

mod derived;
mod history;
mod types;

pub use derived::{Derived, State, creation, derive};
pub use history::{Effect, History, HistoryEvent};
pub use types::*;
