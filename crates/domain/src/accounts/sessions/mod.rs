//! A session is a family of refresh tokens, of which one at most is live: each is replaced when it is used.
//!
//! `live → used → …`, and all of a family may be revoked. A used token that comes back ends its family, because two have it now. Only the one that
//! was replaced last may come back at once, and gets the same successor: an answer may have been lost, or two tabs may have asked together.

mod commands;
mod entity;

pub(super) use commands::{end, forget, refresh, revoke_all, start};
