//! People and their external identities, as they are served.

pub(crate) mod codes;
mod edges;
mod graphql;
mod rest;

pub(crate) use graphql::{PersonMutation, PersonNode, PersonQuery};
pub(crate) use rest::routes;
