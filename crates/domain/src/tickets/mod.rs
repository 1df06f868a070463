//! Tickets.

mod derived;
mod history;
pub mod import;
mod types;

pub use derived::{Derived, State, creation, derive};
pub use history::{Effect, History, HistoryEvent};
pub use types::*;
