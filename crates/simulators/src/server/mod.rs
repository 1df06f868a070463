//! What every stand-in for a vendor is made from.
//!
//! A [`Vendor`] turns a request into an answer and knows nothing of sockets; [`Running`] serves it on a port of its own, and lets go wrong
//! what [`Faults`] ask for. [`Window`] counts requests, [`Deliveries`] carry webhooks.

mod deliveries;
mod disturb;
mod faults;
mod http;
mod limits;
mod running;

pub use deliveries::{Call, Deliveries};
pub use faults::{BadFault, Faults, Hits};
pub use http::{Answer, Request};
pub use limits::{Allowance, Window};
pub use running::Running;

pub(crate) use faults::Injector;

/// A vendor's side of HTTP.
pub trait Vendor: Send + Sync + 'static {
    /// Answers a request. Of the faults only those concern it that a vendor alone can commit.
    fn answer(&self, request: &Request, hits: &Hits) -> Answer;

    /// Says that there were too many requests.
    fn limited(&self, seconds: u32) -> Answer;

    /// Says that the server failed.
    fn failed(&self, status: u16) -> Answer;

    /// What time the vendor thinks it is, in Unix seconds.
    fn now(&self) -> i64;

    /// Fields of items whose values are words of a list that may grow.
    fn words(&self) -> &'static [&'static str];
}
