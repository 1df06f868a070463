//! Bodies that come too slowly: whoever sends one holds a connection, and with it a part of the server.

use std::cell::Cell;
use std::io;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll};
use std::time::Duration;

use actix_web::HttpMessage;
use actix_web::body::{BodySize, BoxBody, MessageBody};
use actix_web::dev::{Payload, ServiceRequest, ServiceResponse};
use actix_web::error::PayloadError;
use actix_web::middleware::Next;
use actix_web::web::Bytes;
use futures_util::{Stream, StreamExt, stream};
use tokio::time::{Instant, timeout};

use crate::app::Api;

/// Bytes a second that always are fast enough.
const FAST: u32 = 16 * 1024;

/// What is left of a body that was given up.
type Rest = Rc<Cell<Option<Payload>>>;

/// Gives the sender of a body a time that we may have to wait for it, and back what bytes it sends.
pub(crate) async fn pace(
    mut request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> actix_web::Result<ServiceResponse<BoxBody>> {
    let patience = request.app_data::<Api>().map(|api| api.patience().body);
    let rest = Rest::default();
    if let Some(patience) = patience {
        let payload = match request.take_payload() {
            Payload::None => Payload::None,
            payload => {
                let paced = paced(payload, patience, Rc::clone(&rest));
                Payload::Stream { payload: paced.boxed_local() }
            }
        };
        request.set_payload(payload);
    }
    let response = next.call(request).await?;
    Ok(response.map_body(|_, body| match rest.take() {
        None => body.boxed(),
        Some(rest) => Closing { body: body.boxed(), _rest: rest }.boxed(),
    }))
}

/// Only the time that is spent waiting counts: what we do between is not the sender's fault.
fn paced(
    payload: Payload,
    patience: Duration,
    rest: Rest,
) -> impl Stream<Item = Result<Bytes, PayloadError>> {
    stream::unfold(Some((payload, patience, rest)), move |state| async move {
        let (mut payload, left, rest) = state?;
        let begun = Instant::now();
        match timeout(left, payload.next()).await {
            Ok(Some(Ok(bytes))) => {
                let length = u32::try_from(bytes.len()).unwrap_or(FAST);
                let left = left.saturating_sub(begun.elapsed())
                    + Duration::from_secs(1).saturating_mul(length) / FAST;
                Some((Ok(bytes), Some((payload, left.min(patience), rest))))
            }
            Ok(Some(Err(error))) => Some((Err(error), None)),
            Ok(None) => None,
            Err(late) => {
                rest.set(Some(payload));
                let late = io::Error::new(io::ErrorKind::TimedOut, late);
                Some((Err(PayloadError::Io(late)), None))
            }
        }
    })
}

/// An answer after which the connection is closed: the server waits for the end of a chunked body that nobody holds any more.
struct Closing {
    body: BoxBody,
    _rest: Payload,
}

impl MessageBody for Closing {
    type Error = <BoxBody as MessageBody>::Error;

    fn size(&self) -> BodySize {
        self.body.size()
    }

    fn poll_next(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Bytes, Self::Error>>> {
        Pin::new(&mut self.body).poll_next(context)
    }
}

/// Whether a body ended because it came too slowly.
pub(super) fn is_too_slow(error: &PayloadError) -> bool {
    matches!(error, PayloadError::Io(error) if error.kind() == io::ErrorKind::TimedOut)
}
