//! What stands in for the outside world in tests, benchmarks and the demo; never part of a production code path, and it imports nothing
//! of ours, so that its truth is its own.
//!
//! - [`model`]: a support desk that does not exist, with everything that ever happened in it. The same settings are the same desk, to
//!   the byte, on every machine.
//! - [`export`]: its history as a file that Plumbline imports.
//! - [`truth`]: the KPIs of that history, calculated the plain way.

#![warn(missing_docs)]

pub mod export;
pub mod model;
pub mod truth;
