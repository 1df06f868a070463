//! A request's id, and what becomes of its failures.

use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{Payload, ServiceRequest, ServiceResponse};
use actix_web::http::header::{HeaderName, HeaderValue};
use actix_web::middleware::Next;
use actix_web::{FromRequest, HttpMessage, HttpRequest, HttpResponse};
use std::convert::Infallible;
use std::future::{Ready, ready};
use tracing::Instrument;

use super::Failure;
use super::asked::Parameters;
use super::error::render;
use super::limits::Standing;
use super::observe::{Observed, observe_failure};
use crate::app::Api;

const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// What a request is called in answers, logs and events.
#[derive(Clone, Debug)]
pub(crate) struct RequestId(pub(crate) String);

impl FromRequest for RequestId {
    type Error = Infallible;
    type Future = Ready<Result<Self, Infallible>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(Ok(request
            .extensions()
            .get::<Self>()
            .cloned()
            .unwrap_or_else(|| Self(String::new()))))
    }
}

/// Names the request, answers its failures with that name, and tells of it.
pub(crate) async fn trace(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> actix_web::Result<ServiceResponse<BoxBody>> {
    let id = request_id(&request);
    request.extensions_mut().insert(RequestId(id.clone()));
    let observed = Observed::begin(&request, &id);
    let response = next.call(request).instrument(observed.span().clone()).await?;
    let response = observed.span().in_scope(|| answered(response.map_into_boxed_body(), &id));
    observed.answered(response.status());
    Ok(response)
}

fn answered(response: ServiceResponse<BoxBody>, id: &str) -> ServiceResponse<BoxBody> {
    let mut response = match response.response().error() {
        None => response,
        Some(error) => {
            let answer = match error.as_error::<Failure>() {
                Some(failure) => answer(failure, id, response.request()),
                None => answer(&Failure::foreign(error), id, response.request()),
            };
            response.into_response(answer)
        }
    };
    let standing = response.request().extensions().get::<Standing>().copied();
    if let Some(standing) = standing {
        standing.add_headers(response.headers_mut());
    }
    if let Ok(value) = HeaderValue::from_str(id) {
        response.headers_mut().insert(REQUEST_ID, value);
    }
    response
}

fn answer(failure: &Failure, id: &str, request: &HttpRequest) -> HttpResponse {
    observe_failure(&failure.error);
    let parameters = request.extensions().get::<Parameters>().cloned().unwrap_or_default();
    render(failure, id, &parameters)
}

/// The caller's own name for the request, if it is a harmless one; otherwise one of ours.
fn request_id(request: &ServiceRequest) -> String {
    let given = request.headers().get(REQUEST_ID).and_then(|value| value.to_str().ok());
    let harmless = |text: &&str| {
        (1..=64).contains(&text.len())
            && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_')
    };
    match given.filter(harmless) {
        Some(given) => given.to_owned(),
        None => request.app_data::<Api>().map_or_else(String::new, Api::new_request_id),
    }
}
