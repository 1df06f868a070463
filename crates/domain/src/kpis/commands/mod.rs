//! Writing facts and adding them up.

mod derive;
mod drain;
mod replace;

#[cfg(test)]
pub(super) use derive::derive;
pub(super) use derive::is_any_ticket_marked;
pub use derive::{drain_soon, follow_later};
#[cfg(test)]
pub(super) use drain::drain_unit;
pub use drain::{DRAIN_UNIT, drain, is_left_behind, is_pending};
pub use replace::{TicketFacts, follow, replace_facts};
