//! What every address shares: failures, the request's id, and how input is read.

mod addresses;
mod asked;
mod error;
mod form;
mod head;
mod json;
mod path;
mod reading;
mod request;
#[cfg(test)]
mod tests;
mod text;

pub(crate) use addresses::Addresses;
pub(crate) use asked::Asked;
pub use error::Failure;
pub(crate) use error::{Problems, Result, problem_schemas, status};
pub(crate) use form::form_config;
pub(crate) use head::head;
pub(crate) use json::Json;
pub(crate) use path::Path;
pub(crate) use request::{RequestId, trace};
pub(crate) use text::Text;

/// The largest body of an ordinary request.
pub(crate) const BODY: usize = 1024 * 1024;

/// 201 with the new thing and its address.
pub(crate) fn created(location: String, body: &impl serde::Serialize) -> actix_web::HttpResponse {
    actix_web::HttpResponse::Created()
        .insert_header((actix_web::http::header::LOCATION, location))
        .json(body)
}
