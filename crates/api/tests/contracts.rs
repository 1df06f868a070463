//! The contracts as committed: the same as the code's, complete, and fit for generated clients.

use std::collections::BTreeSet;
use std::path::Path;

use serde_json::{Value, json};

fn committed(name: &str) -> String {
    // Tests run in the folder of their package; one that is compiled in may be that of another checkout.
    let path = Path::new("../../openapi").join(name);
    std::fs::read_to_string(&path).expect("run `cargo run -- contracts`")
}

fn operations(document: &Value) -> Vec<(String, Value)> {
    let paths = document["paths"].as_object().expect("paths");
    let each = paths.iter().flat_map(|(path, item)| {
        let verbs = item.as_object().expect("verbs").iter();
        verbs.map(move |(verb, operation)| (format!("{verb} {path}"), operation.clone()))
    });
    each.collect()
}

/// Every schema with a name, and every key of each.
fn properties(document: &Value) -> Vec<(String, String, Value)> {
    let schemas = document["components"]["schemas"].as_object().expect("schemas");
    let each = schemas.iter().flat_map(|(name, schema)| {
        let properties = schema["properties"].as_object().into_iter().flatten();
        properties.map(move |(key, property)| (name.clone(), key.clone(), property.clone()))
    });
    each.collect()
}

fn resolved<'a>(document: &'a Value, value: &'a Value) -> &'a Value {
    match value["$ref"].as_str().and_then(|reference| reference.strip_prefix('#')) {
        Some(pointer) => document.pointer(pointer).expect("a reference that leads somewhere"),
        None => value,
    }
}

fn says_something(value: &Value) -> bool {
    value.as_str().is_some_and(|text| !text.trim().is_empty())
}

#[test]
fn the_committed_contracts_are_the_codes_own() {
    let stored: Value = serde_json::from_str(&committed("plumbline.json")).unwrap();
    assert!(api::document() == stored, "run `cargo run -- contracts` and look at the difference");
    let same = api::sdl().trim() == committed("schema.graphql").trim();
    assert!(same, "run `cargo run -- contracts` and look at the difference");
}

#[test]
fn every_operation_says_what_it_is() {
    let document = api::document();
    let tags = document["tags"].as_array().unwrap();
    let tags: BTreeSet<_> = tags.iter().map(|tag| tag["name"].as_str().unwrap()).collect();
    let mut ids = BTreeSet::new();
    for (name, operation) in operations(&document) {
        let id = operation["operationId"].as_str().unwrap_or_default();
        assert!(id.split_once('.').is_some(), "{name}: `{id}` is not `<feature>.<verb>`");
        assert!(ids.insert(id.to_owned()), "{id} is there twice");
        assert!(
            operation["summary"].as_str().is_some_and(|text| text.ends_with('.')),
            "{name} has no summary"
        );
        assert!(says_something(&operation["description"]), "{name} has no description");
        let given = operation["tags"].as_array().unwrap();
        assert!(given.len() == 1 && tags.contains(given[0].as_str().unwrap()), "{name}: its tag");
        let responses = operation["responses"].as_object().unwrap();
        assert!(responses.keys().any(|status| status.starts_with('2')), "{name} has no success");
        assert!(responses.contains_key("503"), "{name} does not say how it fails");
        for (status, response) in responses {
            let response = resolved(&document, response);
            assert!(says_something(&response["description"]), "{name}: {status} says nothing");
            let contents = response["content"].as_object().into_iter().flatten();
            for (media_type, content) in contents {
                assert!(!content["example"].is_null(), "{name}: {status} {media_type}: no example");
            }
        }
        for parameter in operation["parameters"].as_array().into_iter().flatten() {
            assert!(says_something(&parameter["description"]), "{name}: {}", parameter["name"]);
            assert!(
                !parameter["example"].is_null(),
                "{name}: {} has no example",
                parameter["name"]
            );
        }
        let body = operation["requestBody"]["content"].as_object().into_iter().flatten();
        for (media_type, content) in body {
            assert!(!content["example"].is_null(), "{name}: {media_type} has no example");
        }
    }
    assert!(ids.len() > 60, "{} operations", ids.len());
}

#[test]
fn every_schema_says_what_it_is() {
    let document = api::document();
    for (name, schema) in document["components"]["schemas"].as_object().unwrap() {
        assert!(says_something(&schema["description"]), "{name} says nothing");
    }
    for (name, key, property) in properties(&document) {
        assert!(says_something(&property["description"]), "{name}.{key} says nothing");
    }
}

/// The schemas that a part of the operations leads to.
fn reached(document: &Value, part: &str) -> BTreeSet<String> {
    fn references(document: &Value, value: &Value, found: &mut BTreeSet<String>) {
        if let Some(name) = value["$ref"].as_str() {
            let new = found.insert(name.to_owned());
            if new {
                references(document, resolved(document, value), found);
            }
        }
        let parts = value.as_object().into_iter().flat_map(|entries| entries.values());
        for part in parts.chain(value.as_array().into_iter().flatten()) {
            references(document, part, found);
        }
    }
    let mut found = BTreeSet::new();
    for (_, operation) in operations(document) {
        references(document, &operation[part], &mut found);
    }
    let names = found.iter().filter_map(|it| it.strip_prefix("#/components/schemas/"));
    names.map(str::to_owned).collect()
}

#[test]
fn a_key_that_may_be_null_is_always_there_and_one_that_may_be_absent_is_never_null() {
    let document = api::document();
    let taken = reached(&document, "requestBody");
    let sent = reached(&document, "responses");
    assert!(sent.len() > 60, "{} schemas are sent", sent.len());
    for (name, key, property) in properties(&document) {
        if !sent.contains(&name) || taken.contains(&name) {
            continue;
        }
        let required = document["components"]["schemas"][&name]["required"].clone();
        let required = required.as_array().is_some_and(|names| names.contains(&json!(key)));
        let types = property["type"].as_array().or_else(|| property["oneOf"].as_array());
        let mut types = types.into_iter().flatten();
        let nullable = types.any(|it| *it == "null" || it["type"] == "null");
        assert!(!nullable || required, "{name}.{key} may be null, and is not said to be there");
    }
    let patched = ["TeamPatch.name", "MembershipPatch.valid_from", "ApiClientPatch.scopes"];
    for (name, key, property) in properties(&document) {
        if patched.contains(&format!("{name}.{key}").as_str()) {
            assert!(property["type"].is_string(), "{name}.{key} is never null: {property}");
        }
    }
}

#[test]
fn every_reference_leads_somewhere() {
    fn references(document: &Value, value: &Value) -> usize {
        resolved(document, value);
        let parts = value.as_object().into_iter().flat_map(|entries| entries.values());
        let parts = parts.chain(value.as_array().into_iter().flatten());
        let below: usize = parts.map(|part| references(document, part)).sum();
        below + usize::from(value["$ref"].is_string())
    }
    let document = api::document();
    assert!(references(&document, &document) > 500);
}

#[test]
fn headers_and_limits_are_said() {
    let document = api::document();
    let list = &document["paths"]["/v1/teams"]["get"];
    let limit = list["parameters"].as_array().unwrap().iter().find(|it| it["name"] == "limit");
    let limit = &limit.unwrap()["schema"];
    assert_eq!(
        (&limit["minimum"], &limit["maximum"], &limit["default"]),
        (&json!(1), &json!(200), &json!(50))
    );
    assert!(list["responses"]["200"]["headers"]["Link"].is_object());
    let responses = &document["paths"]["/v1/teams"]["post"]["responses"];
    assert!(responses["201"]["headers"]["Location"].is_object());
    for (status, header) in [("401", "WWW-Authenticate"), ("405", "Allow"), ("503", "Retry-After")]
    {
        let response = resolved(&document, &responses[status]);
        assert!(response["headers"][header].is_object(), "{status} {header}");
    }
    assert!(responses["413"].is_object() && responses["415"].is_object());
    let group = document["paths"]["/v1/kpis/{metric}"]["get"]["parameters"].as_array().unwrap();
    let group = group.iter().find(|it| it["name"] == "group_by").unwrap();
    // Generated clients repeat a list's parameter unless they are told otherwise.
    assert_eq!((&group["schema"]["type"], &group["explode"]), (&json!("array"), &Value::Null));
}

/// Whoever reads the contract has neither the code nor the repository.
#[test]
fn descriptions_do_not_point_into_the_code() {
    fn walk(value: &Value, place: &str) {
        match value {
            Value::Object(entries) => {
                for (key, value) in entries {
                    let place = format!("{place}/{key}");
                    let text = value.as_str().unwrap_or_default();
                    let inside = text.contains("::") || text.contains(".md");
                    assert!(!(key == "description" && inside), "{place}: {text}");
                    walk(value, &place);
                }
            }
            Value::Array(list) => list.iter().for_each(|value| walk(value, place)),
            _ => {}
        }
    }
    walk(&api::document(), "");
    let sdl = api::sdl();
    let inside = sdl.lines().find(|line| line.contains("::") || line.contains(".md"));
    assert_eq!(inside, None);
}
