//! Forms of the token endpoint.

use actix_web::error::UrlencodedError;
use actix_web::web::FormConfig;
use domain::kernel::Error;

use super::Failure;

/// Forms of up to 16 KiB.
pub(crate) fn form_config() -> FormConfig {
    FormConfig::default().limit(16 * 1024).error_handler(|error, _| {
        let failure = match &error {
            UrlencodedError::ContentType => Failure::unsupported_media_type(
                "the body must be sent as `Content-Type: application/x-www-form-urlencoded`",
            ),
            UrlencodedError::Overflow { limit, .. } => {
                Failure::too_large(format!("the form has more than {limit} bytes"))
            }
            other => {
                Error::malformed("body_unreadable", format!("the form cannot be read: {other}"))
                    .into()
            }
        };
        failure.into()
    })
}
