//! What things mean: entities, rules, events. No HTTP, no vendors, no Redis, no environment.
//!
//! One module per feature; each one's front page says what it is.

// An import is a deep nest of futures, and their layouts are computed in one go when optimising.
#![recursion_limit = "256"]
#![warn(missing_docs, clippy::wildcard_enum_match_arm)]

// What everything stands on.
pub mod kernel;

// Tenants and access.
pub mod accounts;
pub mod tenants;

// People.
pub mod people;
pub mod teams;

// What is known of them, and what of it can be erased.
pub mod privacy;

// The helpdesk.
pub mod connections;
pub mod drift;
pub mod hooks;
pub mod kpis;
pub mod tickets;

#[cfg(any(test, feature = "testing"))]
pub mod testing;

use kernel::{App, Clock, Database, Ids, MasterKeys};

/// The application over a database. What it seals, one of the `keys` opens.
#[must_use]
pub fn app(database: Database, clock: Clock, ids: Ids, keys: impl Into<MasterKeys>) -> App {
    App::new(database, clock, ids, keys, accounts::load)
}
