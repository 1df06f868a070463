//! Schemas: names, descriptions where they are read, and which keys are always there.

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};

use super::{members, referred};

/// `Page_Team` becomes `TeamPage`, and its items a reference to `Team` instead of a copy.
pub(super) fn name_pages(json: &mut Value) {
    rename(json);
    for (name, schema) in components(json) {
        let item = name.strip_suffix("Page").filter(|item| !item.is_empty());
        if let (Some(item), Some(items)) = (item, schema.pointer_mut("/properties/items/items")) {
            *items = json!({ "$ref": format!("#/components/schemas/{item}") });
        }
    }
}

fn rename(json: &mut Value) {
    const GENERIC: &str = "Page_";
    match json {
        Value::Object(entries) => {
            for (key, mut value) in std::mem::take(entries) {
                rename(&mut value);
                let key = match key.strip_prefix(GENERIC) {
                    Some(item) => format!("{item}Page"),
                    None => key,
                };
                entries.insert(key, value);
            }
        }
        Value::Array(items) => items.iter_mut().for_each(rename),
        Value::String(text) => {
            if let Some(item) = text.strip_prefix("#/components/schemas/Page_") {
                *text = format!("#/components/schemas/{item}Page");
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

fn components(json: &mut Value) -> impl Iterator<Item = (&String, &mut Value)> {
    members(&mut json["components"], "schemas")
}

/// What a property may be null says beside the reference is said of the property.
pub(super) fn tidy(json: &mut Value) {
    for (_, schema) in components(json) {
        for (_, property) in members(schema, "properties") {
            // What is left out of a patch is not null: it stays.
            if property.get("default").is_some_and(Value::is_null)
                && let Some(property) = property.as_object_mut()
            {
                property.remove("default");
            }
            let either = property.get_mut("oneOf").and_then(Value::as_array_mut);
            let said = either.into_iter().flatten().find_map(|either| {
                either.as_object_mut().and_then(|either| either.remove("description"))
            });
            if let Some(said) = said {
                property["description"] = said;
            }
        }
    }
}

/// In what is answered, a key that may be null is there all the same: what may be absent is never null.
pub(super) fn require_what_is_always_sent(json: &mut Value) {
    let (sent, taken) = (reached(json, "responses"), reached(json, "requestBody"));
    for (name, schema) in components(json) {
        if !sent.contains(name) || taken.contains(name) {
            continue;
        }
        let nullable: Vec<_> = schema["properties"]
            .as_object()
            .into_iter()
            .flatten()
            .filter(|(_, property)| is_nullable(property))
            .map(|(name, _)| name.clone())
            .collect();
        let required = schema["required"].as_array().into_iter().flatten();
        let required: BTreeSet<_> =
            required.filter_map(Value::as_str).map(str::to_owned).chain(nullable).collect();
        if !required.is_empty() {
            schema["required"] = json!(required);
        }
    }
}

fn is_nullable(property: &Value) -> bool {
    let null = json!("null");
    let either = property["oneOf"].as_array();
    property["type"].as_array().is_some_and(|types| types.contains(&null))
        || either.is_some_and(|either| either.iter().any(|schema| schema["type"] == null))
}

/// The schemas that one part of the operations leads to.
fn reached(json: &Value, part: &str) -> BTreeSet<String> {
    let mut open = Vec::new();
    let paths = json["paths"].as_object().into_iter().flatten();
    for (_, operation) in paths.flat_map(|(_, item)| item.as_object().into_iter().flatten()) {
        references(&operation[part], &mut open);
    }
    if part == "responses" {
        references(&json["components"]["responses"], &mut open);
    }
    let mut found = BTreeSet::new();
    while let Some(name) = open.pop() {
        if found.insert(name.clone()) {
            references(&json["components"]["schemas"][name], &mut open);
        }
    }
    found
}

fn references(json: &Value, into: &mut Vec<String>) {
    into.extend(referred(json).map(str::to_owned));
    let entries = json.as_object().into_iter().flat_map(Map::values);
    for part in entries.chain(json.as_array().into_iter().flatten()) {
        references(part, into);
    }
}
