//! Accounts.

mod access;

pub(crate) use access::load;
