//! Zendesk Support, as its documentation describes it: users, groups, organisations, tickets with their audits and metrics, ratings, the
//! incremental exports with their traps, what is promised and what came of it, and signed webhooks.
//!
//! What is true at a desk can be read off it; what the vendor tells of it differs where
//! the real one's does: see the figures of `metrics`.

mod account;
mod audits;
mod clocks;
mod exports;
mod happened;
mod ids;
mod lists;
mod metric_events;
mod metrics;
mod people;
mod policies;
mod ratings;
mod routes;
mod service;
mod settings;
mod sideloads;
mod state;
mod ticket_events;
mod tickets;
mod webhooks;
mod words;

pub(crate) use service::Service;
