//! What things mean: entities, rules, events. No HTTP, no vendors, no Redis, no environment.

pub mod kernel;
pub mod people;
pub mod tickets;
