//! What every address shares: failures, the request's id, and how input is read.

mod addresses;
mod asked;
mod bounds;
mod cors;
mod error;
mod form;
mod head;
mod idempotency;
mod json;
mod limits;
mod list;
mod media;
mod observe;
mod pace;
mod path;
mod reading;
mod request;
mod table;
#[cfg(test)]
mod tests;
mod text;
#[cfg(test)]
mod wire;

pub(crate) use addresses::Addresses;
pub(crate) use asked::Asked;
pub(crate) use bounds::bounds;
pub(crate) use cors::cors;
pub use error::Failure;
pub(crate) use error::{Problems, Result, problem_schemas, status};
pub(crate) use form::form_config;
pub(crate) use head::head;
pub(crate) use idempotency::{STREAMS, once};
pub(crate) use json::{Json, created};
pub use limits::{Allowances, Limits, LimitsError, Network};
pub(crate) use limits::{Attempt, Proxies};
pub(crate) use list::List;
pub(crate) use media::media_type;
pub use observe::describe_metrics;
pub(crate) use observe::{observe_caller, observe_failure, observe_operation};
pub(crate) use pace::pace;
pub(crate) use path::Path;
pub(crate) use request::{RequestId, trace};
pub(crate) use text::Text;

/// The largest body of an ordinary request.
pub(crate) const BODY: usize = 1024 * 1024;
