//! The tenant as an issuer, users with their roles, and API clients, as they are served.

pub(crate) mod codes;
mod edges;
mod graphql;
mod oauth;
mod rest;
#[cfg(test)]
mod tests;

pub(crate) use graphql::{AccountMutation, AccountQuery, UserNode};
pub(crate) use oauth::routes as issuer_routes;
pub(crate) use rest::routes;
