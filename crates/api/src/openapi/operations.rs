//! Operations: what each kind of them does beside its own words.

use serde_json::{Map, Value, json};

use super::responses::may_be_stale;
use super::{members, operations, referred};
use crate::http::STREAMS;

const PATCH: &str = "The body is a JSON merge patch (RFC 7396): what is absent stays, null clears.";
const PAGE: &str = "The answer is a page: `next`, and the header `Link`, lead to the one after it. \
    With `Accept: text/csv` the same page comes as CSV.";
const LIST: &str = "The answer is the whole list. With `Accept: text/csv` it comes as CSV.";
const CREATED: &str = "The answer is the new thing, with its address in the header `Location`.";
const CHANGED: &str = "The answer is the thing as it is afterwards.";
const REMOVED: &str = "Nothing is left of it, and there is nothing to answer.";
const READ: &str = "Only what is within the caller's reach is there.";

pub(super) fn tidy(json: &mut Value) {
    let schemas = json["components"]["schemas"].clone();
    for (path, verb, operation) in operations(json) {
        describe(&verb, operation, &schemas);
        if let Some(body) = operation.get_mut("requestBody") {
            send_files_as_bytes(body);
        }
        if may_be_stale(&path, &verb, operation) {
            let parameters = operation.entry("parameters").or_insert_with(|| json!([]));
            parameters.as_array_mut().into_iter().for_each(|it| it.push(if_match()));
        }
        if verb == "post" && path.starts_with("/v1/") && !STREAMS.contains(&&*path) {
            let parameters = operation.entry("parameters").or_insert_with(|| json!([]));
            parameters.as_array_mut().into_iter().for_each(|it| it.push(idempotency_key()));
        }
        for parameter in
            operation.get_mut("parameters").and_then(Value::as_array_mut).into_iter().flatten()
        {
            if parameter["description"].is_null() {
                let said = referred(&parameter["schema"]).map(|name| &schemas[name]["description"]);
                parameter["description"] = said.cloned().unwrap_or_else(|| json!("Its name."));
            }
        }
    }
}

/// Files are bytes of any length, which generated clients send as they are.
fn send_files_as_bytes(body: &mut Value) {
    for (media_type, content) in members(body, "content") {
        if !matches!(media_type.as_str(), "application/json" | "application/x-www-form-urlencoded")
        {
            content["schema"] = json!({ "type": "string", "format": "binary" });
        }
    }
}

fn if_match() -> Value {
    json!({
        "name": "If-Match",
        "in": "header",
        "description": "The `ETag` of what is to be changed; where it has changed since, nothing is done and the answer is 412.",
        "required": false,
        "schema": { "type": "string" },
        "example": "\"3\"",
    })
}

fn idempotency_key() -> Value {
    json!({
        "name": "Idempotency-Key",
        "in": "header",
        "description": "A name for this request, so that it can be sent again when its answer was lost: for 24 hours the same request \
            of this name gets the same answer, with `Idempotent-Replayed: true`, and does nothing more. A failure is not kept.",
        "required": false,
        "schema": { "type": "string", "minLength": 1, "maxLength": 255 },
        "example": "5f0c1b8e-import-of-monday",
    })
}

/// The operation's own words, then what holds for its kind.
fn describe(verb: &str, operation: &mut Map<String, Value>, schemas: &Value) {
    let answer = |status: &str, media_type: &str| {
        operation["responses"].pointer(&format!("/{status}/content/{media_type}/schema")).cloned()
    };
    let json = "application~1json";
    let kind = match verb {
        "patch" => PATCH,
        _ if operation["responses"].get("201").is_some() => CREATED,
        _ if operation["responses"].get("204").is_some() => REMOVED,
        "get" => match answer("200", json) {
            Some(schema) if schema["type"] == "array" => LIST,
            Some(schema) => match referred(&schema).map(|name| &schemas[name]["properties"]) {
                Some(properties) if properties["items"]["type"] == "array" => PAGE,
                _ => READ,
            },
            None => READ,
        },
        _ => match answer("200", json).as_ref().and_then(referred) {
            Some(name) if schemas[name]["properties"].get("version").is_some() => CHANGED,
            _ => "",
        },
    };
    let own = operation.get("description").and_then(Value::as_str).unwrap_or_default().trim();
    let description = [own, kind].into_iter().filter(|text| !text.is_empty());
    let description = description.collect::<Vec<_>>().join("\n\n");
    if !description.is_empty() {
        operation.insert("description".to_owned(), json!(description));
    }
}
