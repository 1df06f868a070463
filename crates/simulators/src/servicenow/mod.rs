//! ServiceNow, as its documentation describes it: the Table API over incidents, users, groups and the tables of the history, with encoded
//! queries, pages that are cut before rights are looked at, display values, and OAuth tokens.
//!
//! What is true can be read off the desk; what the instance knows of it differs where the real one's does: nobody merges incidents, and
//! there is no spam. A new incident is not audited: what stood in it at first is what the first change of a field says it was before.

mod account;
mod assertions;
mod cells;
mod history;
mod ids;
mod incidents;
mod labels;
mod lists;
mod people;
mod query;
mod rules;
mod service;
mod story;
mod tables;
#[cfg(test)]
mod tests;
mod words;

pub(crate) use service::Service;
