//! GraphQL over HTTP: which media types are taken and given, and which status an answer has.

use std::sync::Arc;

use actix_web::http::StatusCode;
use actix_web::http::header::{ACCEPT, CONTENT_TYPE};
use actix_web::web::{Bytes, Data, Query};
use actix_web::{HttpRequest, HttpResponse};
use async_graphql::parser::types::OperationType;
use async_graphql::{Request, Response, Variables};
use domain::kernel::{Error, ErrorKind};
use serde::Deserialize;

use super::reading::Reading;
use super::{Graph, error, loader};
use crate::app::Api;
use crate::caller::Caller;
use crate::http::{Failure, RequestId, media_type, observe_operation};

const JSON: &str = "application/json";
const GRAPHQL_JSON: &str = "application/graphql-response+json";

/// The largest document with its variables.
pub(crate) const BODY: usize = 128 * 1024;

/// Runs a document sent as JSON. Nothing else is taken: a form or plain text could come from a foreign page.
pub(crate) async fn post(
    http: HttpRequest,
    api: Api,
    graph: Data<Graph>,
    request_id: RequestId,
    caller: Result<Caller, Failure>,
    body: Result<Bytes, actix_web::Error>,
) -> HttpResponse {
    let answers = Answers::of(&http, request_id);
    match posted(&http, body) {
        Ok(request) => answers.run(api, graph, caller, request).await,
        Err(failure) => answers.refuse(&failure),
    }
}

fn posted(http: &HttpRequest, body: Result<Bytes, actix_web::Error>) -> Result<Request, Failure> {
    if media_type(http) != JSON {
        let message = "a document must be sent as `Content-Type: application/json`";
        return Err(Failure::unsupported_media_type(message));
    }
    let body = body.map_err(|error| Failure::foreign(&error))?;
    let request = serde_json::from_slice::<Request>(&body);
    Ok(request.map_err(|unreadable| {
        Error::malformed("body_unreadable", format!("the body cannot be read: {unreadable}"))
    })?)
}

#[derive(Deserialize)]
struct Asked {
    query: String,
    #[serde(rename = "operationName")]
    operation_name: Option<String>,
    variables: Option<String>,
}

/// Runs a document given in the address; it may only read.
pub(crate) async fn get(
    http: HttpRequest,
    api: Api,
    graph: Data<Graph>,
    request_id: RequestId,
    caller: Result<Caller, Failure>,
) -> HttpResponse {
    let answers = Answers::of(&http, request_id);
    match asked(http.query_string()) {
        Ok(request) => answers.run(api, graph, caller, request).await,
        Err(failure) => answers.refuse(&failure),
    }
}

fn asked(query: &str) -> Result<Request, Failure> {
    let unreadable = |message: String| Error::malformed("query_unreadable", message);
    let asked = Query::<Asked>::from_query(query).map_err(|error| {
        let message = error.to_string();
        let message = message.strip_prefix("Query deserialize error: ").unwrap_or(&message);
        unreadable(format!("the document belongs into `?query=…`: {message}"))
    })?;
    let Asked { query, operation_name, variables } = asked.into_inner();
    let mut request = Request::new(query);
    if let Some(name) = operation_name {
        request = request.operation_name(name);
    }
    if let Some(text) = variables {
        let variables = serde_json::from_str(&text)
            .map_err(|error| unreadable(format!("`variables` cannot be read: {error}")))?;
        request = request.variables(Variables::from_json(variables));
    }
    if writes(&mut request) {
        let message = "a mutation must be sent by POST";
        return Err(Failure::method_not_allowed("POST".to_owned(), message));
    }
    Ok(request)
}

/// Whether the operation that would run is not a query. A document that cannot be read does nothing.
fn writes(request: &mut Request) -> bool {
    let name = request.operation_name.clone();
    let Ok(document) = request.parsed_query() else {
        return false;
    };
    let operations = document.operations.iter();
    let mut chosen = operations.filter(|(its, _)| {
        name.is_none() || its.map(async_graphql::Name::as_str) == name.as_deref()
    });
    chosen.any(|(_, operation)| operation.node.ty != OperationType::Query)
}

/// In which media type the client wants its answer, and what the request is called.
struct Answers {
    media_type: &'static str,
    request_id: String,
}

impl Answers {
    /// The new media type only for who names it: in the old one an answer with errors is 200.
    fn of(http: &HttpRequest, request_id: RequestId) -> Self {
        let accept =
            http.headers().get(ACCEPT).and_then(|value| value.to_str().ok()).unwrap_or_default();
        let named = accept.split(',').find_map(|range| {
            let range = range.split(';').next().unwrap_or_default().trim();
            [GRAPHQL_JSON, JSON]
                .into_iter()
                .find(|media_type| range.eq_ignore_ascii_case(media_type))
        });
        Self { media_type: named.unwrap_or(JSON), request_id: request_id.0 }
    }

    async fn run(
        &self,
        api: Api,
        graph: Data<Graph>,
        caller: Result<Caller, Failure>,
        request: Request,
    ) -> HttpResponse {
        let caller = match caller {
            Ok(caller) => caller,
            Err(failure) => return self.refuse(&failure),
        };
        let request = match api.has_introspection() {
            true => request,
            false => request.disable_introspection(),
        };
        let reading = Arc::new(Reading::new(api, caller.0));
        let loader = loader::make(Arc::clone(&reading));
        let mut request = request.data(reading).data(loader);
        let (name, writes) = (request.operation_name.clone(), writes(&mut request));
        let mut response = graph.execute(request).await;
        observe_operation(name.as_deref(), writes, response.is_err());
        error::dress(&mut response, &self.request_id);
        let refused = response.is_err()
            && response.data == async_graphql::Value::Null
            && !failed_while_running(&response);
        let status = match refused && self.media_type == GRAPHQL_JSON {
            true => StatusCode::BAD_REQUEST,
            false => StatusCode::OK,
        };
        self.give(&response, status)
    }

    /// Before the graph was asked.
    fn refuse(&self, failure: &Failure) -> HttpResponse {
        let refusal = error::refusal(&failure.error, &self.request_id);
        let mut answer = self.give(&refusal, failure.status());
        failure.add_headers(answer.headers_mut());
        answer
    }

    fn give(&self, response: &Response, status: StatusCode) -> HttpResponse {
        let mut answer = HttpResponse::build(status);
        answer.insert_header((CONTENT_TYPE, format!("{}; charset=utf-8", self.media_type)));
        answer.body(serde_json::to_vec(response).unwrap_or_default())
    }
}

/// Whether a field failed while it ran, so that the document itself was fine.
fn failed_while_running(response: &Response) -> bool {
    let mut causes = response.errors.iter().filter_map(error::cause);
    causes.any(|cause| cause.kind() != ErrorKind::Malformed)
}
