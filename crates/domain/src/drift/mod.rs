//! How far a helpdesk's own figures are from ours, ticket by ticket, and why.
//!
//! A helpdesk calculates some figures itself, by rules of its own; they are kept beside ours and counted nowhere (`tickets`). Most tickets
//! are compared by their figures alone ([`of_connection`]); where these do not say why they differ, the ticket's history is read (`causes`).

mod causes;
mod entity;
mod queries;
mod tally;
#[cfg(test)]
mod tests;
mod types;

pub use queries::{metrics, metrics_of, of_connection};
pub use types::{
    ConnectionDrift, DriftCause, DriftCauseCount, DriftMetric, DriftQuery, MetricDrift,
    TicketMetric,
};
