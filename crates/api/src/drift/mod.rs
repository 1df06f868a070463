//! Helpdesks' own figures beside ours, as they are served.

mod graphql;
mod rest;
#[cfg(test)]
mod tests;

pub(crate) use graphql::DriftQuery;
pub(crate) use rest::routes;
