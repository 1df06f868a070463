//! What tests stand on: a database of its own for each, and the catalogue's view of it.

mod app;
#[cfg(test)]
pub(crate) mod rows;
mod shadows;
mod tables;

pub use app::{TestApp, start};
pub use tables::{Column, Table, uuid};
