//! Rows.

pub(crate) mod connection;
pub(crate) mod run;
pub(crate) mod stream;
