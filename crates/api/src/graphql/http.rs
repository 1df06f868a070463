//! GraphQL over HTTP: which media types are taken and given, and which status an answer has.

use std::sync::Arc;

use actix_web::http::StatusCode;
use actix_web::http::header::{ACCEPT, CONTENT_TYPE};
use actix_web::web::{Bytes, Data, Query};
use actix_web::{FromRequest, HttpRequest, HttpResponse};
use async_graphql::{Request, Response, ServerError};
use domain::kernel::{self, Error, ErrorKind};
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::document::Document;
use super::reading::Reading;
use super::{Graph, error, loader};
use crate::app::Api;
use crate::caller::Caller;
use crate::http::{Failure, RequestId, media_type, observe_operation};

const JSON: &str = "application/json";
const GRAPHQL_JSON: &str = "application/graphql-response+json";

/// The largest document with its variables.
pub(crate) const BODY: usize = 128 * 1024;
/// How many faults of a document are told of at once.
const MOST_ERRORS: usize = 8;

/// Runs a document sent as JSON. Nothing else is taken: a form or plain text could come from a foreign page.
pub(crate) async fn post(
    http: HttpRequest,
    api: Api,
    graph: Data<Graph>,
    request_id: RequestId,
    body: Result<Bytes, actix_web::Error>,
) -> HttpResponse {
    let answers = Answers::of(&http, request_id);
    match posted(&http, body) {
        Ok(request) => answers.run(api, &graph, caller(&http).await, request).await,
        Err(failure) => answers.refuse(&failure),
    }
}

/// Asked once the request could be read: one that could not waits for nobody.
async fn caller(http: &HttpRequest) -> Result<Caller, Failure> {
    Caller::extract(http).await
}

fn posted(http: &HttpRequest, body: Result<Bytes, actix_web::Error>) -> Result<Request, Failure> {
    if media_type(http) != JSON {
        let message = "a document must be sent as `Content-Type: application/json`";
        return Err(Failure::unsupported_media_type(message));
    }
    let body = body.map_err(|error| Failure::foreign(&error))?;
    let unreadable = |what: String| {
        Error::malformed("body_unreadable", format!("the body cannot be read: {what}"))
    };
    let request = serde_json::from_slice::<Request>(&body);
    let request = request.map_err(|error| unreadable(error.to_string()))?;
    if names_nothing(&request) {
        return Err(unreadable("missing field `query`".to_owned()).into());
    }
    Ok(request)
}

/// Neither a document nor what could stand for one.
fn names_nothing(request: &Request) -> bool {
    request.query.is_empty() && request.extensions.is_empty()
}

#[derive(Deserialize)]
struct Asked {
    #[serde(default)]
    query: String,
    #[serde(rename = "operationName")]
    operation_name: Option<String>,
    variables: Option<String>,
    extensions: Option<String>,
}

/// Runs a document given in the address; it may only read.
pub(crate) async fn get(
    http: HttpRequest,
    api: Api,
    graph: Data<Graph>,
    request_id: RequestId,
) -> HttpResponse {
    let answers = Answers { may_write: false, ..Answers::of(&http, request_id) };
    match asked(http.query_string()) {
        Ok(request) => answers.run(api, &graph, caller(&http).await, request).await,
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
    let Asked { query, operation_name, variables, extensions } = asked.into_inner();
    let json = |name: &str, text: Option<String>| {
        let read = text.map(|text| serde_json::from_str(&text)).transpose();
        read.map_err(|error| unreadable(format!("`{name}` cannot be read: {error}")))
    };
    let given = json!({
        "query": query,
        "operationName": operation_name,
        "variables": json("variables", variables)?,
        "extensions": json("extensions", extensions)?.unwrap_or_else(|| json!({})),
    });
    let request: Request = serde_json::from_value(given)
        .map_err(|error| unreadable(format!("the parameters cannot be read: {error}")))?;
    if names_nothing(&request) {
        return Err(unreadable("the document belongs into `?query=…`".to_owned()).into());
    }
    Ok(request)
}

/// In which media type the client wants its answer, what the request is called, and what it may do.
struct Answers {
    media_type: &'static str,
    request_id: String,
    may_write: bool,
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
        let media_type = named.unwrap_or(JSON);
        Self { media_type, request_id: request_id.0, may_write: true }
    }

    async fn run(
        &self,
        api: Api,
        graph: &Graph,
        caller: Result<Caller, Failure>,
        mut request: Request,
    ) -> HttpResponse {
        let caller = match caller {
            Ok(caller) => caller,
            Err(failure) => return self.refuse(&failure),
        };
        let tenant = caller.tenant;
        let document = match graph.understand(tenant, &mut request) {
            Ok(document) if document.writes && !self.may_write => {
                let message = "a mutation must be sent by POST";
                return self.refuse(&Failure::method_not_allowed("POST".to_owned(), message));
            }
            Ok(document) => document,
            Err(error) => {
                return self
                    .give(&Refusal::of(&error::refusal(&error, &self.request_id)), self.refused());
            }
        };
        if let Err(failure) = admit(&api, &caller, document.cost).await {
            return self.refuse(&failure);
        }
        let request = match api.has_introspection() {
            true => request,
            false => request.disable_introspection(),
        };
        let (response, ran) = self.execute(api, graph, caller.0, request, &document).await;
        if !ran {
            return self.give(&Refusal::of(&response), self.refused());
        }
        graph.keep(tenant, document);
        self.give(&response, StatusCode::OK)
    }

    /// The answer, and whether the document was valid, so that it ran.
    async fn execute(
        &self,
        api: Api,
        graph: &Graph,
        caller: kernel::Caller,
        request: Request,
        document: &Document,
    ) -> (Response, bool) {
        let name = request.operation_name.clone();
        let reading = Arc::new(Reading::new(api, caller));
        let loader = loader::make(Arc::clone(&reading));
        let mut response = graph.0.schema.execute(request.data(reading).data(loader)).await;
        observe_operation(name.as_deref(), document.writes, document.cost, response.is_err());
        let ran = response.is_ok()
            || response.data != async_graphql::Value::Null
            || failed_while_running(&response);
        if ran {
            document.form.complete(&mut response);
        } else {
            response.errors.truncate(MOST_ERRORS);
        }
        error::dress(&mut response, &self.request_id);
        (response, ran)
    }

    /// The status of a document that is refused.
    fn refused(&self) -> StatusCode {
        if self.media_type == GRAPHQL_JSON { StatusCode::BAD_REQUEST } else { StatusCode::OK }
    }

    /// Before there is a document.
    fn refuse(&self, failure: &Failure) -> HttpResponse {
        let refusal = error::refusal(&failure.error, &self.request_id);
        let mut answer = self.give(&Refusal::of(&refusal), failure.status());
        failure.add_headers(answer.headers_mut());
        answer
    }

    fn give(&self, response: &impl Serialize, status: StatusCode) -> HttpResponse {
        let mut answer = HttpResponse::build(status);
        answer.insert_header((CONTENT_TYPE, format!("{}; charset=utf-8", self.media_type)));
        answer.body(serde_json::to_vec(response).unwrap_or_default())
    }
}

/// What did not run has no data, not even null.
#[derive(Serialize)]
struct Refusal<'a> {
    errors: &'a [ServerError],
}

impl<'a> Refusal<'a> {
    fn of(response: &'a Response) -> Self {
        Self { errors: &response.errors }
    }
}

/// Refuses whoever may not come in any more as every other address does, and who has used up what documents may cost.
async fn admit(api: &Api, caller: &Caller, cost: usize) -> Result<(), Failure> {
    match api.read(caller, async |_| Ok(())).await {
        Err(error) if error.kind() == ErrorKind::Unauthenticated => return Err(error.into()),
        Ok(()) | Err(_) => {}
    }
    let cost = u32::try_from(cost).unwrap_or(u32::MAX);
    Ok(api.limits().spend(caller, cost).await?)
}

/// Whether a field failed while it ran, so that the document itself was fine.
fn failed_while_running(response: &Response) -> bool {
    let mut causes = response.errors.iter().filter_map(error::cause);
    causes.any(|cause| cause.kind() != ErrorKind::Malformed)
}
