//! Failures as `application/problem+json` (RFC 9457). One of the two places that know status codes.

use std::fmt;

use actix_web::error::PayloadError;
use actix_web::http::StatusCode;
use actix_web::http::header::{
    ALLOW, CONTENT_TYPE, HeaderMap, HeaderValue, RETRY_AFTER, WWW_AUTHENTICATE,
};
use actix_web::{HttpResponse, ResponseError};
use domain::kernel::{Error, ErrorKind};
use serde::Serialize;
use utoipa::openapi::{
    RefOr, Response, ResponseBuilder,
    content::ContentBuilder,
    schema::{Ref, Schema},
};
use utoipa::{PartialSchema, ToSchema};

use super::asked::Parameters;
use super::pace::is_too_slow;

/// The result of a handler.
pub(crate) type Result<T> = std::result::Result<T, Failure>;

/// A failure on its way out. The request's id is added where the answer leaves.
pub struct Failure {
    pub(crate) error: Error,
    /// Where HTTP has a finer word for it than its kind.
    finer: Option<StatusCode>,
    /// What the address takes instead of the method that it was asked by.
    allow: Option<String>,
}

impl Failure {
    /// The body is larger than it may be.
    #[track_caller]
    pub(crate) fn too_large(message: impl Into<String>) -> Self {
        let error = Error::malformed("body_too_large", message);
        Self { error, finer: Some(StatusCode::PAYLOAD_TOO_LARGE), allow: None }
    }

    /// The head of the request is larger than it may be.
    #[track_caller]
    pub(crate) fn head_too_large(most: usize) -> Self {
        let message =
            format!("the address and the header fields have more than {most} bytes together");
        let error = Error::malformed("head_too_large", message);
        let finer = Some(StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE);
        Self { error, finer, allow: None }
    }

    /// The body is of a kind that is not taken here.
    #[track_caller]
    pub(crate) fn unsupported_media_type(message: impl Into<String>) -> Self {
        let error = Error::malformed("content_type", message);
        Self { error, finer: Some(StatusCode::UNSUPPORTED_MEDIA_TYPE), allow: None }
    }

    /// The address is there, and takes only these methods.
    #[track_caller]
    pub(crate) fn method_not_allowed(allow: String, message: impl Into<String>) -> Self {
        let error = Error::malformed("method_not_allowed", message);
        Self { error, finer: Some(StatusCode::METHOD_NOT_ALLOWED), allow: Some(allow) }
    }

    /// The body came too slowly.
    #[track_caller]
    pub(crate) fn too_slow() -> Self {
        let message = "the body came too slowly, and nothing of it was used; send it again";
        let error = Error::malformed("body_too_slow", message);
        Self { error, finer: Some(StatusCode::REQUEST_TIMEOUT), allow: None }
    }

    /// A body that did not come whole.
    #[track_caller]
    pub(crate) fn of_body(error: &PayloadError) -> Self {
        if is_too_slow(error) {
            return Self::too_slow();
        }
        let message = format!("the body ended early, and nothing of it was used: {error}");
        Error::malformed("body_unreadable", message).into()
    }

    /// What the server's own parts say no with, in our words.
    #[track_caller]
    pub(crate) fn foreign(error: &actix_web::Error) -> Self {
        if error.as_error::<PayloadError>().is_some_and(|it| matches!(it, PayloadError::Overflow)) {
            return Self::too_large("the body is larger than it may be here");
        }
        if error.as_error::<PayloadError>().is_some_and(is_too_slow) {
            return Self::too_slow();
        }
        match error.as_response_error().status_code() {
            StatusCode::PAYLOAD_TOO_LARGE => {
                Self::too_large("the body is larger than it may be here")
            }
            status if status.is_server_error() => Error::internal(error.to_string()).into(),
            _ => {
                let message = format!("the request cannot be read: {error}");
                Error::malformed("body_unreadable", message).into()
            }
        }
    }

    /// After how many seconds to try again.
    fn retry_after(&self) -> Option<u64> {
        self.error.retry_after().map(|wait| wait.as_secs().max(1))
    }

    /// What HTTP says of it beside the status.
    pub(crate) fn add_headers(&self, headers: &mut HeaderMap) {
        if let Some(seconds) = self.retry_after() {
            headers.insert(RETRY_AFTER, seconds.into());
        }
        // Methods are words of ours: a header can always hold them.
        if let Some(allow) = self.allow.as_deref().and_then(|allow| allow.parse().ok()) {
            headers.insert(ALLOW, allow);
        }
        if self.status() == StatusCode::UNAUTHORIZED {
            headers.insert(WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
    }

    /// The status it is answered with.
    pub(crate) fn status(&self) -> StatusCode {
        self.finer.unwrap_or_else(|| status(self.error.kind()))
    }
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Self { error, finer: None, allow: None }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.error.fmt(f)
    }
}

impl fmt::Debug for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.error.fmt(f)
    }
}

impl ResponseError for Failure {
    fn status_code(&self) -> StatusCode {
        self.status()
    }

    fn error_response(&self) -> HttpResponse {
        render(self, "", &Parameters::default())
    }
}

/// What went wrong (RFC 9457).
#[derive(Serialize, ToSchema)]
pub(crate) struct Problem<'a> {
    /// Where this kind of failure is explained.
    #[serde(rename = "type")]
    kind: String,
    /// The status in words.
    title: &'a str,
    /// The status.
    status: u16,
    /// A stable word for this kind of failure.
    code: &'a str,
    /// What happened here, and what to do.
    detail: &'a str,
    /// Name it when you ask for help.
    request_id: &'a str,
    /// Which fields are not valid, and why.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false)]
    fields: Vec<ProblemField<'a>>,
    /// What the state allows instead.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    allowed_actions: Option<&'a [&'a str]>,
    /// After how many seconds to try again.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    retry_after: Option<u64>,
}

/// A field that is not valid.
#[derive(Serialize, ToSchema)]
pub(crate) struct ProblemField<'a> {
    /// Where in the body it is, as a JSON pointer.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pointer: Option<&'a str>,
    /// Which parameter of the address it is.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    parameter: Option<&'a str>,
    /// A stable word.
    code: &'a str,
    /// What is wrong, and what would be right.
    message: &'a str,
}

/// The status of a kind of failure.
pub(crate) fn status(kind: ErrorKind) -> StatusCode {
    match kind {
        ErrorKind::Malformed => StatusCode::BAD_REQUEST,
        ErrorKind::Unauthenticated => StatusCode::UNAUTHORIZED,
        ErrorKind::Forbidden => StatusCode::FORBIDDEN,
        ErrorKind::NotFound => StatusCode::NOT_FOUND,
        ErrorKind::Conflict => StatusCode::CONFLICT,
        ErrorKind::Stale => StatusCode::PRECONDITION_FAILED,
        ErrorKind::Invalid => StatusCode::UNPROCESSABLE_ENTITY,
        ErrorKind::Limited => StatusCode::TOO_MANY_REQUESTS,
        ErrorKind::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
        ErrorKind::Internal => StatusCode::INTERNAL_SERVER_ERROR,
    }
}

/// A failure as an answer, which speaks of parameters by their names.
pub(super) fn render(failure: &Failure, request_id: &str, parameters: &Parameters) -> HttpResponse {
    let (status, error) = (failure.status(), &failure.error);
    let fields = error.fields().iter().map(|field| {
        let parameter = parameters.named(&field.pointer);
        ProblemField {
            pointer: parameter.is_none().then_some(field.pointer.as_str()),
            parameter,
            code: field.code,
            message: &field.message,
        }
    });
    let problem = Problem {
        kind: format!("/docs/errors/{}", error.code()),
        title: status.canonical_reason().unwrap_or_default(),
        status: status.as_u16(),
        code: error.code(),
        detail: error.message(),
        request_id,
        fields: fields.collect(),
        allowed_actions: error.allowed_actions(),
        retry_after: failure.retry_after(),
    };
    let mut response = HttpResponse::build(status);
    response.insert_header((CONTENT_TYPE, "application/problem+json"));
    let mut response = response.body(serde_json::to_vec(&problem).unwrap_or_default());
    failure.add_headers(response.headers_mut());
    response
}

/// The failures every operation may end in, for the OpenAPI document.
pub(crate) struct Problems;

impl utoipa::IntoResponses for Problems {
    fn responses() -> std::collections::BTreeMap<String, RefOr<Response>> {
        // Said in full once, where the document is finished.
        let described = [("503", "A part of the service is away for a moment.")];
        let response = |text: &str| {
            let content =
                ContentBuilder::new().schema(Some(Ref::from_schema_name("Problem"))).build();
            ResponseBuilder::new()
                .description(text)
                .content("application/problem+json", content)
                .build()
        };
        described
            .into_iter()
            .map(|(status, text)| (status.to_owned(), RefOr::T(response(text))))
            .collect()
    }
}

/// What `Problems` refers to, by name.
pub(crate) fn problem_schemas() -> [(String, RefOr<Schema>); 2] {
    [
        ("Problem".to_owned(), <Problem<'_> as PartialSchema>::schema()),
        ("ProblemField".to_owned(), <ProblemField<'_> as PartialSchema>::schema()),
    ]
}
