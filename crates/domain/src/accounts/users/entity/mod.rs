//! Rows.

pub(in crate::accounts) mod role_grant;
pub(in crate::accounts) mod user;
