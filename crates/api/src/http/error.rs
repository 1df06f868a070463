//! Failures as `application/problem+json` (RFC 9457). One of the two places that know status codes.

use std::fmt;

use actix_web::http::StatusCode;
use actix_web::http::header::{CONTENT_TYPE, RETRY_AFTER, WWW_AUTHENTICATE};
use actix_web::{HttpResponse, ResponseError};
use domain::kernel::{Error, ErrorKind};
use serde::Serialize;
use utoipa::openapi::{
    RefOr, Response, ResponseBuilder,
    content::ContentBuilder,
    schema::{Ref, Schema},
};
use utoipa::{PartialSchema, ToSchema};

/// The result of a handler.
pub(crate) type Result<T> = std::result::Result<T, Failure>;

/// A failure on its way out. The request's id is added where the answer leaves.
pub struct Failure(pub(crate) Error);

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Self(error)
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl fmt::Debug for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl ResponseError for Failure {
    fn status_code(&self) -> StatusCode {
        status(self.0.kind())
    }

    fn error_response(&self) -> HttpResponse {
        render(&self.0, "")
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
    allowed_actions: Option<&'a [&'a str]>,
    /// After how many seconds to try again.
    #[serde(skip_serializing_if = "Option::is_none")]
    retry_after: Option<u64>,
}

/// A field that is not valid.
#[derive(Serialize, ToSchema)]
pub(crate) struct ProblemField<'a> {
    /// A JSON pointer into the body, or the name of a parameter.
    pointer: &'a str,
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

/// A failure as an answer.
pub(crate) fn render(error: &Error, request_id: &str) -> HttpResponse {
    let status = status(error.kind());
    let fields = error.fields().iter();
    let problem = Problem {
        kind: format!("/docs/errors/{}", error.code()),
        title: status.canonical_reason().unwrap_or_default(),
        status: status.as_u16(),
        code: error.code(),
        detail: error.message(),
        request_id,
        fields: fields
            .map(|field| ProblemField {
                pointer: &field.pointer,
                code: field.code,
                message: &field.message,
            })
            .collect(),
        allowed_actions: error.allowed_actions(),
        retry_after: error.retry_after().map(|wait| wait.as_secs().max(1)),
    };
    let mut response = HttpResponse::build(status);
    response.insert_header((CONTENT_TYPE, "application/problem+json"));
    if let Some(seconds) = problem.retry_after {
        response.insert_header((RETRY_AFTER, seconds));
    }
    if status == StatusCode::UNAUTHORIZED {
        response.insert_header((WWW_AUTHENTICATE, "Bearer"));
    }
    response.body(serde_json::to_vec(&problem).unwrap_or_default())
}

/// The failures every operation may end in, for the OpenAPI document.
pub(crate) struct Problems;

impl utoipa::IntoResponses for Problems {
    fn responses() -> std::collections::BTreeMap<String, RefOr<Response>> {
        let described = [
            (
                "400",
                "The request cannot be read: not parseable, an unknown field, an id of another kind.",
            ),
            ("401", "There is no token, or it is not valid any more."),
            ("403", "The token may not do this kind of thing."),
            ("404", "It is not there, or not within the caller's reach."),
            ("409", "The state forbids it, or a unique value is taken."),
            ("422", "Understood, but not valid; `fields` says where."),
            ("500", "A defect of ours; `request_id` finds it in the log."),
            ("503", "A part of the service is away for a moment."),
        ];
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
