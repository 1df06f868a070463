//! The one way out: every call that a worker makes to an address that somebody else chose.
//!
//! Tenants name the helpdesks and receivers that Plumbline calls, so an address is an attack until it is shown not to be one.
//! [`Egress`] calls what is on the public internet, over https, and nothing else: a name is resolved once, all of its addresses are
//! checked, and the connection goes to exactly those; no redirect is followed; an answer is read up to its limit, decompressed.
//! Whatever is inside needs the operator's word, an exact [`HostPort`] in `egress_allow`.
//!
//! The exporter of traces and the connections to the database and Redis go where the operator says, not through here.

mod address;
mod answer;
mod body;
mod client;
mod destination;
mod error;
mod resolve;
#[cfg(test)]
mod tests;
mod tls;

pub use answer::Answer;
pub use client::{Egress, Request};
pub use destination::{HostPort, NoHostPort};
pub use error::{EgressError, Refusal};
