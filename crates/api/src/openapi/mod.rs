//! The OpenAPI document: what the handlers say of themselves, and what holds for all of them.

mod examples;
mod operations;
mod responses;
mod schemas;

use domain::connections::ConnectionId;
use domain::kpis::{Grain, GroupBy};
use domain::tickets::CustomerId;
use serde_json::{Map, Value, json};
use utoipa::openapi::schema::Schema;
use utoipa::openapi::{OpenApi, OpenApiBuilder, RefOr};
use utoipa::{PartialSchema, ToSchema};

use crate::http::problem_schemas;

/// What the handlers are collected into.
pub(crate) fn frame() -> OpenApi {
    OpenApiBuilder::new().build()
}

/// What the handlers say, with what is said once, in a shape that generated clients can live with.
pub(crate) fn finish(document: &OpenApi) -> Value {
    let mut json = serde_json::to_value(document).expect("utoipa's own types are JSON");
    json["openapi"] = json!("3.1.0");
    json["info"] = info();
    json["servers"] = json!([{ "url": "/", "description": "This server." }]);
    json["tags"] = tags();
    json["security"] = json!([{ "bearer": [] }]);
    json["components"]["securitySchemes"] = json!({ "bearer": {
        "type": "http",
        "scheme": "bearer",
        "bearerFormat": "JWT",
        "description": "An access token of the tenant's token endpoint.",
    } });
    for (name, schema) in named() {
        json["components"]["schemas"][name] =
            serde_json::to_value(schema).expect("utoipa's own types are JSON");
    }
    schemas::name_pages(&mut json);
    schemas::tidy(&mut json);
    operations::tidy(&mut json);
    responses::share(&mut json);
    schemas::require_what_is_always_sent(&mut json);
    examples::add(&mut json);
    json
}

/// Schemas that only failures and query strings name, which are not collected from the handlers.
fn named() -> Vec<(String, RefOr<Schema>)> {
    fn one<T: ToSchema>() -> (String, RefOr<Schema>) {
        (T::name().into_owned(), <T as PartialSchema>::schema())
    }
    let asked = [one::<Grain>(), one::<GroupBy>(), one::<ConnectionId>(), one::<CustomerId>()];
    problem_schemas().into_iter().chain(asked).collect()
}

fn info() -> Value {
    json!({
        "title": "Plumbline",
        "version": "1",
        "description": "The system of record and the measuring instrument for the people who run customer-support teams. \
            The tenant is always the token's.\n\n\
            Ids are typed (`team_01h4…`), times RFC 3339 in UTC, dates ISO 8601, durations whole seconds. Lists come in pages, and as CSV \
            for who asks with `Accept: text/csv`. Failures are `application/problem+json` (RFC 9457); the `type` of each leads to its \
            explanation.",
        "license": { "name": "Apache-2.0", "identifier": "Apache-2.0" },
        "contact": { "name": "Plumbline" },
    })
}

fn tags() -> Value {
    let tags = [
        ("accounts", "The tenant and its tokens, users and their roles, and API clients."),
        ("connections", "Helpdesks that are read from, how that goes, and the sources of imports."),
        ("hooks", "Where helpdesks, and sources of one's own, tell of what happens."),
        ("kpis", "Numbers, their definitions, and the tickets behind them."),
        ("people", "The people who work in support, and under which ids the sources know them."),
        ("teams", "The tree of teams, who was in which when, and who led them."),
        ("tickets", "Tickets with what happened to them, the queues they lie in, and imports."),
    ];
    tags.map(|(name, description)| json!({ "name": name, "description": description })).into()
}

/// Every operation with its address and its method.
fn operations(json: &mut Value) -> impl Iterator<Item = (String, String, &mut Map<String, Value>)> {
    let paths = members(json, "paths");
    paths.flat_map(|(path, item)| {
        let item = item.as_object_mut().into_iter().flatten();
        item.filter_map(move |(verb, operation)| {
            Some((path.clone(), verb.clone(), operation.as_object_mut()?))
        })
    })
}

/// The entries of a member that is an object; none where it is not there.
fn members<'a>(
    json: &'a mut Value,
    name: &str,
) -> impl Iterator<Item = (&'a String, &'a mut Value)> {
    json.get_mut(name).and_then(Value::as_object_mut).into_iter().flatten()
}

/// The name of the schema that a reference leads to.
fn referred(reference: &Value) -> Option<&str> {
    reference.get("$ref")?.as_str()?.strip_prefix("#/components/schemas/")
}
