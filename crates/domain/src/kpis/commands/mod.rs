//! Writing facts and adding them up.

mod drain;
mod replace;

#[cfg(test)]
pub(super) use drain::drain_unit;
pub use drain::{DRAIN_UNIT, drain, is_left_behind, is_pending};
pub use replace::{TicketFacts, follow, replace_facts};
