//! GraphQL over HTTP: which media types are taken and given, and which status an answer has.

use std::sync::Arc;

use actix_web::http::StatusCode;
use actix_web::http::header::{ACCEPT, CONTENT_TYPE};
use actix_web::web::{Bytes, Data, Query};
use actix_web::{HttpRequest, HttpResponse};
use async_graphql::parser::types::OperationType;
use async_graphql::{Request, Response};
use domain::kernel::{Error, ErrorKind};
use serde::Deserialize;

use super::reading::Reading;
use super::{Graph, error, loader};
use crate::app::Api;
use crate::caller::Caller;
use crate::http::{Failure, RequestId, status};

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
    body: Bytes,
) -> HttpResponse {
    let answers = Answers::of(&http);
    let is_json =
        http.headers().get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).is_some_and(
            |value| value.split(';').next().unwrap_or_default().trim().eq_ignore_ascii_case(JSON),
        );
    if !is_json {
        let refused = Error::malformed(
            "content_type",
            "a document must be sent as `Content-Type: application/json`",
        );
        return answers.give(
            &error::refusal(&refused, &request_id.0),
            Some(StatusCode::UNSUPPORTED_MEDIA_TYPE),
        );
    }
    match serde_json::from_slice::<Request>(&body) {
        Ok(request) => answers.run(api, graph, request_id, caller, request).await,
        Err(unreadable) => {
            let refused = Error::malformed(
                "body_unreadable",
                format!("the body cannot be read: {unreadable}"),
            );
            answers.give(&error::refusal(&refused, &request_id.0), Some(StatusCode::BAD_REQUEST))
        }
    }
}

#[derive(Deserialize)]
pub(crate) struct Asked {
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
    asked: Query<Asked>,
) -> HttpResponse {
    let answers = Answers::of(&http);
    let Asked { query, operation_name, variables } = asked.into_inner();
    let mut request = Request::new(query);
    if let Some(name) = operation_name {
        request = request.operation_name(name);
    }
    if let Some(text) = variables {
        match serde_json::from_str(&text) {
            Ok(variables) => {
                request = request.variables(async_graphql::Variables::from_json(variables))
            }
            Err(unreadable) => {
                let refused = Error::malformed(
                    "query_unreadable",
                    format!("`variables` cannot be read: {unreadable}"),
                );
                return answers
                    .give(&error::refusal(&refused, &request_id.0), Some(StatusCode::BAD_REQUEST));
            }
        }
    }
    if writes(&mut request) {
        let refused = Error::malformed("method", "a mutation must be sent by POST");
        return answers
            .give(&error::refusal(&refused, &request_id.0), Some(StatusCode::METHOD_NOT_ALLOWED));
    }
    answers.run(api, graph, request_id, caller, request).await
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

/// In which media type the client wants its answer.
struct Answers {
    media_type: &'static str,
}

impl Answers {
    /// The new media type only for who names it: in the old one an answer with errors is 200.
    fn of(http: &HttpRequest) -> Self {
        let accept =
            http.headers().get(ACCEPT).and_then(|value| value.to_str().ok()).unwrap_or_default();
        let named = accept.split(',').find_map(|range| {
            let range = range.split(';').next().unwrap_or_default().trim();
            [GRAPHQL_JSON, JSON]
                .into_iter()
                .find(|media_type| range.eq_ignore_ascii_case(media_type))
        });
        Self { media_type: named.unwrap_or(JSON) }
    }

    async fn run(
        &self,
        api: Api,
        graph: Data<Graph>,
        request_id: RequestId,
        caller: Result<Caller, Failure>,
        request: Request,
    ) -> HttpResponse {
        let caller = match caller {
            Ok(caller) => caller,
            Err(Failure(refused)) => {
                return self
                    .give(&error::refusal(&refused, &request_id.0), Some(status(refused.kind())));
            }
        };
        let reading = Arc::new(Reading::new(api, caller.0));
        let loader = loader::make(Arc::clone(&reading));
        let mut response = graph.execute(request.data(reading).data(loader)).await;
        error::dress(&mut response, &request_id.0);
        let refused = response.is_err()
            && response.data == async_graphql::Value::Null
            && !unavailable(&response);
        let status =
            (refused && self.media_type == GRAPHQL_JSON).then_some(StatusCode::BAD_REQUEST);
        self.give(&response, status)
    }

    fn give(&self, response: &Response, status: Option<StatusCode>) -> HttpResponse {
        let mut answer = HttpResponse::build(status.unwrap_or(StatusCode::OK));
        answer.insert_header((CONTENT_TYPE, format!("{}; charset=utf-8", self.media_type)));
        if status == Some(StatusCode::UNAUTHORIZED) {
            answer.insert_header(("WWW-Authenticate", "Bearer"));
        }
        answer.body(serde_json::to_vec(response).unwrap_or_default())
    }
}

/// Whether a field failed while it ran, so that the document itself was fine.
fn unavailable(response: &Response) -> bool {
    response.errors.iter().any(|error| {
        error.source::<Error>().is_some_and(|error| error.kind() != ErrorKind::Malformed)
    })
}
