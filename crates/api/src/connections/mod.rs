//! Connections and their runs, as they are served.

pub(crate) mod codes;
mod edges;
mod graphql;
mod rest;
#[cfg(test)]
mod tests;

pub(crate) use graphql::{ConnectionMutation, ConnectionNode, ConnectionQuery, SyncRunNode};
pub(crate) use rest::routes;
