//! Tickets, queues and imports, as they are served.

pub(crate) mod codes;
mod edges;
mod graphql;
mod import;
mod rest;
#[cfg(test)]
mod tests;

pub(crate) use graphql::{TicketMutation, TicketNode, TicketQuery};
pub(crate) use rest::routes;
