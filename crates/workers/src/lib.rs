//! Work that happens later: what runs it (`runner`), who says that there is some (`bus`), and one line per kind of job.

// An import is a deep nest of futures, and their layouts are computed in one go when optimising.
#![recursion_limit = "256"]
#![warn(clippy::wildcard_enum_match_arm)]

mod bus;
pub mod connectors;
mod context;
pub mod egress;
mod kinds;
mod probe;
mod runner;

// The features with jobs.
mod hooks;
mod kpis;

pub use bus::{Bus, BusError};
pub use connectors::http::Budgets;
pub use context::Context;
pub use kinds::{Kind, Kinds, Run};
pub use probe::{RedisCondition, probe};
pub use runner::{Options, Runner};

/// Says what the figures of the workers are.
pub fn describe_metrics() {
    runner::describe_metrics();
    connectors::http::describe_metrics();
}

/// Every kind of job that there is.
pub const JOBS: Kinds = jobs! {
    domain::connections::Sync,
    domain::hooks::Receive,
    domain::kpis::Drain,
};
