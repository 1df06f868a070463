//! Freshdesk, as third parties and its own users describe it: agents, groups, contacts and companies, tickets with their conversations and the
//! few times that are kept of what happened to them, ratings, and rules that call somebody.
//!
//! What is true can be read off the desk; what the vendor tells of it is less: see `state` for what is forgotten, `listing` for what lists
//! leave out, and `known` for what can be known from all that was told.

mod conversations;
mod ids;
mod known;
mod listing;
mod pages;
mod people;
mod ratings;
mod routes;
mod rules;
mod service;
mod settings;
mod state;
#[cfg(test)]
mod tests;
mod tickets;
mod words;

pub(crate) use service::Service;
