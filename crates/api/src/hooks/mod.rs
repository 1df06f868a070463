//! Hooks, and the door that deliveries come in by.

pub(crate) mod codes;
mod graphql;
mod receive;
mod rest;
#[cfg(test)]
mod tests;

pub(crate) use graphql::{HookMutation, HookQuery};
pub(crate) use receive::routes as door_routes;
pub(crate) use rest::routes;
