//! What things mean: entities, rules, events. No HTTP, no vendors, no Redis, no environment.
//!
//! One module per feature; each one's front page says what it is.

#![warn(missing_docs, clippy::wildcard_enum_match_arm)]

// What everything stands on.
pub mod kernel;

// Tenants and access.
pub mod accounts;
pub mod tenants;

// People.
pub mod people;
pub mod teams;

// The helpdesk.
pub mod connections;
pub mod kpis;
pub mod tickets;

#[cfg(any(test, feature = "testing"))]
pub mod testing;

use kernel::{App, Clock, Database, Ids, MasterKey};

/// The application over a database. What it seals, `master_key` opens.
#[must_use]
pub fn app(database: Database, clock: Clock, ids: Ids, master_key: MasterKey) -> App {
    App::new(database, clock, ids, master_key, accounts::load)
}
