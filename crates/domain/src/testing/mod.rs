//! What tests stand on: a database of its own for each, and the catalogue's view of it.

mod app;
#[cfg(test)]
mod rows;
mod shadows;
mod tables;

pub use app::{TestApp, start};
#[cfg(test)]
pub(crate) use rows::{run, unlock};
pub use tables::{Column, Table, uuid};
