//! What is told of a request: a span, a line, and figures. Their labels are few, and none of them holds what somebody wrote.

use std::time::Instant;

use actix_web::dev::ServiceRequest;
use actix_web::http::{Method, StatusCode};
use domain::kernel::{Caller, Error, ErrorKind, TraceParent};
use metrics::{
    Unit, counter, describe_counter, describe_gauge, describe_histogram, gauge, histogram,
};
use tracing::{Span, debug, error, field, info, info_span};

const REQUESTS: &str = "plumbline_http_requests_total";
const DURATION: &str = "plumbline_http_request_duration_seconds";
const IN_FLIGHT: &str = "plumbline_http_requests_in_flight";
const FAILURES: &str = "plumbline_failures_total";
const OPERATIONS: &str = "plumbline_graphql_operations_total";

/// What nginx calls a client that did not wait for its answer.
const CLIENT_LEFT: u16 = 499;
const ACCEPTED: u16 = 202;

/// Says what the figures of the public port are.
pub fn describe_metrics() {
    describe_counter!(REQUESTS, "Requests to the public port, by method, route and status.");
    describe_histogram!(
        DURATION,
        Unit::Seconds,
        "From a request's headers to its answer's, by method and route."
    );
    describe_gauge!(IN_FLIGHT, "Requests that have no answer yet.");
    describe_counter!(
        FAILURES,
        "Answers that are or hold a failure, by its code; /docs/errors explains each."
    );
    describe_counter!(
        OPERATIONS,
        "GraphQL operations, by type (query, mutation) and outcome (ok, failed)."
    );
}

/// A request under way. It is told of when it ends, whichever way that is.
pub(super) struct Observed {
    span: Span,
    method: &'static str,
    route: String,
    began: Instant,
    status: u16,
}

impl Observed {
    /// The route is a pattern of ours, never the address that was asked for: that can hold anything.
    pub(super) fn begin(request: &ServiceRequest, id: &str) -> Self {
        let method = method(request.method());
        let route = request.match_pattern().unwrap_or_else(|| "other".to_owned());
        let span = info_span!(
            "request",
            otel.name = format!("{method} {route}"),
            otel.kind = "server",
            otel.status_code = field::Empty,
            request_id = id,
            http.request.method = method,
            http.route = route,
            http.response.status_code = field::Empty,
            graphql.operation.name = field::Empty,
            graphql.operation.cost = field::Empty,
            tenant = field::Empty,
            actor = field::Empty,
        );
        let theirs = request.headers().get("traceparent").and_then(|it| it.to_str().ok());
        if let Some(trace) = theirs.and_then(|it| it.parse::<TraceParent>().ok()) {
            trace.continue_in(&span);
        }
        gauge!(IN_FLIGHT).increment(1);
        Self { span, method, route, began: Instant::now(), status: CLIENT_LEFT }
    }

    pub(super) fn span(&self) -> &Span {
        &self.span
    }

    pub(super) fn answered(mut self, status: StatusCode) {
        self.status = status.as_u16();
    }
}

impl Drop for Observed {
    fn drop(&mut self) {
        let Self { span, method, route, began, status } = self;
        let (method, duration) = (*method, began.elapsed());
        gauge!(IN_FLIGHT).decrement(1);
        counter!(REQUESTS, "method" => method, "route" => route.clone(), "status" => status.to_string()).increment(1);
        histogram!(DURATION, "method" => method, "route" => route.clone()).record(duration);
        span.record("http.response.status_code", *status);
        if *status >= 500 {
            span.record("otel.status_code", "ERROR");
        }
        let duration_ms = duration.as_micros() as f64 / 1_000.0;
        // Helpdesks tell of thousands of things, and each that was taken is in the inbox.
        if *status == ACCEPTED && route.starts_with("/hooks/") {
            span.in_scope(|| debug!(status, duration_ms, "answered"));
        } else {
            span.in_scope(|| info!(status, duration_ms, "answered"));
        }
    }
}

/// Says who asks, where that has become known.
pub(crate) fn observe_caller(caller: &Caller) {
    let span = Span::current();
    span.record("tenant", field::display(caller.tenant));
    span.record("actor", field::display(caller.actor));
}

/// Counts a failure that somebody is answered with. The one place that logs those that are ours.
pub(crate) fn observe_failure(error: &Error) {
    let code = error.code();
    counter!(FAILURES, "code" => code).increment(1);
    if matches!(error.kind(), ErrorKind::Internal | ErrorKind::Unavailable) {
        error!(code, ?error, "a request failed");
    }
}

/// Counts a GraphQL operation, and says what its author calls it and what it costs.
pub(crate) fn observe_operation(name: Option<&str>, writes: bool, cost: usize, failed: bool) {
    let operation = if writes { "mutation" } else { "query" };
    let outcome = if failed { "failed" } else { "ok" };
    counter!(OPERATIONS, "type" => operation, "outcome" => outcome).increment(1);
    let harmless = |name: &&str| {
        name.len() <= 64 && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
    };
    Span::current().record("graphql.operation.cost", cost);
    if let Some(name) = name.filter(harmless) {
        Span::current().record("graphql.operation.name", name);
    }
}

fn method(method: &Method) -> &'static str {
    match method.as_str() {
        "GET" => "GET",
        "HEAD" => "HEAD",
        "POST" => "POST",
        "PUT" => "PUT",
        "PATCH" => "PATCH",
        "DELETE" => "DELETE",
        "OPTIONS" => "OPTIONS",
        _ => "other",
    }
}
