//! Teams, memberships and leads, as they are served.

pub(crate) mod codes;
mod edges;
mod graphql;
mod rest;
#[cfg(test)]
mod tests;

pub(crate) use graphql::{MembershipNode, TeamLeadNode, TeamMutation, TeamNode, TeamQuery};
pub(crate) use rest::routes;
