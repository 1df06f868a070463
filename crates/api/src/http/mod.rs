//! What every address shares: failures, the request's id, and how input is read.

mod asked;
mod error;
mod input;
mod request;

pub(crate) use asked::Asked;
pub use error::Failure;
pub(crate) use error::{Problems, Result, problem_schemas, render, status};
pub(crate) use input::{form_config, json_config, path_config};
pub(crate) use request::{RequestId, trace};

/// 201 with the new thing and its address.
pub(crate) fn created(location: String, body: &impl serde::Serialize) -> actix_web::HttpResponse {
    actix_web::HttpResponse::Created()
        .insert_header((actix_web::http::header::LOCATION, location))
        .json(body)
}
