//! How large a request may be before anybody reads it: its head, and what a compressed body becomes.

use actix_web::HttpMessage;
use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{Payload, ServiceRequest, ServiceResponse};
use actix_web::error::PayloadError;
use actix_web::http::header::CONTENT_ENCODING;
use actix_web::middleware::Next;
use actix_web::web::Bytes;
use futures_util::stream::iter;
use futures_util::{Stream, StreamExt};

use super::Failure;

/// The largest head: the request line with all fields.
const HEAD: usize = 16 * 1024;
/// Compressed bytes become at most about a thousand times as many, all at once: so few at a time never become much more than a body may have.
const PIECE: usize = 1024;

/// Refuses heads that are too large and encodings that are not known, and lets compressed bodies be opened little by little.
pub(crate) async fn bounds(
    mut request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> actix_web::Result<ServiceResponse<BoxBody>> {
    if head_of(&request) > HEAD {
        return Ok(request.error_response(Failure::head_too_large(HEAD)));
    }
    let encoding =
        request.headers().get(CONTENT_ENCODING).map(|value| value.as_bytes().to_ascii_lowercase());
    match encoding.as_deref() {
        None | Some(b"identity") => {}
        Some(b"gzip" | b"deflate") => {
            let payload = request.take_payload();
            request.set_payload(Payload::Stream { payload: in_pieces(payload).boxed_local() });
        }
        Some(_) => {
            let message =
                "a body may be compressed with `gzip` or `deflate`, and with nothing else";
            return Ok(request.error_response(Failure::unsupported_media_type(message)));
        }
    }
    Ok(next.call(request).await?.map_into_boxed_body())
}

fn head_of(request: &ServiceRequest) -> usize {
    let line = request.uri().path_and_query().map_or(0, |it| it.as_str().len());
    let fields =
        request.headers().iter().map(|(name, value)| name.as_str().len() + value.len() + 4);
    line + fields.sum::<usize>()
}

fn in_pieces(payload: Payload) -> impl Stream<Item = Result<Bytes, PayloadError>> {
    payload.flat_map(|chunk| {
        let pieces: Vec<_> = match chunk {
            Ok(bytes) => (0..bytes.len())
                .step_by(PIECE)
                .map(|at| Ok(bytes.slice(at..bytes.len().min(at + PIECE))))
                .collect(),
            Err(error) => vec![Err(error)],
        };
        iter(pieces)
    })
}
