//! Bodies that are a text: a mapping's TOML.

use std::future::Future;
use std::pin::Pin;

use actix_web::dev::Payload;
use actix_web::web::Bytes;
use actix_web::{FromRequest, HttpRequest};
use domain::kernel::Error;

use super::{Failure, media_type};

/// A text in UTF-8 of up to 1 MiB.
pub(crate) struct Text(pub(crate) String);

impl FromRequest for Text {
    type Error = Failure;
    type Future = Pin<Box<dyn Future<Output = Result<Self, Failure>>>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let understood = is_text(request);
        let body = Bytes::from_request(request, payload);
        Box::pin(async move {
            if !understood {
                let message = "the body must be sent as `Content-Type: application/toml`";
                return Err(Failure::unsupported_media_type(message));
            }
            let body = body.await.map_err(|error| Failure::foreign(&error))?;
            let text = String::from_utf8(body.to_vec()).map_err(|error| {
                let at = error.utf8_error().valid_up_to();
                let message = format!("the body is not UTF-8 from byte {at} on");
                Error::malformed("body_unreadable", message).because(error)
            })?;
            Ok(Self(text))
        })
    }
}

/// TOML, or what a client says that does not know the word for it.
fn is_text(request: &HttpRequest) -> bool {
    ["", "application/toml", "application/octet-stream", "text/plain"]
        .contains(&&*media_type(request))
}
