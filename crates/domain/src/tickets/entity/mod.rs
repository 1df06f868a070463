//! Rows.

pub(crate) mod customer;
pub(crate) mod history;
pub(crate) mod mapping;
pub(crate) mod queue;
pub(crate) mod queue_team;
pub(crate) mod rating;
pub(crate) mod sla_target;
pub(crate) mod ticket;
