//! How bodies, queries and paths are read: what cannot be read is told where and why, in the shape of every other failure.

use actix_web::error::{JsonPayloadError, UrlencodedError};
use actix_web::web::{FormConfig, JsonConfig, PathConfig};
use domain::kernel::Error;

use super::Failure;

/// The largest body of an ordinary request.
const BODY: usize = 1024 * 1024;

/// JSON bodies of up to 1 MiB.
pub(crate) fn json_config() -> JsonConfig {
    JsonConfig::default().limit(BODY).error_handler(|error, _| {
        let failure = match &error {
            JsonPayloadError::ContentType => Error::malformed(
                "content_type",
                "the body must be sent as `Content-Type: application/json`",
            ),
            JsonPayloadError::Overflow { limit } => {
                Error::malformed("body_too_large", format!("the body has more than {limit} bytes"))
            }
            JsonPayloadError::OverflowKnownLength { length, limit } => Error::malformed(
                "body_too_large",
                format!("the body has {length} bytes; {limit} are allowed"),
            ),
            JsonPayloadError::Deserialize(error) => {
                Error::malformed("body_unreadable", format!("the body cannot be read: {error}"))
            }
            other => {
                Error::malformed("body_unreadable", format!("the body cannot be read: {other}"))
            }
        };
        Failure(failure).into()
    })
}

/// Forms of the token endpoint.
pub(crate) fn form_config() -> FormConfig {
    FormConfig::default().limit(16 * 1024).error_handler(|error, _| {
        let failure = match &error {
            UrlencodedError::ContentType => Error::malformed(
                "content_type",
                "the body must be sent as `Content-Type: application/x-www-form-urlencoded`",
            ),
            other => {
                Error::malformed("body_unreadable", format!("the form cannot be read: {other}"))
            }
        };
        Failure(failure).into()
    })
}

/// Typed ids in paths.
pub(crate) fn path_config() -> PathConfig {
    PathConfig::default().error_handler(|error, _| {
        Failure(Error::malformed("path_unreadable", error.to_string())).into()
    })
}
