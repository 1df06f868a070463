//! JSON bodies: read with the place named where one cannot be read, and written.

use std::future::Future;
use std::pin::Pin;

use actix_web::body::BoxBody;
use actix_web::dev::Payload;
use actix_web::http::header::{ETAG, IF_NONE_MATCH, LOCATION};
use actix_web::http::{Method, StatusCode};
use actix_web::web::Bytes;
use actix_web::{FromRequest, HttpRequest, HttpResponse, HttpResponseBuilder, Responder};
use domain::kernel::{Error, FieldError};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use super::reading::{field_error, pointer};
use super::{Failure, media_type};

/// A JSON body of up to 1 MiB, or an answer.
pub(crate) struct Json<T>(pub(crate) T);

impl<T> Json<T> {
    pub(crate) fn into_inner(self) -> T {
        self.0
    }
}

impl<T: DeserializeOwned + 'static> FromRequest for Json<T> {
    type Error = Failure;
    type Future = Pin<Box<dyn Future<Output = Result<Self, Failure>>>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let understood = is_json(request);
        let body = Bytes::from_request(request, payload);
        Box::pin(async move {
            if !understood {
                let message = "the body must be sent as `Content-Type: application/json`";
                return Err(Failure::unsupported_media_type(message));
            }
            let body = body.await.map_err(|error| Failure::foreign(&error))?;
            Ok(Self(parse(&body)?))
        })
    }
}

/// JSON, or the merge patch that a PATCH is.
fn is_json(request: &HttpRequest) -> bool {
    ["application/json", "application/merge-patch+json"].contains(&&*media_type(request))
}

fn parse<T: DeserializeOwned>(body: &[u8]) -> Result<T, Error> {
    let mut json = serde_json::Deserializer::from_slice(body);
    let read = serde_path_to_error::deserialize(&mut json);
    read.map_err(|error| {
        let place = pointer(error.path());
        let error = error.into_inner();
        let message = error.to_string();
        if !error.is_data() {
            let message = format!("the body cannot be read: {message}");
            return Error::malformed("body_unreadable", message);
        }
        // Lines and columns say less than the pointer does.
        let message = message.rsplit_once(" at line ").map_or(&*message, |(message, _)| message);
        unfit(field_error(&place, message))
    })
    .and_then(|value| match json.end() {
        Ok(()) => Ok(value),
        Err(error) => {
            let message = format!("the body cannot be read: {error}");
            Err(Error::malformed("body_unreadable", message))
        }
    })
}

/// Null where there is always a value is understood, and not valid; everything else is not understood.
fn unfit(field: FieldError) -> Error {
    if field.code == "not_nullable" {
        return Error::invalid_fields(vec![field]);
    }
    let place = if field.pointer.is_empty() { "the body" } else { field.pointer.as_str() };
    let message = format!("the body cannot be read: {place}: {}", field.message);
    Error::malformed("body_unreadable", message).naming(vec![field])
}

impl<T: Serialize> Responder for Json<T> {
    type Body = BoxBody;

    fn respond_to(self, request: &HttpRequest) -> HttpResponse {
        let mut answer = answer(HttpResponse::Ok(), &self.0);
        let seen = request.headers().get(IF_NONE_MATCH);
        if request.method() == Method::GET && seen.is_some() && seen == answer.headers().get(ETAG) {
            *answer.status_mut() = StatusCode::NOT_MODIFIED;
            return answer.drop_body().map_into_boxed_body();
        }
        answer
    }
}

/// 201 with the new thing and its address.
pub(crate) fn created(location: String, body: &impl Serialize) -> HttpResponse {
    let mut created = HttpResponse::Created();
    created.insert_header((LOCATION, location));
    answer(created, body)
}

/// A thing with a version has it as its `ETag`, for `If-Match`.
fn answer(mut answer: HttpResponseBuilder, body: &impl Serialize) -> HttpResponse {
    #[derive(Deserialize)]
    struct Versioned {
        version: i64,
    }
    let body = match serde_json::to_vec(body) {
        Ok(body) => body,
        Err(error) => return HttpResponse::from_error(Failure::from(Error::internal(error))),
    };
    if let Ok(Versioned { version }) = serde_json::from_slice(&body) {
        answer.insert_header((ETAG, format!("\"{version}\"")));
    }
    answer.content_type("application/json").body(body)
}
