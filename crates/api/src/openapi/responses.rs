//! Responses: failures said once and referred to, and a description of every one.

use serde_json::{Map, Value, json};

use super::{operations, referred};

/// The failures: status, name, when it is so, the code of the example, and the headers.
const FAILURES: &[(&str, &str, &str, &str, &[&str])] = &[
    (
        "400",
        "BadRequest",
        "The request cannot be read: not parseable, an unknown field, an id of another kind.",
        "body_unreadable",
        &[],
    ),
    (
        "401",
        "Unauthenticated",
        "There is no token, or it is not valid any more.",
        "unauthenticated",
        &["WWW-Authenticate"],
    ),
    ("403", "Forbidden", "The token may not do this kind of thing.", "forbidden", &[]),
    ("404", "NotFound", "It is not there, or not within the caller's reach.", "not_found", &[]),
    (
        "405",
        "MethodNotAllowed",
        "The address is there and takes other methods: those that `Allow` lists.",
        "method_not_allowed",
        &["Allow"],
    ),
    ("409", "Conflict", "The state forbids it, or a unique value is taken.", "team_closed", &[]),
    (
        "412",
        "Stale",
        "The thing has changed since the version that `If-Match` names.",
        "stale_version",
        &[],
    ),
    ("413", "BodyTooLarge", "The body is larger than it may be.", "body_too_large", &[]),
    (
        "415",
        "UnsupportedMediaType",
        "The body is of a kind that is not taken here.",
        "content_type",
        &[],
    ),
    ("422", "Invalid", "Understood, but not valid; `fields` says where.", "invalid", &[]),
    (
        "429",
        "Limited",
        "Over a limit; `Retry-After` says when to try again.",
        "limited",
        &["Retry-After", "RateLimit-Limit", "RateLimit-Remaining", "RateLimit-Reset"],
    ),
    (
        "500",
        "InternalError",
        "A defect of ours; `request_id` finds it in the log.",
        "internal",
        &[],
    ),
    (
        "503",
        "Unavailable",
        "A part of the service is away for a moment; `Retry-After` says when to try again.",
        "unavailable",
        &["Retry-After"],
    ),
];

pub(super) fn share(json: &mut Value) {
    let schemas = json["components"]["schemas"].clone();
    for (path, verb, operation) in operations(json) {
        let (path, verb) = (path.as_str(), verb.as_str());
        let takes_a_body = operation.contains_key("requestBody");
        let may_be_stale = may_be_stale(path, verb, operation);
        let Some(responses) = operation.get_mut("responses").and_then(Value::as_object_mut) else {
            continue;
        };
        if responses.contains_key("503") && is_shared(&responses["503"]) {
            for (status, name, ..) in FAILURES {
                let applies = match *status {
                    "409" => verb != "get",
                    "412" => may_be_stale,
                    "413" | "415" => takes_a_body,
                    _ => true,
                };
                responses.remove(*status);
                if applies {
                    let reference = format!("#/components/responses/{name}");
                    responses.insert((*status).to_owned(), json!({ "$ref": reference }));
                }
            }
        }
        for (status, response) in responses.iter_mut() {
            describe(status, response, &schemas);
        }
    }
    json["components"]["responses"] = shared();
    json["components"]["headers"] = headers();
}

/// Whether an operation changes one thing that is there, and not one that comes to be below it.
pub(super) fn may_be_stale(path: &str, verb: &str, operation: &Map<String, Value>) -> bool {
    let answer = &operation["responses"]["200"]["content"]["application/json"]["schema"];
    let makes = operation["responses"].get("201").is_some() || answer["type"] == "array";
    let one_thing = verb == "patch" || verb != "get" && path.contains('{') && !makes;
    path.starts_with("/v1/") && one_thing
}

fn is_shared(response: &Value) -> bool {
    response["content"].get("application/problem+json").is_some()
}

fn shared() -> Value {
    let responses = FAILURES.iter().map(|(status, name, text, code, headers)| {
        let number: u16 = status.parse().unwrap_or_default();
        let title = actix_web::http::StatusCode::from_u16(number).ok();
        let example = json!({
            "type": format!("/docs/errors/{code}"),
            "title": title.and_then(|status| status.canonical_reason()).unwrap_or_default(),
            "status": number,
            "code": code,
            "detail": text,
            "request_id": "01981f2e7c3a7000b2d4c9a1e5f60718",
        });
        let mut response = json!({
            "description": text,
            "content": { "application/problem+json": {
                "schema": { "$ref": "#/components/schemas/Problem" },
                "example": example,
            } },
        });
        if !headers.is_empty() {
            let named = headers.iter().map(|name| ((*name).to_owned(), header(name)));
            response["headers"] = Value::Object(named.collect());
        }
        ((*name).to_owned(), response)
    });
    Value::Object(responses.collect())
}

fn header(name: &str) -> Value {
    json!({ "$ref": format!("#/components/headers/{name}") })
}

fn headers() -> Value {
    let text = |description: &str, example: &str| json!({ "description": description, "schema": { "type": "string", "examples": [example] } });
    let number = |description: &str, example: u32| json!({ "description": description, "schema": { "type": "integer", "minimum": 0, "examples": [example] } });
    json!({
        "Allow": text("The methods that the address takes.", "GET, HEAD, POST"),
        "ETag": text("The thing's version, for `If-Match`.", "\"3\""),
        "Link": text("`rel=\"next\"` leads to the next page; absent on the last one.", "</v1/teams?after=Zm9v>; rel=\"next\""),
        "Location": text("The address of the new thing.", "/v1/teams/team_01h455vb4pex5vsknk084sn02q"),
        "Retry-After": {
            "description": "After how many seconds to try again.",
            "schema": { "type": "integer", "minimum": 1, "examples": [1] },
        },
        "RateLimit-Limit": number("How many requests there is room for at once.", 400),
        "RateLimit-Remaining": number("How many of them are left.", 398),
        "RateLimit-Reset": number("In how many seconds there is room for all of them again.", 1),
        "WWW-Authenticate": text("How to show who you are.", "Bearer"),
    })
}

/// A success says what it is by its schema where its handler does not.
fn describe(status: &str, response: &mut Value, schemas: &Value) {
    if response.get("$ref").is_some() {
        return;
    }
    let schema = response.pointer("/content/application~1json/schema").cloned().unwrap_or_default();
    let name = referred(&schema);
    let page = name.is_some_and(|name| schemas[name]["properties"]["items"]["type"] == "array");
    let said = response["description"].as_str().is_some_and(|text| !text.is_empty());
    if !said {
        let of_schema = name.and_then(|name| schemas[name]["description"].as_str());
        response["description"] = match (status, of_schema) {
            ("204", _) => json!("It is done."),
            (_, Some(text)) => json!(text),
            (_, None) => json!("The whole list."),
        };
    }
    let mut headers = Map::new();
    if status == "201" {
        headers.insert("Location".to_owned(), header("Location"));
    }
    if name.is_some_and(|name| schemas[name]["properties"].get("version").is_some()) {
        headers.insert("ETag".to_owned(), header("ETag"));
    }
    if page {
        headers.insert("Link".to_owned(), header("Link"));
    }
    if page || schema["type"] == "array" {
        response["content"]["text/csv"] = json!({ "schema": {
            "type": "string",
            "description": "The same as CSV (RFC 4180), a column for each key.",
        } });
    }
    if !headers.is_empty() {
        response["headers"] = Value::Object(headers);
    }
}
