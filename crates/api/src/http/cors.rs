//! Which pages of other origins may ask us.

use actix_cors::Cors;
use actix_web::http::header::{
    ACCEPT, AUTHORIZATION, CONTENT_TYPE, ETAG, HeaderName, IF_MATCH, IF_NONE_MATCH, LINK, LOCATION,
    RETRY_AFTER,
};

use super::idempotency::{KEY, REPLAYED};
use super::limits::STANDING;

const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
const TRACE_PARENT: HeaderName = HeaderName::from_static("traceparent");

/// How long a browser may believe the answer to its preflight, in seconds.
const REMEMBERED: usize = 600;

/// Pages of these origins may ask and read the answers. Without credentials of the browser's own: a token is sent by whoever has it.
pub(crate) fn cors(origins: &[String]) -> Cors {
    let cors = origins.iter().fold(Cors::default(), |cors, origin| cors.allowed_origin(origin));
    cors.allowed_methods(["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"])
        .allowed_headers([
            ACCEPT,
            AUTHORIZATION,
            CONTENT_TYPE,
            IF_MATCH,
            IF_NONE_MATCH,
            KEY,
            REQUEST_ID,
            TRACE_PARENT,
        ])
        .expose_headers([ETAG, LINK, LOCATION, REPLAYED, RETRY_AFTER, REQUEST_ID])
        .expose_headers(STANDING)
        .max_age(REMEMBERED)
}
