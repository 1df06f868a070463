//! Jira Service Management in the cloud, as its documentation describes it: a service project with its issues, their changelogs and comments,
//! accounts, components, search by JQL with its traps, and signed webhooks of an administrator.
//!
//! The traps: times are those of the caller's zone, in which JQL is read to the minute; search knows of nothing that is seconds old; what
//! an issue has many of is cut off in it; pages may be short, and only the last one has no token; a deleted issue is gone without a trace;
//! who signs in wrongly finds nothing instead of being refused.

mod changelog;
mod comments;
mod ids;
mod issues;
mod jql;
mod known;
mod people;
mod routes;
mod search;
mod service;
mod service_desk;
mod settings;
mod state;
#[cfg(test)]
mod tests;
mod tokens;
mod webhooks;
mod words;
mod zone;

pub(crate) use service::Service;
