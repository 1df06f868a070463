//! `Idempotency-Key`: a POST that may be sent again, and does what it does once.

use actix_web::body::{BoxBody, MessageBody, to_bytes};
use actix_web::dev::{Payload, ServiceRequest, ServiceResponse};
use actix_web::http::header::{
    CONTENT_ENCODING, CONTENT_TYPE, ETAG, HeaderName, HeaderValue, LOCATION,
};
use actix_web::http::{Method, StatusCode};
use actix_web::middleware::Next;
use actix_web::web::Bytes;
use actix_web::{FromRequest, HttpMessage, HttpRequest, HttpResponse};
use domain::kernel::idempotency::{self, Answer, Begun, Named};
use domain::kernel::{Error, OrInternal};
use sha2::{Digest, Sha256};

use super::Failure;
use crate::app::Api;
use crate::caller::Caller;

pub(super) const KEY: HeaderName = HeaderName::from_static("idempotency-key");
pub(super) const REPLAYED: HeaderName = HeaderName::from_static("idempotent-replayed");
/// The headers that tell of what was done.
const TELLING: [HeaderName; 3] = [CONTENT_TYPE, ETAG, LOCATION];
const LONGEST: usize = 255;

/// POSTs of many transactions, which are streams of any length. They do not take a key: what is there already changes nothing.
pub(crate) const STREAMS: &[&str] = &["/v1/tickets/import"];

/// A request that is done for the first time.
struct First {
    api: Api,
    caller: Caller,
    key: String,
    hash: [u8; 32],
}

/// Answers a request that was answered before as it was answered then.
pub(crate) async fn once(
    mut request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> actix_web::Result<ServiceResponse<BoxBody>> {
    if !request.headers().contains_key(KEY) || !takes_key(&request) {
        return Ok(next.call(request).await?.map_into_boxed_body());
    }
    let first = match begin(&mut request).await {
        Ok(Ok(first)) => first,
        Ok(Err(answer)) => {
            let mut response = again(answer);
            response.headers_mut().insert(REPLAYED, HeaderValue::from_static("true"));
            return Ok(request.into_response(response));
        }
        Err(failure) => return Ok(request.error_response(failure)),
    };
    let (http, response) = next.call(request).await?.map_into_boxed_body().into_parts();
    match first.keep(response).await {
        Ok(response) => Ok(ServiceResponse::new(http, response)),
        Err(failure) => Ok(ServiceResponse::from_err(failure, http)),
    }
}

fn takes_key(request: &ServiceRequest) -> bool {
    let path = request.path();
    *request.method() == Method::POST && path.starts_with("/v1/") && !STREAMS.contains(&path)
}

/// Who asks for what, or what was answered to it.
async fn begin(request: &mut ServiceRequest) -> Result<Result<First, Answer>, Failure> {
    let key = key(request.request())?;
    let (http, payload) = request.parts_mut();
    let api = Api::from_request(http, payload).into_inner()?;
    let caller = Caller::from_request(http, payload).await?;
    let body = Bytes::from_request(http, payload).await;
    let body = body.map_err(|error| Failure::foreign(&error))?;
    let hash = hash(http, &body);
    match idempotency::begin(&api, caller.0, Named { key: &key, request: &hash }).await? {
        Begun::Again(answer) => Ok(Err(answer)),
        Begun::First(caller) => {
            let caller = Caller(caller);
            request.extensions_mut().insert(caller.clone());
            // It was opened where it came compressed.
            request.headers_mut().remove(CONTENT_ENCODING);
            request.set_payload(Payload::from(body));
            Ok(Ok(First { api, caller, key, hash }))
        }
    }
}

impl First {
    /// What is done stays undone where the answer is a failure, and where it cannot be kept.
    async fn keep(self, response: HttpResponse) -> Result<HttpResponse, Failure> {
        if !response.status().is_success() {
            idempotency::give_up(&self.caller);
            return Ok(response);
        }
        let headers = TELLING.iter().filter_map(|name| {
            let value = response.headers().get(name)?.to_str().ok()?;
            Some((name.as_str().to_owned(), value.to_owned()))
        });
        let (status, headers) = (response.status().as_u16(), headers.collect());
        let body = to_bytes(response.into_body()).await.map_err(|error| error.to_string());
        let answer = Answer { status, headers, body: body.or_internal()?.to_vec() };
        let named = Named { key: &self.key, request: &self.hash };
        idempotency::finish(&self.api, &self.caller, named, &answer).await?;
        Ok(again(answer))
    }
}

fn again(answer: Answer) -> HttpResponse {
    let status = StatusCode::from_u16(answer.status).unwrap_or(StatusCode::OK);
    let mut response = HttpResponse::build(status);
    for header in answer.headers {
        response.insert_header(header);
    }
    response.body(answer.body)
}

fn key(request: &HttpRequest) -> Result<String, Failure> {
    let mut given = request.headers().get_all(KEY);
    let key = given.next().and_then(|value| value.to_str().ok()).unwrap_or_default();
    let is_usable = (1..=LONGEST).contains(&key.len()) && given.next().is_none();
    if is_usable {
        return Ok(key.to_owned());
    }
    let message = format!("`Idempotency-Key` is one text of 1 to {LONGEST} letters of ASCII");
    Err(Error::malformed("idempotency_key_unreadable", message).into())
}

/// Of everything that says what is to be done.
fn hash(request: &HttpRequest, body: &[u8]) -> [u8; 32] {
    let media_type = request.headers().get(CONTENT_TYPE).map_or(&[][..], HeaderValue::as_bytes);
    let mut hash = Sha256::new();
    for part in [request.path().as_bytes(), request.query_string().as_bytes(), media_type, body] {
        hash.update(u64::try_from(part.len()).unwrap_or(u64::MAX).to_be_bytes());
        hash.update(part);
    }
    hash.finalize().into()
}
