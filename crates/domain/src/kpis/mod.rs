//! The numbers of support work: seven metrics, each with one published definition.
//!
//! A ticket's history gives *facts* (`facts`): at most one of each *measure*, and one for each change of the backlog. Facts are replaced as
//! a whole per ticket, at once or when the ticket's turn comes, and each replacement marks the *cells* (measure, agent, queue, channel, UTC day) that it touched. A marked cell is
//! recomputed from its facts into the *rollup* of its month (`cells`: quarter hours with their exact values).
//!
//! A question names local days of any zone (`edges`). Its answer adds up whole quarter hours of rollups wherever its edges fall on quarter
//! hours, and facts otherwise; both ways give the same figures (`aggregate`).

mod aggregate;
mod cells;
mod commands;
mod definitions;
mod edges;
mod entity;
mod facts;
mod jobs;
mod queries;
mod series;
mod slots;
mod types;

#[cfg(test)]
mod tests;

pub use commands::{
    DRAIN_UNIT, TicketFacts, drain, drain_soon, follow, follow_later, is_left_behind, is_pending,
    replace_facts,
};
pub use definitions::{Measure, Statistic, definition};
pub use facts::{Fact, facts_of};
pub use jobs::Drain;
pub(crate) use queries::instants;
pub use queries::{answer, answer_from_facts, explain};
pub use types::*;
