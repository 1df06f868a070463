//! Intercom, as its documentation describes it: conversations with their parts, found by a search whose dates know `>` and not `>=`, admins,
//! teams and contacts, a limit in windows of ten seconds, and notifications that are signed with the app's secret.
//!
//! What a desk knows and Intercom has no word for, it does not tell: see `known`.

mod conversations;
mod fold;
mod ids;
mod known;
mod people;
mod query;
mod routes;
mod search;
mod service;
mod statistics;
mod webhooks;
mod words;

pub(crate) use service::Service;
