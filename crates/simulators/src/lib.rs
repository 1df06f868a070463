//! What stands in for the outside world in tests, benchmarks and the demo; never part of a production code path, and it imports nothing
//! of ours, so that its truth is its own.
//!
//! - [`model`]: a support desk that does not exist, with everything that ever happened in it. The same settings are the same desk, to
//!   the byte, on every machine.
//! - [`export`]: its history as a file that Plumbline imports.
//! - [`truth`]: the KPIs of that history, calculated the plain way.
//! - [`live`]: the desk going on, change by change.
//! - [`server`]: what every stand-in for a vendor is made from: serving, limits, faults and webhooks.
//! - [`freshdesk`]: Freshdesk, over such a desk.
//! - [`zendesk`]: Zendesk Support, over such a desk.
//! - [`intercom`]: Intercom, over such a desk.
//! - `jira`: Jira Service Management, over such a desk.
//! - [`Simulator`]: one of them on a port, whichever vendor's.

#![warn(missing_docs)]

pub mod export;
pub mod freshdesk;
mod hours;
pub mod intercom;
mod iso;
mod jira;
pub mod live;
pub mod model;
pub mod server;
mod servicenow;
mod simulator;
pub mod truth;
pub mod zendesk;

pub(crate) use simulator::Parts;
pub use simulator::{Helpdesk, Kind, Options, Promise, Simulator};
