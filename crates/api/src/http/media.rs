//! What a body is said to be.

use actix_web::HttpRequest;
use actix_web::http::header::CONTENT_TYPE;

/// What a body is said to be, in lower case and without parameters; empty where nothing is said.
pub(crate) fn media_type(request: &HttpRequest) -> String {
    let given = request.headers().get(CONTENT_TYPE).and_then(|value| value.to_str().ok());
    let given = given.unwrap_or_default().split(';').next().unwrap_or_default();
    given.trim().to_ascii_lowercase()
}
